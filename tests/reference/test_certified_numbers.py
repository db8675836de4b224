"""Why certificates: a backward error says nothing about a stiff network, and a bound does."""

import numpy as np
import pytest
import scipy.sparse.linalg

import ecd2g
from ecd2g.reference import conductance_matrix
from ecd2g.testing import golden_networks

STIFF = next(case for case in golden_networks() if case.name.startswith("stiff"))


def test_a_tiny_backward_error_comes_with_a_resistance_wrong_in_every_digit() -> None:
    net = STIFF.problem.circuit
    current = STIFF.problem.injected - STIFF.problem.extracted
    sink = int(np.argmin(current))
    free = np.delete(np.arange(net.n_nodes), sink)
    grounded = conductance_matrix(net)[free][:, free].tocsc()
    potentials = scipy.sparse.linalg.spsolve(grounded, current[free])
    residual = np.abs(grounded @ potentials - current[free]).max()
    assert residual <= 1e-15 * abs(grounded).max() * np.abs(potentials).max()
    found = potentials[np.argmax(current[free])]
    assert abs(found / STIFF.power - 1) > 0.5


@pytest.mark.parametrize("method", ["dense", "sparse", "cg"])
def test_the_same_network_is_refused_where_it_cannot_be_proven_right(method: str) -> None:
    problem = STIFF.problem
    with pytest.raises(ecd2g.SolverError):
        ecd2g.solve(problem.circuit, source=problem.injected, sink=problem.extracted, method=method)
