"""Pools of pairs for training: batches of samples, coupled batch by batch."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.given_numbers import whole_number
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.state_numbers import distinct
from ecd2g.couplings.electric import electric_plan
from ecd2g.couplings.pairs import GivenPairs, cheapest_order
from ecd2g.couplings.plan import Plan
from ecd2g.couplings.transport import sinkhorn_plan
from ecd2g.errors import InputError
from ecd2g.metrics.optimal_transport import PairGround, cost_unit

REWEIGHTINGS = 20
"""Reweightings of "electric-reweighted"."""

PLANNED: dict[str, Callable[[Distribution, Distribution, PairGround], Plan]] = {
    "electric": electric_plan,
    "electric-reweighted": partial(electric_plan, reweightings=REWEIGHTINGS),
    "sinkhorn": sinkhorn_plan,
}
"""Methods whose plan is a table that ends are drawn from."""

POOLED = ("independent", "minibatch-ot", *PLANNED)
"""The methods of `pool_pairs`."""


def pool_pairs(
    source: Distribution,
    target: Distribution,
    method: str = "minibatch-ot",
    ground: PairGround = "squared",
    batch_size: int = 500,
    n_batches: int = 100,
    rng: np.random.Generator | int | None = None,
) -> GivenPairs:
    """`n_batches` times `batch_size` pairs of samples; each batch of starts and ends is coupled on its own.

    independent           as drawn
    minibatch-ot          the ends in the order of least cost, an assignment: every end once
    electric              the electric plan of the batch; each start draws an end from its row
    electric-reweighted   the same after 20 reweightings
    sinkhorn              the entropic plan of the batch; each start draws an end from its row

    Starts and ends of the pool follow source and target, for a batch is a sample of both and its plan has the batch as
    marginals; with a table, ends of one batch may be drawn twice. Time grows with n_batches times batch_size^3, and
    neither the space nor the supports are listed beyond what sampling needs. InputError for other methods and grounds,
    different spaces, and numbers below one; CapacityError where a batch has more than `PAIR_LIMIT` pairs to compare;
    errors of the plans otherwise.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> pool = pool_pairs(p, q, batch_size=4, n_batches=2, rng=0)
    >>> pool.starts.shape
    (8, 1)
    """
    _check(source, target, method, ground, batch_size, n_batches)
    random = generator(rng)
    starts, ends = [], []
    for _ in range(n_batches):
        x, y = source.sample(batch_size, random), target.sample(batch_size, random)
        starts.append(x)
        ends.append(_ends(source, x, y, method, ground, random))
    return GivenPairs.of(source.space, np.concatenate(starts), np.concatenate(ends))


def _ends(
    source: Distribution,
    x: NDArray[np.int64],
    y: NDArray[np.int64],
    method: str,
    ground: PairGround,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """One end for each start of a batch."""
    if method == "independent":
        return y
    if method == "minibatch-ot":
        return y[cheapest_order(x, y, ground)]
    space = source.space
    plan = PLANNED[method](Distribution.from_samples(space, x), Distribution.from_samples(space, y), ground)
    return plan.ends[plan.draw_columns(distinct(space, x)[1], rng)]


def _check(
    source: Distribution,
    target: Distribution,
    method: str,
    ground: PairGround,
    batch_size: int,
    n_batches: int,
) -> None:
    if source.space != target.space:
        raise InputError("source and target must live on one state space")
    if method not in POOLED:
        raise InputError(f"method must be one of {', '.join(map(repr, POOLED))}, got {method!r}")
    cost_unit(ground)
    for name, value in (("batch_size", batch_size), ("n_batches", n_batches)):
        whole_number(value, name, least=1)
