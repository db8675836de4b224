import json
from functools import partial

import numpy as np
import pytest

from ecd2g.cli.main import main
from ecd2g.data import SPLIT_PROBLEMS, read_pair, read_samples
from ecd2g.experiments.adapted import settings as adapted
from ecd2g.experiments.dimensions import settings as dimensions
from ecd2g.experiments.exact.named import EXPERIMENTS
from ecd2g.experiments.exact.one_dimension import OneDimension

PAIR = ["--source", "source.txt", "--target", "target.txt"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    for name in ("source", "target"):
        words = ["".join(row) for row in rng.choice(list("ACGT"), size=(20, 3))]
        (tmp_path / f"{name}.txt").write_text("\n".join(words))
        words = ["".join(row) for row in rng.choice(list("ACGT"), size=(20, 40))]
        (tmp_path / f"long-{name}.txt").write_text("\n".join(words))
    return tmp_path


def results(folder):
    return json.loads((folder / "results.json").read_text())


def test_help_and_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ecd2g ")
    for command in ([], ["solve"], ["sample"], ["plot"], ["reproduce"], ["verify"], ["data"]):
        assert main([*command, "--help"]) == 0
        out, err = capsys.readouterr()
        assert out.startswith("usage: ecd2g")
        assert err == ""


def test_solve_prints_the_certificate(capsys, folder):
    assert main(["solve", *PAIR]) == 0
    out, err = capsys.readouterr()
    assert "error of potentials" in out
    assert err == ""
    assert not (folder / "runs").exists()


def test_solve_writes_potentials(folder):
    assert main(["solve", *PAIR, "--layers", "4", "--out", "run", "--quiet"]) == 0
    with np.load(folder / "run" / "flow.npz") as arrays:
        assert arrays["potentials"].shape == (4, 64)
        assert arrays["currents"].shape == (3, 64, 64)
    assert results(folder / "run")["config"]["n_layers"] == 4


def test_solve_without_enumerating_the_states(folder):
    """4^40 states: potentials atom by atom, the drop over the gaps sums to what flows through every cut."""
    pair = ["--source", "long-source.txt", "--target", "long-target.txt"]
    assert main(["solve", *pair, "--out", "run", "--quiet"]) == 0
    with np.load(folder / "run" / "flow.npz") as arrays:
        assert arrays["states"].shape == (40, 40)
        assert arrays["potentials"].shape == (10, 40)
        assert arrays["rest_potentials"].shape == (10,)
        assert arrays["source"].sum() == pytest.approx(1)
        assert arrays["target"].sum() == pytest.approx(1)
    assert results(folder / "run")["numbers"]["problem"]["n_states"] == 4**40


def test_methods_agree(folder):
    found = []
    for method in ("closed-form", "dense", "sparse", "cg"):
        assert main(["solve", *PAIR, "--method", method, "--out", method, "--quiet"]) == 0
        with np.load(folder / method / "flow.npz") as arrays:
            found.append(arrays["potentials"])
    for potentials in found[1:]:
        np.testing.assert_allclose(potentials, found[0], atol=1e-9 * np.abs(found[0]).max())


@pytest.mark.parametrize("rule", ["two-way", "forward-only", "first-passage"])
def test_sample_writes_walks_in_the_alphabet_of_the_user(folder, rule):
    assert main(["sample", *PAIR, "--n", "50", "--rule", rule, "--out", "run", "--quiet"]) == 0
    problem = read_pair("source.txt", "target.txt")
    ends = np.load(folder / "run" / "ends.npy")
    spelled = read_samples(folder / "run" / "ends.csv")
    assert ends.shape == (50, 3)
    letters = np.array(problem.alphabet)[ends]
    assert np.array_equal(letters, np.array(spelled.alphabet)[spelled.symbols])
    assert results(folder / "run")["numbers"]["rule"] == rule


def test_sample_prints_the_floor(capsys):
    pair = ["--source", "long-source.txt", "--target", "long-target.txt"]
    assert main(["sample", *pair, "--n", "200"]) == 0
    out = capsys.readouterr().out
    assert "expected of perfect samples" in out
    assert "within" in out


def test_same_seed_same_numbers(folder):
    for seed, out in ((3, "a"), (3, "b"), (4, "c")):
        assert main(["sample", *PAIR, "--n", "300", "--seed", str(seed), "--out", out, "--quiet"]) == 0
    a, b, c = (results(folder / out) for out in "abc")
    assert a["numbers"] == b["numbers"] != c["numbers"]
    assert (folder / "a" / "ends.npy").read_bytes() == (folder / "b" / "ends.npy").read_bytes()


@pytest.mark.parametrize(
    ("columns", "figures"),
    [
        (1, {"laws", "circuit", "currents", "potentials", "rule_bias"}),
        (2, {"layers", "laws", "paths", "rule_bias"}),
        (3, {"top_states", "site_marginals", "rule_bias"}),
    ],
)
def test_plot_chooses_figures_by_shape(folder, columns, figures):
    rng = np.random.default_rng(0)
    for name in ("p", "q"):
        np.save(folder / f"{name}.npy", rng.integers(0, 3, size=(10, columns)))
    data = ["--source", "p.npy", "--target", "q.npy", "--n-symbols", "3"]
    assert main(["plot", *data, "--n", "100", "--layers", "3", "--out", "run", "--quiet"]) == 0
    assert set(results(folder / "run")["numbers"]["figures"]) == figures
    assert {path.stem for path in (folder / "run").glob("*.png")} == figures
    assert {path.stem for path in (folder / "run").glob("*.svg")} == figures


@pytest.mark.parametrize("text", ["0\n", "0,3\n1,2\n", "a,b\n", "0,0,5\n1,1,1\n"])
def test_plot_of_odd_shapes(folder, text):
    (folder / "odd.csv").write_text(text)
    arguments = ["plot", "--source", "odd.csv", "--target", "odd.csv", "--n", "20", "--layers", "2"]
    assert main([*arguments, "--out", "run", "--quiet"]) == 0


def test_plot_where_states_cannot_be_enumerated(folder):
    pair = ["--source", "long-source.txt", "--target", "long-target.txt"]
    assert main(["plot", *pair, "--n", "100", "--out", "run", "--quiet"]) == 0
    assert "top_states" in results(folder / "run")["numbers"]["figures"]


@pytest.fixture
def short_trainings(monkeypatch):
    """`reproduce` with trainings of a few steps; their full length is run by CI itself."""
    pytest.importorskip("torch")
    from ecd2g.experiments.comparison import learn

    whole = learn.learning_of
    monkeypatch.setattr(learn, "learning_of", lambda name, **asked: whole(name, **asked, n_steps=20))


@pytest.mark.usefixtures("short_trainings")
def test_reproduce_into_a_folder_and_again(folder, capsys, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "1d", partial(OneDimension, n_symbols=6, n_layers=3))
    arguments = ["reproduce", "1d", "--n", "200", "--out", "runs/1d"]
    assert main(arguments) == 0
    assert "TV of the exact forward-only law" in capsys.readouterr().out
    assert main(arguments) == 2
    assert main([*arguments, "--overwrite", "--quiet", "--exact"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "--overwrite" in err
    assert results(folder / "runs" / "1d")["command"].startswith("ecd2g reproduce 1d --n 200")


@pytest.mark.usefixtures("short_trainings")
def test_reproduce_all_makes_one_folder_each(folder, capsys, monkeypatch):
    for name in EXPERIMENTS:
        monkeypatch.setitem(EXPERIMENTS, name, partial(OneDimension, n_symbols=3, n_layers=2))
    tiny = partial(dimensions.Dimensions, n_sites=(1,), n_symbols=(5,), n_layers=2, width=0.2, reach=0.4)
    monkeypatch.setattr(dimensions, "Dimensions", tiny)
    small = partial(adapted.Adapted, n_symbols=5, small_symbols=4, n_iterations=2)
    monkeypatch.setattr(adapted, "Adapted", small)
    assert main(["reproduce", "all", "--n", "20", "--exact"]) == 0
    made = sorted(path.name for path in (folder / "runs").iterdir())
    assert made == ["1d", "2d", "adapted", "dimensions", "splice"]
    assert "runs/splice" in capsys.readouterr().out


def test_reproduce_all_checks_every_folder_first(folder, capsys):
    (folder / "runs" / "splice").mkdir(parents=True)
    assert main(["reproduce", "all", "--out", "runs"]) == 2
    assert [path.name for path in (folder / "runs").iterdir()] == ["splice"]


def test_verify_writes_its_report(folder, capsys):
    assert main(["verify", "--examples", "2", "--out", "run"]) == 0
    assert "statement" in capsys.readouterr().out
    found = results(folder / "run")
    assert found["numbers"]["passed"] is True
    assert found["config"] == {"n_examples": 2, "seed": 0}
    assert "seconds" not in found["numbers"]


def test_verify_fails_with_status_1_and_keeps_its_report(folder, monkeypatch):
    from dataclasses import replace

    from ecd2g.experiments.verify import run

    honest = run.verify

    def failing(**settings):
        report = honest(**settings)
        first, *others = report.statements
        return replace(report, statements=(replace(first, worst=1.0), *others))

    monkeypatch.setattr(run, "verify", failing)
    assert main(["verify", "--examples", "1", "--out", "run", "--quiet"]) == 1
    assert results(folder / "run")["numbers"]["passed"] is False


def test_data_lists_problems_and_formats(capsys):
    assert main(["data"]) == 0
    out = capsys.readouterr().out
    for word in ("1d", "2d", "splice", ".csv", ".txt", ".npy", ".npz"):
        assert word in out
    learned = out.split("problems to learn")[1].split("own data")[0].splitlines()[1:]
    assert [line.split()[0] for line in learned if line] == list(SPLIT_PROBLEMS)


@pytest.mark.parametrize("arguments", [["solve", "--problem", "moons"], ["data", "moons", "--out", "d"]])
def test_a_problem_to_learn_is_sent_to_the_command_that_learns_it(capsys, arguments):
    assert main(arguments) == 2
    assert "ecd2g train --circuit sweep --problem moons" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["npy", "csv"])
def test_exported_data_is_read_back(folder, suffix):
    assert main(["data", "2d", "--n", "30", "--out", "two", "--quiet"]) == 0
    pair = ["--source", f"two/source.{suffix}", "--target", f"two/target.{suffix}"]
    assert main(["solve", *pair, "--n-symbols", "50", "--quiet"]) == 0
    lines = (folder / "two" / "q.csv").read_text().splitlines()
    assert lines[0] == "site_0,site_1,probability"
    total = sum(float(line.split(",")[-1]) for line in lines[1:])
    assert total == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_exported_problem_is_read_back_as_it_was(folder, name):
    assert main(["data", name, "--n", "5", "--out", "d", "--quiet"]) == 0
    found, made = read_pair("d/p.npz", "d/q.npz"), EXPERIMENTS[name]().problem()
    assert (found.space, found.alphabet) == (made.space, made.alphabet)
    for one, other in ((found.source, made.source), (found.target, made.target)):
        assert np.array_equal(one.probabilities, other.probabilities)
        assert (one.states is None) == (other.states is None)
        assert one.states is None or np.array_equal(one.states, other.states)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_exported_law_as_text_is_no_file_of_samples(folder, capsys, name):
    assert main(["data", name, "--n", "5", "--out", "d", "--quiet"]) == 0
    assert main(["solve", "--source", "d/p.csv", "--target", "d/q.csv"]) == 2
    assert "looks like probabilities" in capsys.readouterr().err


def test_what_was_read_is_printed_and_stored(folder, capsys):
    assert main(["solve", *PAIR, "--out", "run"]) == 0
    assert "20 samples x 3 sites, 4 symbols: A C G T" in capsys.readouterr().out
    problem = results(folder / "run")["numbers"]["problem"]
    assert (problem["alphabet"], problem["n_symbols"], problem["n_states"]) == (list("ACGT"), 4, 64)
    with np.load(folder / "run" / "flow.npz") as arrays:
        assert arrays["alphabet"].tolist() == list("ACGT")
    config = (folder / "run" / "config.toml").read_text()
    assert "paper" not in config.replace("the paper's is forward-only", "")
    assert "forward_resistance = 0.1  # our default" in config


def test_own_starts_are_carried_in_their_order(folder, capsys):
    (folder / "mine.txt").write_text("TTT\nACG\nTTT\nGGA\n")
    assert main(["sample", *PAIR, "--starts", "mine.txt", "--out", "run"]) == 0
    out = capsys.readouterr().out
    assert "TV of 4 two-way ends" in out
    assert "your starts" in out
    assert (folder / "run" / "starts.csv").read_text() == "T,T,T\nA,C,G\nT,T,T\nG,G,A\n"
    assert np.load(folder / "run" / "ends.npy").shape == (4, 3)
    assert results(folder / "run")["config"]["n_walks"] == 4
    assert results(folder / "run")["numbers"]["starts"] == {
        "file": "mine.txt",
        "read": "4 samples x 3 sites, 4 symbols: A C G T",
    }


def test_starts_in_another_alphabet_are_refused(folder, capsys):
    (folder / "mine.txt").write_text("TTN\n")
    assert main(["sample", *PAIR, "--starts", "mine.txt"]) == 2
    assert "got 'N'" in capsys.readouterr().err


def test_figures_that_are_left_out_are_named(folder, capsys):
    np.save(folder / "p.npy", np.arange(300))
    arguments = ["plot", "--source", "p.npy", "--target", "p.npy", "--n", "20", "--layers", "2"]
    assert main([*arguments, "--out", "run"]) == 0
    assert "circuit, currents: they show every edge, up to 128 states, here 300" in capsys.readouterr().out


def test_a_single_state_gets_the_figures_of_one_dimension(folder):
    (folder / "one.csv").write_text("0\n")
    arguments = ["plot", "--source", "one.csv", "--target", "one.csv", "--n", "20", "--layers", "3"]
    assert main([*arguments, "--out", "run", "--quiet"]) == 0
    assert {"laws", "potentials", "circuit"} <= set(results(folder / "run")["numbers"]["figures"])
