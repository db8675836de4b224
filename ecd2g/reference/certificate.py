"""Certificates: what a solution was measured to be worth, recomputed from its currents and not from its solver."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.circuit.kernels.kernel import SpectralKernel
from ecd2g.circuit.networks.network import ResistorNetwork, sum_at
from ecd2g.errors import SolverError
from ecd2g.reference import laws
from ecd2g.reference.layered.closed_form import is_plain
from ecd2g.reference.layered.complete_bound import Deviations, complete_error_bound
from ecd2g.reference.layered.elimination import closed_form_error
from ecd2g.reference.layered.spectral_bound import spectral_error_bound
from ecd2g.reference.matrix import kernel_matrix
from ecd2g.reference.networks.tree_bound import tree_bound

FIGURES = {
    "kirchhoff": "Kirchhoff's law",
    "ohm": "Ohm's law",
    "energy": "energy balance",
    "maximum_principle": "maximum principle",
    "potential_error": "error of potentials (proven)",
}
"""The figures of a certificate, with the words they are printed under."""

NETWORK_FIGURES = {"backward_error": "backward error", "bracket": "width of the power bracket"}
"""What the certificate of a network has beside them."""

ROUNDING = 1e-10
"""A deviation below this is as good as float64 gets, pessimism of the bounds included."""


@dataclass(frozen=True)
class Certificate:
    """Relative deviations of a solution from the circuit laws, and a bound on the error of its potentials.

    kirchhoff          largest Kirchhoff residual of a node, over the total current
    ohm                largest mismatch of currents and potentials, over the largest potential
    energy             mismatch of dissipated and delivered power, over the dissipated power
    maximum_principle  largest excess of a potential over its sources (or under its sinks), over the largest potential
    potential_error    proven bound on the largest error of a potential (mean zero), over the largest potential,
                       rounding of the check itself included; for the closed form it is proven for the coefficients
                       of the formula, and the other four figures are what ties the arrays to it (docs/certificates.md)
    """

    method: str
    kirchhoff: float
    ohm: float
    energy: float
    maximum_principle: float
    potential_error: float
    tolerance: float

    @property
    def figures(self) -> dict[str, str]:
        """Names of the figures, with the words they are printed under."""
        return FIGURES

    @property
    def worst(self) -> tuple[str, float]:
        """Name and value of the largest deviation."""
        return max(
            ((name, getattr(self, name)) for name in self.figures),
            key=lambda item: np.inf if np.isnan(item[1]) else item[1],
        )

    @property
    def advice(self) -> str:
        """What to do where a deviation misses the tolerance."""
        if self.method == "closed-form":
            return "bring the resistances and gains closer together, or accept a larger tolerance"
        return 'use "closed-form" where the kernel has modes, another method, or a larger tolerance'

    def require(self) -> None:
        """Raise SolverError unless every deviation is within the tolerance."""
        name, value = self.worst
        if not value <= self.tolerance:
            advice = "that is rounding, so accept a larger tolerance" if value < ROUNDING else self.advice
            raise SolverError(
                f"method {self.method!r} reached {name} = {value:.2g} where the tolerance is {self.tolerance:.2g}; "
                f"{advice}",
                reached=value,
                tolerance=self.tolerance,
            )

    def __str__(self) -> str:
        lines = [f"solved by {self.method}; relative deviations, at most {self.tolerance:.0e} allowed"]
        lines += [f"  {words:<28} {getattr(self, name):.3g}" for name, words in self.figures.items()]
        return "\n".join(lines)


@dataclass(frozen=True)
class NetworkCertificate(Certificate):
    """A certificate with the two-sided energy bracket of the dissipated power, in watt.

    For 1 A from one node to another the power is the effective resistance, in ohm.

    backward_error    largest |Kirchhoff residual| of a node over 2 max|phi| (sum of its conductances) + p + q
    bracket           width of the bracket, over the power
    lower, upper      lower <= power <= upper, rounding included
    n_components, least_conductance, largest_conductance : what was solved
    reason            why the method was chosen
    """

    backward_error: float
    bracket: float
    lower: float
    upper: float
    n_components: int
    least_conductance: float
    largest_conductance: float
    reason: str

    @property
    def figures(self) -> dict[str, str]:
        """Names of the figures, with the words they are printed under."""
        return FIGURES | NETWORK_FIGURES

    @property
    def advice(self) -> str:
        """What to do where a deviation misses the tolerance."""
        if self.method == "star-mesh":
            return "bring the conductances closer together, or accept a larger tolerance"
        return 'use "star-mesh" (components of up to 4,000 nodes), another method, or a larger tolerance'

    def __str__(self) -> str:
        low, high = self.least_conductance, self.largest_conductance
        lines = [
            super().__str__(),
            f"  power between {self.lower!r} and {self.upper!r} W",
            f"  {self.n_components} component{'s' * (self.n_components != 1)}, {low:.3g} to {high:.3g} S",
            f"  {self.method}: {self.reason}",
        ]
        return "\n".join(lines)


def certify_layered(
    field: CompleteField | KernelField | TableField, method: str, tolerance: float
) -> Certificate:
    """Certificate of a layered solution; the caller decides what to do where it misses the tolerance."""
    deviations = _deviations(field)
    if method == "closed-form" and is_plain(field.circuit):
        error = closed_form_error(field.circuit, field.atoms)
    elif isinstance(field, CompleteField):
        error = complete_error_bound(field, deviations)
    elif isinstance(field.circuit.kernel, SpectralKernel) and isinstance(field, KernelField):
        error = spectral_error_bound(field, deviations)
    else:
        error = tree_bound(*_as_network(field)).potential_error
    return Certificate(method=method, tolerance=tolerance, **_relative(field, deviations, error))


def certify_network(
    field: NetworkField, method: str, tolerance: float, reason: str = "asked for"
) -> NetworkCertificate:
    """Certificate of a network solution, with the bracket of its power."""
    network, net = field.network, field.injected - field.extracted
    bound = tree_bound(network, field.potentials, field.edge_currents, net)
    deviations = _deviations(field)
    low, high = network.conductance_range if network.n_edges else (0.0, 0.0)
    return NetworkCertificate(
        method=method,
        tolerance=tolerance,
        backward_error=_backward_error(field, deviations.kirchhoff),
        bracket=_over(bound.upper - bound.lower, bound.upper),
        lower=bound.lower,
        upper=bound.upper,
        n_components=network.n_components,
        least_conductance=low,
        largest_conductance=high,
        reason=reason,
        **_relative(field, deviations, bound.potential_error),
    )


def _backward_error(field: NetworkField, residual: NDArray[np.float64]) -> float:
    """Largest |residual| of a node over what rounding of potentials could make there.

    That is the sum of its conductances times the largest potential, twice, plus p + q. |G||phi| would depend on where
    the potential is zero.
    """
    net, g = field.network, field.network.conductances
    size = sum_at(net.tails, g, net.n_nodes) + sum_at(net.heads, g, net.n_nodes)
    size = 2 * _largest(field.potentials) * size + field.injected + field.extracted
    return float(np.max(np.divide(np.abs(residual), size, out=np.zeros_like(size), where=size > 0)))


def _deviations(field: laws.SolvedField) -> Deviations:
    return Deviations(laws.kirchhoff_residual(field), laws.ohm_residual(field))


def _relative(field: laws.SolvedField, deviations: Deviations, potential_error: float) -> dict[str, float]:
    scale, power = _largest(field.potentials), field.power()
    energy = abs(laws.energy_residual(field))
    total = float(field.injected.sum()) if isinstance(field, NetworkField) else 1.0
    return {
        "kirchhoff": _largest(deviations.kirchhoff) / total,
        "ohm": _over(_largest(deviations.ohm), scale),
        "energy": _over(energy, power),
        "maximum_principle": _over(max(0.0, laws.maximum_principle_excess(field)), scale),
        "potential_error": _over(potential_error, scale),
    }


def _as_network(
    field: TableField | KernelField,
) -> tuple[ResistorNetwork, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The layered circuit edge by edge: network, potentials, edge currents and net injected currents, flat."""
    circuit = field.circuit
    n_states, joined = circuit.n_states, kernel_matrix(circuit.kernel).tocoo()
    here, there = joined.coords
    layer = np.arange(circuit.n_gaps)[:, None] * n_states
    network = ResistorNetwork(
        nodes=tuple(range(circuit.n_nodes)),
        tails=(layer + here).ravel(),
        heads=(layer + n_states + there).ravel(),
        conductances=np.multiply.outer(circuit.gap_gains, joined.data).ravel(),
    )
    if isinstance(field, TableField):
        currents = field.tables[:, here, there].ravel()
    else:
        phi = field.potentials[1:]
        drops = field.forward_drops[:, here] + (phi[:, here] - phi[:, there])
        currents = network.conductances * drops.ravel()
    return network, field.potentials.ravel(), currents, (field.injected - field.extracted).ravel()


def _over(deviation: float, scale: float) -> float:
    """A relative deviation; where nothing flows the scale is zero, and so must the deviation be, but for underflow."""
    if abs(deviation) < np.finfo(np.float64).tiny:
        return 0.0
    return deviation / scale if scale > 0 else float("inf")


def _largest(values: NDArray[np.float64]) -> float:
    return float(max(values.max(initial=0.0), -values.min(initial=0.0)))
