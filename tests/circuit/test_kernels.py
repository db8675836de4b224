"""Every kernel against its own table: products, rows, sums, modes, draws and minima; controls that must fail."""

import math
from collections.abc import Callable
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from ecd2g import CapacityError, InputError, StateSpace
from ecd2g.circuit import kernels
from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.hamming_kernel import HammingKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel, SpectralKernel, StructuredKernel
from ecd2g.circuit.kernels.one_site_kernel import OneSiteKernel
from ecd2g.circuit.kernels.product_kernel import ProductKernel
from ecd2g.circuit.kernels.site_kernel import complete_site, cyclic_site, dense_site, reflecting_site
from ecd2g.circuit.kernels.sparse_kernel import SparseKernel

MOST_STATES = 40

conductances = st.floats(-3, 3).map(lambda x: 10.0**x)


@st.composite
def spaces(draw: st.DrawFn) -> tuple[int, ...]:
    """Sizes of 1 to 4 sites, mixed, with at most 40 states."""
    sizes: list[int] = []
    for _ in range(draw(st.integers(1, 4))):
        sizes.append(draw(st.integers(1, max(1, min(9, MOST_STATES // math.prod(sizes))))))
    return tuple(sizes)


@st.composite
def profiles(draw: st.DrawFn) -> list[float]:
    """Conductances by distance, some zero, some longer than the site."""
    profile = draw(st.lists(st.one_of(st.just(0.0), conductances), min_size=1, max_size=12))
    place = draw(st.integers(0, len(profile) - 1))
    return [*profile[:place], draw(conductances), *profile[place + 1 :]]


@st.composite
def matrices(draw: st.DrawFn, size: int, *, empty_rows: bool = False) -> np.ndarray:
    """Symmetric, non-negative, with zeros; a row without an edge gets a diagonal entry unless it may stay empty."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    full = 10.0 ** rng.uniform(-2, 2, (size, size)) * (rng.random((size, size)) < draw(st.floats(0.1, 1.0)))
    matrix = np.triu(full) + np.triu(full, 1).T
    if not empty_rows:
        matrix[np.diag_indices(size)] += matrix.sum(axis=1) == 0
    return matrix


@st.composite
def regular_sites(draw: st.DrawFn, size: int) -> object:
    """A site whose rows have one sum."""
    kind = draw(st.sampled_from(["complete", "reflecting", "cyclic"]))
    if kind == "complete":
        return complete_site(size, draw(conductances) * draw(st.booleans()), draw(conductances))
    return (reflecting_site if kind == "reflecting" else cyclic_site)(size, draw(profiles()))


@st.composite
def spectral_kernels(draw: st.DrawFn) -> SpectralKernel:
    """Kernels with modes, of every kind, on mixed spaces of up to 40 states."""
    sizes = draw(spaces())
    kind = draw(st.sampled_from(["product", "one site", "hamming", "dense", "complete"]))
    if kind == "product":
        sites = [draw(st.one_of(regular_sites(size), matrices(size).map(dense_site))) for size in sizes]
        return ProductKernel(
            tuple(
                complete_site(1, 2.0, 1.0) if not site.row_sums.all() else site
                for site in sites  # one symbol without a forward edge: no row to speak of
            )
        )
    if kind == "one site":
        sites = tuple(draw(regular_sites(size)) for size in sizes)
        forward = draw(conductances) * draw(st.booleans())
        return OneSiteKernel(forward if any(site.row_sum for site in sites) else 1.0, sites)
    if kind == "hamming":
        weights = [draw(conductances) * draw(st.booleans()) for _ in range(len(sizes))]
        return HammingKernel(sizes, (draw(conductances), *weights))
    if kind == "dense":
        return DenseKernel(draw(matrices(math.prod(sizes))))
    return CompleteKernel(math.prod(sizes), draw(conductances), draw(conductances))


@st.composite
def structured_kernels(draw: st.DrawFn) -> StructuredKernel:
    """Kernels that know their rows, of every kind, on mixed spaces of up to 40 states."""
    if draw(st.integers(0, 5)) == 0:
        return SparseKernel(sp.csr_array(draw(matrices(draw(st.integers(1, MOST_STATES)), empty_rows=True))))
    return draw(spectral_kernels())


def apart(found: object, expected: object) -> float:
    """Largest difference, relative to the largest expected number (or to 1 where all are 0)."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    return float(np.max(np.abs(found - expected)) / (np.max(np.abs(expected)) or 1.0))


def samples(kernel: StructuredKernel) -> np.ndarray:
    """Values of both signs, ``(2, 3, V)``, with a level far from zero in one block."""
    values = np.random.default_rng(5).normal(size=(2, 3, kernel.n_states))
    values[1] += 3.0
    return values


def spread(kernel: StructuredKernel, sums: np.ndarray) -> np.ndarray:
    assert sums.shape in ((1,), (kernel.n_states,))
    return np.broadcast_to(sums, kernel.n_states)


def product_law(kernel: StructuredKernel) -> float:
    """K v is the table times v."""
    return apart(kernel.product(samples(kernel)), samples(kernel) @ kernel.table())


def laplacian_law(kernel: StructuredKernel) -> float:
    """The Laplacian is that of the table, the diagonal taken out first."""
    lateral = kernel.table() * (1 - np.eye(kernel.n_states))
    return apart(
        kernel.laplacian(samples(kernel)), samples(kernel) @ (np.diag(lateral.sum(axis=1)) - lateral)
    )


def sums_law(kernel: StructuredKernel) -> float:
    """Row sums, diagonal and lateral sums, each relative to itself."""
    table = kernel.table()
    lateral = table * (1 - np.eye(kernel.n_states))
    pairs = [
        (kernel.row_sums(), table.sum(axis=1)),
        (kernel.stay(), np.diag(table)),
        (kernel.lateral_sums(), lateral.sum(axis=1)),
    ]
    worst = 0.0
    for found, expected in pairs:
        assert np.array_equal(spread(kernel, found) == 0, expected == 0)
        worst = max(
            worst,
            float(np.max(np.abs(spread(kernel, found) / np.where(expected, expected, 1) - (expected > 0)))),
        )
    return worst


def rows_law(kernel: StructuredKernel) -> float:
    """Rows, in any order and repeated, are those of the table, without stored zeros; all pairs are counted."""
    states = np.random.default_rng(3).integers(0, kernel.n_states, 2 * kernel.n_states)
    rows = kernel.rows(states)
    assert isinstance(rows, sp.csr_array)
    assert np.all(rows.data > 0)
    assert rows.has_canonical_format
    assert kernel.rows(np.arange(kernel.n_states)).nnz == kernel.n_pairs == np.count_nonzero(kernel.table())
    return apart(rows.toarray(), kernel.table()[states])


def modes_law(kernel: SpectralKernel) -> float:
    """K u = lambda D u and u^T D u = 1 for all modes; mode 0 is constant."""
    table, d = kernel.table(), spread(kernel, kernel.row_sums())
    modes = kernel.from_modes(np.eye(kernel.n_states)).T
    scaled = np.sqrt(d)[:, None] * modes
    assert np.ptp(modes[:, 0]) <= 1e-12 * abs(modes[0, 0])
    normal = table / np.sqrt(np.outer(d, d))
    return max(
        apart(normal @ scaled, scaled * kernel.spectrum().values),
        apart(scaled.T @ scaled, np.eye(kernel.n_states)),
    )


def transform_law(kernel: SpectralKernel) -> float:
    """to_modes is the transpose of from_modes, and undoes it under D."""
    d = spread(kernel, kernel.row_sums())
    modes = kernel.from_modes(np.eye(kernel.n_states)).T
    values = samples(kernel)
    return max(
        apart(kernel.to_modes(np.eye(kernel.n_states)), modes),
        apart(kernel.from_modes(kernel.to_modes(d * values)), values),
        apart(kernel.to_modes(d * kernel.from_modes(values)), values),
    )


def eigenvalue_law(kernel: SpectralKernel) -> float:
    """Falls and rises are those of numpy, as far as 1 - lambda tells."""
    d = spread(kernel, kernel.row_sums())
    expected = np.linalg.eigvalsh(kernel.table() / np.sqrt(np.outer(d, d)))
    spectrum = kernel.spectrum()
    assert np.all((spectrum.fall >= 0) & (spectrum.rise >= 0))
    return max(
        float(np.max(np.abs(np.sort(spectrum.fall)[::-1] - (1 - expected)))),
        float(np.max(np.abs(np.sort(spectrum.rise) - (1 + expected)))),
    )


STRUCTURED_LAWS = [product_law, laplacian_law, sums_law, rows_law]
SPECTRAL_LAWS = [modes_law, transform_law, eigenvalue_law]


@pytest.mark.parametrize("law", STRUCTURED_LAWS, ids=lambda law: law.__name__)
@given(kernel=structured_kernels())
def test_structured_laws_hold(law: Callable[[StructuredKernel], float], kernel: StructuredKernel) -> None:
    assert law(kernel) < 1e-12


@pytest.mark.parametrize("law", SPECTRAL_LAWS, ids=lambda law: law.__name__)
@given(kernel=spectral_kernels())
def test_spectral_laws_hold(law: Callable[[SpectralKernel], float], kernel: SpectralKernel) -> None:
    assert law(kernel) < 1e-11


SPOILED = {
    "diagonal in product": (product_law, "product", lambda k, v: k.product(v) + 1e-6 * v),
    "d v without the product": (laplacian_law, "laplacian", lambda k, v: k.lateral_sums() * v),
    "forward edge in lateral sums": (sums_law, "lateral_sums", lambda k: k.row_sums()),
    "rows of other states": (rows_law, "rows", lambda k, x: k.rows((x + 1) % k.n_states)),
    "modes in reverse": (transform_law, "to_modes", lambda k, v: k.to_modes(v)[..., ::-1]),
    "modes of another norm": (modes_law, "from_modes", lambda k, m: 1.000001 * k.from_modes(m)),
    "fall and rise exchanged": (
        eigenvalue_law,
        "spectrum",
        lambda k: SimpleNamespace(fall=k.spectrum().rise, rise=k.spectrum().fall),
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_wrong_formula_breaks_its_law(name: str) -> None:
    kernel = kernels.product(StateSpace((2, 3)), [[[3.0, 1.0], [1.0, 0.0]], np.diag([1.0, 2.0, 3.0]) + 0.5])
    law, method, spoil = SPOILED[name]
    assert law(kernel) < 1e-13
    names = [name for name in dir(kernel) if not name.startswith("_")]
    wrong = SimpleNamespace(**{name: getattr(kernel, name) for name in names})
    setattr(wrong, method, lambda *given: spoil(kernel, *given))
    assert law(wrong) > 1e-8


@given(kernel=structured_kernels())
def test_tables_are_symmetric_and_kernels_know_what_they_are(kernel: StructuredKernel) -> None:
    table = kernel.table()
    assert np.array_equal(table, table.T)
    assert np.all(table >= 0)
    assert table.shape == (kernel.n_states, kernel.n_states)
    assert math.prod(kernel.sizes) == kernel.n_states
    assert isinstance(kernel, StructuredKernel)
    assert isinstance(kernel, SpectralKernel) != isinstance(kernel, SparseKernel)


@given(kernel=spectral_kernels())
def test_falls_and_rises_are_zero_exactly_where_the_graph_says_so(kernel: SpectralKernel) -> None:
    graph = nx.from_numpy_array(kernel.table())
    groups = [graph.subgraph(nodes) for nodes in nx.connected_components(graph)]
    spectrum = kernel.spectrum()
    assert np.count_nonzero(spectrum.fall == 0) == len(groups)
    assert np.count_nonzero(spectrum.rise == 0) == sum(nx.is_bipartite(group) for group in groups)
    assert spectrum.fall[0] == 0


@given(kernel=structured_kernels(), seed=st.integers(0, 99))
def test_lowest_bounds_all_joined_states(kernel: StructuredKernel, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=kernel.n_states)
    joined = (kernel.table() > 0) & ~np.eye(kernel.n_states, dtype=bool)
    others = np.where(joined, values, np.inf).min(axis=1)
    found = kernel.lowest(values)
    assert found.shape == values.shape
    assert np.all(found <= others)
    if isinstance(kernel, SparseKernel | DenseKernel | CompleteKernel):
        assert np.array_equal(found, others)
    elif isinstance(kernel, OneSiteKernel):
        assert np.array_equal(found, np.minimum(others, values))


@pytest.mark.parametrize(
    "kernel",
    [
        kernels.gaussian(StateSpace((7, 30)), 1.0, reach=2),
        kernels.gaussian(StateSpace((4, 5)), 1.0, reach=9),
        kernels.cyclic_gaussian(StateSpace((7, 30)), 1.0, reach=2),
        kernels.hamming(StateSpace(3, 4), [1, 2, 3, math.inf, math.inf]),
        kernels.hamming(StateSpace(3, 4), [1, 2, 3, 4, 5]),
    ],
)
def test_lowest_is_exact_for_finite_reach(kernel: StructuredKernel) -> None:
    values = np.random.default_rng(1).normal(size=kernel.n_states)
    assert np.array_equal(kernel.lowest(values), np.where(kernel.table() > 0, values, np.inf).min(axis=1))


DRAWN = {
    "hamming-1": kernels.hamming_1(StateSpace((2, 3, 4)), forward_resistance=1e-3, lateral_resistance=2.0),
    "hamming": kernels.hamming(StateSpace((2, 3, 1, 4)), [1.0, 5.0, math.inf, 0.7, math.inf]),
    "neighbour": kernels.neighbour(StateSpace((3, 5)), forward_resistance=1.0, lateral_resistance=3.0),
    "gaussian": kernels.gaussian(StateSpace((4, 5)), 0.8),
    "narrow gaussian": kernels.gaussian(StateSpace((3, 3, 3)), 0.2, reach=2),
    "rings": kernels.cyclic_gaussian(StateSpace((4, 5)), 1.0, reach=2),
    "unequal rows": kernels.product(
        StateSpace((2, 3)), [[[9.0, 1.0], [1.0, 0.0]], [[1, 2, 0], [2, 0, 3], [0, 3, 5]]]
    ),
    "dense": kernels.dense([[1, 2, 0, 4], [2, 0, 3, 1], [0, 3, 0, 0], [4, 1, 0, 9]]),
    "sparse": kernels.sparse(sp.csr_array([[1.0, 2, 0, 4], [2, 0, 3, 1], [0, 3, 0, 0], [4, 1, 0, 9]])),
    "complete": CompleteKernel(6, 5.0, 0.1),
    "complete sites": ProductKernel((complete_site(3, 5.0, 1.0), complete_site(4, 1.0, 0.5))),
}


@pytest.mark.parametrize("name", DRAWN)
def test_lateral_draws_follow_the_rows(name: str) -> None:
    """Null: y has probability K(x, y) / sum. n = 40,000 a state; chi-square, false alarm 1e-7 a state."""
    kernel, n, rng = DRAWN[name], 40_000, np.random.default_rng(11)
    for state in {0, kernel.n_states // 2, kernel.n_states - 1}:
        row = kernel.table()[state].copy()
        row[state] = 0
        drawn = kernel.draw_lateral(np.full(n, state), rng)
        assert drawn.dtype == np.intp
        counts = np.bincount(drawn, minlength=kernel.n_states)
        assert np.all(counts[row == 0] == 0)
        expected = n * row[row > 0] / row.sum()
        statistic = np.sum((counts[row > 0] - expected) ** 2 / expected)
        assert statistic < scipy.stats.chi2.isf(1e-7, max(len(expected) - 1, 1))


def test_draws_by_a_wrong_law_are_found_out() -> None:
    """Control: against the law of unweighted neighbours the same draws fail the same test by far."""
    kernel, n = DRAWN["gaussian"], 40_000
    counts = np.bincount(kernel.draw_lateral(np.full(n, 7), np.random.default_rng(1)), minlength=20)
    joined = np.flatnonzero(np.delete(kernel.table()[7], 7))
    expected = n / len(joined)
    statistic = np.sum((np.delete(counts, 7)[joined] - expected) ** 2 / expected)
    assert statistic > 10 * scipy.stats.chi2.isf(1e-7, len(joined) - 1)


@settings(max_examples=30)
@given(kernel=structured_kernels())
def test_draws_of_many_states_never_stay_and_never_cross_a_missing_edge(kernel: StructuredKernel) -> None:
    table, rng = kernel.table(), np.random.default_rng(2)
    leaving = np.flatnonzero((table > 0).sum(axis=1) - (np.diag(table) > 0) > 0)
    stuck = np.setdiff1d(np.arange(kernel.n_states), leaving)
    if len(leaving):
        states = rng.choice(leaving, 500)
        drawn = kernel.draw_lateral(states, rng)
        assert np.all(table[states, drawn] > 0)
        assert np.all(states != drawn)
    if len(stuck):
        with pytest.raises(InputError, match=r"no other|no edge"):
            kernel.draw_lateral(stuck, rng)


def test_stiff_laplacians_keep_their_digits() -> None:
    """The forward edge, 1e18 times the lateral one, leaves no trace; D v - K v (control) is lost to it."""
    kernel = kernels.neighbour(StateSpace((4, 5)), forward_resistance=1e-18, lateral_resistance=1.0)
    assert laplacian_law(kernel) < 1e-14
    values = samples(kernel)
    naive = kernel.row_sums() * values - kernel.product(values)
    assert apart(naive, kernel.laplacian(values)) > 0.5


def test_large_spaces_need_no_table() -> None:
    kernel = kernels.hamming_1(StateSpace(4, 9), forward_resistance=1.0, lateral_resistance=9.0)
    values = np.random.default_rng(0).random(kernel.n_states)
    spectral = kernel.from_modes(kernel.spectrum().values * kernel.to_modes(values)) * kernel.row_sum**2
    assert apart(spectral, kernel.product(values)) < 1e-13
    assert kernel.rows(np.array([5])).nnz == 28
    with pytest.raises(CapacityError, match="table"):
        kernel.table()


def test_long_sites_agree_with_their_tables() -> None:
    """Sites beyond what is merged into tables: cosine, Hartley and Householder transforms themselves."""
    sites = (reflecting_site(40, [1.0, 0.5]), cyclic_site(41, [0.2, 1.0, 0.3]), complete_site(37, 2.0, 0.1))
    for site in (*sites, cyclic_site(40, [0.2, 1.0])):
        kernel = ProductKernel((site,))
        assert max(law(kernel) for law in STRUCTURED_LAWS + SPECTRAL_LAWS) < 1e-12
    kernel = ProductKernel((sites[0], sites[0], sites[1]))
    values = np.random.default_rng(0).normal(size=(2, kernel.n_states))
    spectral = kernel.from_modes(kernel.spectrum().values * kernel.to_modes(values)) * kernel.row_sums() ** 2
    assert apart(spectral, kernel.product(values)) < 1e-13
    assert apart(kernel.laplacian(values), kernel.row_sums() * values - kernel.product(values)) < 1e-12


def test_long_local_sites_use_their_few_edges() -> None:
    kernel = kernels.gaussian(StateSpace(400), 1.0, reach=2)
    assert max(law(kernel) for law in STRUCTURED_LAWS) < 1e-12


def test_astronomic_spaces_answer_what_needs_no_list() -> None:
    space = StateSpace(50, 100)
    one = kernels.hamming_1(space, forward_resistance=1.0, lateral_resistance=1.0)
    assert one.n_states == 50**100
    assert one.row_sums() == 1 + 49 * 100
    assert CompleteKernel(10**200, 1.0, 1.0).stay() == 1
    for ask in (
        one.spectrum,
        CompleteKernel(10**200, 1.0, 1.0).spectrum,
        kernels.gaussian(space, 1.0).spectrum,
    ):
        with pytest.raises(CapacityError):
            ask()
    for ask in (CompleteKernel(10**200, 1.0, 1.0).rows, CompleteKernel(10**20, 1.0, 1.0).rows):
        with pytest.raises(CapacityError):
            ask(np.array([0]))
    with pytest.raises(CapacityError):
        CompleteKernel(10**20, 1.0, 1.0).draw_lateral(np.array([0]), np.random.default_rng(0))


def test_stored_zeros_and_repeated_entries_are_no_edges_of_their_own() -> None:
    entries = ([1.0, 2.0, 2.0, 0.0, 0.0], ([0, 0, 0, 1, 0], [0, 0, 0, 2, 1]))
    kernel = kernels.sparse(sp.coo_array(entries, shape=(3, 3)))
    assert kernel.n_pairs == 1
    assert kernel.table()[0, 0] == 5.0


def test_states_without_a_forward_edge_are_not_counted_as_joined_to_themselves() -> None:
    kernel = OneSiteKernel(0.0, (reflecting_site(4, [0.0, 1.0]), complete_site(3, 0.0, 1.0)))
    assert max(law(kernel) for law in STRUCTURED_LAWS) < 1e-14
    assert kernel.n_pairs == 6 * 3 + 6 * 4 + 6  # both ends fold back on themselves, at 3 states each
