"""A current field with the source its walks start from: what walks on it do, whoever made the currents."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.array_library import Backend, library, to_numpy
from ecd2g.circuit.atoms import Atoms, require_states
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.field import LayeredField
from ecd2g.circuit.given_numbers import whole_number
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.sample_size import sample_size
from ecd2g.errors import InputError
from ecd2g.movement.exact import ExactLaw, propagate
from ecd2g.movement.first_passage import FirstPassage, first_passage
from ecd2g.movement.rules import Rule, check_rule
from ecd2g.movement.sampling import Walks, draw_source, sample_first_passage, sample_walks

WALK_LIMIT = 2**28
"""Most symbols (walks times sites) of one sample."""


@dataclass(frozen=True, eq=False, repr=False)
class Transport:
    """Currents on a layered circuit, exact or learned, from `source` towards `sink`.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> transport = Transport(flow.field, p, q)  # a field of any origin, learned ones too
    >>> transport.law(), transport.visits().round(12)
    (array([0., 1.]), array([[1.  , 0.25],
           [0.25, 1.  ]]))
    """

    field: LayeredField
    source: Distribution
    sink: Distribution

    @property
    def tolerance(self) -> float:
        """Share of the walks that an exact law may leave unfinished."""
        return 1e-16

    @property
    def max_steps(self) -> int:
        """Steps after which walks that have not ended are an error."""
        return 100_000

    @property
    def circuit(self) -> LayeredCircuit:
        """The circuit that the currents flow through."""
        return self.field.circuit

    @property
    def atoms(self) -> Atoms:
        """The states that source or sink list, and one atom for all others: the columns of `field` and `exact_law`."""
        return self.field.atoms

    @property
    def potentials(self) -> NDArray[np.float64]:
        """Potentials phi_n(x) in volt, mean zero, shape ``(n_layers, n_states)``; states in index order."""
        require_states(self.field.atoms, "the array of all potentials")
        return self.field.atoms.expand(self.field.potentials)

    def currents(self, gap: int) -> NDArray[np.float64]:
        """Net currents from (gap, x) to (gap + 1, y) in ampere, ``(n_states, n_states)``; negative = backward."""
        n_gaps = self.circuit.n_gaps
        return self.field.currents(whole_number(gap, "gap", most=n_gaps - 1))

    def potentials_at(self, states: ArrayLike) -> NDArray[np.float64]:
        """Potentials in volt of the given states ``(n, n_sites)`` in every layer, ``(n_layers, n)``; any space."""
        return self.field.potentials[:, self.atoms.locate(self.circuit.space.check(states))]

    def backward_current(self) -> float:
        """Total current that flows from a layer back to the one before it, in ampere."""
        back = self.field.outflow()[1:] - self.field.outflow(forward_only=True)[1:]
        return float(np.sum(back * self.field.multiplicity))

    def law(self, rule: Rule = "two-way", *, backend: Backend = "numpy") -> NDArray[np.float64]:
        """Exact probability of every end state when the start is drawn from the source, ``(n_states,)``.

        two-way and first-passage give the sink (Corollary 3.3); forward-only, the paper's shortcut, does not.
        """
        check_rule(rule)
        if rule == "first-passage":
            _require_numpy(backend)
            return self.first_passage.laws(self.source.to_array())[-1]
        require_states(self.field.atoms, "the law of all end states")
        return self.field.atoms.expand(self.exact_law(rule, backend=backend).ends[-1])

    def law_at(
        self, states: ArrayLike, rule: Literal["two-way", "forward-only"] = "two-way"
    ) -> NDArray[np.float64]:
        """Exact probability to end in each of the given states ``(n, n_sites)``, ``(n,)``; any space."""
        return self.exact_law(rule).ends[-1, self.atoms.locate(self.circuit.space.check(states))]

    def exact_law(
        self, rule: Literal["two-way", "forward-only"] = "two-way", *, backend: Backend = "numpy"
    ) -> ExactLaw:
        """End law, expected visits and number of steps, for the two-way or the forward-only rule; any space.

        Node arrays are ``(n_layers, n_atoms)``; a column belongs to one state of the atom, see `atoms`.
        """
        check_rule(rule)
        if rule == "first-passage":
            raise InputError("the first-passage rule has kernels, not an exact law: see flow.first_passage")
        return self._propagate(rule == "forward-only", backend)

    def visits(self, rule: Rule = "two-way") -> NDArray[np.float64]:
        """Expected visits of every node, ``(n_layers, n_states)``.

        For two-way walks they equal the throughflow; for first-passage walks they are the law of the first state in
        every layer.
        """
        check_rule(rule)
        if rule == "first-passage":
            return self.first_passage.laws(self.source.to_array())[:-1]
        require_states(self.field.atoms, "the array of all visits")
        return self.field.atoms.expand(self.exact_law(rule).visits)

    @cached_property
    def first_passage(self) -> FirstPassage:
        """Layer-by-layer transition matrices of the first-passage rule (small V only)."""
        return first_passage(self.field)

    def sample(
        self,
        n: int | None = None,
        rule: Rule = "two-way",
        rng: np.random.Generator | int | None = None,
        *,
        starts: ArrayLike | None = None,
        paths: bool = False,
        backend: Backend = "numpy",
    ) -> Walks:
        """Walks of `n` walkers that start in the source, or of one walker from each of `starts` ``(n, n_sites)``.

        `paths` keeps every layer and state visited. `backend` says where the walkers move: "cupy" needs a GPU and the
        currents of a complete circuit, and draws other random numbers than "numpy" from the same seed. Raises
        StrandedWalkerError where a walker can neither stop nor move on.
        """
        check_rule(rule)
        field, randomness, begin_atoms = self.field_on(backend), generator(rng), None
        if (n is None) == (starts is None):
            raise InputError("give the number of walks n, or their starts, and not both")
        if starts is None:
            rows = sample_size(n, self.circuit.space.n_sites, "walks")
            if backend == "numpy":
                begin = self.source.sample(rows, randomness)
            else:
                begin_atoms = draw_source(field, rows, randomness)
                begin = self.atoms.states(to_numpy(begin_atoms), randomness)
        else:
            begin = self.circuit.space.check(starts).copy()
            if begin.ndim != 2:
                raise InputError(f"starts must have shape (n, {self.circuit.space.n_sites})")
        if rule == "first-passage":
            _require_numpy(backend)
            return sample_first_passage(self.field, self.first_passage, begin, randomness, paths=paths)
        return sample_walks(
            field,
            begin,
            randomness,
            forward_only=rule == "forward-only",
            paths=paths,
            max_steps=self.max_steps,
            begin=begin_atoms,
        )

    def field_on(self, backend: Backend) -> LayeredField:
        """The field with its arrays on a back end, copied once; InputError where that does not work."""
        if backend not in self._fields:
            xp = library(backend)
            if not isinstance(self.field, CompleteField):
                raise InputError(
                    f'backend "{backend}" walks on the currents of a complete circuit only; use backend="numpy"'
                )
            self._fields[backend] = self.field.on(xp)
        return self._fields[backend]

    @cached_property
    def _fields(self) -> dict[str, LayeredField]:
        return {"numpy": self.field}

    @cached_property
    def _laws(self) -> dict[tuple[bool, str], ExactLaw]:
        return {}

    def _propagate(self, forward_only: bool, backend: Backend) -> ExactLaw:
        known = (forward_only, backend)
        if known not in self._laws:
            self._laws[known] = propagate(
                self.field_on(backend),
                forward_only=forward_only,
                tolerance=self.tolerance,
                max_steps=self.max_steps,
            ).on_cpu()
        return self._laws[known]


def _require_numpy(backend: str) -> None:
    if backend != "numpy":
        raise InputError(f'the first-passage rule has no backend "{backend}"; use backend="numpy"')
