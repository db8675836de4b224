"""Residuals of the circuit laws measure a mistake by its size: fields with one wrong potential, solved by hand."""

from dataclasses import replace

import numpy as np
import pytest

from ecd2g import Distribution, LayeredCircuit, ResistorNetwork, StateSpace, solve
from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.reference import delivered_power, energy_residual, maximum_principle_excess


def line(potentials):
    """1 A through 1 ohm and 2 ohm in a row; the right potentials are 3, 2 and 0 V, up to a constant."""
    network = ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    entering, leaving = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    return NetworkField.from_potentials(network, entering, leaving, np.array(potentials))


@pytest.mark.parametrize(
    ("middle", "excess"),
    [(2.0, 0.0), (3.5, 0.5), (-0.25, 0.25)],
    ids=["right", "above the source", "below the sink"],
)
def test_the_excess_over_sources_and_sinks_of_a_network_is_measured_in_volt(middle, excess):
    assert maximum_principle_excess(line([3.0, middle, 0.0])) == excess


def test_power_of_a_line_is_its_drop_times_its_current_and_a_wrong_potential_is_missing_energy():
    assert delivered_power(line([3.0, 2.0, 0.0])) == 3.0
    assert energy_residual(line([3.0, 2.0, 0.0])) == 0.0
    # 0.5 A x 0.5 V + 1.25 A x 2.5 V = 3.375 W spent, 3 W delivered
    assert energy_residual(line([3.0, 2.5, 0.0])) == 0.375


# a state of an inner layer, and the state of an end layer at which nothing enters or leaves
@pytest.mark.parametrize(
    ("node", "sign"),
    [((1, 0), 1.0), ((1, 0), -1.0), ((0, 2), 1.0), ((-1, 0), -1.0)],
    ids=["inner, above", "inner, below", "no source, above", "no sink, below"],
)
def test_the_excess_of_a_layered_circuit_is_that_of_the_potential_moved(node, sign):
    space = StateSpace(3)
    source = Distribution.from_probabilities(space, [0.6, 0.4, 0.0])
    sink = Distribution.from_probabilities(space, [0.0, 0.3, 0.7])
    circuit = LayeredCircuit.complete(space, n_layers=4, forward_resistance=1.0, lateral_resistance=2.0)
    field = solve(circuit, source=source, sink=sink).field
    assert maximum_principle_excess(field) <= 1e-12
    moved = field.potentials.copy()
    moved[node] = sign * (np.abs(moved).max() + 0.25)
    end = moved[0, :2].max() if sign > 0 else moved[-1, 1:].min()
    excess = maximum_principle_excess(replace(field, potentials=moved))
    assert excess == pytest.approx(abs(moved[node] - end), abs=1e-12)
    assert excess >= 0.25
