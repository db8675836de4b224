"""The electric coupling: where two-way walks end that start in one sample and end in another."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.given_numbers import positive_number, whole_number
from ecd2g.couplings.bipartite import two_layer_currents
from ecd2g.couplings.plan import MARGINAL_TOLERANCE, Plan, certified
from ecd2g.couplings.plan_input import PlanInput, mean_cost
from ecd2g.couplings.two_way_law import two_way_law
from ecd2g.errors import SolverError
from ecd2g.metrics.optimal_transport import PairGround

Array = NDArray[np.float64]

FLOOR = 1e-12
"""Default floor of the conductances; down to 1e-15 currents refine to rounding at all widths, below that not always."""

SHORTEST = 1e-3
"""Pairs that cost less count as costing this many mean costs in a reweighting, which divides by costs."""

ADVICE = "raise floor or width, or take fewer reweightings"

ROUGH = 1e-6
"""Residual of the currents that only set the next conductances; those of the plan are refined to rounding."""


def electric_plan(
    p: Distribution,
    q: Distribution,
    ground: PairGround = "squared",
    width: float = 0.05,
    floor: float = FLOOR,
    reweightings: int = 0,
) -> Plan:
    """The law of start and end of the two-way walks in a circuit on the occupied states alone, in any space.

    A circuit of two layers joins every start i to every end j; p_i flows in and q_j flows out. Its conductances are

        c_ij = p_i q_j (exp(-C_ij / (width mean C)) + floor)

    with the costs C and their mean over independent pairs. For equal weights the factor p_i q_j is one number and
    changes no current; in general it makes the plan the same whether a state is listed once or its copies one by one,
    and wide plans independent. `two_layer_currents` gives the currents and `two_way_law` the plan.

    `reweightings` repeats c <- (c / mean c + g / mean g) / 2 with g = |I| / max(C, 0.001 mean C): conductances follow
    their currents, as in iteratively reweighted least squares, and the plan comes closer to optimal transport. The
    smallest cost stands in for C = 0, where a resistor would have no length.

    It usually costs less than the independent coupling, not always: docs/couplings.md has a case of 11 % more.

    Marginals are certified: SolverError where they, or Kirchhoff's law, are missed by more than `MARGINAL_TOLERANCE`:
    conductances may differ by more than float64 can tell apart, as with floors below 1e-15. Time
    O((1 + reweightings) m k min(m, k)), memory O(m k). CapacityError above `PAIR_LIMIT` pairs; InputError for different
    spaces, an unknown ground, and widths, floors and reweightings that are not positive.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> plan = electric_plan(p, q)
    >>> plan.table.round(3), plan.table.sum(axis=0).round(9)
    (array([[0.5, 0. ],
           [0. , 0.5]]), array([0.5, 0.5]))
    """
    _check(width, floor, reweightings)
    given = PlanInput.of(p, q)
    costs = given.costs(ground)
    mean = mean_cost(costs, given.p, given.q)
    costs = costs / mean if mean > 0 else costs
    weights = len(given.p) * len(given.q) * np.outer(given.p, given.q)
    conductances = weights * (np.exp(-costs / width) + floor)
    lengths = np.maximum(costs, SHORTEST)
    for _ in range(reweightings):
        currents = two_layer_currents(conductances, given.p, given.q, ROUGH)
        conductances = _reweighted(conductances, currents, lengths)
    currents = _kept(two_layer_currents(conductances, given.p, given.q), given)
    method = "electric-reweighted" if reweightings else "electric"
    return certified(given.plan(_law(currents, given), method), ADVICE)


def _reweighted(conductances: Array, currents: Array, lengths: Array) -> Array:
    follow = np.abs(currents)
    follow /= lengths
    follow *= 0.5 / follow.mean()
    follow += conductances * (0.5 / conductances.mean())
    return follow


def _kept(currents: Array, given: PlanInput) -> Array:
    """The currents; SolverError where Kirchhoff's law is missed or a node passes nothing on: no walk has a law then."""
    missed = max(np.abs(currents.sum(axis=1) - given.p).max(), np.abs(currents.sum(axis=0) - given.q).max())
    forward = np.maximum(currents, 0.0)
    if missed <= MARGINAL_TOLERANCE and forward.any(axis=1).all() and forward.any(axis=0).all():
        return currents
    raise SolverError(
        f"the currents of the electric coupling must meet Kirchhoff's law within {MARGINAL_TOLERANCE:g} and leave "
        f"every start, but miss it by {missed:.3g}: conductances differ by more than float64 can tell apart; {ADVICE}",
        reached=float(missed),
        tolerance=MARGINAL_TOLERANCE,
    )


def _law(currents: Array, given: PlanInput) -> Array:
    if len(given.p) > len(given.q):  # reversed walks have the same law: what leaves a node is what enters it
        return np.ascontiguousarray(two_way_law(np.ascontiguousarray(currents.T), given.q, given.p).T)
    return two_way_law(currents, given.p, given.q)


def _check(width: float, floor: float, reweightings: int) -> None:
    for name, value in (("width", width), ("floor", floor)):
        positive_number(value, name)
    whole_number(reweightings, "reweightings")
