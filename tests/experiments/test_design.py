"""Designing a circuit: candidates, their figures, the frontier and the recommendation, and the lines that make it."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from ecd2g import CapacityError, Distribution, InputError, StateSpace, StrandedWalkerError, solve
from ecd2g.data import Problem, uniform_to_gaussian
from ecd2g.experiments.design import measures, run
from ecd2g.experiments.design import reference as references
from ecd2g.experiments.design.candidates import FAMILIES, Candidate, default_grid, families_for
from ecd2g.experiments.design.frontier import frontier, recommend
from ecd2g.experiments.design.guidance import layer_sweep, rho_sweep
from ecd2g.experiments.design.measures import CircuitFigures, Number, measure
from ecd2g.experiments.design.reference import ground_of, reference_of
from ecd2g.experiments.design.run import DesignQuestion
from ecd2g.experiments.design.summary import design_summary
from ecd2g.experiments.design.sweep import sweep
from ecd2g.metrics import wasserstein_line
from ecd2g.movement.coupling import coupling


def grid_problem(alphabet=None):
    space = StateSpace(5, 2)
    rng = np.random.default_rng(0)
    p, q = (Distribution.from_weights(space, rng.random(25)) for _ in range(2))
    return Problem("grid", "grid", space, p, q, alphabet)


PROBLEM = grid_problem()
SQUARED = reference_of(PROBLEM, "squared")
HAMMING = reference_of(PROBLEM, "hamming")


def measured(candidate, reference=SQUARED, problem=PROBLEM, n_walks=2_000):
    return measure(candidate, problem, reference, n_walks=n_walks, seed=0, tolerance=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_candidate_is_what_its_lines_make(name):
    candidate = Candidate(name, FAMILIES[name].values[0], 4)
    names = {}
    exec("import ecd2g\nfrom ecd2g.circuit import kernels", names)  # noqa: S102
    names["problem"] = PROBLEM
    made = eval(candidate.python(PROBLEM.space), names)  # noqa: S307
    table = candidate.circuit(PROBLEM.space).kernel.table()
    assert made.n_layers == 4
    assert np.array_equal(made.kernel.table(), table)
    figures = measured(candidate)
    stay = np.diagonal(table)
    assert figures.rho == pytest.approx(np.mean((table.sum(axis=1) - stay) / stay))


@pytest.mark.parametrize("name", ["complete", "neighbour", "hamming-1"])
def test_rho_is_what_the_knob_says(name):
    """In the middle: what is folded back at the ends of ordered sites counts as staying."""
    table = Candidate(name, 0.7, 3).circuit(PROBLEM.space).kernel.table()
    middle = PROBLEM.space.index([2, 2])
    assert (table[middle].sum() - table[middle, middle]) / table[middle, middle] == pytest.approx(0.7)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_knob_called_rho_is_the_column_rho(name):
    figures = measured(Candidate(name, 0.3, 3))
    row = figures.row()
    if row["knob"] == "rho":
        assert row["rho"] == pytest.approx(row["value"])
    elif row["knob"] == "ratio":
        assert row["rho"] < 0.95 * row["value"]  # negative control: another word for another number


def test_resistances_of_a_long_sequence_end_in_infinite_ones_that_python_reads():
    space = StateSpace(4, 9)
    text = Candidate("hamming", 0.1, 3).python(space)
    resistances = eval(text[text.index("[") : text.index("]") + 1])  # noqa: S307
    assert [math.isinf(ohm) for ohm in resistances] == [False] * 3 + [True] * 7


@pytest.mark.parametrize("reference", [SQUARED, HAMMING], ids=["squared", "hamming"])
@pytest.mark.parametrize(
    ("name", "value"), [("complete", 0.1), ("gaussian", 0.7), ("neighbour", 1.0), ("hamming-1", 0.5)]
)
def test_exact_figures_are_those_of_the_joint_law(name, value, reference):
    figures = measured(Candidate(name, value, 4), reference)
    flow = solve(
        figures.candidate.circuit(PROBLEM.space), source=PROBLEM.source, sink=PROBLEM.target, tolerance=1e-6
    )
    joint = coupling(flow)
    assert figures.cost.value == pytest.approx(joint.cost(reference.ground, reference.scale), rel=1e-9)
    assert figures.staying.value == pytest.approx(joint.staying)
    assert (figures.entropy, figures.mutual_information) == (joint.entropy, joint.mutual_information)
    assert figures.steps.value == pytest.approx(flow.exact_law().mean_steps)
    assert figures.steps.value == 3 + 2 * figures.backward.value
    law = flow.law("forward-only")
    assert figures.bias.value == pytest.approx(0.5 * np.abs(law - PROBLEM.target.to_array()).sum())
    assert figures.end_error.value < 1e-9
    assert figures.to_independent == figures.cost.value / reference.independent
    assert {number.how for number in (figures.cost, figures.staying, figures.steps, figures.bias)} == {
        "exact"
    }


def test_sampled_figures_agree_with_exact_ones_within_their_errors(monkeypatch):
    """Null hypothesis: means of 20,000 walks are exact. Five standard errors each: wrong once in 10^5 runs."""
    candidate = Candidate("gaussian", 0.8, 4)
    exact = measured(candidate)
    monkeypatch.setattr(measures, "_has_outflow", lambda flow: False)
    monkeypatch.setattr(measures, "COUPLING_STATES", 0)
    sampled = measured(candidate, n_walks=20_000)
    for name in ("cost", "staying", "steps", "backward"):
        found, true = getattr(sampled, name), getattr(exact, name)
        assert found.how == "sampled"
        assert found.error > 0
        assert abs(found.value - true.value) < 5 * found.error
    assert abs(sampled.bias.value - exact.bias.value) < 5 * sampled.bias.error
    assert sampled.bias.floor == sampled.end_error.floor > 0
    assert sampled.end_error.value < 2 * sampled.end_error.floor
    assert sampled.entropy is None


def test_a_stranded_bias_is_not_defined_and_never_best(monkeypatch):
    def stranded(flow):
        raise StrandedWalkerError("a share 0.5 of the walkers is lost")

    monkeypatch.setattr(measures, "forward_bias", stranded)
    figures = measured(Candidate("gaussian", 0.8, 4))
    assert figures.bias is None
    assert "a share 0.5" in figures.note
    assert figures.row()["bias"] is None
    other = replace(figures, bias=Number(0.9, 0.0, "exact"))
    assert frontier([figures, other]) == [1]


def test_a_tolerance_that_is_missed_is_a_note():
    figures = measure(Candidate("gaussian", 0.8, 4), PROBLEM, SQUARED, n_walks=100, seed=0, tolerance=1e-300)
    assert figures.cost is None
    assert "tolerance" in figures.note
    assert recommend([figures]) is None
    assert frontier([figures]) == []


def made_up(cost, bias, steps):
    return CircuitFigures(
        Candidate("complete", 0.1, 3),
        0.1,
        0.0,
        cost=Number(cost, 0.0, "exact"),
        bias=None if bias is None else Number(bias, 0.0, "exact"),
        steps=Number(steps, 0.0, "exact"),
    )


def test_the_frontier_holds_what_no_other_beats():
    found = [
        made_up(1.0, 0.3, 9.0),  # cheapest
        made_up(1.0, 0.3, 10.0),  # beaten
        made_up(2.0, 0.1, 9.0),  # least bias
        made_up(2.0, 0.3, 3.0),  # fewest steps
        made_up(2.1, 0.3, 3.0),  # beaten
        made_up(0.9, None, 99.0),  # cheapest of all, without a bias
        made_up(1.0, 0.3, 9.0),  # the same as the first
    ]
    assert frontier(found) == [5, 0, 6, 2, 3]


def test_the_recommendation_is_the_fewest_steps_near_the_lowest_cost():
    cheapest, near, nearer_bias, far = (
        made_up(1.0, 0.3, 20.0),
        made_up(1.05, 0.4, 8.0),
        made_up(1.04, 0.2, 8.0),
        made_up(1.06, 0.0, 2.0),
    )
    assert recommend([cheapest, near, nearer_bias, far]) == 2
    assert recommend([cheapest, near, far]) == 1
    assert recommend([cheapest, far]) == 0
    assert recommend([far]) == 0


def test_families_fit_the_cost():
    assert families_for(StateSpace(5, 2), "squared") == (
        "complete",
        "gaussian",
        "one-site-gaussian",
        "neighbour",
    )
    assert families_for(StateSpace(5, 2), "hamming") == ("complete", "hamming-1", "hamming")
    assert families_for(StateSpace(5), "hamming") == ("complete",)
    grid = default_grid(StateSpace(100), ("gaussian",), (3, 5))
    assert {candidate.value for candidate in grid} == {1.0, 1.4, 2.0, 3.0, 5.0}
    assert len(grid) == 10


def test_references_are_exact_on_one_site_and_say_what_is_missing(monkeypatch):
    line = uniform_to_gaussian(12)
    p, q = np.array(line.source.to_array()), np.array(line.target.to_array())
    assert reference_of(line, "squared").optimal == pytest.approx(wasserstein_line(p, q, 2, 12) ** 2)
    assert reference_of(line, "hamming").optimal == pytest.approx(0.5 * np.abs(p - q).sum())

    def missing(*arguments):
        raise InputError('optimal transport needs POT; pip install "ecd2g[ot]"')

    monkeypatch.setattr(references, "optimal_transport_cost", missing)
    reference = reference_of(PROBLEM, "squared")
    assert reference.optimal is None
    assert "pip install" in reference.why
    assert (
        reference.assigned.cost > reference.assigned.same > 0
    )  # p and q differ by more than two samples of q do
    figures = measured(Candidate("gaussian", 0.8, 4), reference)
    assert figures.to_optimal is None
    assert figures.to_independent > 0
    swept = sweep(PROBLEM, reference, [figures.candidate])
    assert "pip install" in swept.numbers()["reference"]["optimal_left_out"]


def test_too_many_pairs_are_counted_in_words_of_the_command(monkeypatch):
    def refused(*arguments):
        raise CapacityError("use wasserstein_line")

    monkeypatch.setattr(references, "optimal_transport_cost", refused)
    assert reference_of(PROBLEM, "squared").why == "too many pairs (25 x 25) for exact optimal transport"


def test_the_summary_explains_its_columns_and_what_is_left_out():
    swept = sweep(PROBLEM, SQUARED, default_grid(PROBLEM.space, ("complete", "gaussian"), (3, 5)))
    lines = design_summary(swept, {"sweep_s": 0.0}).splitlines()
    beaten = len(swept.found) - len(swept.frontier)
    assert beaten > 0
    assert any(line.startswith("stays: ") and "back: " in line for line in lines)
    assert any(
        line.startswith(f"the other {beaten} are beaten in cost, bias and steps at once") for line in lines
    )
    mixing = design_summary(sweep(PROBLEM, SQUARED, [Candidate("complete", 1e3, 5)]), {"sweep_s": 0.0})
    assert "within 1 % of that of the independent coupling" in mixing
    saving = design_summary(sweep(PROBLEM, SQUARED, [Candidate("gaussian", 0.5, 3)]), {"sweep_s": 0.0})
    assert "coupling, which pairs" not in saving
    assert "beaten" not in saving


def test_no_circuit_beats_the_optimal_coupling():
    """A cost below it would be a wrong cost; the independent coupling lies above every circuit of short steps."""
    pytest.importorskip("ot")
    for reference in (SQUARED, HAMMING):
        candidates = default_grid(PROBLEM.space, families_for(PROBLEM.space, reference.ground), (3, 6))
        for figures in sweep(PROBLEM, reference, candidates).found:
            assert figures.to_optimal >= 1.0 - 1e-9


def test_costs_make_sense_or_are_refused():
    letters = grid_problem(tuple("abcde"))
    assert (ground_of(letters, None), ground_of(PROBLEM, None)) == ("hamming", "squared")
    assert ground_of(PROBLEM, "hamming") == "hamming"
    with pytest.raises(InputError, match="--cost hamming"):
        ground_of(letters, "squared")


def asked(**settings):
    return DesignQuestion(
        **({"name": "1d", "layers": (3, 5), "families": ("complete", "gaussian")} | settings)
    )


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setitem(run.PROBLEMS, "1d", lambda: uniform_to_gaussian(12))
    run.PROBLEMS["1d"].__name__ = "uniform_to_gaussian"


@pytest.mark.usefixtures("small")
def test_a_run_writes_every_candidate_and_its_recommendation_runs(tmp_path):
    text = run.design_run(asked(), tmp_path, "ecd2g test", quiet=True)
    with (tmp_path / "candidates.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    numbers = json.loads((tmp_path / "results.json").read_text())["numbers"]
    assert len(rows) == numbers["n_candidates"] == 2 * (6 + 5)
    assert {row["cost_how"] for row in rows} == {"exact"}
    with (tmp_path / "frontier.csv").open(newline="") as stream:
        best = list(csv.DictReader(stream))
    assert [float(row["cost"]) for row in best] == [row["cost"] for row in numbers["frontier"]]
    assert min(float(row["cost"]) for row in rows) == float(best[0]["cost"])
    assert numbers["figures"] == ["frontier", "layers"]
    for name in numbers["figures"]:
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
        assert (tmp_path / f"{name}.svg").exists()
    names = {}
    lines = "\n".join(numbers["python"]).replace("uniform_to_gaussian()", "uniform_to_gaussian(12)")
    exec(lines, names)  # noqa: S102
    chosen = numbers["recommended"]
    assert names["flow"].circuit.n_layers == chosen["n_layers"]
    assert coupling(names["flow"]).cost("squared", 12) == pytest.approx(chosen["cost"], rel=1e-9)
    assert all(f"    {line}" in text for line in numbers["python"])
    assert "* " in text


@pytest.mark.usefixtures("small")
def test_the_same_run_gives_the_same_tables(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run.design_run(asked(), tmp_path / name, "ecd2g test", quiet=True)
    for name in ("candidates.csv", "frontier.csv", "frontier.png", "layers.svg", "config.toml"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_guidance_falls_on_one_line_and_layers_forget():
    """Same V and rho, r a hundred times as large: the same walks. More layers: less memory, less bias."""
    rows = [row.row() for row in rho_sweep((6,), (0.01, 1.0), (0.03, 0.3), 4)]
    for one, other in ((rows[0], rows[2]), (rows[1], rows[3])):
        assert one["forward_ohm"] != other["forward_ohm"]
        for name in ("rho", "staying", "cost", "bias", "steps"):
            assert one[name] == pytest.approx(other[name], rel=1e-9)
    assert rows[0]["staying"] - rows[1]["staying"] > 0.1  # negative control: another rho, other walks
    few, more, many = (row.row() for row in layer_sweep((2, 5, 9), (0.3,), side=8))
    assert few["staying"] > more["staying"] > many["staying"]
    assert few["bias"] > more["bias"]
    assert few["cost"] < more["cost"] < many["cost"]
    assert more["forgetting"] == pytest.approx(4 * math.log(1.3))
