"""Effective resistances between proven bounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import SolverError
from ecd2g.reference.certificate import ROUNDING


@dataclass(frozen=True, eq=False)
class Resistances:
    """Effective resistances in ohm, `lower` <= exact value <= `upper`; infinite between components.

    For k pairs every array is ``(k,)``, for all pairs ``(n_nodes, n_nodes)`` in the order of `network.nodes`.
    """

    values: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    method: str

    @classmethod
    def between(
        cls, lower: NDArray[np.float64], upper: NDArray[np.float64], exponent: int, method: str
    ) -> "Resistances":
        """From bounds in units of 2^-exponent ohm, rounded outward.

        Bounds are ``(k,)`` or ``(n_nodes, n_nodes)``.
        """
        if exponent:
            with np.errstate(over="ignore"):  # an infinite upper bound is no bound, and refused
                least, most = np.ldexp(lower, -exponent), np.ldexp(upper, -exponent)
            exact = (np.ldexp(least, exponent) == lower) & (np.ldexp(most, exponent) == upper)
            lower = np.where(exact, least, np.nextafter(least, 0.0))
            upper = np.where(exact, most, np.nextafter(most, np.inf))
        with np.errstate(invalid="ignore"):
            middle = np.where(lower == upper, lower, lower + (upper - lower) / 2)
        return cls(middle, lower, upper, method)

    @property
    def widest(self) -> float:
        """Largest relative width of a bracket."""
        return float(np.max(self._widths(), initial=0.0))

    def _widths(self) -> NDArray[np.float64]:
        """Relative widths; infinite where a bracket says nothing."""
        known = self.lower == self.upper  # zero on a node, infinite between components
        with np.errstate(all="ignore"):
            width = (self.upper - self.lower) / self.values
        return np.where(known, 0.0, np.where(np.isfinite(width), width, np.inf))

    def require(self, tolerance: float) -> None:
        """Raise SolverError unless every bracket is within the relative tolerance."""
        if self.widest <= tolerance:
            return
        worst = np.unravel_index(int(np.argmax(self._widths())), self.values.shape)
        eliminate = 'use method="star-mesh" (components of up to 4,000 nodes), or accept a larger tolerance'
        final = self.method == "star-mesh" or self.widest < ROUNDING
        raise SolverError(
            f"method {self.method!r} proves the effective resistance {self.values[worst]:.6g} ohm only to a relative "
            f"width of {self.widest:.2g} where the tolerance is {tolerance:.2g}; "
            f"{'accept a larger tolerance' if final else eliminate}",
            reached=self.widest,
            tolerance=tolerance,
        )
