"""The first-passage rule: the two-way walk seen only when it enters the next layer for the first time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import require_states
from ecd2g.circuit.fields.field import LayeredField
from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.errors import SolverError

LOSS_TOLERANCE = 1e-9
"""Share of the walkers that may be lost at nodes whose currents are rounding before the matrices are refused."""


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

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> kernels = first_passage(flow.field)
    >>> kernels.steps[0].round(12), kernels.exit.round(12)
    (array([[0.25, 0.75],
           [0.  , 1.  ]]), array([[0., 1.],
           [0., 1.]]))
    """
    n_gaps, n_states = field.circuit.n_gaps, field.circuit.n_states
    require_states(field.atoms, "the first-passage rule")
    require_table(n_states, "the first-passage rule", copies=n_gaps + 1)
    sink = field.atoms.expand(field.atoms.sink)
    steps, detour, backward_total = [], np.zeros((n_states, n_states)), np.zeros(n_states)
    for gap in range(n_gaps):
        currents = field.currents(gap)
        forward, backward = np.maximum(currents, 0.0), np.maximum(-currents.T, 0.0)
        steps.append(_solve(detour, _rows(forward, forward.sum(axis=1) + backward_total)))
        # every total comes from the tables that are divided by it, so that rows sum to one down to rounding noise
        backward_total = backward.sum(axis=1)
        beyond = np.maximum(field.currents(gap + 1), 0.0).sum(axis=1) if gap < n_gaps - 1 else sink
        detour = _rows(backward, backward_total + beyond) @ steps[-1]
    total = backward_total + sink
    stop = np.divide(sink, total, out=np.zeros_like(sink), where=total > 0)
    kernels = FirstPassage(np.stack(steps), _solve(detour, np.diag(stop)))
    arrived = float(kernels.laws(field.atoms.expand(field.atoms.source))[-1].sum())
    if not abs(arrived - 1.0) <= LOSS_TOLERANCE:
        raise SolverError(
            f"the first-passage matrices bring a share {arrived!r} of the walkers to the end, because currents of some "
            f"nodes are lost in rounding; use the two-way rule, which has the same end law",
            reached=abs(arrived - 1.0),
            tolerance=LOSS_TOLERANCE,
        )
    return kernels


def _solve(detour: NDArray[np.float64], onward: NDArray[np.float64]) -> NDArray[np.float64]:
    """(1 - detour)^{-1} onward: any number of detours, then onward; NaN where walkers would turn for ever."""
    try:
        return np.asarray(np.linalg.solve(np.eye(len(detour)) - detour, onward), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(onward, np.nan)


def _rows(currents: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Currents over the total that leaves each row's node."""
    return np.divide(currents, total[:, None], out=np.zeros_like(currents), where=total[:, None] > 0)
