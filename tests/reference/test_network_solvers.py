"""Solvers of G phi = J for any network: right for one current and for many, and refused where they are not."""

import sys
import warnings
from importlib import import_module
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g import CapacityError, InputError, ResistorNetwork, SolverError
from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.reference.certificate import certify_network
from ecd2g.reference.matrix import (
    check_totals,
    components,
    conductance_matrix,
    conductance_product,
    diagonal,
    without_means,
)
from ecd2g.reference.networks.star_mesh import star_mesh_solver
from ecd2g.reference.solvers import multigrid
from ecd2g.reference.solvers.assembled import PotentialSolver, dense_solver, sparse_solver
from ecd2g.reference.solvers.cholmod import cholmod_available, cholmod_solver
from ecd2g.reference.solvers.conjugate_gradients import (
    ACCEPTED_RESIDUAL,
    RELATIVE_RESIDUAL,
    cg_solver,
    conjugate_gradients,
    iterative_solver,
)
from ecd2g.reference.solvers.conjugate_gradients import _descend as recursion_alone
from ecd2g.reference.solvers.multigrid import multigrid_solver, v_cycle
from ecd2g.reference.solvers.refinement import refined
from ecd2g.testing import exact_network, golden_networks, network_problems, networks

SOLVERS = {
    "dense": dense_solver,
    "sparse": sparse_solver,
    "cg": cg_solver,
    "amg": multigrid_solver,
    "cholmod": cholmod_solver,
}
NEEDS_CHOLMOD = pytest.mark.skipif(not cholmod_available(), reason="scikit-sparse is not installed")
every_solver = pytest.mark.parametrize(
    "name", [pytest.param(n, marks=NEEDS_CHOLMOD if n == "cholmod" else ()) for n in SOLVERS]
)


def grid(*shape: int, decades: float = 1.0, seed: int = 0) -> ResistorNetwork:
    nodes = np.arange(np.prod(shape)).reshape(shape)
    turned = [np.moveaxis(nodes, axis, 0) for axis in range(len(shape))]
    edges = np.concatenate([np.stack([t[:-1].ravel(), t[1:].ravel()], axis=1) for t in turned])
    siemens = 10.0 ** np.random.default_rng(seed).uniform(-decades, decades, len(edges))
    return ResistorNetwork.from_edges(edges, conductance=siemens)


def several_grids(count: int = 3, isolated: int = 2) -> ResistorNetwork:
    one = grid(6, 7)
    edges = np.stack([one.tails, one.heads], axis=1)
    shifted = [edges + k * one.n_nodes for k in range(count)]
    siemens = np.concatenate([one.conductances * 10.0**k for k in range(count)])
    n = count * one.n_nodes + isolated
    return ResistorNetwork.from_edges(np.concatenate(shifted), conductance=siemens, n_nodes=n)


def balanced(network: ResistorNetwork, k: int, seed: int = 0) -> np.ndarray:
    return without_means(np.random.default_rng(seed).normal(size=(network.n_nodes, k)), components(network))


def certified(network: ResistorNetwork, solver: PotentialSolver, p: np.ndarray, q: np.ndarray):
    """A solution and its certificate the way `solve` makes them."""
    labels = components(network)
    first = NetworkField.from_potentials(network, p, q, without_means(solver(p - q), labels))
    field = refined(first, solver, labels)
    return field, certify_network(field, "given", 1e-8)


def dipole(network: ResistorNetwork) -> tuple[np.ndarray, np.ndarray]:
    p, q = np.zeros((2, network.n_nodes))
    p[0] = q[-1] = 1.0
    return p, q


@every_solver
@settings(max_examples=25)
@given(problem=network_problems(networks(max_nodes=10)))
def test_potentials_agree_with_rational_arithmetic(name: str, problem) -> None:
    net = problem.circuit
    edges = [
        (int(u), int(v), float(g)) for u, v, g in zip(net.tails, net.heads, net.conductances, strict=True)
    ]
    exact = exact_network(net.n_nodes, edges, problem.injected.tolist(), problem.extracted.tolist())
    total = problem.injected.sum()
    field, certificate = certified(net, SOLVERS[name](net), problem.injected, problem.extracted)
    certificate.require()
    truth = np.array([float(value) for value in exact.potentials]) * total
    assert np.abs(field.potentials - truth).max() <= 1e-10 * np.abs(truth).max()


