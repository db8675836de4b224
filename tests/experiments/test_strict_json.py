import json
import math
import tomllib
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import Ecd2gError
from ecd2g.experiments.exact.one_dimension import OneDimension
from ecd2g.experiments.exact.own_data import OwnData
from ecd2g.experiments.records.origin import ours, paper
from ecd2g.experiments.records.strict_json import to_json, to_toml


def refuse(name):
    raise AssertionError(f"{name} is not strict JSON")


@dataclass(frozen=True)
class Sample:
    text: str = "a"
    ratio: float = paper(0.1)
    count: int = ours(3, "it is enough")
    left_out: float | None = None


def test_numpy_values_become_plain():
    text = to_json({"a": np.float64(0.5), "b": np.arange(3), "c": (np.True_, None), 4: np.int64(2)})
    assert json.loads(text) == {"a": 0.5, "b": [0, 1, 2], "c": [True, None], "4": 2}


def test_infinity_is_a_word_and_nan_an_error():
    assert json.loads(to_json([math.inf, -np.inf]), parse_constant=refuse) == ["infinity", "-infinity"]
    with pytest.raises(Ecd2gError, match="NaN"):
        to_json({"a": np.float64("nan")})


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_every_digit(value):
    assert json.loads(to_json(value)) == value
    assert tomllib.loads(to_toml(Sample(ratio=value)))["ratio"] == value


@given(st.text())
def test_any_text_is_read_back_from_toml(text):
    assert tomllib.loads(to_toml(Sample(text=text)))["text"] == text


def test_odd_file_names_do_not_break_the_files():
    odd = b"\xff.csv".decode("utf-8", "surrogateescape")
    assert tomllib.loads(to_toml(Sample(text=odd)))["text"] == "?.csv"
    to_json(odd).encode("utf-8")


def test_toml_says_where_every_value_comes_from():
    lines = to_toml(Sample(ratio=0.2)).splitlines()
    assert lines == ['text = "a"', "ratio = 0.2  # given", "count = 3  # our choice: it is enough"]
    assert "lateral_resistance = 100.0  # stated in the paper" in to_toml(OneDimension())


def test_tuples_are_arrays():
    assert tomllib.loads(to_toml(OwnData(n_symbols=(2, 3))))["n_symbols"] == [2, 3]


def test_what_was_left_open_is_our_choice_and_not_the_callers():
    asked = OwnData()
    text = to_toml(asked.resolved(StateSpace(50)), asked)
    assert "lateral_resistance = 100.0  # our default: such that rho = 0.049" in text
