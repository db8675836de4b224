"""Walkers: samples of the movement rule."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import moved, namespace, to_numpy, uniforms
from ecd2g.circuit.fields.field import AdvancingField, CurrentField, LayeredField
from ecd2g.circuit.fields.table_field import draw_from_rows
from ecd2g.circuit.given_numbers import whole_number
from ecd2g.errors import InputError
from ecd2g.movement.first_passage import LOSS_TOLERANCE, FirstPassage
from ecd2g.movement.rules import stop_probability, stranded, unfinished


@dataclass(frozen=True, eq=False)
class Paths:
    """Where every walker stood: `layers` ``(n, k)`` and `states` ``(n, k, n_sites)``, -1 after the end.

    First-passage paths have n_layers + 1 columns: the first state in every layer, then the end state, which a walk
    may reach in the last layer after detours of its own.
    """

    layers: NDArray[np.intp]
    states: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Walks:
    """Finished walks: `starts` and `ends` ``(n, n_sites)``, `n_steps` ``(n,)``, and `paths` on request."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    n_steps: NDArray[np.intp]
    paths: Paths | None = None

    def __repr__(self) -> str:
        """One line."""
        kept = "kept" if self.paths is not None else "not kept"
        return f"Walks({len(self.starts)} walks of {self.starts.shape[1]} sites, paths {kept})"


Visitor = Callable[[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]], None]
"""Told after every step: which walkers moved, the nodes they reached, and whether they kept their state."""


def walk_nodes(
    field: CurrentField,
    starts: NDArray[np.intp],
    rng: np.random.Generator,
    *,
    forward_only: bool = False,
    visitor: Visitor | None = None,
    max_steps: int = 100_000,
) -> NDArray[np.intp]:
    """Walk from the given flat node numbers by Eq. (9) and (10) to the end; returns the last nodes ``(n,)``.

    Node numbers are arrays of the field's library, and `rng` gives its numbers there, see `array_library.uniforms`.
    SolverError where walks have not ended after `max_steps`: their currents turn in circles. `starts` are numbers
    ``(n,)`` of nodes that exist.

    >>> import numpy as np
    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> walk_nodes(flow.field, np.zeros(3, dtype=np.intp), np.random.default_rng(0))  # node (layer 1, state 1)
    array([3, 3, 3])
    """
    max_steps = whole_number(max_steps, "max_steps")
    _require_nodes(starts, field)
    if isinstance(field, AdvancingField):
        return _advance_nodes(
            field, starts, rng, forward_only=forward_only, visitor=visitor, max_steps=max_steps
        )
    xp, n = namespace(starts), starts.shape[0]
    outflow = field.outflow(forward_only=forward_only)
    stop = xp.reshape(stop_probability(field, outflow, forward_only=forward_only), (-1,))
    nodes, active = xp.asarray(starts, copy=True), xp.nonzero(starts >= 0)[0]
    for _ in range(max_steps + 1):
        chance = stop[nodes[active]]
        lost = xp.isnan(chance)
        if xp.any(lost):
            raise stranded(forward_only, xp.nonzero(lost)[0].shape[0] / n)
        active = active[rng.random(active.shape[0]) >= chance]
        if not active.shape[0]:
            return nodes
        move = field.draw(nodes[active], rng, forward_only=forward_only)
        nodes[active] = move.nodes
        if visitor is not None:
            visitor(active, move.nodes, move.kept)
    raise unfinished(active.shape[0] / n, max_steps)


def _require_nodes(starts: NDArray[np.intp], field: CurrentField) -> None:
    """Raise InputError unless `starts` are numbers of nodes; negative ones stand still."""
    n_nodes = math.prod(field.injected.shape)
    if getattr(starts, "ndim", None) != 1:
        raise InputError(f"starts must be an array of node numbers, (n,), got {starts!r:.60}")
    xp = namespace(starts)
    if not xp.isdtype(starts.dtype, "integral") or (starts.shape[0] and not int(xp.max(starts)) < n_nodes):
        raise InputError(f"starts must be whole numbers in 0..{n_nodes - 1}, got an array of {starts.dtype}")


