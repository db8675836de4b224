"""Networks of any spread of conductances, solved by star-mesh elimination.

Currents come out with errors of O(n) roundings of the total current, across weak bridges and stiff edges alike. That
takes more than potentials: the drop of a stiff edge lies below their rounding. So the drop of every *pair* is found,
phi_k - phi_j = J_k / G_k + sum_i w_ki (phi_i - phi_j). Nodes with an external current are eliminated last, so that
J_k = 0 exactly for all others. O(n^3) work for a component of n nodes.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.reference.matrix import check_totals
from ecd2g.reference.networks.star_mesh_component import DenseComponent, dense_components
from ecd2g.reference.networks.star_mesh_elimination import eliminate, gathered, going_back, tree_dipoles
from ecd2g.reference.solvers.assembled import PotentialSolver, finite


def star_mesh(
    network: ResistorNetwork, injected: NDArray[np.float64], extracted: NDArray[np.float64]
) -> NetworkField:
    """Solve G phi = J = injected - extracted, Eq. (18), on a network of any spread of conductances.

    `injected` and `extracted` ``(n_nodes,)``, in ampere, must have equal totals in every component, Eq. (3); what
    rounding leaves over is taken off where most current enters or leaves. Potentials
    have mean zero in every component, and the drops of edges are given apart from them. Raises CapacityError for a
    component of more than STAR_MESH_LIMIT nodes, SolverError where conductances span more than 290 decades or
    potentials are too large for floating-point numbers, InputError where totals differ or are not finite.

    >>> line = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=[1e12, 1e-12])
    >>> star_mesh(line, np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])).edge_currents
    array([1., 1.])
    """
    check_totals(injected, extracted, network.labels)
    potentials, drops = np.zeros(network.n_nodes), np.zeros(network.n_edges)
    for part in dense_components(network, np.abs(injected - extracted)):
        pairs = _pair_drops(part, injected[part.nodes], extracted[part.nodes])
        above_last = pairs[:, -1]
        potentials[part.nodes] = above_last - above_last.mean()
        drops[part.edges] = pairs[part.tails, part.heads]
    return NetworkField(network, injected, extracted, potentials, drops)


def star_mesh_solver(network: ResistorNetwork) -> PotentialSolver:
    """One elimination for many right-hand sides J ``(n_nodes,)`` or ``(n_nodes, k)``, in ampere; O(n^2) for each.

    Potentials have mean zero in every component; their errors are O(n) roundings of the highest potential that the
    sources alone could drive. `star_mesh` does better where sources and sinks on one side of a weak bridge cancel.
    Errors as for `star_mesh`.
    """
    eliminated = [
        (part, eliminate(part.mesh, 0, len(part.nodes)))
        for part in dense_components(network, np.ones(network.n_nodes))
    ]

    def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
        values = np.zeros(current.shape)
        for part, totals in eliminated:
            values[part.nodes] = _solved(part, totals, current[part.nodes])
        return values

    return potentials


def _pair_drops(
    part: DenseComponent, injected: NDArray[np.float64], extracted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """phi_k - phi_j for every pair of nodes of a component, ``(n, n)``, in volt."""
    mesh, inner = part.mesh, len(part.nodes) - part.n_last
    inner_totals = eliminate(mesh, 0, inner)
    terminals = mesh[inner:, inner:]
    net = [
        Fraction(p) - Fraction(q)
        for p, q in zip(injected[inner:].tolist(), extracted[inner:].tolist(), strict=True)
    ]
    dipoles = tree_dipoles(terminals, net)
    totals = np.concatenate([inner_totals, eliminate(terminals, 0, part.n_last)])
    with np.errstate(over="ignore", invalid="ignore"):
        rise = np.concatenate([np.zeros(inner), gathered(terminals, dipoles)]) / totals
        pairs = going_back(mesh, lambda k, *_: rise[k], -1)
        return finite(np.ldexp(pairs, -part.exponent, out=pairs), "star-mesh")


def _solved(
    part: DenseComponent, totals: NDArray[np.float64], current: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Potentials of one component from its weights and totals: J forward, phi back, both by additions only."""
    matrix = -part.mesh
    with np.errstate(over="ignore", invalid="ignore"):
        arrived = solve_triangular(matrix, current, trans="T", unit_diagonal=True, check_finite=False)
        rise = (arrived.T / totals).T
        values = solve_triangular(matrix, rise, unit_diagonal=True, check_finite=False)
        return finite(np.ldexp(values - values.mean(axis=0), -part.exponent), "star-mesh")
