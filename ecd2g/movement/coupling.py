"""What a circuit does to data, exactly: the cost of its coupling of starts and ends, its turns, and its bias."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms, require_states
from ecd2g.circuit.fields.field import LayeredField
from ecd2g.circuit.given_numbers import positive_number
from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import CapacityError, InputError
from ecd2g.movement.squared_moments import squared_cost
from ecd2g.movement.sweeps import end_masses
from ecd2g.movement.transport import Transport

Ground = Literal["squared", "hamming"]
"""Cost of a pair of states: sum_i ((x_i - y_i) / scale)^2 of ordinal sites, or the number of sites that differ."""

WalkRule = Literal["two-way", "forward-only"]

SQUARED_SHARE = 3.0
"""Largest squared costs of a pair by which a unit of unfinished mass can change a cost; derived in `ExactCost`."""


@dataclass(frozen=True, eq=False)
class ExactCost:
    """E c(x_0, x_N) of the walks that start in the source.

    value : the cost, in the unit of the ground cost
    error : what walks left unfinished could change, rounding apart. With u the largest share of a moved mass that is
        left, 3 u times the largest cost of a pair for "squared", and u times the number of sites for "hamming"

    Why, a site at a time. d is the largest difference of symbols, low the least start, M the event that a walk is left.

    squared    With c the mean of the ends that are known, true - value is
               E[(y - low)^2 - (c - low)^2; M] - 2 E[(x - low) (y - c); M'], where M' may differ from M if masses are
               moved one by one. The first part lies within u d^2 and the second within 2 u d^2.
    hamming    Only terms P(x = s, y != s; M_s) <= u P(x = s) are missing, and their sum over s is u at most. The value
               is never too large.

    ends : end law of the same walks, one entry an atom, ``(n_atoms,)``
    """

    value: float
    error: float
    ends: NDArray[np.float64]


def exact_cost(
    transport: Transport, ground: Ground = "squared", scale: float = 1.0, rule: WalkRule = "two-way"
) -> ExactCost:
    """Expected cost between start and end of a walk, without its V x V coupling and without sampling.

    squared    `squared_cost`: sum_i var x_0i + var x_Ni + (E x_0i - E x_Ni)^2 - 2 cov(x_0i, x_Ni). The covariances come
               from D start masses p(x) (x_i - min x_i), so 1 + D masses are moved. `scale` is in symbols. Rounding adds
               about 1e-15 times the squared width of the two supports, wherever in the space they lie.
    hamming    sum_i,s P(x_0i = s, x_Ni != s) from the start masses p(x) [x_i = s]: a sum of positive terms, 1 + sum S_i
               masses.

    Masses are moved by `end_masses`. Atoms that stand for several states cannot be told apart, so the forward-only rule
    refuses them (CapacityError): its walks end there.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> round(exact_cost(flow).value, 12)  # all walks move by one symbol
    1.0
    """
    _check(ground, scale, rule)
    atoms, space = transport.atoms, transport.circuit.space
    if atoms.has_rest and rule == "forward-only":
        raise CapacityError(
            "the forward-only cost needs every state as an atom of its own; give source or sink as a dense distribution"
        )
    symbols = _symbols(atoms, space)
    if ground == "squared":
        symbols = symbols - symbols[atoms.source > 0].min(axis=0)
        starts = _moments(atoms.source, symbols)
    else:
        starts = _indicators(atoms.source, symbols, space)
    moved = end_masses(
        transport.field,
        np.column_stack([atoms.source, *starts]),
        forward_only=rule == "forward-only",
        tolerance=transport.tolerance,
    )
    law, ends = moved.ends[:, 0], moved.ends[:, 1:]
    if ground == "squared":
        value = squared_cost(atoms.source, symbols, law, symbols, ends).value / scale**2
        most = SQUARED_SHARE * _diameter(space) / scale**2
    else:
        value, most = _hamming(ends, symbols, space), float(space.n_sites)
    return ExactCost(value, moved.unfinished * most, law * atoms.multiplicity)


@dataclass(frozen=True, eq=False)
class Coupling:
    """Joint law of start and end ``(V, V)``, rows the starts; nats."""

    space: StateSpace
    table: NDArray[np.float64]

    @property
    def entropy(self) -> float:
        """-sum pi log pi: log V at most where every start has one end; H(p) + H(q) where ends forget their starts."""
        return _entropy(self.table)

    @property
    def mutual_information(self) -> float:
        """H(start) + H(end) - H(start, end): 0 for the independent coupling, H(p) at most."""
        return _entropy(self.table.sum(axis=1)) + _entropy(self.table.sum(axis=0)) - self.entropy

    @property
    def staying(self) -> float:
        """Probability to end in the state of the start."""
        return float(np.trace(self.table))

    def cost(self, ground: Ground = "squared", scale: float = 1.0) -> float:
        """Expected cost, sum_xy pi(x, y) c(x, y); O(V^2 D)."""
        _check(ground, scale, "two-way")
        states, costs = self.space.all_states(), np.zeros_like(self.table)
        for site in states.T:
            difference = np.subtract.outer(site, site)
            costs += np.square(difference / scale) if ground == "squared" else difference != 0
        return float(np.sum(self.table * costs))


def coupling(transport: Transport, rule: WalkRule = "two-way") -> Coupling:
    """P(start, end) from the first-passage matrices, or, forward-only, from the forward currents; O(N V^3).

    Small spaces only: N tables of V x V numbers, up to `ecd2g.circuit.kernels.kernel.TABLE_LIMIT` in all.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> coupling(flow).table  # all walks go from state 0 to state 1
    array([[0., 1.],
           [0., 0.]])
    """
    _check("squared", 1.0, rule)
    require_states(transport.atoms, "the coupling of all pairs of states")
    n_states, n_gaps = transport.circuit.n_states, transport.circuit.n_gaps
    require_table(n_states, "the coupling of all pairs of states", copies=n_gaps + 1)
    joint = np.diag(transport.source.to_array())
    if rule == "two-way":
        for step in (*transport.first_passage.steps, transport.first_passage.exit):
            joint = joint @ step
        return Coupling(transport.circuit.space, joint)
    atoms, joint = transport.atoms, np.zeros((n_states, n_states))
    listed = atoms.source > 0
    starts = np.diag(atoms.source)[:, listed]
    rows = atoms.expand(end_masses(transport.field, starts, forward_only=True).ends.T)
    joint[np.flatnonzero(transport.source.to_array() > 0)] = rows
    return Coupling(transport.circuit.space, joint)


def backward_steps(field: LayeredField) -> float:
    """Expected number of steps of a two-way walk towards earlier layers, from the currents alone.

    A node is visited as often as its throughflow says, so it is the total current that flows back, over 1 A.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> round(backward_steps(flow.field), 12)
    0.25
    """
    back = field.outflow()[1:] - field.outflow(forward_only=True)[1:]
    return float(np.sum(back * field.multiplicity))


def mean_steps(field: LayeredField) -> float:
    """Expected number of steps of a two-way walk: n_layers - 1, and two more for every step back."""
    return field.circuit.n_gaps + 2.0 * backward_steps(field)


def forward_bias(transport: Transport) -> float:
    """Total variation between the end law of the forward-only rule, the paper's shortcut, and the sink; exact.

    StrandedWalkerError where forward-only walkers come to nodes that no current leaves towards the next layer.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> round(forward_bias(flow), 12)
    0.25
    """
    atoms = transport.atoms
    law = end_masses(transport.field, atoms.source[:, None], forward_only=True).ends[:, 0]
    return float(0.5 * np.sum(np.abs(law - atoms.sink) * atoms.multiplicity))


def _check(ground: str, scale: float, rule: str) -> None:
    if ground not in get_args(Ground):
        raise InputError(f"ground must be one of {', '.join(map(repr, get_args(Ground)))}, got {ground!r}")
    if rule not in get_args(WalkRule):
        raise InputError(f"rule must be one of {', '.join(map(repr, get_args(WalkRule)))}, got {rule!r}")
    positive_number(scale, "scale")
    if ground == "hamming" and scale != 1:
        raise InputError(f'scale must be 1 with ground "hamming", which counts sites, got {scale!r}')


def _symbols(atoms: Atoms, space: StateSpace) -> NDArray[np.int64]:
    """States of the atoms ``(n_atoms, n_sites)``; -1 for the rest, where no walk starts or ends."""
    if atoms.listed is None:
        return space.all_states()
    rest = np.full((atoms.n_atoms - len(atoms.listed), space.n_sites), -1, dtype=np.int64)
    return np.concatenate([atoms.listed, rest])


def _moments(p: NDArray[np.float64], symbols: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """p(x) x_i of every site, for symbols that count from the least start."""
    return [p * np.maximum(site, 0) for site in symbols.T]


def _indicators(
    p: NDArray[np.float64], symbols: NDArray[np.int64], space: StateSpace
) -> list[NDArray[np.float64]]:
    """p(x) [x_i = s] of every site i and symbol s."""
    sizes = space.alphabet_sizes
    return [p * (symbols[:, site] == symbol) for site, size in enumerate(sizes) for symbol in range(size)]


def _hamming(ends: NDArray[np.float64], symbols: NDArray[np.int64], space: StateSpace) -> float:
    pairs = [(site, symbol) for site, size in enumerate(space.alphabet_sizes) for symbol in range(size)]
    return float(sum(ends[symbols[:, site] != symbol, k].sum() for k, (site, symbol) in enumerate(pairs)))


def _diameter(space: StateSpace) -> float:
    """The largest squared distance of two states, in symbols squared."""
    return float(sum((size - 1) ** 2 for size in space.alphabet_sizes))


def _entropy(law: NDArray[np.float64]) -> float:
    positive = law[law > 0]
    return float(-np.sum(positive * np.log(positive)))
