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
    """Net current out of every node less what is injected plus what is extracted, Eq. (1), (2); in ampere.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> solution = ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0})
    >>> kirchhoff_residual(solution.field)
    array([0., 0., 0.])
    """
    residual = field.divergence()
    if isinstance(field, NetworkField):
        return residual - field.injected + field.extracted
    residual[0] -= field.atoms.source
    residual[-1] += field.atoms.sink
    return residual


def ohm_residual(field: SolvedField) -> NDArray[np.float64]:
    """R I - (phi(u) - phi(v)), Eq. (4), for the edges whose drop is not formed from the potentials; in volt.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> solution = ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0})
    >>> float(abs(ohm_residual(solution.field)).max()) < 1e-15
    True
    """
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
    """Sum of R I^2 over the edges less the power sum of J phi that enters and leaves; in watt (Tellegen).

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> solution = ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0})
    >>> abs(energy_residual(solution.field)) < 1e-15
    True
    """
    return field.power() - delivered_power(field)


def delivered_power(field: SolvedField) -> float:
    """sum_v (p(v) - q(v)) phi(v), in watt.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> solution = ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0})
    >>> round(delivered_power(solution.field), 12)  # 1 A through 3 ohm
    3.0
    """
    if isinstance(field, NetworkField):
        return float((field.injected - field.extracted) @ field.potentials)
    many, phi = field.multiplicity, field.potentials
    return float(phi[0] @ (field.atoms.source * many) - phi[-1] @ (field.atoms.sink * many))


def maximum_principle_excess(field: SolvedField) -> float:
    """How far a potential lies above the highest source or below the lowest sink; at most 0 (rounding), in volt.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> solution = ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0})
    >>> maximum_principle_excess(solution.field) <= 1e-15
    True
    """
    phi = field.potentials
    if isinstance(field, NetworkField):
        net = field.injected - field.extracted
        sources, sinks = phi[net > 0], phi[net < 0]
    else:
        sources, sinks = phi[0, field.atoms.source > 0], phi[-1, field.atoms.sink > 0]
    if not (len(sources) and len(sinks)):
        return 0.0
    return float(max(phi.max() - sources.max(), sinks.min() - phi.min()))
