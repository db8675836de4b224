import json
import tomllib

import numpy as np
import pytest

from ecd2g.circuit.state_space import StateSpace
from ecd2g.cli import options
from ecd2g.data import PROBLEMS
from ecd2g.experiments.exact.experiment import PAPER_RATIO, lateral_resistance
from ecd2g.experiments.exact.measures import law_numbers
from ecd2g.experiments.exact.named import EXPERIMENTS
from ecd2g.experiments.exact.one_dimension import OneDimension
from ecd2g.experiments.exact.solved import solve_experiment
from ecd2g.experiments.exact.splice import Splice
from ecd2g.experiments.exact.two_dimensions import TwoDimensions
from ecd2g.experiments.jobs import Reproduction, plot_run, reproduce_run, sample_run, solve_run
from ecd2g.experiments.records.stages import Stages
from ecd2g.movement.rules import RULES
from ecd2g.reference.methods import METHODS

SMALL = {
    "1d": OneDimension(n_symbols=8, n_layers=4, n_walks=500),
    "2d": TwoDimensions(n_symbols=6, n_layers=4, n_walks=500, n_points=300),
}


def results(folder):
    return json.loads((folder / "results.json").read_text())


def test_paper_values_are_the_defaults():
    one, two = OneDimension(), TwoDimensions()
    assert (one.n_symbols, one.forward_resistance, one.lateral_resistance) == (50, 0.1, 100.0)
    assert (two.n_symbols, two.forward_resistance) == (50, 0.1)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_ratio_is_that_of_the_paper(name):
    problem = PROBLEMS[name]()
    assert EXPERIMENTS[name]().circuit(problem.space).lateral_ratio == pytest.approx(PAPER_RATIO, rel=1e-11)


def test_lateral_resistance_at_the_ends():
    assert lateral_resistance(StateSpace(1), 0.3) == 0.3
    assert 1e298 < lateral_resistance(StateSpace(10, 298), 0.1) < 1e299


def test_command_line_knows_every_choice():
    assert options.METHODS == METHODS
    assert options.RULES == RULES
    assert options.PROBLEMS == tuple(EXPERIMENTS) == tuple(PROBLEMS)


@pytest.mark.parametrize("name", SMALL)
def test_reproduction_holds_every_number(tmp_path, name):
    text = reproduce_run(Reproduction(SMALL[name]), tmp_path, "ecd2g test", quiet=True)
    found = results(tmp_path)
    numbers = found["numbers"]
    assert numbers["laws"]["two-way"]["total_variation"] < 1e-14
    assert numbers["laws"]["first-passage"]["total_variation"] < 1e-12
    assert numbers["laws"]["forward-only"]["total_variation"] > 1e-4
    assert numbers["walks"]["within_floor"]
    assert numbers["certificate"]["potential_error"] < 1e-10
    assert found["device"] == "cpu"
    # torch is named where it is loaded, as other tests of the same process may have done
    assert set(found["versions"]) - {"torch"} == {"python", "ecd2g", "numpy", "scipy"}
    config = tomllib.loads((tmp_path / "config.toml").read_text())
    assert config["experiment"] == found["config"]["experiment"]
    assert found["config"]["learning"] is None
    assert numbers["circuit"]["lateral_resistance_ohm"] == config["experiment"]["lateral_resistance"]
    for figure in numbers["figures"]:
        assert (tmp_path / f"{figure}.png").stat().st_size > 1000
        assert (tmp_path / f"{figure}.svg").stat().st_size > 1000
    assert {*found["files"], "results.json"} == {path.name for path in tmp_path.iterdir()}
    assert "TV of the exact two-way law" in text


def test_same_seed_same_bytes(tmp_path):
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        reproduce_run(Reproduction(SMALL["1d"]), tmp_path / place, "ecd2g test", quiet=True)
    for path in (tmp_path / "a").iterdir():
        other = tmp_path / "b" / path.name
        if path.name == "results.json":
            first, second = results(tmp_path / "a"), results(tmp_path / "b")
            first.pop("timing"), second.pop("timing")
            assert first == second
        elif path.name == "report.html":
            first, second = (file.read_text().split("<h2>timing</h2>")[0] for file in (path, other))
            assert first == second
        else:
            assert path.read_bytes() == other.read_bytes(), path.name


def test_the_paper_in_one_dimension():
    """The bias of the forward-only rule and the mean number of steps, as measured by independent prototypes."""
    solved = solve_experiment(OneDimension(), Stages(2, quiet=True))
    assert law_numbers(solved, "forward-only")["total_variation"] == pytest.approx(0.0747, abs=5e-4)
    assert law_numbers(solved, "two-way")["mean_steps"] == pytest.approx(9.21, abs=0.05)
    assert law_numbers(solved, "first-passage")["total_variation"] < 1e-14


def test_splice_sites_are_solved_and_sampled(tmp_path):
    sample_run(Splice(n_layers=4, n_walks=2000), tmp_path, "ecd2g test", quiet=True)
    found = results(tmp_path)["numbers"]
    assert found["problem"]["n_states"] == 4**9
    assert found["walks"]["within_floor"]
    lines = (tmp_path / "ends.csv").read_text().splitlines()
    assert len(lines) == 2000
    assert set(lines[0].split(",")) <= set("ACGU")


def test_arrays_of_a_solved_circuit(tmp_path):
    experiment = SMALL["1d"]
    solve_run(experiment, tmp_path, "ecd2g test", quiet=True)
    flow = experiment.solve(experiment.problem())
    with np.load(tmp_path / "flow.npz") as arrays:
        assert np.array_equal(arrays["potentials"], flow.potentials)
        assert np.array_equal(arrays["currents"][2], flow.currents(2))
        assert np.array_equal(arrays["source"], flow.source.to_array())


def test_stranded_walkers_are_reported_and_not_fatal(tmp_path, monkeypatch):
    from ecd2g.errors import StrandedWalkerError
    from ecd2g.reference.flow import Flow

    exact = Flow.exact_law

    def stranding(self, rule="two-way", **options):
        if rule == "forward-only":
            raise StrandedWalkerError("a share 0.5 of the walkers is lost")
        return exact(self, rule, **options)

    monkeypatch.setattr(Flow, "exact_law", stranding)
    text = plot_run(SMALL["1d"], tmp_path, "ecd2g test", quiet=True)
    assert results(tmp_path)["numbers"]["laws"]["forward-only"] == {
        "stranded": "a share 0.5 of the walkers is lost"
    }
    assert "stranded: a share 0.5" in text
