"""Chains of modes against exact rational arithmetic: any gains, any sign, modes from stiff to loose."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g import InputError
from ecd2g.circuit import CompleteKernel
from ecd2g.circuit.kernels.spectrum import Spectrum
from ecd2g.reference import alpha, chain_response
from ecd2g.reference.layered.mode_chains import ModeCurrents, mode_potentials


def exact_chain(
    sign: int, deficit: Fraction, gains: list[Fraction], p: Fraction, q: Fraction
) -> list[Fraction]:
    """Potentials of one mode by Gauss elimination of (D_g - lambda A_g) f = p e_1 - q e_N in rationals."""
    n, size = len(gains) + 1, 1 - deficit
    matrix = [[Fraction(0)] * (n + 1) for _ in range(n)]
    for gap, gain in enumerate(gains):
        for here, there in ((gap, gap + 1), (gap + 1, gap)):
            matrix[here][here] += gain
            matrix[here][there] -= sign * size * gain
    matrix[0][n] += p
    matrix[n - 1][n] -= q
    for k in range(n):
        for row in range(n):
            if row != k and matrix[row][k]:
                ratio = matrix[row][k] / matrix[k][k]
                matrix[row] = [x - ratio * y for x, y in zip(matrix[row], matrix[k], strict=True)]
    return [matrix[k][n] / matrix[k][k] for k in range(n)]


def one_mode(sign: int, deficit: float, gains: list[float], p: float, q: float):
    """The same by the library; p - q and p + q are rounded once, from the exact p and q."""
    low, high = np.array([deficit]), np.array([2.0 - deficit])
    spectrum = Spectrum(low, high) if sign > 0 else Spectrum(high, low)
    together = [float(Fraction(p) - Fraction(q)), float(Fraction(p) + Fraction(q))]
    currents = ModeCurrents(*(np.array([value]) for value in (p, q, *together)))
    return mode_potentials(spectrum, np.array(gains), currents)


amounts = st.integers(-1000, 1000).map(lambda k: k / 256)
conductances = st.floats(-3, 3).map(lambda u: 10.0**u)
deficits = st.one_of(st.floats(-18, -1).map(lambda u: 10.0**u), st.floats(0.1, 1.0), st.just(1.0))


@given(st.sampled_from([1, -1]), deficits, st.lists(conductances, min_size=1, max_size=6), amounts, amounts)
def test_potentials_and_drops_are_those_of_exact_elimination(sign, deficit, gains, p, q):
    solved = one_mode(sign, deficit, gains, p, q)
    exact = exact_chain(sign, Fraction(deficit), [Fraction(g) for g in gains], Fraction(p), Fraction(q))
    size = max(1e-300, *(abs(float(value)) for value in exact))
    np.testing.assert_allclose(solved.potentials[:, 0], [float(v) for v in exact], rtol=0, atol=4e-15 * size)
    # link currents are right to rounding of p and q, though potentials may be 1e18 times larger; where lambda < 0 the
    # drops are sums of two potentials and as right as they are
    links = (1.0 - deficit) * np.array(gains)
    drops = [float(a - b) for a, b in pairwise(exact)]
    allowed = 4e-15 * (abs(p) + abs(q)) if sign > 0 else 8e-15 * size * links
    assert np.all(np.abs(links * (solved.drops[:, 0] - drops)) <= allowed)


@given(st.lists(conductances, min_size=1, max_size=6), st.sampled_from([1, -1]), st.integers(1, 100))
def test_a_mode_without_leak_carries_its_current_straight_through(gains, sign, amount):
    turned = sign ** len(gains)
    solved = one_mode(sign, 0.0, gains, float(amount), float(turned * amount))
    links = np.array(gains) * solved.drops[:, 0]
    if sign > 0:
        np.testing.assert_allclose(links, amount, rtol=1e-14)
    turned_back = float(sign) ** np.arange(len(gains) + 1) * solved.potentials[:, 0]
    assert abs(turned_back.sum()) <= 1e-13 * np.abs(turned_back).sum()
    assert np.all(np.diff(turned_back) < 0)  # downhill all the way, where signs are turned


def test_a_slow_mode_keeps_the_digits_of_nearly_equal_ends():
    """p = q + 2^-40 at a deficit of 1e-16: p - q rounded from the two currents is exact here, so must the answer be."""
    deficit, q = 2.0**-53, 1.0
    p = q + 2.0**-40
    solved = one_mode(1, deficit, [1.0, 2.0, 3.0], p, q)
    exact = exact_chain(1, Fraction(deficit), [Fraction(g) for g in (1, 2, 3)], Fraction(p), Fraction(q))
    assert solved.potentials[0, 0] == pytest.approx(float(exact[0]), rel=1e-14)
    forgetful = ModeCurrents(
        *(np.array([value]) for value in (p, q, 0.0, p + q))
    )  # p - q lost: the negative control
    spectrum = Spectrum(np.array([deficit]), np.array([2.0 - deficit]))
    wrong = mode_potentials(spectrum, np.array([1.0, 2.0, 3.0]), forgetful)
    assert wrong.potentials[0, 0] != pytest.approx(float(exact[0]), rel=1e-2)


def test_equal_gaps_follow_the_hyperbolic_formula_of_the_lemma():
    falls = np.array([1e-6, 0.02, 0.5, 0.999, 1.2, 1.7])
    spectrum, n_layers = Spectrum(falls, 2.0 - falls), 7
    unit = np.ones(6)
    solved = mode_potentials(spectrum, np.ones(n_layers - 1), ModeCurrents(unit, 0 * unit, unit, unit))
    size, layer = np.abs(1.0 - falls), np.arange(1, n_layers + 1)[:, None]
    theta = np.arccosh(1.0 / size)
    alpha = np.cosh((n_layers - layer) * theta) / (np.sqrt(1 - size**2) * np.sinh((n_layers - 1) * theta))
    alpha *= np.sign(1.0 - falls) ** (layer - 1)
    np.testing.assert_allclose(solved.potentials, alpha, rtol=1e-8)


def test_blocks_of_modes_do_not_change_a_bit(monkeypatch):
    rng = np.random.default_rng(0)
    falls = rng.random(100) * 2
    spectrum = Spectrum(falls, 2.0 - falls)
    p, q = rng.standard_normal((2, 100))
    currents = ModeCurrents(p, q, p - q, p + q)
    whole = mode_potentials(spectrum, np.array([1.0, 0.5, 3.0]), currents)
    monkeypatch.setattr("ecd2g.reference.layered.mode_chains.BLOCK", 28)
    pieces = mode_potentials(spectrum, np.array([1.0, 0.5, 3.0]), currents)
    np.testing.assert_array_equal(whole.potentials, pieces.potentials)
    np.testing.assert_array_equal(whole.drops, pieces.drops)


@pytest.mark.parametrize("response", [alpha, chain_response])
def test_one_layer_has_no_response(response):
    with pytest.raises(InputError, match="at least 2 layers.*got n_layers=1"):
        response(CompleteKernel(2, 1.0, 0.5), 1)
