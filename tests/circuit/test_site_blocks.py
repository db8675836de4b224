"""Work along the axis of a site in pieces gives what it gives in one, whatever the sizes and the layout."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from ecd2g.circuit import kernels
from ecd2g.circuit.fields.kernel_field import KernelField, tiles
from ecd2g.circuit.kernels import site_axes
from ecd2g.circuit.kernels.kernel import SpectralKernel, StructuredKernel
from ecd2g.circuit.kernels.matrix_site import sliding_lowest
from ecd2g.circuit.kernels.site_blocks import PRODUCT, in_blocks, table_product
from ecd2g.circuit.state_space import StateSpace

SHAPES = [(1, 1), (3, 5), (1, 40), (40, 1), (2, 700)]


def layouts(n: int, others: int, size: int) -> list[np.ndarray]:
    """Whole numbers ``(n, others, size)`` with the symbols side by side in memory, and with the others so."""
    values = np.random.default_rng(0).integers(-9, 9, size=(n, others, size)).astype(float)
    return [values, np.swapaxes(np.ascontiguousarray(np.swapaxes(values, 1, 2)), 1, 2)]


@pytest.mark.parametrize("size", [1, 2, 32, 50, 130])
@pytest.mark.parametrize(("n", "others"), SHAPES)
def test_products_with_a_table(n: int, others: int, size: int) -> None:
    """Whole numbers, so that every order of the sums gives the same; 2 x 700 x 50 is more than one piece."""
    table = np.random.default_rng(1).integers(-9, 9, size=(size, size)).astype(float)
    for values in layouts(n, others, size):
        product = table_product(values, table)
        assert np.array_equal(product, np.einsum("abi,ij->abj", values, table))
        assert product.strides == values.strides or 1 in values.shape


def test_some_product_takes_more_than_one_piece() -> None:
    assert 2 * PRODUCT < 700 * 50**2
    assert 700 % (PRODUCT // 50**2 // 8 * 8)  # and leaves a rest


@pytest.mark.parametrize("numbers", [1, 100, 10**6])
@pytest.mark.parametrize(("n", "others"), SHAPES)
def test_actions_in_blocks(n: int, others: int, numbers: int) -> None:
    for values in layouts(n, others, 7):
        seen = []

        def act(lines: np.ndarray, seen: list = seen) -> np.ndarray:
            seen.append(len(lines))
            return np.cumsum(lines, axis=1)

        assert np.array_equal(in_blocks(values, act, numbers), np.cumsum(values, axis=-1))
        assert sum(seen) == n * others
        assert len(seen) == 1 or numbers < values.size


@given(st.integers(1, 12), st.integers(0, 14), st.integers(0, 10**6))
def test_sliding_minima(size: int, reach: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((2, size))
    near = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) <= reach
    assert np.array_equal(sliding_lowest(values, reach), np.where(near, values[:, None], np.inf).min(axis=-1))


@given(st.lists(st.integers(1, 70), min_size=1, max_size=9))
def test_runs_of_sites(sizes: list[int]) -> None:
    """They keep the order, respect the limit, and are as few as filling one after another to the brim gives."""
    cut = site_axes.runs(sizes, sizes)
    assert [size for run in cut for size in run] == sizes
    assert all(len(run) == 1 or np.prod(run) <= site_axes.MERGED_LIMIT for run in cut)
    full = 1
    product = 1
    for number, size in enumerate(sizes):
        if number and product * size > site_axes.MERGED_LIMIT:
            full, product = full + 1, 1
        product *= size
    assert len(cut) == full


@pytest.mark.parametrize("shape", [(1, 1), (9, 5), (3, 20_000), (20_000, 2)])
def test_tiles_cover_every_gap_once(shape: tuple[int, int]) -> None:
    seen, after = np.zeros(shape), np.zeros((shape[0] + 1, shape[1]))
    for here, later, states in tiles(seen):
        seen[here, states] += 1
        after[later, states] += 1
    assert np.all(seen == 1)
    assert np.all(after[1:] == 1)
    assert not after[0].any()


def test_what_a_kernel_can_do_is_asked_once_a_type() -> None:
    """An object without the methods is no kernel, and one of a known type is not searched again."""
    kernel = kernels.hamming(StateSpace(2, 2), [1.0, 2.0, 4.0])
    assert isinstance(kernel, SpectralKernel)
    assert not isinstance(kernels.sparse(sp.eye_array(2)), SpectralKernel)
    assert isinstance(kernels.sparse(sp.eye_array(2)), StructuredKernel)
    assert not isinstance(KernelField, StructuredKernel)

    class Counted:
        asked = 0

        @property
        def n_states(self) -> int:
            Counted.asked += 1
            return 1

    assert not isinstance(Counted(), SpectralKernel)
    first = Counted.asked
    assert not isinstance(Counted(), SpectralKernel)
    assert Counted.asked == first
