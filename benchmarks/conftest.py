"""What every benchmark shares: random problems of a stated size."""

from collections.abc import Callable

import numpy as np
import pytest

import ecd2g


@pytest.fixture
def random_problem() -> Callable[..., tuple]:
    """Make a circuit of ratio `rho` with a random dense source and sink."""

    def make(n_symbols: int, n_sites: int, n_layers: int, rho: float = 0.25) -> tuple:
        space = ecd2g.StateSpace(n_symbols, n_sites)
        rng = np.random.default_rng(20260101)
        p, q = (ecd2g.Distribution.from_weights(space, rng.exponential(size=space.n_states)) for _ in "pq")
        lateral = 0.1 * (space.n_states - 1) / rho
        circuit = ecd2g.LayeredCircuit.complete(
            space, n_layers=n_layers, forward_resistance=0.1, lateral_resistance=lateral
        )
        return circuit, p, q

    return make
