"""Arrays and numbers of any kind given to the API: what is right, or one sentence; never a silent wrong number.

The rule: an `Ecd2gError` wherever a value is wrong. Only what is no path and no seed at all may be a TypeError.
"""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.errors import Ecd2gError, InputError

EXAMPLES = 60 * int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
fuzz = settings(max_examples=EXAMPLES)

SPACE = ecd2g.StateSpace((3, 2))
CIRCUIT = ecd2g.LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=0.1, lateral_resistance=1.0)
FLOW = ecd2g.solve(
    CIRCUIT,
    source=ecd2g.Distribution.from_probabilities(SPACE, np.full(6, 1 / 6)),
    sink=ecd2g.Distribution.from_weights(SPACE, [1, 2, 3, 4, 5, 6]),
)
NUMBERS = [
    0,
    1,
    2,
    3,
    5,
    -1,
    1.5,
    2.0,
    np.nan,
    np.inf,
    1e308,
    5e-324,
    True,
    "1",
    "a",
    None,
    1j,
    10**400,
    2**63,
    2**64,
]
DTYPES = ["i1", "u1", "i8", "u8", "f2", "f4", "f8", "?", "U2", "O", "c8", "M8[s]"]


@st.composite
def tables(draw, width):
    """Arrays of a few rows, in any dtype and layout, right or wrong."""
    tame = st.sampled_from([0, 1, 2, 1.0]) | st.sampled_from(NUMBERS)
    rows = draw(st.lists(st.lists(tame, min_size=width, max_size=width), max_size=4))
    if draw(st.booleans()):
        return rows
    try:
        with np.errstate(all="ignore"):
            array = np.array(rows).astype(draw(st.sampled_from(DTYPES)))
    except (TypeError, ValueError, OverflowError, DeprecationWarning, RuntimeWarning, Warning):
        return rows
    layout = draw(st.sampled_from(["plain", "fortran", "strided", "read-only", "masked"]))
    if layout == "fortran":
        return np.asfortranarray(array)
    if layout == "strided" and array.ndim == 2:
        return np.repeat(array, 2, axis=1)[:, ::2]
    if layout == "read-only":
        array.flags.writeable = False
    return np.ma.array(array, mask=array == array) if layout == "masked" else array


def slow_states(table):
    """Rows as Python ints, or None where one of them is no state of the space."""
    if isinstance(table, np.ma.MaskedArray):
        return None
    rows = [tuple(row) for row in np.asarray(table).tolist()]
    for row in rows:
        for value, size in zip(row, SPACE.alphabet_sizes, strict=True):
            if isinstance(value, bool) or not isinstance(value, int | float) or value not in range(size):
                return None
    return [tuple(map(int, row)) for row in rows]


@fuzz
@given(tables(2))
def test_states_are_what_they_are_or_refused(tally, table):
    try:
        found = SPACE.check(table)
        index = SPACE.index(table)
        law = ecd2g.Distribution.from_samples(SPACE, table)
        potentials = FLOW.potentials_at(table)
    except Ecd2gError:
        tally.add("Python API", "arrays of states, any dtype and layout", "refused in one sentence")
        return
    rows = slow_states(table)
    assert [tuple(row) for row in found.tolist()] == rows
    assert index.tolist() == [2 * first + second for first, second in rows]
    assert law.to_array().sum() == pytest.approx(1)
    assert np.array_equal(potentials, FLOW.potentials[:, index])
    tally.add("Python API", "arrays of states, any dtype and layout", "right")


@fuzz
@given(st.lists(st.sampled_from([0.0, 1, 2.5, 1e-300]) | st.sampled_from(NUMBERS), min_size=5, max_size=7))
def test_weights_make_their_law_or_are_refused(tally, weights):
    try:
        law = ecd2g.Distribution.from_weights(SPACE, weights).to_array()
    except Ecd2gError:
        tally.add("Python API", "weights of any kind", "refused in one sentence")
        return
    values = np.array([float(weight) for weight in weights])
    assert np.allclose(law, values / values.sum(), rtol=1e-15)
    tally.add("Python API", "weights of any kind", "right")


VALUES = [
    *NUMBERS,
    np.int8(3),
    np.uint64(3),
    np.array(3),
    np.array([3, 2], np.uint8),
    [3],
    (3, True),
    (3, 0),
    (),
    "ab",
    {},
]
CALLS = {
    "StateSpace": lambda value: ecd2g.StateSpace(value),
    "n_layers": lambda value: ecd2g.LayeredCircuit.complete(
        SPACE, n_layers=value, forward_resistance=0.1, lateral_resistance=1.0
    ),
    "forward_resistance": lambda value: ecd2g.LayeredCircuit.complete(
        SPACE, n_layers=3, forward_resistance=value, lateral_resistance=1.0
    ),
    "walks": lambda value: FLOW.sample(value, rng=0),
    "seed": lambda value: FLOW.sample(2, rng=value),
    "states": lambda value: SPACE.states(value),
    "probabilities": lambda value: ecd2g.Distribution.from_probabilities(SPACE, value),
    "edges": lambda value: ecd2g.ResistorNetwork.from_edges(value, resistance=1.0),
    "resistances": lambda value: ecd2g.ResistorNetwork.from_edges([(0, 1), (1, 2)], resistance=value),
    "amperes": lambda value: ecd2g.solve(
        ecd2g.ResistorNetwork.from_edges([(0, 1)], resistance=1.0), source={0: value}, sink={1: 1.0}
    ),
    "samples file": lambda value: ecd2g.data.read_samples(value),
    "distances": lambda value: ecd2g.metrics.total_variation(value, np.full(6, 1 / 6)),
}


PLAIN_TYPES = ("samples file", "seed")
"""Where a wrong type is a TypeError in Python's own words, which are clear: no path, no seed."""


@pytest.mark.parametrize("call", CALLS)
def test_numbers_of_any_kind_are_used_or_refused(tally, call):
    for value in VALUES:
        try:
            CALLS[call](value)
            outcome = "used"
        except Ecd2gError:
            outcome = "refused in one sentence"
        except TypeError:
            if call not in PLAIN_TYPES:
                raise
            outcome = "TypeError of Python"
        tally.add("Python API", f"{call}: numbers, texts, arrays and nothing", outcome)


def test_masked_entries_are_not_read_as_if_they_were_there():
    masked = np.ma.array([[1, 0]], mask=[[True, False]])
    for call in (SPACE.check, lambda rows: ecd2g.Distribution.from_samples(SPACE, rows)):
        with pytest.raises(InputError, match="masked"):
            call(masked)
    with pytest.raises(InputError, match="masked"):
        ecd2g.Distribution.from_weights(SPACE, np.ma.array(np.ones(6), mask=[1, 0, 0, 0, 0, 0]))
