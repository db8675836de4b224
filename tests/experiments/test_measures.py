import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g import Distribution, StateSpace
from ecd2g.data import Problem
from ecd2g.experiments.exact.measures import independent_numbers
from ecd2g.experiments.exact.solved import site_marginals


def distribution(space: StateSpace, rng: np.random.Generator, *, sparse: bool) -> Distribution:
    if sparse:
        return Distribution.from_samples(space, space.draw(5, rng))
    return Distribution.from_weights(space, rng.random(space.n_states))


@given(st.integers(0, 10**6), st.booleans(), st.booleans(), st.sampled_from([3, (2, 3), (2, 2, 2)]))
def test_independent_coupling_by_enumeration(seed, first_sparse, second_sparse, n_symbols):
    rng = np.random.default_rng(seed)
    space = StateSpace(n_symbols)
    source = distribution(space, rng, sparse=first_sparse)
    target = distribution(space, rng, sparse=second_sparse)
    found = independent_numbers(Problem("test", "test", space, source, target))
    states, p, q = space.all_states(), source.to_array(), target.to_array()
    changed = (states[:, None] != states).sum(axis=-1)
    squared = np.square(states[:, None] - states).sum(axis=-1)
    assert found["hamming_distance"] == pytest.approx(p @ changed @ q, abs=1e-12)
    assert found["probability_of_staying"] == pytest.approx(p @ q, abs=1e-12)
    if isinstance(space.n_symbols, int):
        assert found["squared_distance"] == pytest.approx(p @ squared @ q / space.n_symbols**2, abs=1e-12)
    else:
        assert "squared_distance" not in found


@given(st.integers(0, 10**6), st.booleans())
def test_site_marginals_by_enumeration(seed, sparse):
    space = StateSpace((2, 3, 4))
    law = distribution(space, np.random.default_rng(seed), sparse=sparse)
    for site, marginal in enumerate(site_marginals(law)):
        for symbol, share in enumerate(marginal):
            expected = law.to_array()[space.all_states()[:, site] == symbol].sum()
            assert share == pytest.approx(expected, abs=1e-12)
