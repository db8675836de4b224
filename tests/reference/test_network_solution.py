"""The solution of a network: what it says of itself, its effective resistance, its one rule, and walks by label."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from ecd2g import InputError, ResistorNetwork, SolverError, StrandedWalkerError, solve

LINE = ResistorNetwork.from_edges(
    [[0, 1], [1, 2], [1, 3]], resistance=[1.0, 2.0, 3.0], nodes=["a", "b", "c", "d"]
)


def along_the_line(ampere: float = 1.0, **settings):
    return solve(LINE, source={"a": ampere}, sink={"c": ampere}, **settings)


def test_one_line_says_what_was_solved() -> None:
    text = repr(along_the_line())
    assert text.startswith("NetworkSolution(4 nodes, 3 edges, solved by star-mesh, 3 W, potentials within ")
    assert len(text) < 120


@pytest.mark.parametrize("exponent", [-450, -300, -20, 0, 20, 450])
def test_the_effective_resistance_is_the_same_for_any_current(exponent: int) -> None:
    found = Fraction(along_the_line(2.0**exponent).effective_resistance)
    assert abs(found - 3) < Fraction(1, 10**14)


def test_a_current_whose_square_is_zero_ends_in_an_error_of_ours() -> None:
    with pytest.raises(SolverError, match="1e-200 A says nothing .* solve with 1 A"):
        _ = along_the_line(1e-200, tolerance=1.0).effective_resistance
    solution = along_the_line()
    beyond = replace(solution, field=replace(solution.field, injected=1e-200 * solution.field.injected))
    with pytest.raises(SolverError, match="solve with 1 A"):
        _ = beyond.effective_resistance  # 3 W of 1e-200 A


def test_a_node_and_itself_have_no_resistance_between_them() -> None:
    assert solve(LINE, source={"b": 2.0}, sink={"b": 2.0}).effective_resistance == 0


def test_networks_have_the_two_way_rule_and_no_other() -> None:
    solution = along_the_line()
    assert np.array_equal(solution.law("two-way"), solution.law())
    for rule in ("forward-only", "first-passage"):
        for ask in (solution.law, solution.exact_law, solution.visits, lambda rule: solution.sample(3, rule)):
            with pytest.raises(InputError, match=f'only rule is "two-way", got {rule!r}'):
                ask(rule)
    with pytest.raises(InputError, match="rule must be one of"):
        solution.law("sideways")


def test_walks_start_where_they_are_told_and_their_paths_are_labels() -> None:
    walks = along_the_line().sample(starts=["a", "b", "c"], rng=0, paths=True)
    assert walks.starts == ("a", "b", "c")
    assert walks.ends == ("c", "c", "c")
    assert walks.paths is not None
    assert walks.paths.tolist() == [[0, 1, 2], [1, 2, -1], [2, -1, -1]]
    assert [walks.path(k) for k in range(3)] == [("a", "b", "c"), ("b", "c"), ("c",)]
    for k in (-1, 3, 0.5):
        with pytest.raises(InputError, match=r"the walk must be a whole number in 0\.\.2"):
            walks.path(k)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="sample them with paths=True"):
        along_the_line().sample(1, rng=0).path(0)


def test_numbers_of_nodes_in_an_array_are_starts() -> None:
    numbered = ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=1.0)
    walks = solve(numbered, source={0: 1.0}, sink={2: 1.0}).sample(starts=np.array([1, 0]), rng=0)
    assert walks.starts == (1, 0)


def test_walks_need_a_number_or_starts() -> None:
    solution = along_the_line()
    for refused in ({}, {"n": 1, "starts": ["a"]}):
        with pytest.raises(InputError, match="and not both"):
            solution.sample(**refused)
    for n in (-1, 1.5, True):
        with pytest.raises(InputError, match="whole number, 0 or more"):
            solution.sample(n)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="list of nodes"):
        solution.sample(starts="abc")
    with pytest.raises(InputError, match="not a node"):
        solution.sample(starts=["x"])


def test_a_walker_where_nothing_flows_is_told_so_in_words_that_fit_a_network() -> None:
    with pytest.raises(StrandedWalkerError, match="only at nodes that current enters or flows through"):
        along_the_line().sample(starts=["d"], rng=0)
