"""What the figures of fidelity are drawn from: the results of all methods on one problem."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class FidelityPoint:
    """One method with one coupling: transport `costs` and `distances` from the target, each ``(n_seeds,)``.

    NaN where a seed has no number; negative distances are refused. `is_circuit` is False for baselines.
    """

    method: str
    coupling: str
    costs: ArrayLike
    distances: ArrayLike
    is_circuit: bool = True


@dataclass(frozen=True, eq=False)
class StepsCurve:
    """One method with one coupling by number of network evaluations: `steps` ``(k,)``, `distances` ``(n_seeds, k)``."""

    method: str
    coupling: str
    steps: ArrayLike
    distances: ArrayLike
    is_circuit: bool = True


@dataclass(frozen=True, eq=False)
class FidelityPanel:
    """All methods on one problem: `points` for `fidelity_scatter`, `curves` for `fidelity_by_steps`.

    measure : what distances are, such as "total variation" or "1 − trend"
    cost_unit : the unit of costs, such as "changed pixels" or "squared distance / S²"
    floor : distance expected of as many perfect samples, or of training data where held-out data judge, which no method
    need stay above; `floor_deviation` its standard deviation, drawn as a band
    optimal_cost, independent_cost : costs of the optimal-transport and the independent coupling
    optimal_name : what the optimal cost is; no method lies left of that of the laws, but of that of some samples it may
    """

    title: str
    measure: str
    points: tuple[FidelityPoint, ...] = ()
    curves: tuple[StepsCurve, ...] = ()
    cost_unit: str = ""
    floor: float | None = None
    floor_deviation: float | None = None
    optimal_cost: float | None = None
    independent_cost: float | None = None
    optimal_name: str = "optimal-transport cost"


def seed_numbers(values: ArrayLike, name: str, n_axes: int) -> NDArray[np.float64]:
    """Read numbers with `n_axes` axes, not empty, NaN where there is none, none of them negative."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers, NaN where there is none") from None
    shape = ("(n_seeds,)", "(n_seeds, n_steps)")[n_axes - 1]
    if array.ndim != n_axes or not array.size:
        raise InputError(f"{name} must have shape {shape}, not empty, got {array.shape}")
    if np.any(array < 0):
        raise InputError(f"{name} must not be negative, got {np.nanmin(array):g}")
    return array


def mean_and_deviation(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation over the finite seeds, axis 0: NaN without any seed, deviation 0 of a single one."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
    return mean, np.sqrt(squares / np.maximum(count - 1, 1))
