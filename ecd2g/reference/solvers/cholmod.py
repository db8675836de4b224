"""CHOLMOD through scikit-sparse, where that is installed: the sparse Cholesky factorisation SciPy does not have.

scikit-sparse changed its functions in version 0.5; both are served. It is never required.
"""

from functools import cache
from types import ModuleType

import scipy.sparse as sp

from ecd2g.errors import CapacityError, InputError
from ecd2g.reference.matrix import Circuit
from ecd2g.reference.solvers.assembled import PotentialSolver, grounded, grounded_matrix, not_definite

UNUSABLE = (ImportError, AttributeError, OSError, RuntimeError, ValueError)
"""What the import of a package raises that is missing, or was compiled for other libraries than the present ones."""


@cache
def cholmod_available() -> bool:
    """Whether scikit-sparse is installed and can be imported; tried once.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> method = "cholmod" if cholmod_available() else "sparse"
    >>> round(ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0}, method=method).effective_resistance, 12)
    3.0
    """
    try:
        _loaded()
    except InputError:
        return False
    return True


def cholmod_solver(circuit: Circuit) -> PotentialSolver:
    """CHOLMOD's factor of the sparse G with one node of every component grounded.

    At a pivot that is nearly zero CHOLMOD warns and goes on; whether what it found is right shows in the certificate.
    Raises InputError where scikit-sparse is not installed, or cannot be loaded.
    """
    cholmod = _loaded()
    matrix, free = grounded_matrix(circuit)
    if not len(free):
        return grounded(free, lambda current: current, "cholmod")
    try:
        return grounded(free, _factor(cholmod, sp.csc_matrix(matrix)), "cholmod")
    except cholmod.CholmodOutOfMemoryError:
        raise CapacityError(
            f'the factors of {circuit.n_nodes} nodes do not fit into memory; use method="cg" or "amg"'
        ) from None
    except cholmod.CholmodError:
        raise not_definite("cholmod", circuit) from None


def _loaded() -> ModuleType:
    try:
        import sksparse.cholmod  # noqa: PLC0415
    except UNUSABLE as error:
        raise InputError(
            f'method "cholmod" needs scikit-sparse, which could not be imported ({error}); '
            f'install it with "pip install scikit-sparse" (SuiteSparse must be present), or use method="sparse"'
        ) from None
    module: ModuleType = sksparse.cholmod
    return module


def _factor(cholmod: ModuleType, matrix: sp.csc_matrix) -> PotentialSolver:
    """The solver of a factorisation, by the functions of version 0.5 or by those before it."""
    if hasattr(cholmod, "cho_factor"):
        solver: PotentialSolver = cholmod.cho_factor(matrix, order="amd").solve
    else:
        solver = cholmod.cholesky(matrix)
    return solver
