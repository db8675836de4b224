"""The digits are scikit-learn's, and their black-and-white versions follow a rule a line long."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from ecd2g.data import binary_digits, digit_images, pooled_digits


def test_images_and_labels_are_those_of_scikit_learn_in_its_order():
    reference = load_digits()
    images, labels = digit_images()
    assert np.array_equal(images, reference.images)
    assert np.array_equal(labels, reference.target)
    assert images.dtype == labels.dtype == np.int64


def test_a_pixel_is_black_from_half_of_its_dots_on():
    images, labels = digit_images()
    states, same = binary_digits()
    assert states.shape == (1797, 64)
    assert np.array_equal(labels, same)
    assert set(images.reshape(-1, 64)[states == 1].tolist()) == set(range(8, 17))
    assert set(images.reshape(-1, 64)[states == 0].tolist()) == set(range(8))
    assert len(np.unique(states, axis=0)) == 1750
    assert states.mean() == pytest.approx(0.323, abs=5e-4)


def test_pooled_pixels_are_means_of_two_by_two():
    images, labels = digit_images()
    states, same = pooled_digits()
    assert states.shape == (1797, 16)
    assert np.array_equal(labels, same)
    for row, column in np.ndindex(4, 4):
        block = images[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert np.array_equal(states[:, 4 * row + column], block.sum(axis=(1, 2)) > 30)


def test_the_pooled_images_take_222_patterns_of_six_and_a_half_bits():
    states, _ = pooled_digits()
    counts = np.unique(states, axis=0, return_counts=True)[1]
    law = counts / counts.sum()
    assert len(law) == 222
    assert -law @ np.log2(law) == pytest.approx(6.52, abs=0.005)
    assert states.mean() == pytest.approx(0.338, abs=5e-4)
