"""A walk of exactly `max_steps` steps is whole, and one step more is refused."""

import numpy as np
import pytest
import scipy.sparse as sp

from ecd2g import Distribution, LayeredCircuit, SolverError, StateSpace, solve
from ecd2g.circuit import kernels
from ecd2g.movement.sampling import sample_walks

STARTS = np.zeros((3, 1), dtype=np.int64)


SPACE = StateSpace(1)
CHAINS = {
    "outflow known": LayeredCircuit.complete(
        SPACE, n_layers=5, forward_resistance=1.0, lateral_resistance=1.0
    ),
    "stop and move drawn together": LayeredCircuit(SPACE, 5, kernels.sparse(sp.csr_array([[1.0]]))),
}


@pytest.fixture(params=CHAINS)
def field(request):
    """One state and five layers: every walk takes four steps."""
    only = Distribution.from_probabilities(SPACE, [1.0])
    return solve(CHAINS[request.param], source=only, sink=only).field


def test_walks_of_as_many_steps_as_allowed_end(field):
    assert sample_walks(field, STARTS, np.random.default_rng(1), max_steps=4).n_steps.tolist() == [4, 4, 4]


def test_a_step_beyond_the_limit_is_refused(field):
    with pytest.raises(SolverError, match="3 steps"):
        sample_walks(field, STARTS, np.random.default_rng(1), max_steps=3)
