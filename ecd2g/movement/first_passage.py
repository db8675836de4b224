"""The first-passage rule: the two-way walk seen only when it enters the next layer for the first time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import require_states
from ecd2g.circuit.field import LayeredField
from ecd2g.circuit.kernel import require_table


@dataclass(frozen=True, eq=False)
class FirstPassage:
    """Transition matrices of the first-passage rule; rows of nodes that no walker visits are zero.

    steps : ``(n_gaps, V, V)``  steps[n][x, y] = P(first state in layer n + 1 is y | first state in layer n was x)
    exit : ``(V, V)``           P(the walk ends in y | its first state in the last layer was x)
    """

    steps: NDArray[np.float64]
    exit: NDArray[np.float64]

    def laws(self, source: NDArray[np.float64]) -> NDArray[np.float64]:
        """Law of the first state in every layer, then of the end state, ``(n_layers + 1, V)``."""
        laws = [source]
        for step in (*self.steps, self.exit):
            laws.append(laws[-1] @ step)
        return np.stack(laws)


def first_passage(field: LayeredField) -> FirstPassage:
    """Exact layer-by-layer kernels of the two-way walk, dense, for small V: O(N V^3) time, O(N V^2) memory.

    With F_n, B_n the parts of Eq. (9) that lead to the next and to the previous layer,

        H_1 = F_1,   H_n = (1 - B_n H_{n-1})^{-1} F_n,   exit C = (1 - B_N H_{N-1})^{-1} diag(stop).

    The inverse exists because no walk returns to a node (Proposition 3.2), so B_n H_{n-1} is nilpotent.
    """
    n_gaps, n_states = field.circuit.n_gaps, field.circuit.n_states
    require_states(field.atoms, "the first-passage rule")
    require_table(n_states, "the first-passage rule", copies=n_gaps + 1)
    outflow = field.atoms.expand(field.outflow())
    sink = field.atoms.expand(field.atoms.sink)
    steps, detour = [], np.zeros((n_states, n_states))
    currents = field.currents(0)
    for gap in range(n_gaps):
        forward = _rows(np.maximum(currents, 0.0), outflow[gap])
        steps.append(np.linalg.solve(np.eye(n_states) - detour, forward))
        total = outflow[gap + 1] + (sink if gap == n_gaps - 1 else 0.0)
        backward = _rows(np.maximum(-currents.T, 0.0), total)
        detour = backward @ steps[-1]
        if gap < n_gaps - 1:
            currents = field.currents(gap + 1)
    stop = np.divide(sink, total, out=np.zeros_like(sink), where=total > 0)
    exits = np.linalg.solve(np.eye(n_states) - detour, np.diag(stop))
    return FirstPassage(np.stack(steps), exits.astype(np.float64, copy=False))


def _rows(currents: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Currents over the total that leaves each row's node."""
    return np.divide(currents, total[:, None], out=np.zeros_like(currents), where=total[:, None] > 0)
