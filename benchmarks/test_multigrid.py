"""Large grids against PyAMG's own solvers, on the same conductances.

In PyAMG's favour: it is asked for a relative residual of 1e-10, where the certified solution goes down to rounding
(PyAMG's own stops falling near 2e-12 on the 300 x 300 grid), its matrix is made before the clock starts, nothing of it
is certified, and it has the settings its documentation gives for symmetric positive definite matrices of diffusion: the
constant vector as near-nullspace candidate (smoothed aggregation), classical strength 0.25 and splitting in two passes
(Ruge-Stüben; one pass, the default, needs five times the iterations on the 200 x 200 grid), symmetric Gauss-Seidel,
conjugate gradients around the V-cycle.
"""

import numpy as np
import pyamg
import pytest
import scipy.sparse as sp

import ecd2g
from ecd2g.reference.matrix import conductance_matrix

SIDES = (300, 1000)
SYMMETRIC = ("gauss_seidel", {"sweep": "symmetric"})
HIERARCHIES = {
    "smoothed-aggregation": lambda matrix: pyamg.smoothed_aggregation_solver(
        matrix,
        B=np.ones((matrix.shape[0], 1)),
        symmetry="symmetric",
        presmoother=SYMMETRIC,
        postsmoother=SYMMETRIC,
    ),
    "ruge-stuben": lambda matrix: pyamg.ruge_stuben_solver(
        matrix,
        strength=("classical", {"theta": 0.25}),
        CF=("RS", {"second_pass": True}),
        presmoother=SYMMETRIC,
        postsmoother=SYMMETRIC,
    ),
}
RESIDUAL = 1e-10
"""Relative to the current, what PyAMG is asked for."""

REACHED: dict[int, float] = {}
"""Effective resistance of the certified solution, by side."""


def grid(side: int) -> ecd2g.ResistorNetwork:
    nodes = np.arange(side * side).reshape(side, side)
    right = np.stack([nodes[:, :-1].ravel(), nodes[:, 1:].ravel()], axis=1)
    down = np.stack([nodes[:-1].ravel(), nodes[1:].ravel()], axis=1)
    edges = np.concatenate([right, down])
    siemens = 10.0 ** np.random.default_rng(0).uniform(-1, 1, len(edges))
    return ecd2g.ResistorNetwork.from_edges(edges, conductance=siemens)


@pytest.mark.benchmark(group="grid, against PyAMG")
@pytest.mark.parametrize("side", SIDES)
def test_certified(benchmark, side: int) -> None:
    """A network of its own for every round: nothing is kept from the one before."""

    def corner_to_corner(network):
        return ecd2g.solve(network, source={0: 1.0}, sink={network.n_nodes - 1: 1.0})

    network = grid(side)
    solution = benchmark.pedantic(
        corner_to_corner, setup=lambda: ((grid(side),), {}), rounds=3, warmup_rounds=0
    )
    current = np.zeros(network.n_nodes)
    current[[0, -1]] = 1.0, -1.0
    off = conductance_matrix(network) @ solution.potentials - current
    residual = float(np.linalg.norm(off) / np.linalg.norm(current))
    REACHED[side] = solution.effective_resistance
    benchmark.extra_info.update(
        {"method": solution.method, "bracket": solution.certificate.bracket, "relative residual": residual}
    )


@pytest.mark.benchmark(group="grid, against PyAMG")
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", HIERARCHIES)
def test_by_pyamg(benchmark, name: str, side: int) -> None:
    """Set-up and solve, the last node grounded."""
    matrix = sp.csr_matrix(conductance_matrix(grid(side)))[:-1, :-1]
    current = np.zeros(matrix.shape[0])
    current[0] = 1.0

    def solve() -> np.ndarray:
        hierarchy = HIERARCHIES[name](matrix)
        return hierarchy.solve(current, tol=RESIDUAL, maxiter=300, accel="cg")

    potentials = benchmark.pedantic(solve, rounds=2)
    reached = float(np.linalg.norm(matrix @ potentials - current))
    benchmark.extra_info["relative residual"] = reached
    assert reached <= 2 * RESIDUAL
    assert potentials[0] == pytest.approx(REACHED[side], rel=1e-8)