@every_solver
@pytest.mark.parametrize("network", [grid(14, 15), several_grids()], ids=["one", "several"])
def test_many_right_hand_sides_are_as_many_single_solves(name: str, network: ResistorNetwork) -> None:
    solver, current, labels = SOLVERS[name](network), balanced(network, 5), components(network)
    together = without_means(solver(current), labels)
    one_by_one = np.stack([without_means(solver(column), labels) for column in current.T], axis=1)
    assert together.shape == current.shape
    assert np.abs(together - one_by_one).max() <= 1e-6 * np.abs(one_by_one).max()
    residual = conductance_matrix(network) @ together - current
    assert np.abs(residual).max() <= 1e-6 * np.abs(current).max()


@every_solver
def test_two_runs_agree_bit_for_bit_and_leave_the_random_state_alone(name: str) -> None:
    network = grid(20, 21, decades=1.5)
    current = balanced(network, 2)
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the state of others is what is looked at
    first = SOLVERS[name](network)(current)
    np.random.random(3)  # noqa: NPY002 - and a different one must not matter
    second = SOLVERS[name](network)(current)
    np.random.set_state(("MT19937", before, *np.random.get_state()[2:]))  # noqa: NPY002
    assert np.array_equal(first, second)


def test_multigrid_draws_nothing() -> None:
    before = np.random.get_state()  # noqa: NPY002
    multigrid_solver(grid(20, 21))(balanced(grid(20, 21), 1))
    after = np.random.get_state()  # noqa: NPY002
    assert np.array_equal(before[1], after[1])
    assert before[2] == after[2]


