"""How far the currents of one field are from those of another, and from Kirchhoff's law."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.field import LayeredField
from ecd2g.circuit.given_numbers import real_array
from ecd2g.errors import InputError


class CurrentError(NamedTuple):
    """Relative error ||I - I_exact|| / ||I_exact||, root of the sum of squares over edges; inf over no current."""

    all_edges: float
    forward: float
    lateral: float


def current_error(field: LayeredField, exact: LayeredField) -> CurrentError:
    """Relative error of the currents over all edges, over the forward edges, and over the lateral edges.

    O(N V) where both fields are made of potentials on the complete circuit, else O(N V^2). InputError where the
    fields do not list every state of the same circuit.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> current_error(flow.field, flow.field)
    CurrentError(all_edges=0.0, forward=0.0, lateral=0.0)
    """
    _check_same_nodes(field, exact)
    wrong, right = _difference_squares(field, exact), _current_squares(exact)
    forward, lateral = (_relative(wrong[kind], right[kind]) for kind in (0, 1))
    return CurrentError(_relative(sum(wrong), sum(right)), forward, lateral)


def unbalanced_current(field: LayeredField, source: NDArray[np.float64], sink: NDArray[np.float64]) -> float:
    """Violation of Kirchhoff's law (1), (2): current that appears or vanishes in nodes, in ampere, per 1 A through.

    Half the sum over all nodes of |net outflow - p + q|, with p in the first and q in the last layer, `source` and
    `sink` ``(n_states,)``. Zero for exact currents. InputError for other shapes of these.

    >>> import numpy as np
    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> unbalanced_current(flow.field, np.array([0.5, 0.5]), q.to_array())  # half an ampere enters elsewhere
    0.5
    """
    net = field.divergence().copy()
    source, sink = real_array(source, "source"), real_array(sink, "sink")
    for name, given in (("source", source), ("sink", sink)):
        if given.shape != net.shape[1:]:
            raise InputError(f"{name} must have shape {net.shape[1:]}, one number a state, got {given.shape}")
        if not np.all(np.isfinite(given)):
            raise InputError(f"{name} must hold finite currents, in ampere, but some are not")
    net[0] -= source
    net[-1] += sink
    with np.errstate(over="ignore"):
        return 0.5 * float(np.sum(np.abs(net) * field.multiplicity))


def _check_same_nodes(field: LayeredField, exact: LayeredField) -> None:
    if field.circuit.space != exact.circuit.space or field.circuit.n_layers != exact.circuit.n_layers:
        raise InputError("currents are compared on one circuit, got circuits of different size")
    if not (_lists_all(field.atoms) and _lists_all(exact.atoms)):
        raise InputError(
            "currents are compared state by state, so both fields must list every state, but a source or sink p lists "
            "only some; solve with Distribution.from_probabilities(space, p.to_array()) instead"
        )


def _lists_all(atoms: Atoms) -> bool:
    return atoms.listed is None


def _difference_squares(field: LayeredField, exact: LayeredField) -> tuple[float, float]:
    if isinstance(field, CompleteField) and isinstance(exact, CompleteField) and _same_kernel(field, exact):
        drops = field.forward_drops - exact.forward_drops
        return _current_squares(
            CompleteField(field.circuit, field.atoms, field.potentials - exact.potentials, drops)
        )
    gaps = range(exact.circuit.n_gaps)
    return _table_squares(field.currents(gap) - exact.currents(gap) for gap in gaps)


def _same_kernel(field: CompleteField, exact: CompleteField) -> bool:
    return (field.kernel.forward, field.kernel.lateral) == (exact.kernel.forward, exact.kernel.lateral)


def _current_squares(field: LayeredField) -> tuple[float, float]:
    """Sums of I^2 over the forward and over the lateral edges."""
    if not isinstance(field, CompleteField):
        return _table_squares(field.currents(gap) for gap in range(field.circuit.n_gaps))
    n_states = float(field.circuit.n_states)
    means = field.potentials.mean(axis=1)
    spread = np.square(field.potentials - means[:, None]).sum(axis=1)
    pairs = n_states * (spread[:-1] + spread[1:]) + np.square(n_states * np.diff(means))
    straight = np.square(field.forward_drops).sum(axis=1)
    lateral = np.maximum(pairs - straight, 0.0).sum()  # a sum of squares less some of them
    return float(field.kernel.forward**2 * straight.sum()), float(field.kernel.lateral**2 * lateral)


def _table_squares(tables: Iterable[NDArray[np.float64]]) -> tuple[float, float]:
    forward = lateral = 0.0
    for table in tables:
        forward += float(np.square(np.diagonal(table)).sum())
        squares = np.square(table)
        np.fill_diagonal(squares, 0.0)  # not subtracted: forward currents may be thousands of times larger
        lateral += float(squares.sum())
    return forward, lateral


def _relative(wrong: float, right: float) -> float:
    if right > 0:
        return float(np.sqrt(wrong / right))
    return 0.0 if wrong == 0 else float("inf")
