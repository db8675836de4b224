"""Solvers of G phi = J on a GPU, with CuPy: conjugate gradients for many J at once, and a sparse direct solver.

The arithmetic is that of the CPU, in whatever library a Device computes with; `cupy_device` alone calls CuPy.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.array_library import library, moved, to_numpy
from ecd2g.errors import CapacityError, InputError
from ecd2g.reference.matrix import Circuit, Place, centring, components, conductance_product, diagonal
from ecd2g.reference.solvers.assembled import PotentialSolver, finite, grounded, grounded_matrix
from ecd2g.reference.solvers.conjugate_gradients import MOST_ITERATIONS, Product, conjugate_gradients, scaled

COLUMNS_AT_ONCE = 2**26
"""Most numbers of a block of right-hand sides (half a gigabyte); the iteration holds about ten such blocks."""

NO_MEMORY = ("cudaErrorMemoryAllocation", "_ALLOC_FAILED")
"""How the errors of CUDA and of its libraries name too little memory; CuPy itself raises a MemoryError."""


@dataclass(frozen=True, eq=False)
class Device:
    """Where arrays are computed with, and what solves A x = b there for a sparse A and b of shape (n,) or (n, k)."""

    place: Place
    sparse_solve: Callable[[Any, Any], Any]


def cupy_device() -> Device:
    """The current GPU; InputError where there is none."""
    xp = library("cupy")

    def place(values: Any) -> Any:
        if sp.issparse(values):
            return import_module("cupyx.scipy.sparse").csr_array(values)
        return moved(values, xp)

    def sparse_solve(matrix: Any, right: Any) -> Any:
        return import_module("cupyx.scipy.sparse.linalg").spsolve(matrix, right)

    return Device(place, sparse_solve)


def cg_solver_on(device: Device, circuit: Circuit) -> PotentialSolver:
    """Jacobi-preconditioned conjugate gradients as on the CPU, but on all columns of J together.

    The matrix moves to the device once; a layered circuit needs the table of its kernel only, the complete one nothing.
    """
    labels = components(circuit)
    centred = centring(labels)
    product, preconditioner = conductance_product(circuit, device.place), jacobi(circuit, device.place)

    def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
        scale, balanced = scaled(current, centred)
        values = conjugate_gradients(
            product,
            preconditioner,
            device.place(balanced),
            max_iterations=min(20 * len(labels) + 200, MOST_ITERATIONS),
        )
        with np.errstate(over="ignore"):
            return finite(scale * centred(to_numpy(values)), "cg")

    return in_blocks(potentials)


def jacobi(circuit: Circuit, place: Place) -> Product:
    """Division by the diagonal of G, and then centring, on the place's arrays ``(n,)`` or ``(n, k)``."""
    centred, weights = centring(components(circuit), place), diagonal(circuit)
    weights = place(np.where(weights > 0, weights, 1.0))
    return lambda residual: centred(residual / (weights if residual.ndim == 1 else weights[:, None]))


def sparse_solver_on(device: Device, circuit: Circuit) -> PotentialSolver:
    """The sparse direct solver of the device, on G with one node of every component grounded.

    That of CuPy is a QR factorisation with 32-bit indices which it does not keep: each column of J costs one anew. At a
    pivot that is zero it warns and goes on; whether what it found is right shows in the certificate.
    """
    matrix, free = grounded_matrix(circuit)
    if matrix.nnz >= 2**31:
        raise CapacityError(
            f'the matrix holds {matrix.nnz:.3g} entries, and the limit is 2^31; use method="cg"'
        )
    rows = sp.csr_array(matrix)
    numbers = (rows.indices.astype(np.int32), rows.indptr.astype(np.int32))
    there = device.place(sp.csr_array((rows.data, *numbers), shape=rows.shape))

    def solve(current: NDArray[np.float64]) -> NDArray[np.float64]:
        return to_numpy(device.sparse_solve(there, device.place(current))).reshape(current.shape)

    return grounded(free, solve, "sparse")


def in_blocks(solve: PotentialSolver) -> PotentialSolver:
    """A solver of many columns, in blocks of at most COLUMNS_AT_ONCE numbers."""

    def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
        if current.size <= COLUMNS_AT_ONCE or current.ndim == 1:
            return solve(current)
        width = max(COLUMNS_AT_ONCE // len(current), 1)
        return np.hstack([solve(current[:, k : k + width]) for k in range(0, current.shape[1], width)])

    return potentials


def on_the_gpu(prepare: Callable[[Device, Circuit], PotentialSolver]) -> Callable[[Circuit], PotentialSolver]:
    """A solver of a device as one of the GPU, which says in one line what that lacks."""

    def prepared(circuit: Circuit) -> PotentialSolver:
        with refusals(circuit):
            solve = prepare(cupy_device(), circuit)

        def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
            with refusals(circuit):
                return solve(current)

        return potentials

    return prepared


@contextmanager
def refusals(circuit: Circuit) -> Iterator[None]:
    """CapacityError where the GPU has too little memory, and InputError where CUDA lacks a library or a solver."""
    try:
        yield
    except CapacityError:
        raise
    except ImportError as error:
        raise InputError(
            f'backend "cupy" lacks a library of CUDA: {" ".join(str(error).split())}; pip install "ecd2g[gpu]", or '
            f'"ecd2g[gpu-cuda12]" for CUDA 12, or take backend="numpy"'
        ) from error
    except NotImplementedError as error:  # a RuntimeError, of CuPy's spsolve
        raise InputError(
            'the installed CUDA has no sparse direct solver (csrlsvqr of cuSOLVER); use method="cg", or '
            'backend="numpy"'
        ) from error
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not any(sign in str(error) for sign in NO_MEMORY):
            raise
        raise CapacityError(
            f"{circuit.n_nodes} nodes and these right-hand sides do not fit into the memory of the GPU; take fewer "
            f'right-hand sides at once, or backend="numpy"'
        ) from error


GPU_SOLVERS: dict[str, Callable[[Circuit], PotentialSolver]] = {
    "cg": on_the_gpu(cg_solver_on),
    "sparse": on_the_gpu(sparse_solver_on),
}
"""Solvers of networks and of layered circuits; currents and potentials are NumPy arrays."""