@every_solver
def test_disconnected_networks_with_isolated_nodes_are_certified(name: str) -> None:
    network = several_grids(count=4)
    p, q = np.zeros((2, network.n_nodes))
    for k in range(3):  # the fourth carries nothing
        p[42 * k], q[42 * k + 41] = k + 1.0, k + 1.0
    field, certificate = certified(network, SOLVERS[name](network), p, q)
    certificate.require()
    assert not field.edge_currents[-network.n_edges // 4 :].any()
    alone = ecd2g.solve(grid(6, 7), source=p[:42], sink=q[:42], method="dense")
    assert np.allclose(field.potentials[:42], alone.potentials, atol=1e-10)


@every_solver
@pytest.mark.parametrize("current", [np.zeros(42), np.full(42, 3.0)], ids=["zero", "constant"])
def test_currents_that_are_only_rounding_drive_nothing(name: str, current: np.ndarray) -> None:
    network = grid(6, 7)
    if name in ("cg", "amg"):  # the others take the rest out at the ground
        assert not SOLVERS[name](network)(current * (1 + 1e-16)).any()
    assert not SOLVERS[name](network)(0.0 * current).any()


@pytest.mark.parametrize("scale", [1e-200, 1e200])
@every_solver
def test_potentials_scale_with_the_currents(name: str, scale: float) -> None:
    network = grid(6, 7)
    p, q = dipole(network)
    solver = SOLVERS[name](network)
    assert np.allclose(solver(scale * (p - q)) / scale, solver(p - q), rtol=1e-12)


WEAK_BRIDGE = [case for case in golden_networks() if case.name.startswith(("stiff", "wide"))]


@every_solver
@pytest.mark.parametrize("case", WEAK_BRIDGE, ids=lambda case: case.name)
def test_stiff_clusters_and_weak_bridges_are_right_or_refused(name: str, case) -> None:
    problem = case.problem
    try:
        solver = SOLVERS[name](problem.circuit)
        field, certificate = certified(problem.circuit, solver, problem.injected, problem.extracted)
        certificate.require()
    except SolverError:
        return
    assert abs(field.power() / float(case.power) - 1) <= 1e-8
    truth = np.array([float(value) for value in case.potentials])
    assert np.abs(field.potentials - truth).max() <= 1e-8 * np.abs(truth).max()


@pytest.mark.parametrize("name", ["dense", "sparse", "cg"])
@pytest.mark.parametrize("bridge", [1e-6, 1e-9, 1e-13])
def test_two_clusters_joined_by_a_weak_bridge_through_the_front_door(name: str, bridge: float) -> None:
    cluster = grid(4, 4, decades=0.0)
    edges = np.stack([cluster.tails, cluster.heads], axis=1)
    network = ResistorNetwork.from_edges(
        np.concatenate([edges, edges + 16, [[15, 16]]]),
        conductance=np.append(np.ones(2 * len(edges)), bridge),
    )
    one = ecd2g.solve(cluster, source={0: 1.0}, sink={15: 1.0}, method="dense").effective_resistance
    try:
        found = ecd2g.solve(network, source={0: 1.0}, sink={31: 1.0}, method=name).effective_resistance
    except SolverError:
        return
    assert abs(found / (2 * one + 1 / bridge) - 1) <= 1e-8


def test_a_grounded_node_a_component_keeps_the_matrix_from_being_singular_by_luck() -> None:
    network = several_grids()
    labels = components(network)
    grounds = np.unique(labels, return_index=True)[1]
    for name in ("dense", "sparse"):
        assert not SOLVERS[name](network)(balanced(network, 1))[grounds].any()


# -- conjugate gradients: what is guarded ---------------------------------------------------------------------------


def test_without_the_projection_multigrid_stagnates_and_says_so() -> None:
    """Negative control: a V-cycle that adds to the constant what it likes is caught by the true residual."""
    network = grid(30, 30)
    product, current = conductance_product(network), balanced(network, 1)[:, 0]
    cycle = v_cycle(conductance_matrix(network))

    def drifting(residual: np.ndarray) -> np.ndarray:
        return cycle(residual) + 1e17

    with pytest.raises(SolverError, match="another method"):
        conjugate_gradients(product, drifting, current, max_iterations=100)
    solver = iterative_solver(product, cycle, components(network), method="amg", max_iterations=100)
    assert np.abs(product(solver(current)) - current).max() <= 1e-7


def lying_once(network: ResistorNetwork):
    """A product that errs in one call, and the Jacobi preconditioner: the recursion never learns of the error."""
    matrix, labels, weights = conductance_matrix(network), components(network), diagonal(network)
    noise, calls = np.random.default_rng(3).normal(size=network.n_nodes), [0]

    def product(values: np.ndarray) -> np.ndarray:
        calls[0] += 1
        return matrix @ (values + 1e-3 * np.abs(values).max() * noise * (calls[0] == 5))

    return product, lambda residual: without_means(residual / weights, labels)


def test_a_recursive_residual_that_lies_is_found_out() -> None:
    network = grid(12, 12)
    current = balanced(network, 1)[:, 0]
    found = conjugate_gradients(*lying_once(network), current)
    true = np.linalg.norm(current - conductance_matrix(network) @ found) / np.linalg.norm(current)
    assert true <= RELATIVE_RESIDUAL


def test_the_recursive_residual_alone_would_have_been_believed() -> None:
    """The control of the test above."""
    network = grid(12, 12)
    current = balanced(network, 1)[:, 0]
    goal = RELATIVE_RESIDUAL * np.linalg.norm(current)
    step, spent = recursion_alone(*lying_once(network), current, goal, 10_000)
    assert spent < 10_000  # it claims to have converged
    assert np.linalg.norm(current - conductance_matrix(network) @ step) > 1e3 * goal


def test_products_that_never_agree_with_themselves_are_an_error() -> None:
    network = grid(8, 8)
    matrix, rng = conductance_matrix(network), np.random.default_rng(0)
    current = balanced(network, 1)[:, 0]

    def noisy(values: np.ndarray) -> np.ndarray:
        return (matrix @ values) * (1 + 0.1 * rng.normal(size=len(values)))

    with pytest.raises(SolverError, match="relative residual") as caught:
        conjugate_gradients(noisy, lambda r: r - r.mean(), current, max_iterations=500)
    assert not caught.value.reached <= ACCEPTED_RESIDUAL


@pytest.mark.parametrize("broken", [lambda r: np.nan * r, lambda r: 0.0 * r, lambda r: np.inf * r])
def test_preconditioners_that_break_down_are_an_error(broken) -> None:
    network = grid(5, 5)
    solver = iterative_solver(
        conductance_product(network), broken, components(network), method="cg", max_iterations=50
    )
    with pytest.raises(SolverError):
        solver(balanced(network, 2))


def test_columns_together_are_columns_alone() -> None:
    network = several_grids()
    product, labels, weights = conductance_product(network), components(network), diagonal(network)
    weights = np.where(weights > 0, weights, 1.0)[:, None]
    current = balanced(network, 4) * np.array([1.0, 1e-3, 0.0, 1e3])

    def jacobi(residual: np.ndarray) -> np.ndarray:
        return without_means(residual / weights, labels)

    together = conjugate_gradients(product, jacobi, current)
    error = np.linalg.norm(product(together) - current, axis=0)
    assert np.all(error <= RELATIVE_RESIDUAL * np.linalg.norm(current, axis=0))


def test_too_few_iterations_are_an_error_that_counts_them() -> None:
    network = grid(30, 30)
    solver = cg_solver(network, max_iterations=7)
    with pytest.raises(SolverError, match="in 7 iterations"):
        solver(balanced(network, 1)[:, 0])


@pytest.mark.parametrize("n_states", [1, 5])
def test_layered_products_serve_many_columns(n_states: int) -> None:
    space = ecd2g.StateSpace(n_states)
    complete = ecd2g.LayeredCircuit.complete(
        space, n_layers=4, forward_resistance=1.0, lateral_resistance=3.0
    )
    table = np.random.default_rng(0).random((n_states, n_states))
    for circuit in (complete, ecd2g.LayeredCircuit.from_conductances(space, table + table.T, n_layers=4)):
        values = np.random.default_rng(1).normal(size=(circuit.n_nodes, 3))
        wanted = conductance_matrix(circuit) @ values
        product = conductance_product(circuit)
        assert np.allclose(product(values), wanted, atol=1e-13)
        assert np.allclose(product(values[:, 0]), wanted[:, 0], atol=1e-13)


@given(network=networks(max_nodes=12))
def test_conductance_matrices_are_sums_of_their_edges(network: ResistorNetwork) -> None:
    matrix = np.zeros((network.n_nodes, network.n_nodes))
    for u, v, g in zip(network.tails, network.heads, network.conductances, strict=True):
        matrix[[u, v], [u, v]] += g
        matrix[[u, v], [v, u]] -= g
    found = conductance_matrix(network)
    assert np.allclose(found.toarray(), matrix, rtol=1e-14, atol=0)
    assert found.has_sorted_indices
    assert np.array_equal(found.diagonal(), diagonal(network))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(1, 3))
