"""What star-mesh elimination says of a network without sources: effective resistances and equivalent networks."""

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.given_numbers import listed
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import InputError
from ecd2g.reference.networks.star_mesh_component import DenseComponent, dense_components
from ecd2g.reference.networks.star_mesh_elimination import eliminate, going_back
from ecd2g.reference.solvers.assembled import finite


def star_mesh_resistances(network: ResistorNetwork) -> NDArray[np.float64]:
    """Effective resistance of every pair of nodes in ohm, ``(n_nodes, n_nodes)``; infinite between components.

    Right to about 1e-14 *relative* at 24 decades of conductances, O(n^3) work for all pairs together:

        R_kj = 1 / G_k + sum_i w_ki R_ij - (1/2) sum_ii' w_ki w_ki' R_ii'

    with the weights w and the total G_k of node k at its elimination. The subtraction is benign: w_ki w_ki' G_k is a
    conductance between i and i', so by Foster's theorem the last sum is below n / G_k. Errors as for `star_mesh`.

    >>> star_mesh_resistances(ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0]))
    array([[0., 1., 3.],
           [1., 0., 2.],
           [3., 2., 0.]])
    """
    resistances = np.full((network.n_nodes, network.n_nodes), np.inf)
    np.fill_diagonal(resistances, 0.0)
    for part in dense_components(network, np.ones(network.n_nodes)):
        resistances[np.ix_(part.nodes, part.nodes)] = _pair_resistances(part)
    return resistances


def terminal_network(network: ResistorNetwork, keep: Iterable[Hashable]) -> ResistorNetwork:
    """The network on the nodes `keep` alone that is equivalent as seen from them (Kron reduction).

    Currents that enter and leave at these nodes put them at the same potentials as in the whole network; every
    conductance is right to O(n) roundings. Conductances too small for a floating-point number are left out. Raises
    InputError for unknown or repeated nodes, otherwise errors as for `star_mesh`.

    >>> star = ResistorNetwork.from_edges([[0, 1], [0, 2], [0, 3]], conductance=[1.0, 1.0, 2.0])
    >>> terminal_network(star, [1, 2, 3]).conductances
    array([0.25, 0.5 , 0.5 ])
    """
    kept = listed(keep, "keep")
    places = network.places(kept)
    distinct = len(np.unique(places))
    if distinct < len(kept):
        raise InputError(f"keep must name every node once, got {len(kept)} names of {distinct} nodes")
    number = np.full(network.n_nodes, -1)
    number[places] = np.arange(len(kept))
    reduced = [_among_last(part) for part in dense_components(network, (number >= 0).astype(np.float64))]
    if not reduced:
        raise InputError(f"keep must name two nodes or more of one component, got {len(kept)} apart")
    pairs = number[np.concatenate([pairs for pairs, _ in reduced])]
    conductances = np.concatenate([values for _, values in reduced])
    return ResistorNetwork.from_edges(pairs, conductance=conductances, nodes=kept)


def _pair_resistances(part: DenseComponent) -> NDArray[np.float64]:
    """Effective resistance of every pair of nodes of a component, ``(n, n)``, in ohm."""
    totals = eliminate(part.mesh, 0, len(part.nodes))
    pairs = going_back(part.mesh, lambda k, w, row: 1.0 / totals[k] - 0.5 * (w @ row), 1)
    with np.errstate(over="ignore"):
        return finite(np.ldexp(pairs, -part.exponent, out=pairs), "star-mesh")


def _among_last(part: DenseComponent) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Pairs of nodes ``(m, 2)`` left when all but the last are eliminated, with the siemens between them."""
    inner = len(part.nodes) - part.n_last
    eliminate(part.mesh, 0, inner)
    with np.errstate(over="ignore"):
        conductances = finite(np.ldexp(np.triu(part.mesh[inner:, inner:], 1), part.exponent), "star-mesh")
    pairs = np.argwhere(conductances >= np.finfo(np.float64).tiny)
    return part.nodes[inner + pairs], conductances[tuple(pairs.T)]
