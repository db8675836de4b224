"""The path to optimal transport: what is written is what the library answers, and the coupling is that of the walks."""

import csv
import json
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from ecd2g.data.problems import moons_to_swiss_roll
from ecd2g.experiments.adapted import measures
from ecd2g.experiments.adapted.coupling import coupling_of, current_table, displacements, edges_that_carry
from ecd2g.experiments.adapted.measures import adapt, unit_of
from ecd2g.experiments.adapted.run import adapted_run
from ecd2g.experiments.adapted.settings import COMPLETE, SHORT, Adapted
from ecd2g.experiments.adapted.table import COLUMNS
from ecd2g.metrics import independent_cost, optimal_transport_cost
from ecd2g.metrics.optimal_transport import pair_costs
from ecd2g.movement import propagate
from ecd2g.reference import adapted_circuit

TINY = Adapted(n_symbols=8, small_symbols=5, n_iterations=12, n_walks=300)
GROUNDS = {"squared": "squared", "distance": "euclidean"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adapted")
    text = adapted_run(TINY, folder, "ecd2g test", quiet=True)
    with (folder / "adapted.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return folder, text, json.loads((folder / "results.json").read_text()), rows


@pytest.mark.parametrize("n_iterations", [0, 4])
@pytest.mark.parametrize("reach", [inf, None])
def test_the_coupling_is_that_of_the_propagated_walks(n_iterations, reach):
    """Against one propagation a start state, which takes another way; its marginals are source and sink."""
    problem = moons_to_swiss_roll(6)
    circuit = adapted_circuit(problem.source, problem.target, reach=reach, n_iterations=n_iterations)
    table, m = coupling_of(circuit), len(circuit.source_states)
    p, q = (end.probabilities[end.probabilities > 0] for end in (problem.source, problem.target))
    starts = np.eye(circuit.solution.network.n_nodes)[:m]
    expected = np.array([propagate(circuit.solution.field, start=start).ends[m:] for start in starts])
    np.testing.assert_allclose(table, p[:, None] * expected, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(table.sum(axis=0), q, atol=1e-13)
    np.testing.assert_allclose(table.sum(axis=1), p, atol=1e-13)
    cost = np.sum(table * displacements(circuit) ** 2)
    assert cost == pytest.approx(circuit.history[-1].cost, rel=1e-10)


def test_the_flow_is_not_the_coupling():
    """Control: currents of the first circuit run back too, so that taking them for the coupling would be seen."""
    problem = moons_to_swiss_roll(6)
    circuit = adapted_circuit(problem.source, problem.target, reach=inf, n_iterations=0)
    flow = current_table(circuit)
    assert flow.min() < 0
    assert np.abs(flow - coupling_of(circuit)).max() > 1e-4
    np.testing.assert_allclose(
        flow.sum(axis=1), problem.source.probabilities[problem.source.probabilities > 0], atol=1e-12
    )


def test_edges_that_carry_are_the_fewest():
    problem = moons_to_swiss_roll(6)
    circuit = adapted_circuit(problem.source, problem.target, reach=inf, n_iterations=4)
    sizes = np.sort(np.abs(circuit.solution.currents))[::-1]
    count = edges_that_carry(circuit, 0.9)
    assert sizes[:count].sum() >= 0.9 * sizes.sum() > sizes[: count - 1].sum()


def test_every_iteration_has_a_row_that_brackets_the_optimum(run):
    problem, rows = TINY.problem(), run[3]
    assert list(rows[0]) == ["start", "cost_kind", *COLUMNS]
    names = [(row["start"], row["cost_kind"], int(row["iteration"])) for row in rows]
    assert names == [
        (start, cost, iteration)
        for cost in ("squared", "distance")
        for start in (COMPLETE, SHORT)
        for iteration in range(13)
    ]
    for row in rows:
        optimum = optimal_transport_cost(problem.source, problem.target, GROUNDS[row["cost_kind"]])
        assert float(row["lower_bound"]) <= optimum * (1 + 1e-9)
        assert float(row["transport_cost"]) >= optimum * (1 - 1e-9)
        assert float(row["law_error"]) < 1e-13
        assert float(row["seconds"]) > 0


@pytest.mark.parametrize("cost", ["squared", "distance"])
@pytest.mark.parametrize("start", [COMPLETE, SHORT])
def test_numbers_are_those_of_the_rows_in_units_of_the_optimum(run, start, cost):
    problem, found = TINY.problem(), run[2]["numbers"]["runs"][f"{start}_{cost}"]
    optimum = optimal_transport_cost(problem.source, problem.target, GROUNDS[cost])
    own = [row for row in run[3] if (row["start"], row["cost_kind"]) == (start, cost)]
    costs = [float(row["transport_cost"]) / optimum for row in own]
    assert list(found["cost_over_unit"]) == ["0", "5", "10", "12"]
    for mark, value in found["cost_over_unit"].items():
        assert value == pytest.approx(costs[int(mark)], rel=1e-12)
    within = found["first_iteration_within_1.25"]
    assert costs[within] <= 1.25 < costs[within - 1]
    assert found["largest_law_error"] == max(float(row["law_error"]) for row in own)
    assert found["n_edges_last"] == int(own[-1]["n_edges"])
    assert (start == COMPLETE) == (int(own[0]["n_edges"]) == np.prod(_sizes(problem)))
    unit = run[2]["numbers"]["units"][cost]
    independent = independent_cost(problem.source, problem.target, GROUNDS[cost])
    assert unit["independent_over_unit"] == pytest.approx(independent / optimum)


def _sizes(problem):
    return [np.count_nonzero(end.probabilities) for end in (problem.source, problem.target)]


def test_walks_cost_what_the_table_says(run):
    """Null hypothesis: mean squared distances are exact. 300 walks, 2 runs, 5 standard errors: 1e-6."""
    for start in (COMPLETE, SHORT):
        found = run[2]["numbers"]["runs"][f"{start}_squared"]
        exact = found["cost_over_unit"]["12"] * run[2]["numbers"]["units"]["squared"]["value"]
        walks = found["walks"]
        assert abs(walks["cost"] - exact) < 5 * walks["cost_standard_error"]
        assert walks["n_walks"] == 300
        assert walks["within_floor"]


def test_displacements_shrink_and_are_those_of_the_iterations(run):
    found, rows = run[2]["numbers"]["displacements"], run[3]
    shown = {int(name.removeprefix("iteration_")): one for name, one in found.items() if name != "run"}
    assert list(shown) == [0, 5, 12]
    for iteration, one in shown.items():
        assert one["mean_squared_displacement"] == pytest.approx(
            float(rows[iteration]["transport_cost"]), rel=1e-9
        )
    means = [one["mean_displacement"] for one in shown.values()]
    edges = [one["edges_that_carry_99_percent"] for one in shown.values()]
    assert means[0] > 2 * means[1]
    assert edges[0] > edges[1] > edges[2]


def test_files_and_summary(run):
    folder, text, results, _ = run
    figures = ["costs", "currents", "displacements"]
    assert results["numbers"]["figures"] == figures
    assert set(results["files"]) == {
        "adapted.csv",
        "config.toml",
        "report.html",
        *(f"{name}.{kind}" for name in figures for kind in ("png", "svg")),
    }
    assert all((folder / name).stat().st_size > 0 for name in results["files"])
    assert "W_2^2 = " in text
    assert "largest deviation of any end law from the target" in text
    assert set(results["timing"]["seconds_per_iteration"]) == set(results["numbers"]["runs"])


def test_same_seed_same_numbers(run, tmp_path):
    adapted_run(TINY, tmp_path, "ecd2g test", quiet=True)
    assert json.loads((tmp_path / "results.json").read_text())["numbers"] == run[2]["numbers"]


def test_without_pot_the_best_bound_is_the_unit(monkeypatch):
    settings = replace(TINY, n_iterations=3)
    problem = settings.problem()
    circuits = [adapt(settings, problem, start, "squared") for start in (COMPLETE, SHORT)]
    monkeypatch.setattr(measures, "find_spec", lambda _: None)
    unit = unit_of(problem, "squared", circuits)
    assert unit.name == "best lower bound"
    assert unit.value == max(circuit.history[-1].bound for circuit in circuits)


def test_walks_drawn_in_parts_are_as_many(monkeypatch):
    problem = TINY.problem()
    circuit = adapt(TINY, problem, COMPLETE, "distance", 1)
    monkeypatch.setattr(measures, "PART", 7)
    starts, ends = measures._sampled(circuit, 20, 0)
    assert starts.shape == ends.shape == (20, 2)
    assert pair_costs(starts, ends, "euclidean").max() > 0


@pytest.mark.parametrize(
    ("n", "shown", "marks"), [(1, (0, 1), (0, 1)), (5, (0, 5), (0, 5)), (7, (0, 5, 7), (0, 5, 7))]
)
def test_iterations_that_are_shown_are_those_there_are(n, shown, marks):
    settings = Adapted(n_iterations=n)
    assert (settings.shown, settings.marks) == (shown, marks)
