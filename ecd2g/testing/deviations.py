"""Relative deviations: what every law is measured in."""

import numpy as np
from numpy.typing import NDArray


def largest(values: NDArray[np.floating]) -> float:
    """Largest size of an entry; zero where there is none."""
    return float(np.abs(values).max(initial=0.0))


def relative(deviation: float, scale: float) -> float:
    """Deviation over scale; a deviation of zero is zero on any scale, any other is infinite on the scale zero."""
    if deviation == 0.0:
        return 0.0
    return deviation / scale if scale != 0.0 else float("inf")


def mismatch(whole: NDArray[np.float64], *parts: NDArray[np.float64]) -> float:
    """Largest |whole - sum of the parts| over the largest entry of any of them."""
    remainder = whole.copy()
    for part in parts:
        remainder -= part
    return relative(largest(remainder), max(map(largest, (whole, *parts))))
