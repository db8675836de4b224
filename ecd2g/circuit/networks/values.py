"""Ohms and siemens: what may stand on an edge, from an open edge to a zero-ohm one."""

from collections.abc import Callable
from decimal import Decimal
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError

Value = Literal["resistance", "conductance"]
"""What a number on an edge is: a resistance in ohm, or a conductance in siemens."""

SMALLEST, LARGEST = 2.0**-1022, 2.0**1022
"""Positive, finite values lie between these: each and its reciprocal are floats of full precision."""


def the_one_given(resistance: Any, conductance: Any) -> tuple[Value, Any]:
    """Which of the two was given, and what; there is no default, for either would be wrong half of the time."""
    if resistance is not None and conductance is None:
        return "resistance", resistance
    if conductance is not None and resistance is None:
        return "conductance", conductance
    raise InputError("give exactly one of resistance= (ohm) and conductance= (siemens)")


def check_value(value: object) -> None:
    """Raise InputError unless the value is "resistance" or "conductance"."""
    if value not in get_args(Value):
        raise InputError(f'value must be "resistance" (ohm) or "conductance" (siemens), got {value!r}')


def to_siemens(
    given: ArrayLike, value: Value, n_edges: int, name: Callable[[int], str]
) -> NDArray[np.float64]:
    """Conductances ``(n_edges,)`` in siemens: 0 on open edges, inf on zero-ohm edges; `name` names an edge."""
    numbers = _numbers(given, value, n_edges, name)
    usable = (numbers >= SMALLEST) & (numbers <= LARGEST) | (numbers == 0) | (numbers == np.inf)
    if not usable.all():
        worst = int(np.argmin(usable))
        raise _unusable(float(numbers[worst]), value, name(worst))
    return numbers if value == "conductance" else reciprocals(numbers)


def reciprocals(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / x, infinite at zero: siemens from ohms, and ohms from siemens."""
    with np.errstate(divide="ignore"):
        return np.divide(1.0, numbers)


def _numbers(given: ArrayLike, value: Value, n_edges: int, name: Callable[[int], str]) -> NDArray[np.float64]:
    try:
        array = np.asarray(given)
    except ValueError:
        raise InputError(f"{value} must be one number or one per edge, got lists of unequal length") from None
    if array.shape not in ((), (n_edges,)):
        raise InputError(
            f"{value} must be one number or one per edge, shape ({n_edges},), got shape {array.shape}"
        )
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        several: Any = given if array.shape else [given]  # not the array: numpy makes texts of mixed lists
        array = np.array([_number(entry, value, name(k)) for k, entry in enumerate(several)])
        array = array if np.shape(given) else array.reshape(())
    return np.broadcast_to(array.astype(np.float64), (n_edges,))


def _number(entry: object, value: Value, name: str) -> float:
    """A number of any type as a float; what rounds to 0 or inf was neither, and is refused."""
    if not isinstance(entry, (Real, Decimal)) or isinstance(entry, bool):
        raise InputError(f"every {value} must be a number, got {entry!r} at {name}")
    try:
        number = float(entry)
    except (OverflowError, ValueError):
        raise _unusable(entry, value, name) from None
    if number in (0.0, np.inf) and number != entry:
        raise _unusable(entry, value, name)
    return number


def _unusable(number: object, value: Value, name: str) -> InputError:
    return InputError(
        f"every {value} must be 0, infinite or between {SMALLEST:.3g} and {LARGEST:.3g}, "
        f"got {str(number)[:30]} at {name}"
    )
