"""Plans without a circuit: the independent, the cheapest, and the entropic one."""

from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.given_numbers import positive_number, whole_number
from ecd2g.couplings.plan import MARGINAL_TOLERANCE, Plan, certified
from ecd2g.couplings.plan_input import PlanInput, mean_cost
from ecd2g.errors import SolverError
from ecd2g.metrics.optimal_transport import SIMPLEX_STEPS, PairGround, pot

PLAIN_EXPONENT = 200.0
"""Sinkhorn's steps leave the log domain up to this cost in epsilons: exp(200) is far from overflow."""


def independent_plan(p: Distribution, q: Distribution) -> Plan:
    """pi(x, y) = p(x) q(y): the largest entropy of all plans, H(p) + H(q); O(m k).

    >>> from ecd2g.circuit.state_space import StateSpace
    >>> half = Distribution.uniform(StateSpace(2))
    >>> independent_plan(half, half).table
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    given = PlanInput.of(p, q)
    plan = given.plan(np.outer(given.p, given.q), "independent")
    return certified(plan, "give probabilities that sum to one")


def transport_plan(p: Distribution, q: Distribution, ground: PairGround = "squared") -> Plan:
    """The plan of least cost, Kantorovich's linear program: argmin sum pi(x, y) c(x, y) over all plans of p and q.

    Equal weights on equally many states make it an assignment, solved by SciPy in O(m^3); anything else is solved by
    the network simplex of POT. CapacityError above `PAIR_LIMIT` pairs of states; InputError where POT is needed and not
    installed; SolverError where the simplex stops early or misses the marginals.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> plan = transport_plan(p, q)
    >>> plan.table, plan.cost()
    (array([[0.5, 0. ],
           [0. , 0.5]]), 1.0)
    """
    given = PlanInput.of(p, q)
    if _is_assignment(given):
        costs = given.costs(ground)
        table = np.zeros_like(costs)
        rows, columns = linear_sum_assignment(costs)
        table[rows, columns] = given.p
    else:
        ot = pot()
        given = PlanInput.of(p, q)  # once more: the import is no part of the plan's time
        table = _emd(ot, given, given.costs(ground))
    return certified(given.plan(table, "optimal transport"), "give fewer states, or weights of closer sizes")


def sinkhorn_plan(
    p: Distribution,
    q: Distribution,
    ground: PairGround = "squared",
    regularisation: float = 0.05,
    max_steps: int = 100_000,
) -> Plan:
    """The plan of least cost minus entropy: argmin sum pi c + epsilon sum pi log pi, by Sinkhorn's steps of POT.

    epsilon = `regularisation` times the mean cost of independent pairs. O(m k) a step; in the log domain, where steps
    take some twenty times as long, if a cost is above `PLAIN_EXPONENT` epsilon. The steps go on until the marginals are
    met within `MARGINAL_TOLERANCE`; SolverError where `max_steps` do not get there: nothing is rounded to the marginals
    afterwards. InputError for a regularisation that is not positive, otherwise errors as in `transport_plan`.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> plan = sinkhorn_plan(p, q, regularisation=0.5)
    >>> plan.table.sum(axis=1).round(9), round(plan.cost(), 6)
    (array([0.5, 0.5]), 1.208609)
    """
    regularisation = positive_number(regularisation, "regularisation")
    max_steps = whole_number(max_steps, "max_steps", least=1)
    ot = pot()
    given = PlanInput.of(p, q)
    costs = given.costs(ground)
    costs = costs / (mean_cost(costs, given.p, given.q) or 1.0)  # 0 where all costs are
    table = ot.sinkhorn(
        given.p / given.p.sum(),  # totals may miss 1 by rounding; only equal masses can be transported
        given.q / given.q.sum(),
        costs,
        regularisation,
        method="sinkhorn" if costs.max() <= PLAIN_EXPONENT * regularisation else "sinkhorn_log",
        numItermax=max_steps,
        stopThr=0.1 * MARGINAL_TOLERANCE,
        warn=False,
    )
    advice = "raise regularisation or max_steps, or use transport_plan or electric_plan"
    return certified(given.plan(table, "sinkhorn"), advice)


def _is_assignment(given: PlanInput) -> bool:
    each = given.p[0]
    return len(given.p) == len(given.q) and bool(np.all(given.p == each) and np.all(given.q == each))


def _emd(ot: ModuleType, given: PlanInput, costs: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b = given.p / given.p.sum(), given.q / given.q.sum()
    table, log = ot.emd(a, b, costs, numItermax=SIMPLEX_STEPS, log=True)
    if log["warning"] is not None:
        raise SolverError(
            f"the network simplex stopped early: {log['warning']}",
            reached=float("nan"),
            tolerance=MARGINAL_TOLERANCE,
        )
    return np.asarray(table)
