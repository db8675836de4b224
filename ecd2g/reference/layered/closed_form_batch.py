"""The closed form for many sources and sinks at once, on arrays of any library: where a GPU pays."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.array_library import namespace
from ecd2g.circuit.distribution import TOTAL_TOLERANCE
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.errors import InputError
from ecd2g.reference.layered.closed_form import plain_circuit, potentials_and_drops


@dataclass(frozen=True, eq=False)
class Potentials:
    """Solutions of many problems on one circuit, in the array library of the sources; in volt.

    potentials : ``(k, n_layers, n_states)``         mean zero
    forward_drops : ``(k, n_layers - 1, n_states)``  phi_n(x) - phi_{n+1}(x), without the rounding of a difference
    """

    potentials: NDArray[np.float64]
    forward_drops: NDArray[np.float64]


def closed_form_batch(
    circuit: LayeredCircuit, sources: NDArray[np.float64], sinks: NDArray[np.float64]
) -> Potentials:
    """Lemma 3.5 for `k` pairs of distributions ``(k, n_states)``, each as `closed_form` solves it.

    The arrays may be NumPy's, CuPy's or those of any library of the array API standard, in float64; the answer is of
    the same library. Raises InputError where a row is no distribution, CapacityError where the answer is too large.

    >>> import numpy as np
    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> solved = closed_form_batch(circuit, np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([[0.0, 1.0], [0.5, 0.5]]))
    >>> solved.potentials.round(12).tolist()
    [[[0.375, -0.125], [0.125, -0.375]], [[0.125, 0.125], [-0.125, -0.125]]]
    """
    plain = plain_circuit(circuit)
    for name, values in (("sources", sources), ("sinks", sinks)):
        if getattr(values, "ndim", 0) != 2 or sp.issparse(values):
            raise InputError(f"{name} must be arrays of shape (k, {circuit.n_states}), got {values!r:.60}")
    for name, values in (("sources", sources), ("sinks", sinks)):
        _check(values, (sources.shape[0], circuit.n_states), name)
    if plain is circuit:
        return Potentials(*potentials_and_drops(circuit, sources, sinks))
    xp = namespace(sources)
    if circuit.n_layers % 2 == 0:
        sinks = xp.flip(sinks, axis=-1)
    potentials, _ = potentials_and_drops(plain, sources, sinks)
    exchanged = xp.flip(potentials[:, 1::2, :], axis=-1)
    potentials[:, 1::2, :] = xp.asarray(exchanged, copy=True)  # a GPU would write where it has still to read
    return Potentials(potentials, potentials[:, :-1, :] - potentials[:, 1:, :])


def _check(values: NDArray[np.float64], shape: tuple[int, int], name: str) -> None:
    """Raise InputError unless every row is a distribution; one answer for all rows, since a GPU answers slowly."""
    xp = namespace(values)
    if tuple(values.shape) != shape or values.dtype != xp.float64:
        raise InputError(
            f"{name} must be float64 arrays of one shape (k, {shape[1]}), got {tuple(values.shape)} of {values.dtype}"
        )
    with np.errstate(over="ignore"):
        totals = xp.sum(values, axis=1)
    if not (xp.all(values >= 0) and xp.all(xp.abs(totals - 1.0) <= TOTAL_TOLERANCE)):
        raise InputError(f"every row of {name} must be probabilities, none negative, with sum 1")
