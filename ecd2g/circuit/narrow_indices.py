"""The 32-bit indices that compiled code of other libraries takes: never wrapped around."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import CapacityError

INDEX_32_LIMIT = 2**31 - 1
"""The largest index that 32 bits hold."""


def narrow(indices: NDArray[np.integer]) -> NDArray[np.int32]:
    """The same indices in 32 bits; CapacityError where one of them is larger than 2^31 - 1.

    >>> narrow(np.array([0, 2**31 - 1]))
    array([         0, 2147483647], dtype=int32)
    """
    largest = int(indices.max(initial=0))
    if largest > INDEX_32_LIMIT:
        raise CapacityError(
            f"nodes and entries of a sparse matrix must be at most {INDEX_32_LIMIT:,} here, got {largest:,}; "
            f"take a smaller circuit or another method"
        )
    return indices.astype(np.int32)
