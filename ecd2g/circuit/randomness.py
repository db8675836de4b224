"""Randomness is an argument: a seed, a generator, or None for fresh entropy."""

import numpy as np

from ecd2g.errors import InputError


def generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    """The generator that `rng` stands for, as in numpy.random.default_rng; InputError where it is neither."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise InputError(
            f"rng must be a seed (a whole number, 0 or more), a numpy Generator or None, got {rng!r}"
        ) from None
