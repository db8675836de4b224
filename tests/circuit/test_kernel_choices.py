"""The kernels that users choose from: where their conductances are, and what is refused."""

import math

import numpy as np
import pytest
import scipy.sparse as sp

from ecd2g import CapacityError, InputError, StateSpace
from ecd2g.circuit import kernels
from ecd2g.circuit.kernels.hamming_kernel import HammingKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.kernels.one_site_kernel import OneSiteKernel
from ecd2g.circuit.kernels.product_kernel import ProductKernel
from ecd2g.circuit.kernels.site_kernel import complete_site, cyclic_site, dense_site, reflecting_site

SPACE = StateSpace((2, 3))
REFUSED = {
    "no resistance": lambda: kernels.hamming_1(SPACE, forward_resistance=0, lateral_resistance=1),
    "infinite resistance": lambda: kernels.neighbour(
        SPACE, forward_resistance=1, lateral_resistance=math.inf
    ),
    "no number": lambda: kernels.cyclic(SPACE, forward_resistance="a", lateral_resistance=1),
    "conductance overflows": lambda: kernels.hamming(SPACE, [1e-310, 1, 1]),
    "too few distances": lambda: kernels.hamming(SPACE, [1, 1]),
    "no edges": lambda: kernels.hamming(SPACE, [math.inf] * 3),
    "width": lambda: kernels.gaussian(SPACE, -1.0),
    "widths": lambda: kernels.gaussian(SPACE, [1.0, 2.0, 3.0]),
    "reach": lambda: kernels.gaussian(SPACE, 1.0, reach=0),
    "half a reach": lambda: kernels.one_site_gaussian(SPACE, 1.0, reach=1.5),
    "conductance": lambda: kernels.gaussian(SPACE, 1.0, conductance=math.nan),
    "no stay": lambda: kernels.one_site_gaussian(SPACE, 1.0, stay=0.0),
    "sizes": lambda: kernels.product(SPACE, [np.ones((3, 3)), np.ones((2, 2))]),
    "asymmetric": lambda: kernels.product(StateSpace(2), [[[1, 2], [3, 1]]]),
    "zero row": lambda: kernels.product(StateSpace(2), [[[1, 0], [0, 0]]]),
    "zero row of a dense kernel": lambda: kernels.dense([[1, 0], [0, 0]]).spectrum(),
    "irregular": lambda: OneSiteKernel(1.0, (dense_site([[1, 2], [2, 5]]),)),
    "no sites": lambda: OneSiteKernel(1.0, ()),
    "no factors": lambda: ProductKernel(()),
    "negative": lambda: kernels.sparse(sp.csr_array([[-1.0]])),
    "asymmetric sparse": lambda: kernels.sparse(sp.csr_array([[1.0, 2.0], [0.0, 1.0]])),
    "not sparse": lambda: kernels.sparse(np.eye(2)),
    "not square": lambda: kernels.sparse(sp.csr_array((2, 3))),
    "profile": lambda: reflecting_site(3, [0.0, 0.0]),
    "negative profile": lambda: cyclic_site(3, [1.0, -1.0]),
    "empty site": lambda: complete_site(0, 1.0, 1.0),
    "negative site": lambda: complete_site(2, -1.0, 1.0),
    "site without conductance": lambda: complete_site(2, 0.0, 0.0),
    "too narrow": lambda: kernels.gaussian(SPACE, 0.01),
    "too wide": lambda: kernels.gaussian(SPACE, 1e9),
    "product overflows": lambda: ProductKernel((complete_site(2, 1e200, 1.0),) * 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_impossible_kernels_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        REFUSED[name]()


def test_long_sites_are_refused_unless_complete() -> None:
    assert complete_site(10**6, 1.0, 1.0).row_sum == 10**6
    for site in (reflecting_site, cyclic_site):
        with pytest.raises(CapacityError, match="8192"):
            site(8193, [1.0, 1.0])


def test_conductances_are_where_they_are_said_to_be() -> None:
    ring = kernels.cyclic(StateSpace(2), forward_resistance=1.0, lateral_resistance=1.0)
    assert ring.table().tolist() == [[1.0, 2.0], [2.0, 1.0]]  # both ways round meet
    assert cyclic_site(4, [1.0, 2.0, 3.0]).matrix[0].tolist() == [1.0, 2.0, 6.0, 2.0]
    assert reflecting_site(3, [4.0, 2.0, 1.0]).matrix.tolist() == [
        [6.0, 3.0, 1.0],
        [3.0, 4.0, 3.0],
        [1.0, 3.0, 6.0],
    ]
    gauss = kernels.gaussian(StateSpace(9, 2), 2.0, reach=2, conductance=7.0)
    assert gauss.rows(np.array([40])).toarray()[0, [40, 41, 43, 30]] == pytest.approx(
        [7.0, 7 * math.exp(-1 / 8), 0.0, 7 * math.exp(-2 / 8)]
    )
    assert kernels.gaussian(StateSpace(50), 1.5).n_pairs == 50 * 13 - 6 * 7
    one = kernels.one_site_gaussian(StateSpace(9, 2), 1.0, stay=3.0, conductance=2.0)
    assert one.rows(np.array([40])).toarray()[0, [40, 41, 50]] == pytest.approx(
        [3.0, 2 * math.exp(-0.5), 0.0]
    )
    pair = kernels.hamming(StateSpace(3, 2), [1.0, 2.0, 4.0])
    assert pair.table()[0].tolist() == [1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.5, 0.25, 0.25]


def test_hamming_1_is_the_hamming_kernel_of_distance_one() -> None:
    one = kernels.hamming_1(SPACE, forward_resistance=2.0, lateral_resistance=8.0)
    assert np.array_equal(one.table(), kernels.hamming(SPACE, [2.0, 8.0, math.inf]).table())


def test_complete_kernel_is_the_hamming_kernel_of_equal_weights() -> None:
    assert np.array_equal(HammingKernel((2, 3), (3.0, 0.5, 0.5)).table(), CompleteKernel(6, 3.0, 0.5).table())
