"""The same transport in growing dimension: what is written is what the library answers."""

import csv
import json

import numpy as np
import pytest

from ecd2g import InputError, solve
from ecd2g.data.shells import blob_to_shell
from ecd2g.experiments.dimensions.costs import radial_bound, reference_costs
from ecd2g.experiments.dimensions.measures import radius_bins, throughflow
from ecd2g.experiments.dimensions.resources import solve_measured
from ecd2g.experiments.dimensions.run import dimensions_run
from ecd2g.experiments.dimensions.settings import GEOMETRIC, MIXED, PAPER, SYMBOLS, Dimensions
from ecd2g.metrics import wasserstein_line
from ecd2g.metrics.optimal_transport import independent_cost, optimal_transport_cost
from ecd2g.movement.coupling import coupling

TINY = Dimensions(n_sites=(1, 2, 3), n_symbols=(9, 6, 4), n_layers=4, width=0.1, reach=0.3, n_walks=400)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dimensions")
    text = dimensions_run(TINY, folder, "ecd2g test", quiet=True)
    return folder, text, json.loads((folder / "results.json").read_text())


def flows(n_sites, side):
    problem = blob_to_shell(n_sites, side)
    found = {
        one.key: solve(one.circuit, source=problem.source, sink=problem.target)
        for one in TINY.circuits(problem.space)
    }
    return problem, found


def test_default_sizes_hold_about_as_many_states():
    sizes = Dimensions().sizes
    assert sizes == [(1, 50), (2, 50), (3, 50), (4, 18), (5, 10)]
    assert all(0.9e5 < side**n_sites < 1.3e5 for n_sites, side in sizes if n_sites > 2)


