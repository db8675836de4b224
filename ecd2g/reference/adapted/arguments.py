"""What the arguments of an adaptation must be."""

from math import inf
from numbers import Real
from typing import get_args

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.given_numbers import positive_number, whole_number
from ecd2g.errors import InputError
from ecd2g.reference.adapted.ends import TransportCost

LARGEST_REACH = 1e100
"""Longest finite reach: its square must be a number, and no two states are as far apart."""


def check_problem(source: object, sink: object, cost: str, n_iterations: object) -> None:
    """Raise InputError unless two distributions on one space, a known cost and a number of updates are given."""
    for name, given in (("source", source), ("sink", sink)):
        if not isinstance(given, Distribution):
            raise InputError(f"{name} must be an ecd2g.Distribution, got {type(given).__name__}")
    if source.space != sink.space:  # type: ignore[attr-defined]
        raise InputError("source and sink must share one state space")
    if cost not in get_args(TransportCost):
        raise InputError(f"cost must be one of {', '.join(map(repr, get_args(TransportCost)))}, got {cost!r}")
    whole_number(n_iterations, "n_iterations")


def check_numbers(reach: float | None, step: float, floor: float, offset: float, gap: float) -> None:
    """Raise InputError unless every number lies where `adapted_circuit` says."""
    if reach is not None:
        length = _number("reach", reach)
        if not (0 <= length <= LARGEST_REACH or length == inf):
            raise InputError(
                f"reach must be 0 to {LARGEST_REACH:g} symbols, math.inf to join all pairs, or None, got {reach!r}"
            )
    if not 0 < _number("step", step) < 2:
        raise InputError(f"step must lie above 0 and below 2, got {step!r}")
    if not 0 < _number("floor", floor) < 1:
        raise InputError(f"floor must lie above 0 and below 1, got {floor!r}")
    positive_number(_number("offset", offset), "offset", "cost")
    if not _number("gap", gap) >= 0:
        raise InputError(f"gap must be 0 or more, got {gap!r}")


def _number(name: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, Real):
        raise InputError(f"{name} must be a number, got {given!r}")
    try:
        return float(given)
    except OverflowError:
        raise InputError(f"{name} must be a number that float64 can hold, got a larger one") from None
