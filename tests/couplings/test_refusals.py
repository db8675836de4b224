"""What the couplings refuse, and in which words."""

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from ecd2g import Distribution, InputError, SolverError, StateSpace
from ecd2g.couplings import bipartite, sinkhorn_plan, transport, transport_plan
from ecd2g.couplings.bipartite import _sink_solver

P, Q = (Distribution.from_weights(StateSpace(3), weights) for weights in ([1, 2, 3], [3, 2, 2]))
REFUSED = {
    "regularisation": (
        lambda: sinkhorn_plan(P, Q, regularisation=0.0),
        "must be a positive finite number, .*got 0.0",
    ),
    "steps": (lambda: sinkhorn_plan(P, Q, max_steps=0), "max_steps must be a whole number, 1 or more, got 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_arguments_that_make_no_plan_are_refused(name: str) -> None:
    call, words = REFUSED[name]
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.filterwarnings("ignore:numItermax reached")
def test_an_assignment_that_stops_early_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "SIMPLEX_STEPS", 1)
    with pytest.raises(SolverError, match="the network simplex stopped early: "):
        transport_plan(P, Q)


def test_a_laplacian_that_rounding_makes_indefinite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_definite(*args, **options):
        raise LinAlgError

    monkeypatch.setattr(bipartite, "cho_factor", not_definite)
    with pytest.raises(SolverError, match="differ by more than float64 can tell apart; raise floor or width"):
        _sink_solver(np.ones((2, 2)), np.full(2, 2.0))
