"""Conjugate gradients and the sparse solver of the GPU: the same text on NumPy with SciPy, on torch, and on CuPy.

Off the GPU, `cupy_device` is replaced by a device of the library under test; all else is what a user runs.
"""

import os
import subprocess
import sys
import warnings
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg
from hypothesis import given, settings

import ecd2g
from ecd2g import CapacityError, InputError, ResistorNetwork, SolverError
from ecd2g.circuit.array_library import moved, to_numpy
from ecd2g.reference.matrix import (
    centring,
    components,
    conductance_matrix,
    conductance_product,
    in_memory,
    without_means,
)
from ecd2g.reference.solvers import gpu
from ecd2g.reference.solvers.gpu import GPU_SOLVERS, Device, cupy_device
from ecd2g.testing import exact_network, network_problems, networks

ROOT = Path(__file__).parents[2]
every_method = pytest.mark.parametrize("method", GPU_SOLVERS)


def scipy_device():
    return Device(in_memory, scipy.sparse.linalg.spsolve)


def torch_device():
    torch = pytest.importorskip("torch")
    xp = pytest.importorskip("array_api_compat.torch")
    torch.set_num_threads(1)  # the arrays are small
    return Device(
        lambda values: moved(values.toarray() if sp.issparse(values) else values, xp), torch.linalg.solve
    )


