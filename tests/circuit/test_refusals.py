"""What the nouns refuse, and in which words; and branches for sizes that other tests do not come to."""

from math import prod

import numpy as np
import pytest
import scipy.sparse as sp

from ecd2g import Distribution, InputError, LayeredCircuit, ResistorNetwork, StateSpace, solve
from ecd2g.circuit import kernels
from ecd2g.circuit.fields import kernel_field
from ecd2g.circuit.kernels.hamming_kernel import HammingKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.kernels.matrix_site import lowest_of_all, require_site
from ecd2g.circuit.kernels.one_site_kernel import OneSiteKernel
from ecd2g.circuit.kernels.product_kernel import ProductKernel
from ecd2g.circuit.kernels.site_axes import ModeTransform
from ecd2g.circuit.kernels.site_kernel import complete_site, cyclic_site, reflecting_site
from ecd2g.circuit.kernels.site_laplacian import ShiftedLaplacian, shifted_rounding

SPACE = StateSpace(3, 2)
UNIFORM = Distribution.uniform(SPACE)
LINE = ResistorNetwork.from_edges([[0, 1]], conductance=1.0)
ALONE = complete_site(1, 1.0, 1.0)
SYMBOLS = np.zeros(1, dtype=np.intp)

REFUSED = {
    "samples": (lambda: UNIFORM.sample(-1), "number of samples must be a whole number, 0 or more"),
    "one row": (
        lambda: Distribution(SPACE, np.full(2, 0.5), np.array([0, 0])),
        r"states must have shape \(k, 2\)",
    ),
    "twice": (
        lambda: Distribution(SPACE, np.full(2, 0.5), np.zeros((2, 2), dtype=int)),
        "must be distinct; Distribution.from_weights adds up repeated ones",
    ),
    "negative Hamming": (lambda: HammingKernel((2, 3), (1.0, -1.0, 0.0)), "must be finite and not negative"),
    "no space": (
        lambda: kernels.gaussian((3, 3), 1.0),
        "first argument must be an ecd2g.StateSpace, got tuple",
    ),
    "no list": (lambda: kernels.hamming(SPACE, 1.0), "must be a list"),
    "few layers": (
        lambda: LayeredCircuit(SPACE, 1, CompleteKernel(9, 1.0, 1.0)),
        "at least 2 layers, a first for the source and a last for the sink",
    ),
    "no kernel": (lambda: LayeredCircuit(SPACE, 2, np.ones((9, 9))), "must be a conductance kernel, made by"),
    "other kernel": (lambda: LayeredCircuit(SPACE, 2, CompleteKernel(4, 1.0, 1.0)), "joins 4 states but"),
    "gains": (
        lambda: LayeredCircuit(SPACE, 3, CompleteKernel(9, 1.0, 1.0), ["a", "b"]),
        "gains must be an array of real numbers",
    ),
    "no symbol": (lambda: require_site(0), "a site needs at least one symbol, got 0"),
    "forward only": (
        lambda: solve(LINE, source={0: 1.0}, sink={1: 1.0}).field.outflow(forward_only=True),
        "a network has no layers, so only the two-way rule applies to it",
    ),
    "no stay": (
        lambda: OneSiteKernel(-1.0, (ALONE,)),
        "conductance of staying must be finite and not negative",
    ),
    "no sum": (
        lambda: OneSiteKernel(1e308, (complete_site(2, 1e308, 0.0),)),
        "conductances of a state must have a positive, finite sum",
    ),
    "nowhere to go": (
        lambda: OneSiteKernel(1.0, (ALONE,)).draw_lateral(SYMBOLS, np.random.default_rng(0)),
        "has no other state to draw",
    ),
    "no other symbol": (
        lambda: ALONE.draw_lateral(SYMBOLS, np.random.default_rng(0)),
        "without lateral conductance has no other symbol to draw",
    ),
    "edgeless factor": (lambda: ProductKernel((_Edgeless(),)), "every symbol of every site needs an edge"),
    "sparse for dense": (lambda: kernels.dense(sp.csr_array(np.eye(2))), "make one of a sparse matrix with"),
    "no numbers": (
        lambda: kernels.dense([["a", "b"], ["b", "a"]]),
        "a kernel must be an array of real numbers",
    ),
    "sum overflows": (lambda: kernels.dense(np.full((2, 2), 1e308)), "add up to more than a float can hold"),
}


class _Edgeless:
    row_sums = np.zeros(2)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_made_is_refused_in_one_sentence(name: str) -> None:
    call, words = REFUSED[name]
    with pytest.raises(InputError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_long_ordinal_sites_are_transformed_together() -> None:
    """Two sites of more than 64 symbols by one cosine transform, a ring of 100 by its own: Q^T and back."""
    long, ring = reflecting_site(70, [1.0, 2.0]), cyclic_site(100, [1.0, 2.0])
    for modes in ([long.modes, long.modes], [long.modes], [ring.modes], [ring.modes, long.modes]):
        transform = ModeTransform(modes)
        values = np.random.default_rng(0).standard_normal((2, prod(part.size for part in modes)))
        there = transform.forward(values)
        assert np.linalg.norm(there, axis=1) == pytest.approx(np.linalg.norm(values, axis=1), rel=1e-12)
        assert transform.backward(there) == pytest.approx(values, abs=1e-12)
        site_by_site = values.reshape(2, *(part.size for part in modes))
        for axis, part in enumerate(modes, start=1):
            site_by_site = np.moveaxis(part.forward(np.moveaxis(site_by_site, axis, -1)), -1, axis)
        assert there == pytest.approx(site_by_site.reshape(2, -1), abs=1e-12)
        for axis, part in enumerate(modes, start=1):
            site_by_site = np.moveaxis(part.backward(np.moveaxis(site_by_site, axis, -1)), -1, axis)
        assert site_by_site.reshape(2, -1) == pytest.approx(values, abs=1e-12)


@pytest.mark.parametrize("sizes", [(9, 8), (40, 2)])
def test_sites_too_long_to_be_merged_take_part_in_a_product(sizes: tuple[int, int]) -> None:
    kernel, values = (
        HammingKernel(sizes, (1.0, 0.5, 0.25)),
        np.random.default_rng(0).standard_normal(prod(sizes)),
    )
    assert kernel.product(values) == pytest.approx(kernel.table() @ values, rel=1e-12, abs=1e-12)


def test_large_layers_are_taken_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = kernels.neighbour(SPACE, forward_resistance=1.0, lateral_resistance=2.0)
    layers = np.random.default_rng(0).standard_normal((4, 9))
    monkeypatch.setattr(kernel_field, "TOGETHER", 9)
    assert kernel_field.laplacian_of_layers(kernel, layers).tolist() == kernel.laplacian(layers).tolist()


def test_one_state_has_no_lowest_neighbour_and_no_slow_mode() -> None:
    assert CompleteKernel(1, 1.0, 1.0).lowest(np.zeros(1)).tolist() == [np.inf]
    assert CompleteKernel(3, 1.0, 1.0).laplacian_rounding() > 0
    assert complete_site(3, 1.0, 0.0).lowest(np.arange(3.0)).tolist() == [0.0, 1.0, 2.0]
    assert lowest_of_all(np.arange(34.0).reshape(2, 17)).tolist() == [[0.0] * 17, [17.0] * 17]
    assert ShiftedLaplacian(np.zeros((1, 1))).rounding == 0.0
    assert shifted_rounding(3, 1.0, 0.0) == np.inf
    assert complete_site(5, 1.0, 1.0).row_length == 5