@pytest.mark.parametrize("n_sites", SYMBOLS)
def test_the_geometric_kernel_is_the_same_in_every_box(n_sites):
    """Width and reach in sides of the box: 0.03 and 0.09 of S symbols, the reach rounded up."""
    side = SYMBOLS[n_sites]
    site = Dimensions().geometric(blob_to_shell(1, side).space).kernel.sites[0].matrix
    middle = site[side // 2]
    steps = np.abs(np.arange(side) - side // 2)
    expected = np.where(
        (steps > 0) & (steps <= np.ceil(0.09 * side)), np.exp(-0.5 * (steps / (0.03 * side)) ** 2), 0
    )
    np.testing.assert_allclose(middle, expected, rtol=1e-12)


def test_reach_is_no_symbol_further_than_asked():
    """0.12 of 50 is 6 symbols, though 0.12 * 50 > 6 in float64 by one rounding."""
    kernel = Dimensions(reach=0.12).geometric(blob_to_shell(1, 50).space).kernel
    assert np.count_nonzero(kernel.sites[0].matrix[25]) == 12


@pytest.mark.parametrize(("n_sites", "side"), TINY.sizes)
def test_costs_in_the_files_are_those_of_the_whole_coupling(run, n_sites, side):
    """Against the V x V coupling of the first-passage matrices, which takes another way."""
    problem, found = flows(n_sites, side)
    numbers = run[2]["numbers"]["dimensions"][f"{n_sites}d"]
    assert numbers["problem"] == {"n_sites": n_sites, "n_symbols": side, "n_states": side**n_sites}
    for key, flow in found.items():
        expected = coupling(flow).cost("squared", side)
        written = numbers["circuits"][key]
        assert written["cost"]["squared_distance"] == pytest.approx(expected, rel=1e-10)
        law = written["two_way_law"]
        assert law["largest_deviation"] < 1e-13
        assert law["mean_steps"] == pytest.approx(flow.exact_law().mean_steps, rel=1e-10)
        bias = 0.5 * np.abs(flow.law("forward-only") - problem.target.to_array()).sum()
        assert written["forward_only_law"]["total_variation"] == pytest.approx(bias, rel=1e-9)
        assert bias > 1e-3


def test_the_local_circuit_costs_less_than_the_complete_ones(run):
    for part in run[2]["numbers"]["dimensions"].values():
        costs = {key: one["cost"]["squared_distance"] for key, one in part["circuits"].items()}
        bounds = part["reference_costs"]
        assert bounds["optimal_lower_bound"] <= costs[GEOMETRIC] * (1 + 1e-12)
        assert costs[GEOMETRIC] < costs[PAPER] < costs[MIXED] < bounds["independent"]


def test_walks_agree_with_the_exact_numbers(run):
    """Six standard errors: a false alarm in 10^8 for each mean; the floors have an error rate of 10^-6 each."""
    for part in run[2]["numbers"]["dimensions"].values():
        for one in part["circuits"].values():
            walks = one["walks"]
            error = walks["squared_distance_standard_error"]
            assert abs(walks["squared_distance"] - one["cost"]["squared_distance"]) < 6 * error
            assert walks["by_state"]["within_floor"] is True
            assert walks["by_radius"]["within_floor"] is True
            assert walks["by_radius"]["floor_expected"] < walks["by_state"]["floor_expected"]


@pytest.mark.parametrize(("n_sites", "side"), [(1, 50), (1, 9), (2, 12), (3, 6)])
def test_the_radial_bound_lies_below_the_optimal_cost(n_sites, side):
    problem = blob_to_shell(n_sites, side)
    bound = radial_bound(problem)
    optimal = optimal_transport_cost(problem.source, problem.target, "squared", side)
    assert 0.7 * optimal < bound <= optimal * (1 + 1e-9)


def test_the_radial_bound_is_reached_on_a_line():
    """Bumps on a line are symmetric, so nobody gains by crossing the middle."""
    problem = blob_to_shell(1, 50)
    p, q = problem.source.to_array(), problem.target.to_array()
    assert radial_bound(problem) == pytest.approx(wasserstein_line(p, q, order=2, scale=50) ** 2, rel=1e-9)


def test_the_exact_optimum_is_given_where_its_pairs_fit():
    small, large = blob_to_shell(2, 8), blob_to_shell(3, 18)
    found = reference_costs(small, 50, 2, seed=0)
    assert found["optimal"] == optimal_transport_cost(small.source, small.target, "squared", 8.0)
    assert found["independent"] == independent_cost(small.source, small.target, "squared", 8.0)
    assert "optimal_assigned" not in found
    found = reference_costs(large, 200, 3, seed=0)
    assert "optimal" not in found
    assert "pairs" in found["optimal_left_out"]
    assigned = found["optimal_assigned"]
    assert len(set(assigned["values"])) == 3
    assert assigned["mean"] == pytest.approx(np.mean(assigned["values"]))
    assert assigned["mean"] > found["optimal_lower_bound"]  # 40 % above, and repeats differ by 2 %


def test_throughflow_is_what_a_walk_visits():
    _, found = flows(2, 6)
    flow = found[GEOMETRIC]
    np.testing.assert_allclose(
        throughflow(flow, [0, 3]), flow.visits()[[0, 3]].reshape(2, 6, 6), rtol=1e-9, atol=1e-15
    )


def test_radius_bins_number_the_radii():
    problem = blob_to_shell(2, 4)  # centres at -2.25, -0.75, 0.75 and 2.25
    lengths = np.sqrt([10.125, 5.625, 5.625, 10.125])
    assert np.array_equal(radius_bins(problem)[:4], np.floor(lengths / 0.25))


def test_memory_grows_with_layers_and_states():
    """The peak holds at least potentials and drops, (2 N - 1) V numbers, and no V x V table."""
    problem = blob_to_shell(2, 30)
    _, small = solve_measured(lambda: TINY.geometric(problem.space), problem, 1e-8)
    deep = Dimensions(n_layers=16, width=0.1, reach=0.3)
    _, large = solve_measured(lambda: deep.geometric(problem.space), problem, 1e-8)
    assert (small.formula_bytes, large.formula_bytes) == (4 * 4 * 900 * 8, 4 * 16 * 900 * 8)
    assert 2 * 15 * 900 * 8 < large.peak_bytes < 900**2 * 8 / 2
    assert small.peak_bytes < large.peak_bytes
    assert 0 < small.solve_s < 60


def test_the_table_has_a_row_for_every_circuit(run):
    folder, text, results = run
    with (folder / "dimensions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [(int(row["n_sites"]), row["circuit"]) for row in rows]
    assert names == [(n_sites, key) for n_sites in (1, 2, 3) for key in (GEOMETRIC, PAPER, MIXED)]
    for row in rows:
        part = results["numbers"]["dimensions"][f"{row['n_sites']}d"]
        found = part["circuits"][row["circuit"]]
        used = results["timing"]["resources"][f"{row['n_sites']}d"][row["circuit"]]
        assert float(row["cost"]) == found["cost"]["squared_distance"]
        assert float(row["potential_error"]) == found["certificate"]["potential_error"]
        assert float(row["solve_s"]) == used["solve_s"]
        assert float(row["by_radius_total_variation"]) == found["walks"]["by_radius"]["total_variation"]
    assert len(text.splitlines()) == 1 + 1 + 9 + 2 + 1
    assert set(results["files"]) >= {"dimensions.csv", "costs.png", "layers.svg", "resources.png"}
    assert results["numbers"]["figures"] == ["resources", "costs", "layers"]


def test_same_seed_same_numbers(run, tmp_path):
    small = Dimensions(n_sites=(2,), n_symbols=(6,), n_layers=4, width=0.1, reach=0.3, n_walks=400)
    dimensions_run(small, tmp_path, "ecd2g test", quiet=True)
    again = json.loads((tmp_path / "results.json").read_text())["numbers"]["dimensions"]["2d"]
    assert again == run[2]["numbers"]["dimensions"]["2d"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_sites": ()}, "distinct whole numbers"),
        ({"n_sites": (2, 2)}, "distinct whole numbers"),
        ({"n_sites": (0,)}, "at least 1"),
        ({"n_sites": (6,)}, "among 1, 2, 3, 4, 5"),
        ({"n_sites": (1, 2), "n_symbols": (5,)}, "one number a dimension"),
    ],
)
def test_dimensions_that_do_not_go_together_are_refused(settings, words):
    with pytest.raises(InputError, match=words):
        Dimensions(**settings).resolved()
