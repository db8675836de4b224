"""Conjugate gradients for G phi = J that stop on the true residual, with products only.

Written out here because the common implementations stop on the *recursive* residual, which they update and never
compare with J - G phi: rounding lets it fall to zero while the true one stays. What is guarded, and why:

- The true residual is computed whenever the recursive one claims convergence, and the iteration starts anew from it.
- It gives up where a start anew does not halve the true residual, after a number of iterations, and at a direction
  without energy: a preconditioner that is not positive definite, or a number that is not finite.
- G is singular: constants are projected out around the preconditioner, in every component. Otherwise they grow from
  rounding, for nothing in G holds them back, until they bury the solution. Grounding a node would instead double the
  iterations.
- A right-hand side that is rounding of a constant has the solution zero; its digits would not converge.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import SolverError
from ecd2g.reference.matrix import Circuit, centring, components, conductance_product, diagonal
from ecd2g.reference.solvers.assembled import PotentialSolver

Product = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A linear map of node arrays ``(n,)`` or ``(n, k)``."""

RELATIVE_RESIDUAL = 1e-8
"""Where the iteration stops; refinement gains as many digits again with every solution for its residual."""

ACCEPTED_RESIDUAL = 1e-4
"""Largest true relative residual that refinement starts from, where rounding stops the iteration earlier."""

MOST_ITERATIONS = 20_000
"""Where the iteration gives up at the latest; small circuits give up after 20 rounds a node."""


def cg_solver(circuit: Circuit, *, max_iterations: int | None = None) -> PotentialSolver:
    """Jacobi-preconditioned conjugate gradients on the singular, consistent system; nothing is factorised.

    About 1.5 N iterations for the complete kernel, whatever V; few on networks of small diameter.
    """
    weights = diagonal(circuit)
    weights = np.where(weights > 0, weights, 1.0)
    if max_iterations is None:
        max_iterations = min(20 * len(weights) + 200, MOST_ITERATIONS)
    return iterative_solver(
        conductance_product(circuit),
        lambda residual: (residual.T / weights).T,
        components(circuit),
        method="cg",
        max_iterations=max_iterations,
    )


def iterative_solver(
    product: Product,
    preconditioner: Product,
    labels: NDArray[np.intp],
    *,
    method: str,
    max_iterations: int,
) -> PotentialSolver:
    """Conjugate gradients with a preconditioner of any kind; `labels` are the components of the nodes ``(n,)``.

    Columns ``(n, k)`` are solved one after another: together they would leave the cache, and were not faster.
    """
    centred = centring(labels)

    def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
        if current.ndim == 2:
            values = np.empty_like(current)
            for k, column in enumerate(current.T):
                values[:, k] = potentials(np.ascontiguousarray(column))
            return values
        scale, balanced = scaled(current, centred)
        with np.errstate(all="ignore"):  # a breakdown shows in the residual
            values = conjugate_gradients(
                product,
                lambda residual: centred(preconditioner(residual)),
                balanced,
                method=method,
                max_iterations=max_iterations,
            )
        return scale * centred(values) * _fed(balanced, labels)

    return potentials


def _fed(current: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether a component carries current at all, for every node: elsewhere potentials are zero, not rounding."""
    fed = np.zeros(int(labels.max(initial=0)) + 1, dtype=bool)
    fed[labels[current != 0]] = True
    return fed[labels]


def scaled(current: NDArray[np.float64], centred: Product) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The largest current of every column, and the columns over it, centred; zero where only rounding is left."""
    largest = _nonzero(np.abs(current).max(axis=0))
    balanced = centred(current / largest)
    rounding = len(current) * float(np.finfo(np.float64).eps)
    return largest, balanced * (np.abs(balanced).max(axis=0) > rounding)


def conjugate_gradients(
    product: Product,
    preconditioner: Product,
    right: NDArray[np.float64],
    *,
    method: str = "cg",
    max_iterations: int = MOST_ITERATIONS,
) -> NDArray[np.float64]:
    """Solve product(x) = right ``(n,)`` or ``(n, k)`` to a *true* relative residual (2-norm) of RELATIVE_RESIDUAL.

    Where rounding ends the iteration earlier, up to ACCEPTED_RESIDUAL is returned; beyond, SolverError is raised.
    Arrays may be of any library with the operators of NumPy.
    """
    scale = _norm(right)
    goal = RELATIVE_RESIDUAL * scale
    values, residual, reached, left = 0.0 * right, right, 1.0, max_iterations
    while True:
        step, spent = _descend(product, preconditioner, residual, goal, left)
        candidate = values + step
        residual = right - product(candidate)
        found, left = float((_norm(residual) / _nonzero(scale)).max()), left - spent
        if found <= RELATIVE_RESIDUAL:
            return candidate
        stagnant = not found <= 0.5 * reached
        if found < reached:
            values, reached = candidate, found
        if stagnant or left <= 0:
            break
    if reached <= ACCEPTED_RESIDUAL:
        return values
    raise SolverError(
        f"method {method!r} reached a relative residual of {found:.2g} in {max_iterations - left} iterations, where "
        f"{ACCEPTED_RESIDUAL:g} is needed; use another method",
        reached=found,
        tolerance=ACCEPTED_RESIDUAL,
    )


def _descend(
    product: Product,
    preconditioner: Product,
    residual: NDArray[np.float64],
    goal: NDArray[np.float64],
    most: int,
) -> tuple[NDArray[np.float64], int]:
    """What to add to the solution, by the recursion alone, and the iterations spent; columns at their goal rest."""
    values, direction = 0.0 * residual, 0.0 * residual
    before: Any = 1.0
    for spent in range(most):
        unfinished = _norm(residual) > goal
        if not unfinished.any():
            return values, spent
        improved = preconditioner(residual)
        steepness = (residual * improved).sum(axis=0)
        direction = improved + (steepness / _nonzero(before)) * direction
        image = product(direction)
        energy = (direction * image).sum(axis=0)
        if not ((energy > 0) | ~unfinished).all():
            return values, spent + 1
        length = unfinished * (steepness / _nonzero(energy))
        values = values + length * direction
        residual = residual - length * image
        before = steepness
    return values, most


def _norm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """2-norm of every column."""
    return (values * values).sum(axis=0) ** 0.5


def _nonzero(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values, with one for zero: a divisor of what is zero as well."""
    return values + (values == 0)
