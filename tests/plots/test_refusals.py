"""What the figures refuse, and in which words."""

import numpy as np
import pytest

from ecd2g import InputError
from ecd2g.plots.cost_curves import CostPanel, cost_curves
from ecd2g.plots.fidelity_panel import seed_numbers
from ecd2g.plots.method_looks import METHOD_COLORS, Entry, looks_of, method_colors
from ecd2g.plots.walk_table import _word
from ecd2g.plots.word_paths import word_paths

REFUSED = {
    "words in a line": (
        lambda: cost_curves([CostPanel("time", "size", {"sweep": (["a"], [1.0])})]),
        "the line of 'sweep' must be numbers",
    ),
    "words for seeds": (lambda: seed_numbers(["a"], "costs", 1), "costs must be numbers, NaN where there is"),
    "axes": (lambda: seed_numbers([[1.0]], "costs", 1), r"costs must have shape \(n_seeds,\), not empty"),
    "couplings": (
        lambda: looks_of([Entry("sweep", f"coupling {k}", True) for k in range(99)]),
        "markers for .* couplings, got 99; draw fewer",
    ),
    "methods": (
        lambda: method_colors([f"method {k}" for k in range(len(METHOD_COLORS) + 1)], None),
        "colours for .* methods, got .*; draw fewer",
    ),
    "label": (lambda: _word("x" * 99), "a label may have at most .* characters"),
    "alphabet": (
        lambda: word_paths(np.zeros((1, 2, 1), dtype=int), "a", nearest=np.array([[3]])),
        "alphabet must name 4 symbols, got 1",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(name: str) -> None:
    call, words = REFUSED[name]
    with pytest.raises(InputError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
