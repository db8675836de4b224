"""The sink of learned currents: where, and how strongly, they leave the last layer."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.table_field import TableField

Field = TypeVar("Field", CompleteField, TableField)


def with_own_sink(field: Field) -> Field:
    """The field with q(x) = the net inflow of (N, x): what Kirchhoff's law (2) says leaves there.

    A network knows the target by samples only, so the stopping rule (10) takes q from its currents. A node of the
    last layer with more outflow than inflow has no sink: walkers pass through it. How much that is, is part of the
    Kirchhoff violation that a comparison reports.
    """
    drawn = np.maximum(-field.divergence()[-1], 0.0)
    return replace(field, atoms=replace(field.atoms, sink=drawn))
