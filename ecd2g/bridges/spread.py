"""The spread bridge: a circuit whose source is spread over all symbols, with discrete flow matching as its limit."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.bridges.site_bridge import SiteBridge
from ecd2g.circuit.given_numbers import positive_number
from ecd2g.circuit.state_space import StateSpace
from ecd2g.reference.layered.spread_chain import SpreadChain, linear_spread_chain


class SpreadBridge(SiteBridge):
    """Per site the exact first-passage walk through a complete circuit with a uniform source and the sink x_N.

    n_steps gaps on S symbols; current 1 / S enters at every symbol of the first layer and leaves at (n_steps, x_N). The
    transition of gap n is H_n = (1 - B_n H_{n-1})^{-1} F_n of the first-passage rule, the last one times the exit. It
    depends on x and x_N and not on the start: a unit source at x_0 would send (S - 2) / S of its current over a third
    symbol at any resistance. Lateral conductances differ from gap to gap so that x_N is reached by step n with
    probability n / n_steps; see `ecd2g.reference.layered.spread_chain`, where the circuit is solved in O(n_steps).

    `ratio` is the mean of rho_n = (S - 1) b_n, lateral over forward conductance. As it goes to 0 the transitions tend
    to those of `MixtureBridge`, which are the limit and no circuit. SolverError where the ratio is too large for the
    schedule.

    >>> import ecd2g
    >>> SpreadBridge(ecd2g.StateSpace(2, 1)).site_law(2, n_steps=2).shape
    (2, 2, 2, 2)
    """

    def __init__(self, space: StateSpace, ratio: float = 0.01) -> None:
        super().__init__(space)
        self.ratio: float = positive_number(ratio, "ratio")

    def site_law(self, n_symbols: int, n_steps: int) -> NDArray[np.float64]:
        """H_n of every gap and every sink, ``(n_steps, S, S, S)``."""
        if n_symbols == 1:
            return np.ones((n_steps, 1, 1, 1))
        return transition_table(n_symbols, linear_spread_chain(n_symbols, n_steps, self.ratio))


def transition_table(n_symbols: int, chain: SpreadChain) -> NDArray[np.float64]:
    """The transitions of a chain for every symbol as the sink, ``(n_gaps, S, S, S)`` as [gap, x, x_N, y]."""
    others, x = n_symbols - 1, np.arange(n_symbols)
    law = np.empty((len(chain.arrive), n_symbols, n_symbols, n_symbols))
    law[:] = chain.switch[:, None, None, None]
    law[:, x, :, x] = (1.0 - chain.arrive - (others - 1) * chain.switch)[None, :, None]
    law[:, :, x, x] = chain.arrive[:, None, None]
    law[:, x, x, :] = (chain.leave / others)[:, None, None]
    law[:, x, x, x] = 1.0 - chain.leave[:, None]
    return law
