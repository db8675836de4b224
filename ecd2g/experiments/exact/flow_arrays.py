"""A flow as arrays in an .npz file: state by state where that is small, atom by atom where it is not."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.reference.flow import Flow

DENSE_NUMBERS = 2**23
"""Most potentials that are written state by state (64 MB)."""

CURRENT_NUMBERS = 2**20
"""Most currents that are written as tables (8 MB)."""


def flow_arrays(flow: Flow) -> dict[str, NDArray]:
    """Potentials in volt and, for small spaces, currents in ampere.

    Up to 2^23 nodes, or where the source or the target is dense: `potentials` ``(n_layers, n_states)``, `source` and
    `target` ``(n_states,)``, states in index order, and `currents` ``(n_gaps, n_states, n_states)`` where these are at
    most 2^20 numbers. Otherwise atoms: `states` ``(k, n_sites)``, `potentials` ``(n_layers, k)`` and `source`, `target`
    ``(k,)`` of each, and `rest_potentials` ``(n_layers,)`` of every state that is not listed.
    """
    atoms, circuit = flow.field.atoms, flow.circuit
    if atoms.listed is not None and circuit.n_nodes > DENSE_NUMBERS:
        listed = len(atoms.listed)
        arrays = {
            "states": atoms.listed,
            "potentials": flow.field.potentials[:, :listed],
            "source": atoms.source[:listed],
            "target": atoms.sink[:listed],
        }
        if atoms.has_rest:
            arrays["rest_potentials"] = flow.field.potentials[:, listed]
        return arrays
    arrays = {"potentials": flow.potentials, "source": flow.source.to_array(), "target": flow.sink.to_array()}
    if circuit.n_gaps * circuit.n_states**2 <= CURRENT_NUMBERS:
        arrays["currents"] = np.stack([flow.currents(gap) for gap in range(circuit.n_gaps)])
    return arrays


def save_flow(flow: Flow, path: Path, alphabet: tuple[str, ...] | None = None) -> None:
    """Write the arrays of a flow to an .npz file, with the texts of the symbols as `alphabet` where they have any."""
    spelled = {} if alphabet is None else {"alphabet": np.array(alphabet)}
    np.savez(path, allow_pickle=False, **flow_arrays(flow), **spelled)