def test_means_are_taken_off_component_by_component(parts: list[int], k: int) -> None:
    labels = np.unique(parts, return_inverse=True)[1]
    values = np.random.default_rng(0).normal(size=(len(labels), k))
    centred = without_means(values, labels)
    for part in np.unique(labels):
        assert np.allclose(
            values[labels == part] - values[labels == part].mean(axis=0), centred[labels == part]
        )
    assert np.allclose(without_means(values[:, 0], labels), centred[:, 0])


@pytest.mark.parametrize("amperes", [[1e308, 1e308, 0.0], [1.7e308, 0.0, 0.0]], ids=["one side", "both"])
def test_totals_that_no_float_holds_are_refused(amperes: list[float]) -> None:
    with pytest.raises(InputError, match="must add up to a number of ampere that a float can hold"):
        check_totals(np.array(amperes), np.array(amperes[::-1]), np.zeros(3, dtype=np.intp))


FACTORS = {"star-mesh": star_mesh_solver} | {name: SOLVERS[name] for name in ("dense", "sparse")}


@pytest.mark.parametrize("name", FACTORS)
def test_potentials_that_no_float_holds_are_refused(name: str) -> None:
    network = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=1e-200)
    solver, current = FACTORS[name](network), np.array([1.0, 0.0, -1.0])
    assert np.ptp(solver(1e100 * current)) == pytest.approx(2e300, rel=1e-14)
    for columns in (1e150 * current, np.stack([current, 1e150 * current], axis=1)):
        with pytest.raises(SolverError, match=f"'{name}' found values that are not finite"):
            solver(columns)


