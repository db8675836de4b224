"""Handwritten digits: 1,797 images of 8 x 8 pixels, and their black-and-white versions."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.shipped_files import read_shipped

LEVELS = "0123456789abcdefg"
"""How the file spells the levels 0 to 16 of a pixel."""

BLACK = 8
"""A pixel is black from this level on: at least half of the 16 dots that it was counted from are ink."""

POOLED_BLACK = 7.5
"""A pixel of a 4 x 4 image is black where the mean level of its four pixels is above this."""


def digit_images() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read the images ``(1797, 8, 8)``, levels 0 (paper) to 16 (ink), and their digits ``(1797,)``, 0 to 9.

    The UCI test set as scikit-learn ships it, in its order: ``load_digits().images`` and ``.target``. Source and
    licence are in ``ecd2g/data/files/LICENSES.md``. InputError where the file is damaged.

    >>> images, digits = digit_images()
    >>> images.shape, digits[:5].tolist()
    ((1797, 8, 8), [0, 1, 2, 3, 4])
    """
    lines = read_shipped("digits.txt").decode("ascii").splitlines()
    levels = [[LEVELS.index(level) for level in line[:64]] for line in lines]
    labels = [int(line[65:]) for line in lines]
    return np.array(levels, dtype=np.int64).reshape(-1, 8, 8), np.array(labels, dtype=np.int64)


def binary_digits() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Images in black (1) and white (0), states ``(1797, 64)`` read row by row, and their digits ``(1797,)``.

    A pixel counts the inked dots of a 4 x 4 block of the scanned bitmap; black means level >= 8, half of them. Then
    32 % of the pixels are black, and 1,750 of the 1,797 images are distinct.

    >>> states, _ = binary_digits()
    >>> round(float(states.mean()), 2)
    0.32
    """
    images, labels = digit_images()
    return (images >= BLACK).astype(np.int64).reshape(-1, 64), labels


def pooled_digits() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Images of 4 x 4 pixels in black (1) and white (0), states ``(1797, 16)``, and their digits ``(1797,)``.

    Each pixel is the mean level of 2 x 2 pixels, black where it is above 7.5. Then 34 % of the pixels are black, and
    the images take 222 patterns with an entropy of 6.5 bit: coarse, but far more than one pattern a digit.

    >>> states, _ = pooled_digits()
    >>> print(states[0].reshape(4, 4))  # the first image, a 0
    [[0 1 1 0]
     [0 0 0 0]
     [0 0 0 0]
     [0 1 1 0]]
    """
    images, labels = digit_images()
    means = images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4))
    return (means > POOLED_BLACK).astype(np.int64).reshape(-1, 16), labels
