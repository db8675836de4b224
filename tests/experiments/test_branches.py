"""What experiments leave out, and say so; each part alone, with stand-ins for the rest."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ecd2g import Distribution, InputError, SolverError, StateSpace, StrandedWalkerError
from ecd2g.data import Problem
from ecd2g.experiments.design import measures
from ecd2g.experiments.design.candidates import Candidate
from ecd2g.experiments.design.reference import Assigned, reference_of
from ecd2g.experiments.design.summary import design_summary
from ecd2g.experiments.design.sweep import Sweep
from ecd2g.experiments.dimensions import measures as dimensions
from ecd2g.experiments.exact.figures import Picture
from ecd2g.experiments.exact.measures import _first_passage_numbers
from ecd2g.experiments.network import answers

SPACE = StateSpace(4)
PROBLEM = Problem(
    "line", "line", SPACE, *(Distribution.from_weights(SPACE, w) for w in ([4, 3, 2, 1], [1, 1, 2, 2])), None
)
REFERENCE = reference_of(PROBLEM, "squared")
CANDIDATE = Candidate("complete", 0.1, 3)


def measured():
    return measures.measure(CANDIDATE, PROBLEM, REFERENCE, n_walks=200, seed=0, tolerance=1e-8)


def refuse(*args, **options):
    raise SolverError("matrices lose walkers", reached=1.0, tolerance=0.0)


def test_a_coupling_that_is_refused_is_sampled(monkeypatch):
    assert measured().staying.how == "exact"
    monkeypatch.setattr(measures, "coupling", refuse)
    found = measured()
    assert (found.staying.how, found.entropy, found.note) == ("sampled", None, "")


def test_walks_of_too_many_steps_are_left_out_with_a_note(monkeypatch):
    monkeypatch.setattr(measures, "coupling", refuse)
    monkeypatch.setattr(measures, "STEP_LIMIT", 1)
    found = measured()
    assert found.note.startswith("not walked on: a walk takes")
    assert found.staying is None


def test_figures_that_are_refused_are_a_note(monkeypatch):
    monkeypatch.setattr(measures, "_from_currents", refuse)
    found = measured()
    assert (found.note, found.cost) == ("matrices lose walkers", None)
    assert found.potential_error < 1e-8


def test_a_summary_says_that_nothing_could_be_measured_and_what_the_optimum_of_samples_is():
    missing = replace(REFERENCE, optimal=None, why="too many pairs", assigned=Assigned(100, 2.5, 0.5))
    swept = Sweep(PROBLEM, missing, (measures.CircuitFigures(CANDIDATE, note="misses its tolerance"),))
    words = design_summary(swept, {"sweep_s": 1.0})
    assert words.endswith("no circuit could be measured")
    assert "left out, and so are ratios to it: too many pairs" in words
    assert "2.5, above the true one: two samples of the target have 0.5" in words
    assert "misses its tolerance" in words
    assert swept.python() == []


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((200,), "circuit, currents: they show every edge, up to 128 states, here 200"),
        ((600, 2), "layers, paths: they show a grid of up to 512 a side, here 600 x 2"),
        ((300, 200, 2), "site_marginals: up to 400 bars, here 502"),
        ((4,), ""),
    ],
)
def test_figures_that_would_be_too_large_are_named(sizes, words):
    solved = SimpleNamespace(problem=SimpleNamespace(space=StateSpace(sizes)))
    assert Picture(solved, None, {}, 0.0).left_out() == words


def test_nodes_too_many_to_be_read_are_not_listed():
    assert answers._listed(range(10), np.array([3]), value=np.ones(10)) == [{"node": 3, "value": 1.0}]
    assert answers._listed(range(10), np.zeros(answers.LISTED + 1, dtype=int)) == []


def test_laws_that_cannot_be_had_are_named(monkeypatch):
    def strand(flow):
        raise StrandedWalkerError("nowhere to go")

    monkeypatch.setattr(dimensions, "forward_bias", strand)
    assert dimensions._forward_only(None) == {"stranded": "nowhere to go"}
    solved = SimpleNamespace(problem=PROBLEM, experiment=SimpleNamespace(first_passage_states=3))
    assert "4 states, and its dense kernels are made for 3" in _first_passage_numbers(solved)["skipped"]


def test_models_of_another_kind_are_refused():
    pytest.importorskip("torch")
    from ecd2g.experiments.training import trained_sample
    from ecd2g.experiments.training.comparison import Comparison
    from ecd2g.experiments.training.prepared import Prepared
    from ecd2g.experiments.training.prepared_bridge import PreparedBridge

    other, problem = SimpleNamespace(model=object()), SimpleNamespace(problem=PROBLEM)
    with pytest.raises(InputError, match="currents must come from a CurrentModel, got object"):
        Prepared.compare(problem, other)
    with pytest.raises(InputError, match="a bridge must have an EndNetwork, got object"):
        PreparedBridge.compare(problem, other)
    unlisted = SimpleNamespace(space=StateSpace(10, 30))
    run = SimpleNamespace(prepared=SimpleNamespace(problem=unlisted), model=object())
    with pytest.raises(InputError, match="without a list of states need learned densities, got object"):
        trained_sample._current_walks(run, SimpleNamespace(n_walks=1, seed=0), "two-way", None)
    assert trained_sample._newness(None, PROBLEM.source) == {}
    few = SimpleNamespace(experiment=SimpleNamespace(first_passage_states=3), problem=PROBLEM)
    assert Comparison._rule_numbers(few, None, "first-passage")["skipped"].startswith("4 states, and its")


def test_an_excess_over_the_floor_is_no_number_where_there_is_none():
    pytest.importorskip("torch")
    from ecd2g.experiments.high_dim.table import Spread, _excess

    assert _excess(0.5, 0.75, Spread(0.25, 0.0)) == {"excess_ratio": 0.5}
    assert _excess(0.5, 0.75, Spread(0.25, 0.25)) == {}


def test_a_folder_whose_name_leaves_no_room_for_another_is_removed_in_place(tmp_path):
    from ecd2g.experiments.training.folder import _discard

    folder = tmp_path / ("x" * 250)
    folder.mkdir()
    (folder / "a").write_text("a")
    _discard(folder)
    assert not list(tmp_path.iterdir())