def _states(field: LayeredField, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The starts as states ``(n, n_sites)``; InputError where they are none."""
    states = field.circuit.space.check(starts)
    if states.ndim != 2:
        raise InputError(f"starts must have shape (n, {field.circuit.space.n_sites}), got {states.shape}")
    return states


def _advance_nodes(
    field: AdvancingField,
    starts: NDArray[np.intp],
    rng: np.random.Generator,
    *,
    forward_only: bool,
    visitor: Visitor | None,
    max_steps: int,
) -> NDArray[np.intp]:
    """The same walks where the field draws stops and moves together, because no outflow is known; NumPy only."""
    nodes, active = starts.copy(), np.flatnonzero(starts >= 0)
    for _ in range(max_steps + 1):
        step = field.advance(nodes[active], rng, forward_only=forward_only)
        if np.any(step.stranded):
            raise stranded(forward_only, np.count_nonzero(step.stranded) / len(starts))
        moves = ~step.stopped
        active = active[moves]
        if not len(active):
            return nodes
        nodes[active] = step.nodes[moves]
        if visitor is not None:
            visitor(active, step.nodes[moves], step.kept[moves])
    raise unfinished(len(active) / len(starts), max_steps)


def sample_walks(
    field: LayeredField,
    starts: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    forward_only: bool = False,
    paths: bool = False,
    max_steps: int = 100_000,
    begin: NDArray[np.intp] | None = None,
) -> Walks:
    """Walk from the given states ``(n, n_sites)`` of the first layer by the two-way or the forward-only rule.

    The walkers move in the array library of the field, and the walks are NumPy's. `begin` gives the atoms of the
    starts where they are known. InputError for a start outside the space.

    >>> import numpy as np
    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> walks = sample_walks(flow.field, np.zeros((3, 1), dtype=np.int64), np.random.default_rng(0), paths=True)
    >>> walks.ends.ravel(), walks.paths.layers[:, 0]
    (array([1, 1, 1]), array([0, 0, 0]))
    """
    xp, starts = namespace(field.potentials), _states(field, starts)
    begin = moved(field.atoms.locate(starts), xp) if begin is None else begin
    log = _Log(field, starts, rng, keep=paths) if paths or field.atoms.has_rest else None
    n_steps = xp.zeros_like(begin)

    def follow(walkers: NDArray[np.intp], nodes: NDArray[np.intp], kept: NDArray[np.bool_]) -> None:
        n_steps[walkers] += 1
        if log is not None:
            log.move(to_numpy(walkers), to_numpy(nodes), to_numpy(kept))

    last = walk_nodes(
        field, begin, uniforms(rng, xp), forward_only=forward_only, visitor=follow, max_steps=max_steps
    )
    # where every atom is one state, the last node tells the end
    ends = field.atoms.states(to_numpy(last % field.atoms.n_atoms), rng) if log is None else log.states
    return Walks(starts, ends, to_numpy(n_steps), log.paths() if log is not None and paths else None)


def draw_source(field: LayeredField, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Atoms of `n` walkers that start in the source, drawn in the array library of the field."""
    atoms, xp = field.atoms, namespace(field.potentials)
    cumulative = np.cumsum(
        to_numpy(atoms.source * atoms.multiplicity)
    )  # one by one, so that it never decreases
    height = uniforms(rng, xp).random(n) * float(cumulative[-1])
    return xp.searchsorted(moved(cumulative, xp), height, side="right")


class _Log:
    """Follows the states of walkers; an atom that stands for many states needs one to be drawn."""

    def __init__(
        self, field: LayeredField, starts: NDArray[np.int64], rng: np.random.Generator, keep: bool
    ) -> None:
        self.atoms, self.rng, self.states = field.atoms, rng, starts.copy()
        self.n_atoms, self.keep = field.atoms.n_atoms, keep
        self.layer = np.zeros(len(starts), dtype=np.intp)
        self.frames = [(self.layer.copy(), self.states.copy())]

    def move(self, walkers: NDArray[np.intp], nodes: NDArray[np.intp], kept: NDArray[np.bool_]) -> None:
        self.layer[walkers], atoms = np.divmod(nodes, self.n_atoms)
        changed = walkers[~kept]
        self.states[changed] = self._other_states(atoms[~kept], self.states[changed])
        if self.keep and len(walkers):
            layer, states = np.full_like(self.layer, -1), np.full_like(self.states, -1)
            layer[walkers], states[walkers] = self.layer[walkers], self.states[walkers]
            self.frames.append((layer, states))

    def _other_states(self, atoms: NDArray[np.intp], states: NDArray[np.int64]) -> NDArray[np.int64]:
        """A state of every atom, other than the one the walker comes from (a lateral move changes it)."""
        drawn = self.atoms.states(atoms, self.rng)
        while np.any(same := np.all(drawn == states, axis=1)):
            drawn[same] = self.atoms.states(atoms[same], self.rng)
        return drawn

    def paths(self) -> Paths:
        layers, states = zip(*self.frames, strict=True)
        return Paths(np.stack(layers, axis=1), np.stack(states, axis=1))


def sample_first_passage(
    field: LayeredField,
    kernels: FirstPassage,
    starts: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    paths: bool = False,
) -> Walks:
    """Walk from the given states by the first-passage rule: n_layers - 1 steps, then the exit.

    `starts` are states ``(n, n_sites)``; InputError for one outside the space.

    >>> import numpy as np
    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> starts = np.zeros((3, 1), dtype=np.int64)
    >>> sample_first_passage(flow.field, flow.first_passage, starts, np.random.default_rng(0)).ends.ravel()
    array([1, 1, 1])
    """
    space, starts = field.circuit.space, _states(field, starts)
    state = space.index(starts)
    seen = [state]
    for kernel in (*kernels.steps, kernels.exit):
        known = np.abs(kernel.sum(axis=1) - 1.0) <= LOSS_TOLERANCE  # other rows are zero, or lost in rounding
        if not np.all(known[state]):
            raise stranded(False, float(1.0 - known[state].mean()))
        state = draw_from_rows(kernel, state, rng)
        seen.append(state)
    n, n_gaps = len(starts), len(kernels.steps)
    trace = None
    if paths:
        layers = np.minimum(np.arange(len(seen)), n_gaps)
        trace = Paths(np.tile(layers, (n, 1)), space.states(np.stack(seen, axis=1)))
    return Walks(starts, space.states(state), np.full(n, n_gaps), trace)
