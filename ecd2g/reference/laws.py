"""The circuit laws as functions of a field: what every solution must obey, computed from its currents."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.network_field import NetworkField, drops_of
from ecd2g.circuit.fields.table_field import TableField

SolvedField = CompleteField | KernelField | TableField | NetworkField
"""A current field that also has potentials."""


def kirchhoff_residual(field: SolvedField) -> NDArray[np.float64]:
    """Net current out of every node less what is injected plus what is extracted, Eq. (1), (2); in ampere."""
    residual = field.divergence()
    if isinstance(field, NetworkField):
        return residual - field.injected + field.extracted
    residual[0] -= field.atoms.source
    residual[-1] += field.atoms.sink
    return residual


def ohm_residual(field: SolvedField) -> NDArray[np.float64]:
    """R I - (phi(u) - phi(v)), Eq. (4), for the edges whose drop is not formed from the potentials; in volt."""
    if isinstance(field, CompleteField | KernelField):
        fall = field.potentials[:-1] - field.potentials[1:]
        return np.subtract(field.forward_drops, fall, out=fall)
    if isinstance(field, NetworkField):
        return field.drops - drops_of(field.network, field.potentials)
    conductances = np.multiply.outer(field.circuit.gap_gains, field.circuit.kernel.table())
    joined = conductances > 0
    drops = field.potentials[:-1, :, None] - field.potentials[1:, None, :]
    return np.divide(field.tables, conductances, out=drops.copy(), where=joined) - drops


def energy_residual(field: SolvedField) -> float:
    """Sum of R I^2 over the edges less the power sum of J phi that enters and leaves; in watt (Tellegen)."""
    return field.power() - delivered_power(field)


def delivered_power(field: SolvedField) -> float:
    """sum_v (p(v) - q(v)) phi(v), in watt."""
    if isinstance(field, NetworkField):
        return float((field.injected - field.extracted) @ field.potentials)
    many, phi = field.multiplicity, field.potentials
    return float(phi[0] @ (field.atoms.source * many) - phi[-1] @ (field.atoms.sink * many))


def maximum_principle_excess(field: SolvedField) -> float:
    """How far a potential lies above the highest source or below the lowest sink; at most 0 (rounding), in volt."""
    phi = field.potentials
    if isinstance(field, NetworkField):
        net = field.injected - field.extracted
        sources, sinks = phi[net > 0], phi[net < 0]
    else:
        sources, sinks = phi[0, field.atoms.source > 0], phi[-1, field.atoms.sink > 0]
    if not (len(sources) and len(sinks)):
        return 0.0
    return float(max(phi.max() - sources.max(), sinks.min() - phi.min()))
