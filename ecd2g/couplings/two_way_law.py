"""Where two-way walks end in a circuit with two layers."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

Array = NDArray[np.float64]


def two_way_law(currents: Array, p: Array, q: Array) -> Array:
    """Joint law of start and end ``(m, k)`` of the two-way walks of Eq. (9), exact: no walk is simulated.

    A walker at source i goes to sink j with probability F_ij = I_ij^+ / sum_j I_ij^+. At j it ends with probability
    q_j / (q_j + b_j), b_j = sum_i I_ij^-, and otherwise goes back to i with B_ji = I_ij^- / (q_j + b_j). So

        pi = diag(p) (1 - F B)^-1 F diag(q / (q + b))

    F B has no diagonal, for no current flows both ways, and walks only go down in potential. The transposed matrix is
    factored, whose columns are diagonally dominant: no rows are exchanged and every step adds terms of one sign, so pi
    is not negative. O(m^2 k); the smaller side is m where the caller transposes.
    """
    up, down = np.maximum(currents, 0.0), np.maximum(-currents, 0.0)
    through = q + down.sum(axis=0)
    forward = up / up.sum(axis=1)[:, None]
    ending = forward * (q / through)
    if not down.any():
        return p[:, None] * ending
    transition = np.eye(len(p)) - forward @ (down / through).T
    factor = lu_factor(transition.T, overwrite_a=True, check_finite=False)
    return p[:, None] * lu_solve(factor, ending, trans=1, check_finite=False)
