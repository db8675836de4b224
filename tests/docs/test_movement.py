"""The proof of docs/movement.md in rational numbers: what a forward-only walker misses, term by term."""

from fractions import Fraction

import pytest

from ecd2g.testing import ExactLayered, exact_layered

Row = list[Fraction]


def bias(exact: ExactLayered, source: Row) -> Row:
    """delta of the last layer: the recursion of docs/movement.md from backward currents alone."""
    n_layers, states = len(exact.potentials), range(len(source))
    delta: Row = []
    for n in range(n_layers):
        before = exact.currents[n - 1] if n else [[Fraction(0)] * len(source) for _ in states]
        after = exact.currents[n] if n < n_layers - 1 else [[Fraction(0)] * len(source) for _ in states]
        sent_back = [sum((max(-before[x][y], Fraction(0)) for x in states), Fraction(0)) for y in states]
        came_back = [sum((max(-after[y][z], Fraction(0)) for z in states), Fraction(0)) for y in states]
        carried = [Fraction(0)] * len(source)
        if n:
            for x in states:
                forward = [max(current, Fraction(0)) for current in before[x]]
                for y in states:
                    carried[y] += delta[x] * forward[y] / sum(forward)
        delta = [carried[y] + sent_back[y] - came_back[y] for y in states]
    return delta


@pytest.mark.parametrize(
    ("r", "lateral", "expected"),
    [
        (Fraction(1), Fraction(1), Fraction(1, 4)),
        (Fraction(1), Fraction(2), Fraction(1, 6)),
        (Fraction(1, 10), Fraction(100), Fraction(1, 2002)),
    ],
)
def test_the_bias_by_hand_is_that_of_the_oracle(r: Fraction, lateral: Fraction, expected: Fraction) -> None:
    exact = exact_layered(2, [1, 0], [1, 0], forward_resistance=r, lateral_resistance=lateral)
    assert exact.two_way_law == (1, 0)
    assert exact.forward_only_law == (1 - expected, expected)
    assert exact.backward_current == expected == r / (2 * (r + lateral))


KERNELS = {
    "complete, r < R": [[10, 1, 1], [1, 10, 1], [1, 1, 10]],
    "complete, r > R": [[1, 4, 4], [4, 1, 4], [4, 4, 1]],
    "neighbours": [[5, 1, 0], [1, 5, 1], [0, 1, 5]],
    "anything symmetric": [[3, 1, 7], [1, 2, 5], [7, 5, 11]],
}


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("n_layers", [2, 3, 5])
def test_the_missing_term_is_the_whole_bias(kernel: list[list[int]], n_layers: int) -> None:
    p, q = (
        [Fraction(7, 12), Fraction(1, 4), Fraction(1, 6)],
        [Fraction(1, 12), Fraction(1, 6), Fraction(3, 4)],
    )
    exact = exact_layered(n_layers, p, q, kernel=kernel)
    assert list(exact.two_way_law) == q
    assert exact.forward_only_law is not None
    found = [law - target for law, target in zip(exact.forward_only_law, q, strict=True)]
    assert found == bias(exact, p)
    assert any(found) == (exact.backward_current > 0)


@pytest.mark.parametrize("n_layers", [3, 4])
def test_equal_resistances_have_no_bias_from_three_layers_on(n_layers: int) -> None:
    exact = exact_layered(n_layers, [1, 0], [1, 0], forward_resistance=1, lateral_resistance=1)
    assert exact.backward_current == 0
    assert exact.forward_only_law == (1, 0)
