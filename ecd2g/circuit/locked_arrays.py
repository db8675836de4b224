"""Arrays closed to writing, so that a frozen dataclass is frozen all the way down."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The array itself, now closed to writing: for arrays that nobody else holds."""
    array.flags.writeable = False
    return array


def locked(array: NDArray) -> NDArray:
    """The array as one that cannot be written to; NumPy's as a view, so that whoever made it may still write to it.

    Other libraries have no lock.
    """
    if not isinstance(array, np.ndarray):
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def lock(owner: object, *names: str) -> None:
    """Lock arrays of a frozen dataclass against writing through it, so that what was certified stays so."""
    for name in names:
        object.__setattr__(owner, name, locked(getattr(owner, name)))
