"""Lemma 3.5 as the paper tabulates it: the potentials of one source and one sink."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.reference.layered.closed_form import closed_form


@dataclass(frozen=True, eq=False)
class Table1:
    """Table 1 of the paper: potentials of a unit current from x0 to xN, mean zero; every entry ``(n_layers,)``.

    Case x0 = xN: `same_pair` at that state, `same_other` at any other.
    Case x0 != xN: `source` at x0, `sink` at xN, `other` at any other.
    An entry is NaN where the space is too small to have such a state.
    """

    same_pair: NDArray[np.float64]
    same_other: NDArray[np.float64]
    source: NDArray[np.float64]
    sink: NDArray[np.float64]
    other: NDArray[np.float64]


def table_1(circuit: LayeredCircuit) -> Table1:
    """Lemma 3.5: the potentials of one source and one sink, for both cases of the paper's Table 1.

    InputError for another kernel and for gaps of different gain.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> table = table_1(circuit)
    >>> (table.source - table.sink).round(12)
    array([0.5, 0.5])
    """
    space, none = circuit.space, np.full(circuit.n_layers, np.nan)
    first, last = (np.array(state) for state in ([0] * space.n_sites, [s - 1 for s in space.alphabet_sizes]))

    def potentials(x0: NDArray, x_n: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        atoms = Atoms.of(Distribution.point(space, x0), Distribution.point(space, x_n))
        field = closed_form(circuit, atoms)
        at_x0, at_x_n = (field.potentials[:, field.atoms.locate(state[None])[0]] for state in (x0, x_n))
        return at_x0, at_x_n, field.potentials[:, -1] if atoms.has_rest else none

    same_pair, _, same_other = potentials(first, first)
    source, sink, other = potentials(first, last) if space.n_states > 1 else (none, none, none)
    return Table1(same_pair, same_other, source, sink, other)
