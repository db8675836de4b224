"""Slow modes keep their digits: falls and rises against fractions, with forward edges 1e18 times the lateral ones."""

from fractions import Fraction

import numpy as np
import pytest

from ecd2g import StateSpace
from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.hamming_kernel import HammingKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.kernels.one_site_kernel import OneSiteKernel
from ecd2g.circuit.kernels.product_kernel import ProductKernel
from ecd2g.circuit.kernels.site_kernel import reflecting_site


def relative(found: np.ndarray, exact: list[Fraction]) -> float:
    """Largest error relative to each exact value; where that is 0, so must the found one be."""
    worst = Fraction(0)
    for number, true in zip(found, exact, strict=True):
        assert (number == 0) == (true == 0)
        if true:
            worst = max(worst, abs(Fraction(float(number)) / true - 1))
    return float(worst)


COSINES = {2: [Fraction(1), Fraction(0)], 3: [Fraction(1), Fraction(1, 2), Fraction(-1, 2)]}
STIFF = [1e18, 1.0, 1e-18]


@pytest.mark.parametrize("forward", STIFF)
def test_slow_neighbour_modes_keep_their_digits(forward: float) -> None:
    """Against fractions: cos(pi k / S) is rational for S = 2, 3. The table's own eigenvalues would be off by 1."""
    kernel = OneSiteKernel(forward, tuple(reflecting_site(size, [0.0, 1.0]) for size in (2, 3)))
    total = Fraction(forward) + 4
    lost = [(1 - x) + (1 - y) for x in COSINES[2] for y in COSINES[3]]
    falls = [2 * part / total for part in lost]
    assert relative(kernel.spectrum().fall, falls) < 1e-14
    assert relative(kernel.spectrum().rise, [2 - fall for fall in falls]) < 1e-14
    if forward == STIFF[0]:
        assert relative(1 - kernel.spectrum().values + (np.array(lost) > 0) * 1e-300, falls) > 0.5  # control


@pytest.mark.parametrize("forward", STIFF)
def test_slow_product_modes_keep_their_digits(forward: float) -> None:
    kernel = ProductKernel((reflecting_site(2, [forward, 0.5]), reflecting_site(3, [forward, 0.25, 0.0])))
    a = Fraction(forward)
    first = [(a + c) / (a + 1) for c in COSINES[2]]
    second = [(a + c / 2) / (a + Fraction(1, 2)) for c in COSINES[3]]
    values = [x * y for x in first for y in second]
    assert relative(kernel.spectrum().fall, [1 - value for value in values]) < 1e-14
    assert relative(kernel.spectrum().rise, [1 + value for value in values]) < 1e-14


@pytest.mark.parametrize("forward", STIFF)
@pytest.mark.parametrize("weights", [(1.0, 0.5, 0.25), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
def test_slow_hamming_modes_keep_their_digits(forward: float, weights: tuple[float, ...]) -> None:
    sizes = (2, 4, 2)
    kernel = HammingKernel(sizes, (forward, *weights))
    states = StateSpace(sizes).all_states()

    def eigenvalue(varied: np.ndarray) -> Fraction:
        symmetric = [Fraction(1), *[Fraction(0)] * len(sizes)]
        for size, along in zip(sizes, varied, strict=True):
            part = -1 if along else size - 1
            symmetric = [1, *[symmetric[h] + part * symmetric[h - 1] for h in range(1, len(symmetric))]]
        return sum((Fraction(w) * e for w, e in zip(kernel.weights, symmetric, strict=True)), Fraction(0))

    values = [eigenvalue(state > 0) / eigenvalue(states[0] > 0) for state in states]
    assert relative(kernel.spectrum().fall, [1 - value for value in values]) < 1e-14
    assert relative(kernel.spectrum().rise, [1 + value for value in values]) < 1e-14


@pytest.mark.parametrize("forward", STIFF)
def test_slow_complete_modes_keep_their_digits(forward: float) -> None:
    a, size = Fraction(forward), 5
    falls = [Fraction(0)] + [size / (a + size - 1)] * (size - 1)
    for spectrum in (
        CompleteKernel(size, forward, 1.0).spectrum(),
        DenseKernel(CompleteKernel(size, forward, 1.0).table()).spectrum(),
    ):
        assert relative(spectrum.fall, falls) < 1e-14
        assert relative(spectrum.rise, [2 - fall for fall in falls]) < 1e-14


@pytest.mark.parametrize("link", [1e-6, 1e-13])
def test_a_weak_link_between_dense_groups_keeps_its_digits(link: float) -> None:
    """Two pairs joined by weak links: fall 2 link / (2 + link), next to falls of order 1."""
    matrix = np.kron(np.eye(2), np.ones((2, 2))) + np.kron([[0, link], [link, 0]], np.eye(2))
    spectrum = DenseKernel(matrix).spectrum()
    slow = np.sort(spectrum.fall)[1]
    assert slow == pytest.approx(2 * link / (2 + link), rel=1e-14, abs=0)
    assert 1 - np.sort(spectrum.values)[-2] != pytest.approx(slow, rel=1e-14, abs=0)  # control
