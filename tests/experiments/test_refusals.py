"""What experiments refuse, and in which words; and branches for what they leave out."""

import tracemalloc

import numpy as np
import pytest

from ecd2g import InputError, ResistorNetwork
from ecd2g.experiments.design.run import DesignQuestion
from ecd2g.experiments.dimensions.resources import _peak
from ecd2g.experiments.high_dim.settings import HighDim
from ecd2g.experiments.network.nodes import pair_of
from ecd2g.experiments.records.strict_json import plain
from ecd2g.experiments.training.bridge_data import grounded, split_named

COMMAS = ResistorNetwork(("a", "b,c"), np.array([0]), np.array([1]), np.ones(1))
REFUSED = {
    "problem": (lambda: split_named("unheard of", 0), "problem must be one of .*, got 'unheard of'"),
    "ground": (
        lambda: grounded(split_named("names", 0), "furlong"),
        "ground must be squared or hamming, got 'furlong'",
    ),
    "layers": (
        lambda: DesignQuestion("splice", layers=(1,)).check(),
        "layers must be whole numbers of at least 2",
    ),
    "family": (
        lambda: DesignQuestion("splice", families=("odd",)).check(),
        "family must be one of .*, got 'odd'",
    ),
    "evaluations": (lambda: HighDim(evaluations=(0,)).check(), "numbers of evaluations must be at least 1"),
    "network": (lambda: HighDim(network="odd").check(), "network must be one of .*, got 'odd'"),
    "pair": (lambda: pair_of(COMMAS, "a,b,c,d"), "--pairs must name two nodes U,V"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_experiment_is_refused_in_one_sentence(name: str) -> None:
    call, words = REFUSED[name]
    with pytest.raises(InputError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_results_of_other_kinds_are_not_written() -> None:
    with pytest.raises(TypeError, match="results must be numbers, texts, lists and mappings, got object"):
        plain(object())


def test_memory_is_not_measured_twice_at_once() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="tracemalloc, which is already tracing; stop it first"):
            _peak(None, None, 1e-8)
    finally:
        tracemalloc.stop()
