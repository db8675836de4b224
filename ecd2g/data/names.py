"""First names of the US census of 1990, as words of fixed length."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.shipped_files import read_shipped
from ecd2g.errors import InputError

BLANK = " "
"""Stands after the last letter of a name that is shorter than the word; symbol 0."""

NAME_SYMBOLS = (BLANK, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""The 27 symbols of a name: the blank, then A to Z."""

LONGEST = 6
"""Names of more letters are left out of the named problem."""

Sex = Literal["female", "male"]


def first_names(sex: Sex) -> tuple[str, ...]:
    """Distinct first names in capitals, the most frequent first: 4,275 of women or 1,219 of men.

    Source is in ``ecd2g/data/files/LICENSES.md``. InputError for another `sex`, or where the file is damaged.

    >>> first_names("female")[:3]
    ('MARY', 'PATRICIA', 'LINDA')
    """
    if sex not in ("female", "male"):
        raise InputError(f"sex must be 'female' or 'male', as the census lists names, got {sex!r}")
    lines = read_shipped(f"dist.{sex}.first").decode("ascii").splitlines()
    return tuple(line.split()[0] for line in lines)


def name_states(sex: Sex, n_letters: int = LONGEST) -> NDArray[np.int64]:
    """Every name of at most `n_letters` letters as a state ``(n, n_letters)``, padded with blanks at its end.

    2,694 names of women or 868 of men for six letters. Each counts once: how frequent it is plays no part.
    InputError unless `n_letters` is at least 2, the length of the shortest name.

    >>> name_states("male", 4)[0].tolist()
    [10, 15, 8, 14]
    """
    if isinstance(n_letters, bool) or not isinstance(n_letters, (int, np.integer)) or n_letters < 2:
        raise InputError(f"n_letters must be a whole number of at least 2, got {n_letters!r}")
    words = [name.ljust(n_letters, BLANK) for name in first_names(sex) if len(name) <= n_letters]
    place = {symbol: number for number, symbol in enumerate(NAME_SYMBOLS)}
    return np.array([[place[letter] for letter in word] for word in words], dtype=np.int64)