MEMORY = {
    "star-mesh": "ecd2g.reference.networks.star_mesh.dense_components",
    "dense": "ecd2g.reference.solvers.assembled.grounded_matrix",
    "sparse": "ecd2g.reference.solvers.assembled.grounded_matrix",
    "cg": "ecd2g.reference.solvers.conjugate_gradients.conductance_product",
    "amg": "pyamg.smoothed_aggregation_solver",
}


@pytest.mark.parametrize("name", MEMORY)
def test_too_little_memory_is_a_capacity_error(monkeypatch, name: str) -> None:
    module, function = MEMORY[name].rsplit(".", 1)

    def too_large(*arguments, **options):
        raise MemoryError("Unable to allocate 7.28 TiB")

    monkeypatch.setattr(import_module(module), function, too_large)
    network = grid(12, 12)
    with pytest.raises(CapacityError, match="memory"):
        ecd2g.solve(network, source={0: 1.0}, sink={143: 1.0}, method=name)


def test_advice_at_a_bad_pivot_suits_the_circuit() -> None:
    line = ResistorNetwork.from_edges([[0, 1], [1, 2], [2, 3]], conductance=[1.0, 1e-30, 1.0])
    with pytest.raises(SolverError, match='use method="star-mesh", or bring') as caught:
        dense_solver(line)
    assert "closed-form" not in str(caught.value)
    pair = ecd2g.LayeredCircuit.from_conductances(
        ecd2g.StateSpace(2), [[1.0, 1e-30], [1e-30, 1.0]], n_layers=2
    )
    with pytest.raises(SolverError, match='use method="closed-form" where the kernel is complete') as caught:
        dense_solver(pair)
    assert "star-mesh" not in str(caught.value)


def test_external_currents_of_a_layered_solution_are_locked() -> None:
    space = ecd2g.StateSpace(3)
    circuit = ecd2g.LayeredCircuit.complete(space, n_layers=3, forward_resistance=1.0, lateral_resistance=2.0)
    even = ecd2g.Distribution.from_weights(space, np.ones(3))
    field = ecd2g.solve(circuit, source=even, sink=even).field
    for values in (field.injected, field.extracted):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 2.0


# -- multigrid ------------------------------------------------------------------------------------------------------


def test_the_v_cycle_is_symmetric_and_positive_definite() -> None:
    network = grid(9, 10, decades=1.5)
    cycle = v_cycle(conductance_matrix(network))
    table = without_means(cycle(np.eye(network.n_nodes)), components(network))
    table = without_means(table.T, components(network))
    assert np.abs(table - table.T).max() <= 1e-12 * np.abs(table).max()
    smallest = np.sort(np.linalg.eigvalsh(table + table.T))
    assert abs(smallest[0]) <= 1e-12 * smallest[-1] < smallest[1]


def test_multigrid_iterations_hardly_grow_with_the_network() -> None:
    spent = []
    for side in (20, 80):
        network = grid(side, side)
        matrix, count = conductance_matrix(network), [0]

        def product(values: np.ndarray, matrix=matrix, count=count) -> np.ndarray:
            count[0] += 1
            return matrix @ values

        solver = iterative_solver(
            product, v_cycle(matrix), components(network), method="amg", max_iterations=300
        )
        solver(np.subtract(*dipole(network)))
        spent.append(count[0])
    assert spent[1] <= 1.5 * spent[0]


def test_ties_join_components_without_a_current_through_them() -> None:
    network = several_grids()
    labels, current = components(network), balanced(network, 1)[:, 0]
    joined = multigrid.tied(conductance_matrix(network), labels).toarray()
    values = np.linalg.pinv(joined, rcond=1e-13, hermitian=True) @ current
    alone = np.linalg.pinv(conductance_matrix(network).toarray(), rcond=1e-13, hermitian=True) @ current
    assert np.linalg.matrix_rank(joined, tol=1e-9) == network.n_nodes - 1
    assert np.allclose(without_means(values, labels), without_means(alone, labels), atol=1e-8)


