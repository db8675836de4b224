"""Certificates: what a solution was measured to be worth, recomputed from its currents and not from its solver."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.complete_field import CompleteField
from ecd2g.circuit.network import ResistorNetwork
from ecd2g.circuit.network_field import NetworkField
from ecd2g.circuit.table_field import TableField
from ecd2g.errors import SolverError
from ecd2g.reference import laws
from ecd2g.reference.tree_bound import EPS, tree_bound


@dataclass(frozen=True)
class Certificate:
    """Relative deviations of a solution from the circuit laws, and a bound on the error of its potentials.

    kirchhoff         largest Kirchhoff residual of a node, over the total current
    ohm               largest mismatch of currents and potentials, over the largest potential
    energy            mismatch of dissipated and delivered power, over the dissipated power
    maximum_principle largest excess of a potential over its sources (or under its sinks), over the largest potential
    potential_error   proven bound on the largest error of a potential (mean zero), over the largest potential,
                      rounding of the check itself included (docs/certificates.md)
    """

    method: str
    kirchhoff: float
    ohm: float
    energy: float
    maximum_principle: float
    potential_error: float
    tolerance: float

    @property
    def worst(self) -> tuple[str, float]:
        """Name and value of the largest deviation."""
        names = [field.name for field in fields(Certificate)[1:-1]]
        return max(
            ((name, getattr(self, name)) for name in names),
            key=lambda item: np.inf if np.isnan(item[1]) else item[1],
        )

    def require(self) -> None:
        """Raise SolverError unless every deviation is within the tolerance."""
        name, value = self.worst
        if not value <= self.tolerance:
            raise SolverError(
                f"method {self.method!r} reached {name} = {value:.2g} where the tolerance is {self.tolerance:.2g}; "
                f'use method="closed-form" where the kernel is complete, or another method, or a larger tolerance',
                reached=value,
                tolerance=self.tolerance,
            )

    def __str__(self) -> str:
        lines = [f"solved by {self.method}, every deviation within {self.tolerance:.0e}"]
        for name in [field.name for field in fields(self)[1:] if field.name != "tolerance"]:
            lines.append(f"  {name.replace('_', ' '):<18} {getattr(self, name):.3g}")
        return "\n".join(lines)


@dataclass(frozen=True)
class NetworkCertificate(Certificate):
    """A certificate with the two-sided energy bracket of the dissipated power, in watt.

    For 1 A from one node to another the power is the effective resistance, in ohm.
    """

    lower: float
    upper: float

    def __str__(self) -> str:
        bracket = f"  power between      {self.lower!r} and {self.upper!r} W"
        return "\n".join([*super().__str__().split("\n")[:-2], bracket])


def certify_layered(
    field: CompleteField | TableField, method: str, tolerance: float
) -> Certificate:
    """Certificate of a layered solution; the caller decides what to do where it misses the tolerance."""
    scale = _largest(field.potentials)
    error = (
        complete_error_bound(field)
        if isinstance(field, CompleteField)
        else tree_bound(*_as_network(field)).potential_error
    )
    return Certificate(potential_error=error / scale, **_laws(field, method, tolerance))


def certify_network(field: NetworkField, method: str, tolerance: float) -> NetworkCertificate:
    """Certificate of a network solution, with the bracket of its power."""
    bound = tree_bound(
        field.network, field.potentials, field.edge_currents, field.injected - field.extracted
    )
    return NetworkCertificate(
        potential_error=bound.potential_error / _largest(field.potentials),
        lower=bound.lower,
        upper=bound.upper,
        **_laws(field, method, tolerance),
    )


def complete_error_bound(field: CompleteField) -> float:
    """Bound on the largest error of a potential of the complete circuit, in volt; O(N V).

    Let psi start at the potentials of the first layer and fall by the given forward drops: it differs from the
    potentials by their rounding, `drift`. Its Kirchhoff residual has 2-norm |rho| + 4 V b |drift| at most, and
    G >= lambda on mean-zero vectors, where lambda = min(4 s sin^2(pi / 2N), leak) is exact: the modes of a layer
    are its mean (a path of N nodes) and its deviations (a path that leaks), section 3 of docs/closed_form.md.
    """
    kernel, n_layers = field.kernel, field.circuit.n_layers
    a, b, n_states = kernel.forward, kernel.lateral, float(kernel.n_states)
    smallest = 4.0 * kernel.row_sum() * np.sin(np.pi / (2 * n_layers)) ** 2
    if n_states > 1:
        smallest = min(smallest, b * n_states if a >= b else 2 * a + (n_states - 2) * b)
    drift = np.zeros_like(field.potentials)
    drift[1:] = np.abs(np.cumsum(laws.ohm_residual(field), axis=0))
    size = b * n_states * (np.abs(field.potentials) + np.abs(field.layer_means())[:, None])
    size += np.abs(field.injected) + np.abs(field.extracted)
    size[:-1] += abs(a - b) * np.abs(field.forward_drops)
    size[1:] += abs(a - b) * np.abs(field.forward_drops)
    residual = np.abs(laws.kirchhoff_residual(field)) + 8 * EPS * size
    norm = _norm(residual, field.multiplicity) + 4 * b * n_states * _norm(drift, field.multiplicity)
    return float(norm / smallest + drift.max())


def _laws(
    field: CompleteField | TableField | NetworkField, method: str, tolerance: float
) -> dict[str, float | str]:
    scale = _largest(field.potentials)
    power = field.power()
    total = float(np.sum(field.injected * field.multiplicity))
    return {
        "method": method,
        "tolerance": tolerance,
        "kirchhoff": _largest(laws.kirchhoff_residual(field)) / total,
        "ohm": _largest(laws.ohm_residual(field)) / scale,
        "energy": abs(laws.energy_residual(field)) / power if power > 0 else float("nan"),
        "maximum_principle": max(0.0, laws.maximum_principle_excess(field)) / scale,
    }


def _as_network(
    field: TableField,
) -> tuple[ResistorNetwork, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The layered circuit edge by edge: network, potentials, edge currents and net injected currents, flat."""
    kernel, n_states = field.circuit.kernel.table(), field.circuit.n_states
    gap, here, there = np.nonzero(np.broadcast_to(kernel > 0, field.tables.shape))
    network = ResistorNetwork(
        nodes=tuple(range(field.circuit.n_nodes)),
        tails=gap * n_states + here,
        heads=(gap + 1) * n_states + there,
        conductances=kernel[here, there],
    )
    net = (field.injected - field.extracted).ravel()
    return network, field.potentials.ravel(), field.tables[gap, here, there], net


def _largest(values: NDArray[np.float64]) -> float:
    return float(np.abs(values).max(initial=0.0))


def _norm(values: NDArray[np.float64], multiplicity: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.sum(values**2 * multiplicity)))