class Guarded(np.ndarray):
    """Numbers of NumPy that refuse to meet other arrays, as those of CuPy do."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        for value in (*inputs, *out):
            assert isinstance(value, Guarded) or np.ndim(value) == 0, (
                f"{ufunc} of an array that was not moved"
            )
        plain = [v.view(np.ndarray) if isinstance(v, Guarded) else v for v in inputs]
        if out:
            options["out"] = tuple(v.view(np.ndarray) for v in out)
        return np.asarray(getattr(ufunc, method)(*plain, **options)).view(Guarded)


class GuardedMatrix:
    """A sparse matrix that multiplies guarded arrays only; the product is in Fortran order, as in CuPy."""

    def __init__(self, matrix):
        self.matrix = matrix

    def __matmul__(self, values):
        assert isinstance(values, Guarded)
        return np.asfortranarray(self.matrix @ values.view(np.ndarray)).view(Guarded)


def guarded_device():
    def place(values):
        assert not isinstance(values, Guarded)
        return GuardedMatrix(values) if sp.issparse(values) else np.array(values).view(Guarded)

    def sparse_solve(there, right):
        solved = [
            scipy.sparse.linalg.spsolve(there.matrix, b) for b in np.asarray(right).reshape(len(right), -1).T
        ]
        return np.stack(solved, axis=1).reshape(right.shape).view(Guarded)

    return Device(place, sparse_solve)


def test_guarded_numbers_meet_only_their_like() -> None:
    """Negative control of the guarded device."""
    here = np.ones(3)
    there = guarded_device().place(here)
    assert isinstance((2.0 * there + there).sum(axis=0) + there, Guarded)
    for mixed in (lambda: here * there, lambda: there @ here, lambda: np.maximum(there, here)):
        with pytest.raises(AssertionError, match="not moved"):
            mixed()


def brought_back(values):
    return values.view(np.ndarray) if isinstance(values, Guarded) else to_numpy(values)


def used_as_a_gpu(patch, device):
    patch.setattr(gpu, "cupy_device", lambda: device)
    patch.setattr(gpu, "to_numpy", brought_back)
    solving = sys.modules["ecd2g.reference.solve"]  # the function hides its module
    patch.setattr(solving, "require_backend", lambda backend: None)


@pytest.fixture(
    scope="module",
    params=[scipy_device, guarded_device, torch_device, pytest.param(cupy_device, marks=pytest.mark.gpu)],
)
def device(request):
    """What stands for the GPU in the whole module, or the GPU itself."""
    made = request.param()
    with pytest.MonkeyPatch.context() as patch:
        if request.param is not cupy_device:
            used_as_a_gpu(patch, made)
        yield made


def grid(side, decades=1.0):
    nodes = np.arange(side * side).reshape(side, side)
    edges = np.concatenate([np.stack([t[:-1].ravel(), t[1:].ravel()], axis=1) for t in (nodes, nodes.T)])
    siemens = 10.0 ** np.random.default_rng(side).uniform(-decades, decades, len(edges))
    return ResistorNetwork.from_edges(edges, conductance=siemens)


def two_grids_and_a_lonely_node():
    one = grid(6)
    edges = np.stack([one.tails, one.heads], axis=1)
    return ResistorNetwork.from_edges(
        np.concatenate([edges, edges + one.n_nodes]),
        conductance=np.concatenate([one.conductances, 100.0 * one.conductances]),
        n_nodes=2 * one.n_nodes + 1,
    )


NETWORKS = {"one": lambda: grid(12), "disconnected": two_grids_and_a_lonely_node}
every_network = pytest.mark.parametrize("network", [make() for make in NETWORKS.values()], ids=[*NETWORKS])


def table_circuit(kernel):
    return ecd2g.LayeredCircuit.from_conductances(ecd2g.StateSpace(len(kernel)), kernel, n_layers=5)


def ring(n):
    """Of two components where n is even: a walk changes the parity of its state at every gap."""
    return np.roll(np.eye(n), 1, axis=1) + np.roll(np.eye(n), -1, axis=1)


def random_kernel(n):
    weights = np.random.default_rng(n).uniform(0.1, 2.0, (n, n))
    return weights + weights.T


CIRCUITS = {
    "dense": lambda: table_circuit(random_kernel(9)),
    "disconnected": lambda: table_circuit(ring(8)),
    "complete": lambda: ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(9), n_layers=6, forward_resistance=0.1, lateral_resistance=30.0
    ),
}
every_circuit = pytest.mark.parametrize("circuit", [make() for make in CIRCUITS.values()], ids=[*CIRCUITS])


def balanced(circuit, k, seed=0):
    rng = np.random.default_rng(seed)
    return without_means(rng.normal(size=(circuit.n_nodes, k)), components(circuit))


def relative_residual(circuit, potentials, current):
    return np.abs(conductance_matrix(circuit) @ potentials - current).max() / np.abs(current).max()


@every_method
@settings(max_examples=15)
@given(problem=network_problems(networks(max_nodes=8)))
def test_certified_networks_agree_with_rational_arithmetic(device, method, problem) -> None:
    net, total = problem.circuit, problem.injected.sum()
    edges = [
        (int(u), int(v), float(g)) for u, v, g in zip(net.tails, net.heads, net.conductances, strict=True)
    ]
    exact = exact_network(net.n_nodes, edges, problem.injected.tolist(), problem.extracted.tolist())
    solution = ecd2g.solve(
        net, source=problem.injected, sink=problem.extracted, method=method, backend="cupy"
    )
    truth = np.array([float(value) for value in exact.potentials]) * total
    assert solution.certificate.method == method
    assert np.abs(solution.field.potentials - truth).max() <= 1e-10 * np.abs(truth).max()


@every_method
@every_circuit
def test_certified_layered_circuits_are_those_of_numpy(device, method, circuit) -> None:
    n = circuit.n_states
    weights = np.random.default_rng(3).uniform(size=(2, n // 2))
    p, q = (
        ecd2g.Distribution.from_weights(circuit.space, np.append(np.repeat(w, 2), [1.0] * (n % 2)))
        for w in weights  # as much on even as on odd states, so that every component is fed what it gives
    )
    expected = ecd2g.solve(circuit, source=p, sink=q, method="dense").field.potentials
    flow = ecd2g.solve(circuit, source=p, sink=q, method=method, backend="cupy")
    assert isinstance(flow.field.potentials, np.ndarray)
    assert np.abs(flow.field.potentials - expected).max() <= 1e-10 * np.abs(expected).max()


@every_method
@pytest.mark.parametrize(
    "circuit", [make() for make in (NETWORKS | {f"layered {n}": m for n, m in CIRCUITS.items()}).values()]
)
def test_many_columns_are_as_many_single_solves(device, method, circuit) -> None:
    solve, current, labels = GPU_SOLVERS[method](circuit), balanced(circuit, 4), components(circuit)
    current[:, 2] = 0.0
    current[:, 3] *= 1e-200
    current.flags.writeable = False
    together = solve(current)
    assert isinstance(together, np.ndarray)
    assert together.shape == current.shape
    assert not together[:, 2].any()
    for k in range(4):
        column, alone = (without_means(v, labels) for v in (together[:, k], solve(current[:, k])))
        assert alone.shape == (circuit.n_nodes,)
        assert np.abs(column - alone).max() <= 1e-6 * np.abs(alone).max()
    for k in (0, 1, 3):
        assert relative_residual(circuit, together[:, k], current[:, k]) <= 1e-6
    assert relative_residual(circuit, together[:, 0], current[:, 1]) > 0.1  # negative control


def test_columns_that_do_not_fit_at_once_are_solved_in_blocks(device, monkeypatch) -> None:
    network = grid(6)
    current = balanced(network, 5)
    together = GPU_SOLVERS["cg"](network)(current)
    widths = []
    inner = gpu.conjugate_gradients
    monkeypatch.setattr(gpu, "COLUMNS_AT_ONCE", 2 * network.n_nodes + 1)
    monkeypatch.setattr(
        gpu,
        "conjugate_gradients",
        lambda a, b, c, **d: widths.append(c.shape[1]) or inner(a, b, c, **d),
    )
    in_blocks = GPU_SOLVERS["cg"](network)(current)
    assert widths == [2, 2, 1]
    assert np.abs(in_blocks - together).max() <= 1e-7 * np.abs(together).max()


@every_method
def test_components_without_current_have_potential_zero(device, method) -> None:
    network = two_grids_and_a_lonely_node()
    current = np.zeros(network.n_nodes)
    current[[0, 35]] = 1.0, -1.0
    potentials = GPU_SOLVERS[method](network)(current)
    assert potentials[0] > potentials[35]
    assert not potentials[36:].any()


@pytest.mark.parametrize(
    "circuit", [make() for make in (NETWORKS | {f"layered {n}": m for n, m in CIRCUITS.items()}).values()]
)
def test_products_and_centring_are_those_of_numpy(device, circuit) -> None:
    labels = components(circuit)
    values = np.random.default_rng(1).normal(size=(circuit.n_nodes, 3)) + 5.0
    for given_values in (values, values[:, 0]):
        there = device.place(np.ascontiguousarray(given_values))
        for found, expected in (
            (conductance_product(circuit, device.place)(there), conductance_matrix(circuit) @ given_values),
            (centring(labels, device.place)(there), without_means(given_values, labels)),
        ):
            assert np.abs(gpu.to_numpy(found) - expected).max() <= 1e-12 * np.abs(expected).max()


def test_the_matrix_moves_to_the_device_once(monkeypatch) -> None:
    for method in GPU_SOLVERS:
        moves = []
        used_as_a_gpu(
            monkeypatch,
            Device(
                lambda values, moves=moves: moves.append(sp.issparse(values)) or values,
                scipy.sparse.linalg.spsolve,
            ),
        )
        network = grid(5)
        solve = GPU_SOLVERS[method](network)
        for seed in (1, 2):
            solve(balanced(network, 2, seed))
        assert sum(moves) == 1


def test_the_complete_kernel_is_never_moved(monkeypatch) -> None:
    circuit = ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(10**5), n_layers=3, forward_resistance=0.1, lateral_resistance=1e5
    )
    largest = []
    used_as_a_gpu(monkeypatch, Device(lambda values: largest.append(values.size) or values, None))
    current = balanced(circuit, 1)[:, 0]
    potentials = GPU_SOLVERS["cg"](circuit)(current)
    assert max(largest) == circuit.n_nodes
    residual = conductance_product(circuit)(potentials) - current
    assert np.abs(residual).max() <= 1e-6 * np.abs(current).max()


def failing(error):
    def fail(*arguments):
        raise error

    return fail


@every_method
@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            MemoryError("Out of memory allocating 8 bytes"),
            CapacityError,
            "25 nodes and these right-hand sides",
        ),
        (RuntimeError("CUSOLVER_STATUS_ALLOC_FAILED"), CapacityError, "memory of the GPU; take fewer"),
        (RuntimeError("cudaErrorIllegalAddress"), RuntimeError, "^cudaErrorIllegalAddress$"),
        (
            ImportError("libcusolver.so.12:\nno such file"),
            InputError,
            r"lacks a library of CUDA: libcuso.*file;",
        ),
    ],
    ids=["memory", "memory of a library", "another error", "library"],
)
def test_what_a_gpu_lacks_is_said_in_one_line(monkeypatch, method, error, kind, message) -> None:
    used_as_a_gpu(monkeypatch, Device(failing(error), None))
    with pytest.raises(kind, match=message) as caught:
        GPU_SOLVERS[method](grid(5))
    assert "\n" not in str(caught.value)


def test_matrices_that_are_not_assembled_on_the_cpu_are_not_here(monkeypatch) -> None:
    used_as_a_gpu(monkeypatch, scipy_device())
    circuit = ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(10**4), n_layers=3, forward_resistance=0.1, lateral_resistance=1.0
    )
    with pytest.raises(CapacityError, match="the conductance matrix would hold 4e\\+08 entries"):
        GPU_SOLVERS["sparse"](circuit)


def test_memory_that_ends_while_solving_is_a_refusal_too(monkeypatch) -> None:
    used_as_a_gpu(monkeypatch, Device(in_memory, failing(MemoryError())))
    solve = GPU_SOLVERS["sparse"](grid(5))
    with pytest.raises(CapacityError, match='backend="numpy"'):
        solve(balanced(grid(5), 1)[:, 0])


def singular(matrix, right):
    warnings.warn(
        "A is not positive definite or near singular under tolerance 0", stacklevel=1
    )  # as CuPy does
    return 0.0 * right


@pytest.mark.parametrize("sparse_solve", [scipy.sparse.linalg.spsolve, singular])
def test_a_factorisation_that_meets_a_zero_pivot_is_refused(monkeypatch, sparse_solve) -> None:
    """Beside 1 siemens the edge of 1e-30 is rounded away, and what it joins is singular."""
    used_as_a_gpu(monkeypatch, Device(in_memory, sparse_solve))
    network = ResistorNetwork.from_edges([[0, 1], [1, 2], [2, 3]], conductance=[1.0, 1e-30, 1.0])
    with pytest.warns(UserWarning, match="singular"), pytest.raises(SolverError, match="'sparse'"):
        ecd2g.solve(network, source={0: 1.0}, sink={3: 1.0}, method="sparse", backend="cupy")


@every_method
def test_potentials_that_no_float_holds_are_refused(device, method) -> None:
    line = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=1e-200)
    with pytest.raises(SolverError, match=f"'{method}' found values that are not finite"):
        GPU_SOLVERS[method](line)(np.array([1e150, 0.0, -1e150]))


@every_method
def test_the_filters_of_warnings_are_left_alone(monkeypatch, method) -> None:
    """They belong to the whole process: another thread would lose its own."""
    network, used = grid(5), []
    used_as_a_gpu(monkeypatch, Device(in_memory, lambda a, b: scipy.sparse.linalg.spsolve(a, b)))
    monkeypatch.setattr(gpu, "catch_warnings", lambda: used.append(1) or nullcontext(), raising=False)
    GPU_SOLVERS[method](network)(balanced(network, 1)[:, 0])
    assert not used


def test_a_cuda_without_the_sparse_solver_is_said_so(monkeypatch) -> None:
    used_as_a_gpu(monkeypatch, Device(in_memory, failing(NotImplementedError())))
    network = grid(5)
    with pytest.raises(InputError, match='no sparse direct solver .* use method="cg"'):
        ecd2g.solve(network, source={0: 1.0}, sink={24: 1.0}, method="sparse", backend="cupy")


def test_the_matrix_that_centres_has_short_numbers() -> None:
    """CuPy takes no others."""
    moved_there = []
    centring(np.array([0, 0, 1]), lambda values: moved_there.append(values) or values)
    (sums,) = filter(sp.issparse, moved_there)
    assert sums.indices.dtype == sums.indptr.dtype == np.int32


@every_method
def test_answers_that_are_wrong_are_not_certified(monkeypatch, method) -> None:
    """Negative control of all that is certified here: a device whose matrix is another one."""
    network = grid(6)

    def distorted(values):
        return values + sp.diags_array(np.linspace(1, 9, values.shape[0])) if sp.issparse(values) else values

    used_as_a_gpu(
        monkeypatch, Device(distorted, lambda matrix, b: scipy.sparse.linalg.spsolve(matrix.tocsc(), b))
    )
    with pytest.raises(SolverError):
        ecd2g.solve(network, source={0: 1.0}, sink={35: 1.0}, method=method, backend="cupy")


def test_the_benchmark_of_networks_runs_dry_on_other_libraries() -> None:
    for library in ("numpy", "torch-cpu"):
        if library != "numpy":
            pytest.importorskip("torch")
        sizes = [
            "--grids",
            "6",
            "9",
            "--columns",
            "1",
            "3",
            "--iterations",
            "5",
            "--copied",
            "1000",
            "--repeats",
            "1",
        ]
        done = subprocess.run(
            [sys.executable, "benchmarks/gpu.py", "--networks", "--library", library, *sizes],
            capture_output=True,
            text=True,
            timeout=240,
            cwd=ROOT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        assert done.returncode == 0, done.stderr
        for line in (
            "copy",
            "5 steps of cg, 6 x 6, k = 1",
            "5 steps of cg, 9 x 9, k = 3",
            "cg, 6 x 6",
            "sparse, 6",
        ):
            assert f"| {line}" in done.stdout