def test_multigrid_gives_up_where_conductances_span_too_many_decades() -> None:
    network = grid(60, 60, decades=6.0)
    with pytest.raises(SolverError, match="another method"):
        multigrid_solver(network)(np.subtract(*dipole(network)))


# -- cholmod --------------------------------------------------------------------------------------------------------


class Stub(ModuleType):
    """sksparse.cholmod as far as the shim reads it."""

    class CholmodError(Exception):
        pass

    class CholmodWarning(UserWarning):
        pass

    class CholmodOutOfMemoryError(CholmodError):
        pass


def installed(monkeypatch, **functions) -> None:
    stub, package = Stub("sksparse.cholmod"), ModuleType("sksparse")
    for name, function in functions.items():
        setattr(stub, name, function)
    package.cholmod = stub
    monkeypatch.setitem(sys.modules, "sksparse", package)
    monkeypatch.setitem(sys.modules, "sksparse.cholmod", stub)


class Factor:
    def __init__(self, matrix) -> None:
        self.inverse = np.linalg.inv(matrix.toarray())

    def solve(self, current: np.ndarray) -> np.ndarray:
        return self.inverse @ current

    __call__ = solve


@pytest.mark.parametrize("api", ["before 0.5", "0.5"])
def test_both_interfaces_of_scikit_sparse_are_served(monkeypatch, api: str) -> None:
    if api == "0.5":  # there `cholesky` returns matrices, and must not be called
        installed(monkeypatch, cho_factor=lambda matrix, order: Factor(matrix), cholesky=None)
    else:
        installed(monkeypatch, cholesky=Factor)
    network = several_grids()
    current = balanced(network, 2)
    assert np.allclose(cholmod_solver(network)(current), sparse_solver(network)(current), atol=1e-10)


def _raises(error: type[Exception]):
    def cholesky(matrix):
        raise error("from CHOLMOD")

    return cholesky


def test_errors_and_warnings_of_cholmod_are_ours(monkeypatch) -> None:
    network = grid(3, 3)
    installed(monkeypatch, cholesky=_raises(Stub.CholmodError))
    with pytest.raises(SolverError, match="cholmod factorisation"):
        cholmod_solver(network)
    installed(monkeypatch, cholesky=_raises(Stub.CholmodOutOfMemoryError))
    with pytest.raises(CapacityError, match="do not fit into memory"):
        cholmod_solver(network)


def test_what_cholmod_warns_of_reaches_the_user_and_its_numbers_are_looked_at(monkeypatch) -> None:
    network = grid(3, 3)

    def warned(matrix):
        warnings.warn("a pivot is tiny", Stub.CholmodWarning, stacklevel=1)
        return lambda current: np.inf * current

    installed(monkeypatch, cholesky=warned)
    with pytest.warns(Stub.CholmodWarning, match="tiny"):
        solver = cholmod_solver(network)
    with pytest.raises(SolverError, match="'cholmod' found values that are not finite"):
        solver(np.ones(9))


@pytest.mark.parametrize("name", ["amg", "cholmod"])
def test_no_solver_touches_the_filters_of_warnings(monkeypatch, name: str) -> None:
    """They belong to the whole process: another thread would lose its own."""
    installed(monkeypatch, cholesky=Factor)
    network, used = grid(20, 20), []
    guarded = warnings.catch_warnings
    monkeypatch.setattr(warnings, "catch_warnings", lambda **k: used.append(k) or guarded(**k))
    SOLVERS[name](network)(np.subtract(*dipole(network)))
    assert not used


def test_without_scikit_sparse_the_advice_is_to_install_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sksparse", None)
    monkeypatch.setitem(sys.modules, "sksparse.cholmod", None)
    with pytest.raises(InputError, match="pip install scikit-sparse"):
        cholmod_solver(grid(3, 3))
