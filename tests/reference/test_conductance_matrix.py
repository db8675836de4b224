"""The conductance matrix, Eq. (15), entry by entry against the resistors it is made of."""

import numpy as np
import pytest

import ecd2g
from ecd2g.reference import conductance_matrix


def test_entries_of_a_layered_circuit_are_those_of_its_resistors() -> None:
    """G_vv = sum of 1/R over the edges of v, G_uv = -1/R on an edge and 0 elsewhere; row n V + x."""
    r, lateral, n_states, n_layers = 0.5, 4.0, 3, 3
    circuit = ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(n_states), n_layers=n_layers, forward_resistance=r, lateral_resistance=lateral
    )
    matrix = conductance_matrix(circuit).toarray()
    expected = np.zeros_like(matrix)
    for gap in range(n_layers - 1):
        for x in range(n_states):
            for y in range(n_states):
                u, v = gap * n_states + x, (gap + 1) * n_states + y
                siemens = 1 / (r if x == y else lateral)
                expected[[u, v], [v, u]] = -siemens
                expected[[u, v], [u, v]] += siemens
    np.testing.assert_array_equal(matrix, expected)
    assert matrix[0, 0] == 1 / r + 2 / lateral
    assert matrix[n_states, n_states] == 2 * matrix[0, 0], "a node of an inner layer has edges on both sides"


def test_entries_of_a_network_add_parallel_resistors() -> None:
    network = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2], [1, 2]], resistance=[0.5, 4.0, 4.0])
    expected = [[2.0, -2.0, 0.0], [-2.0, 2.5, -0.5], [0.0, -0.5, 0.5]]
    np.testing.assert_array_equal(conductance_matrix(network).toarray(), expected)


@pytest.mark.parametrize(("r", "lateral"), [(0.1, 100.0), (4.0, 0.5)])
def test_equation_11_gives_r_to_equal_states_and_the_lateral_resistance_to_others(
    r: float, lateral: float
) -> None:
    circuit = ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(2, n_sites=2), n_layers=2, forward_resistance=r, lateral_resistance=lateral
    )
    table = circuit.kernel.table()
    np.testing.assert_array_equal(np.diag(table), 1 / r)
    np.testing.assert_array_equal(table[~np.eye(4, dtype=bool)], 1 / lateral)
