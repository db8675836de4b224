"""Walks that cannot be followed to their end, and in which words that is said."""

from types import SimpleNamespace

import numpy as np
import pytest

from ecd2g import Distribution, LayeredCircuit, ResistorNetwork, SolverError, StateSpace, solve
from ecd2g.circuit import NetworkField
from ecd2g.movement import first_passage, propagate


def test_currents_whose_ratios_overflow_are_refused() -> None:
    line = ResistorNetwork.from_edges([[0, 1]], conductance=1.0)
    field = NetworkField(line, np.array([1e300, 0]), np.zeros(2), np.zeros(2), np.full(1, 1e-320))
    with (
        np.errstate(over="ignore"),
        pytest.raises(SolverError, match="too small or too large for their ratios"),
    ):
        propagate(field)


def test_walkers_that_turn_for_ever_have_no_first_passage() -> None:
    """Two states of layer 1 and two of layer 2 form a ring: 1 - B H is singular, and the matrices are refused."""
    circuit = LayeredCircuit.complete(
        StateSpace(2), n_layers=3, forward_resistance=1.0, lateral_resistance=1.0
    )
    uniform = Distribution.uniform(circuit.space)
    ring, nothing = np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros((2, 2))
    field = SimpleNamespace(
        circuit=circuit,
        atoms=solve(circuit, source=uniform, sink=uniform).field.atoms,
        currents=lambda gap: ring if gap == 0 else nothing,
    )
    with pytest.raises(SolverError, match="bring a share nan of the walkers"):
        first_passage(field)
