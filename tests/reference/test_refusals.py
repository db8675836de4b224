"""What the solvers refuse, and in which words; and branches for sizes that other tests do not come to."""

import numpy as np
import pytest
import scipy.sparse as sp

from ecd2g import (
    CapacityError,
    Distribution,
    LayeredCircuit,
    ResistorNetwork,
    SolverError,
    StateSpace,
    memory,
    solve,
)
from ecd2g.circuit import kernels
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.reference import matrix
from ecd2g.reference.adapted import pattern
from ecd2g.reference.adapted.step import AdaptedStep
from ecd2g.reference.choose import plans
from ecd2g.reference.densities.checks import brief
from ecd2g.reference.layered.spectral_form import _require_room
from ecd2g.reference.layered.spread_chain import spread_chain
from ecd2g.reference.networks.responses import in_own_units
from ecd2g.reference.solvers import assembled

LINE = ResistorNetwork.from_edges([[0, 1]], conductance=1.0)
DENSE = LayeredCircuit.from_conductances(StateSpace(3), np.ones((3, 3)), n_layers=2)
SPACE, OHM = StateSpace(10, 30), {"forward_resistance": 1.0, "lateral_resistance": 1.0}
REFUSED = {
    "kernel of many pairs": (
        CapacityError,
        lambda: matrix.kernel_matrix(CompleteKernel(10**6, 1.0, 1.0)),
        "the edges of one gap would be a list of 1e[+]12",
    ),
    "many states": (
        CapacityError,
        lambda: _require_room(LayeredCircuit(SPACE, 2, kernels.hamming_1(SPACE, **OHM))),
        "this kernel needs an array over all 1e[+]30 states",
    ),
    "300 decades": (
        SolverError,
        lambda: in_own_units(ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=[1e-150, 1e150])),
        "must lie within 290 decades",
    ),
    "large conductances": (SolverError, lambda: spread_chain(3, np.array([2.0, 0.1])), "conductance"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_solved_is_refused_in_one_sentence(name: str) -> None:
    error, call, words = REFUSED[name]
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("raised", "error", "words"),
    [
        (RuntimeError, SolverError, "the sparse factorisation met a pivot that is not positive"),
        (
            MemoryError,
            CapacityError,
            'the factors of 6 nodes do not fit into memory; use method="cg" or "amg"',
        ),
    ],
)
def test_factors_that_cannot_be_had_are_refused(monkeypatch, raised, error, words) -> None:
    def no_factors(*args, **options):
        raise raised

    monkeypatch.setattr(assembled.scipy.sparse.linalg, "splu", no_factors)
    with pytest.raises(error, match=words):
        assembled.sparse_solver(DENSE)


def test_a_network_takes_no_more_edges_than_the_limit(monkeypatch) -> None:
    monkeypatch.setattr(pattern, "EDGE_LIMIT", 1)
    with pytest.raises(CapacityError, match="at least 2 pairs of states would be joined, and the limit is 1"):
        pattern.with_edges(LINE, np.array([[0, 1]]), np.ones(1))


@pytest.mark.parametrize(("cost", "bound", "gap"), [(1.0, 1.0, 0.0), (3.0, 2.0, 0.5), (1.0, 0.0, np.inf)])
def test_the_gap_of_an_adaptation_is_relative_to_its_bound(cost: float, bound: float, gap: float) -> None:
    assert AdaptedStep(0, cost, cost, bound, 0.0, 0.0, 1.0, 1).gap == gap


def test_many_sites_are_named_in_brief() -> None:
    assert brief((2, 3)) == "(2, 3)"
    assert brief((2,) * 8 + (5,)) == "(2, 2, 2, 2, ..., 5) of 9 sites"


@pytest.mark.parametrize(("reach", "method"), [(1, "amg"), (7, "cg")])
def test_sparse_kernels_without_cheap_factors_are_solved_by_iterations(monkeypatch, reach, method) -> None:
    """Of 150 states in a row, 1 or 7 a step: 149 or 22 steps deep."""
    offsets = range(-reach, reach + 1)
    kernel = kernels.sparse(
        sp.csr_array(sp.diags_array([1.0] * len(offsets), offsets=offsets, shape=(150, 150)))
    )
    monkeypatch.setitem(plans.__globals__, "LOW_FRONT", 0)
    (choice,) = plans(LayeredCircuit(StateSpace(150), 3, kernel))
    assert choice.method == method


class Plain:
    """A kernel of one's own that offers no more than it must."""

    n_states = 3

    def product(self, values):
        return values @ self.table()

    def row_sums(self):
        return self.table().sum(axis=1)

    def table(self):
        return np.array([[1.0, 2.0, 0.0], [2.0, 1.0, 3.0], [0.0, 3.0, 1.0]])


def test_a_kernel_of_ones_own_is_read_from_its_table() -> None:
    circuit = LayeredCircuit(StateSpace(3), 2, Plain())
    assert matrix.joined_pairs(circuit.kernel) == 7
    assert matrix.kernel_matrix(circuit.kernel).toarray().tolist() == Plain().table().tolist()
    ends = [Distribution.point(circuit.space, [state]) for state in (0, 2)]
    assert solve(circuit, source=ends[0], sink=ends[1]).law("two-way") == pytest.approx([0.0, 0.0, 1.0])


def test_a_network_solution_says_what_to_do_and_what_its_walks_are() -> None:
    solution = solve(LINE, source={0: 1.0}, sink={1: 1.0})
    assert (
        solution.certificate.advice == "bring the conductances closer together, or accept a larger tolerance"
    )
    assert repr(solution.sample(2, rng=0)) == "NetworkWalks(2 walks, paths not kept)"
    assert repr(solution.sample(2, rng=0, paths=True)) == "NetworkWalks(2 walks, paths kept)"


def test_the_closed_form_asks_for_eight_bytes_a_number(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 1e8)
    space = StateSpace(2**20, 1)
    circuit = LayeredCircuit.complete(space, n_layers=8, forward_resistance=0.1, lateral_resistance=1e5)
    p = Distribution.from_probabilities(space, np.full(2**20, 2.0**-20))
    with pytest.raises(CapacityError, match=r"needs 0\.134 GB of memory, and 0\.1 GB are available"):
        solve(circuit, source=p, sink=p, method="closed-form")
