"""Sums of floats without rounding, against fractions."""

from fractions import Fraction
from math import fsum

import numpy as np
import pytest

from ecd2g.reference.exact_sums import rounded, slices


@pytest.mark.parametrize("decades", [0, 10, 40, 200])
def test_sums_of_slices_are_exact_in_any_order(decades):
    rng = np.random.default_rng(decades)
    for n in (1, 2, 100, 3000):
        values = rng.normal(size=n) * 10 ** rng.uniform(-decades, decades, n)
        parts = slices(values)
        chosen = rng.permutation(np.repeat(np.arange(n), 4))[: 1 + n // 2]
        truth = sum(map(Fraction, values[chosen].tolist()))
        assert sum(Fraction(float(part[chosen].sum())) for part in parts) == truth
        assert sum(Fraction(float(np.cumsum(part[chosen])[-1])) for part in parts) == truth
        value, error = rounded(parts[:, chosen].sum(axis=1))
        assert abs(Fraction(float(value)) - truth) <= Fraction(float(error))


@pytest.mark.parametrize("values", [[1.7e308, -1.7e308, 1e-17], [1e308], [np.inf, 1.0], [np.nan]])
def test_slices_whose_sum_overflows_are_no_numbers(values):
    with np.errstate(all="ignore"):
        assert np.isnan(slices(np.array(values))).all()


def test_slices_are_exact_below_the_smallest_normal_number():
    rng = np.random.default_rng(10)
    values = np.ldexp(rng.integers(-(2**40), 2**40, 50).astype(float), rng.integers(-1074, -1000, 50))
    value, error = rounded(slices(values).sum(axis=1))
    assert abs(Fraction(float(value)) - sum(map(Fraction, values.tolist()))) <= Fraction(float(error))


def test_a_plain_sum_misses_what_slices_keep():
    """Negative control: the same test catches a sum that is only rounded at every step."""
    values = np.array([1e20, 1.0, -1e20, 1e-20])
    assert np.cumsum(values)[-1] != fsum(values)
    value, error = rounded(slices(values).sum(axis=1))
    assert value == fsum(values)
    assert error <= 1e-9 * value
