"""A problem: from which distribution to which, on what space."""

from dataclasses import dataclass

import numpy as np

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class Problem:
    """A source p and a target q on one space, with a short `name` for files and a `title` for figures.

    `alphabet` spells the symbols, the same at every site: symbol k is written ``alphabet[k]``. It is None
    where symbols are plain numbers. `read` says what was read of the source and of the target, a line a file,
    where they are files. InputError where the spaces differ or the alphabet does not fit.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> Problem("shift", "One to the right", space, p, q).target.to_array()
    array([0. , 0.5, 0.5])
    """

    name: str
    title: str
    space: StateSpace
    source: Distribution
    target: Distribution
    alphabet: tuple[str, ...] | None = None
    read: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """One line: name, title, space and sizes of the supports."""
        supports = " to ".join(
            f"{np.count_nonzero(law.probabilities):,}" for law in (self.source, self.target)
        )
        return f"Problem({self.name!r}, {self.title!r}, {self.space!r}, from {supports} states of positive probability)"

    def __post_init__(self) -> None:
        for side, distribution in (("source", self.source), ("target", self.target)):
            if distribution.space != self.space:
                raise InputError(
                    f"the {side} must live on the space of the problem with alphabet sizes "
                    f"{self.space.alphabet_sizes}, got {distribution.space.alphabet_sizes}"
                )
        if self.alphabet is not None and set(self.space.alphabet_sizes) != {len(self.alphabet)}:
            raise InputError(
                f"an alphabet of {len(self.alphabet)} symbols must serve every site, "
                f"but the space has alphabet sizes {self.space.alphabet_sizes}"
            )
