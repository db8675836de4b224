"""How many samples may be drawn at once."""

from ecd2g.circuit.given_numbers import whole_number
from ecd2g.errors import CapacityError
from ecd2g.memory import require_memory

SYMBOL_LIMIT = 2**28
"""Most symbols of one sample, rows times sites."""


def sample_size(n: object, n_sites: int, what: str = "samples") -> int:
    """The number of rows to draw, as an int; there is room for them.

    InputError unless it is a whole number of 0 or more; CapacityError above `SYMBOL_LIMIT` symbols, or where the sample
    and as much again, with four numbers a row beside, need more memory than there is.

    >>> sample_size(10**16, n_sites=2)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ecd2g.errors.CapacityError: 1e+16 samples over 2 sites do not fit in memory, the limit is 268435456 symbols; ...
    """
    rows = whole_number(n, f"the number of {what}")
    advice = "draw them in several batches, each with its own seed"
    if rows * n_sites > SYMBOL_LIMIT:
        size = f"{rows:.6g}" if rows < 10**300 else "more than 1e300"
        raise CapacityError(
            f"{size} {what} over {n_sites} sites do not fit in memory, the limit is {SYMBOL_LIMIT} symbols; {advice}"
        )
    require_memory(8.0 * rows * (2 * n_sites + 4), f"a sample of {rows} {what} over {n_sites} sites", advice)
    return rows
