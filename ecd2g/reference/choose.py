"""The method that "auto" stands for: which solver suits a circuit, and why.

A network is measured, not tried. Two breadth-first searches give its *depth* (levels between nodes far apart) and its
*front*, the most nodes of one level: deleting a level cuts the network in two, so a factorisation holds dense blocks
about that large. Loops bound them as well, for nodes that end no loop are eliminated without fill. Conjugate gradients
need several iterations a level; the spread of conductances multiplies them, and defeats multigrid first. The
thresholds were measured by benchmarks/choose_a_solver.py.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel, SpectralKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork, counted
from ecd2g.reference.matrix import Circuit, joined_pairs, kernel_matrix
from ecd2g.reference.networks.star_mesh_component import STAR_MESH_LIMIT
from ecd2g.reference.solvers.cholmod import cholmod_available

SMALL = 200
"""Up to this many nodes the plainest solver is fast enough: star-mesh elimination, or the dense matrix of layers."""

EXTREME = 1e10
"""Ratio of conductances from which star-mesh elimination comes first, wherever it fits."""

WIDE = 1e4
"""Ratio of conductances from which multigrid needs hundreds of iterations."""

SHALLOW = 30
"""Up to this depth conjugate gradients need a few hundred iterations."""

NARROW = 100
"""Up to this front a factorisation costs next to nothing."""

LOW_FRONT = 400
"""Up to this front a factorisation is as fast as multigrid, SuperLU's and CHOLMOD's alike."""

WIDE_FRONT = 1000
"""Up to this front SuperLU is worth its time where the conductances are too wide apart for multigrid."""

SPARSE_KERNEL = 0.1
"""Up to this share of joined pairs the matrix of a layered circuit is factorised; beyond, its products are cheaper."""


@dataclass(frozen=True)
class Choice:
    """A method of `solve`, and in one sentence the numbers that decided for it."""

    method: str
    reason: str


@dataclass(frozen=True)
class Shape:
    """Depth and front of the largest component of a network, in levels and nodes, and the nodes it has."""

    depth: int
    front: int
    n_nodes: int


def choose(circuit: Circuit) -> Choice:
    """The first of the `plans` for a circuit.

    >>> choose(ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0]))
    Choice(method='star-mesh', reason='3 nodes: star-mesh elimination, exact to rounding')
    """
    return plans(circuit)[0]


def plans(circuit: Circuit) -> tuple[Choice, ...]:
    """Methods for a network in the order to try them, each for where those before it failed; one for a layered circuit.

    A method fails by a SolverError or a CapacityError. O(n + m log n) for a network of n nodes and m edges.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> [choice.method for choice in plans(line)]
    ['star-mesh', 'sparse']
    """
    if isinstance(circuit, LayeredCircuit):
        return (_layered_choice(circuit),)
    size = counted(circuit.n_nodes, "node")
    if circuit.n_nodes <= SMALL:
        return _in_order(size, "star-mesh elimination, exact to rounding", "star-mesh", "sparse")
    shape, ratio = shape_of(circuit), conductance_ratio(circuit)
    measured = f"{size}, depth {shape.depth:,}, front {shape.front:,}, conductances 1 : {ratio:.2g}"
    direct = "cholmod" if cholmod_available() else "sparse"
    small_enough = ("star-mesh",) if shape.n_nodes <= STAR_MESH_LIMIT else ()
    if ratio > EXTREME and small_enough:
        return _in_order(measured, "elimination without a subtraction", "star-mesh", direct)
    if shape.front <= NARROW:
        return _in_order(measured, "factors without fill", direct, *small_enough, "amg", "cg")
    if shape.depth <= SHALLOW:
        return _in_order(measured, "few iterations", "cg", "amg", direct, *small_enough)
    if shape.front <= LOW_FRONT or (ratio > WIDE and shape.front <= WIDE_FRONT):
        return _in_order(measured, "factors with little fill", direct, *small_enough, "amg", "cg")
    return _in_order(measured, "multigrid", "amg", "cg", direct, *small_enough)


def _layered_choice(circuit: LayeredCircuit) -> Choice:
    if isinstance(circuit.kernel, CompleteKernel):
        return Choice("closed-form", "complete kernel: closed form")
    if isinstance(circuit.kernel, SpectralKernel) and not isinstance(circuit.kernel, DenseKernel):
        return Choice("closed-form", "kernel with fast modes: closed form")
    size = f"{counted(circuit.n_layers, 'layer')} of {counted(circuit.n_states, 'state')}"
    if circuit.n_nodes <= SMALL:
        return Choice("dense", f"{size}: dense matrix")
    share = joined_pairs(circuit.kernel) / circuit.n_states**2
    if share > SPARSE_KERNEL:
        return Choice("cg", f"{size}, {share:.2g} of the pairs joined: products only")
    shape = graph_shape(kernel_matrix(circuit.kernel))
    front = shape.front * circuit.n_layers
    measured = f"{size}, {share:.2g} of the pairs joined, depth {shape.depth:,}, front {front:,}"
    if front <= LOW_FRONT:
        return Choice("sparse", f"{measured}: factors with little fill")
    if shape.depth <= SHALLOW:
        return Choice("cg", f"{measured}: few iterations")
    return Choice("amg", f"{measured}: multigrid")


def _in_order(measured: str, why: str, *methods: str) -> tuple[Choice, ...]:
    """The first method for what was measured, and the others for the failures that come before them."""
    first, *others = methods
    failed = [f"{' and '.join(methods[:k])} failed; {measured}" for k in range(1, len(methods))]
    return (Choice(first, f"{measured}: {why}"), *map(Choice, others, failed))


def shape_of(network: ResistorNetwork) -> Shape:
    """Depth and front of the largest component, seen from a node at its rim; O(m + n log depth)."""
    n = network.n_nodes
    ends = (np.append(network.tails, network.heads), np.append(network.heads, network.tails))
    shape = graph_shape(sp.csr_array((np.ones(2 * network.n_edges), ends), shape=(n, n)))
    loops = network.n_edges - n + network.n_components
    return replace(shape, front=min(shape.front, loops))


def graph_shape(graph: sp.csr_array) -> Shape:
    """Depth and front of the largest component of an undirected graph, given by a symmetric array."""
    n = graph.shape[0]
    labels = sp.csgraph.connected_components(graph, directed=False)[1]
    start = int(np.argmax(labels == np.argmax(np.bincount(labels))))
    for _ in range(2):  # the last node found by the first search lies at the rim
        order, before = sp.csgraph.breadth_first_order(graph, start)
        place = np.zeros(n, dtype=np.intp)
        place[order] = np.arange(len(order))
        before[start] = start
        level = _generations(place[before[order]])
        start = int(order[-1])
    return Shape(int(level[-1]), int(np.bincount(level).max()), len(order))


def _generations(parent: np.ndarray) -> np.ndarray:
    """Number of steps from every node to node 0, which is its own parent, by doubling the step."""
    steps = (np.arange(len(parent)) > 0).astype(np.intp)
    while parent.any():
        steps += steps[parent]
        parent = parent[parent]
    return steps


def conductance_ratio(network: ResistorNetwork) -> float:
    """Largest conductance over the smallest; one where there is no edge, infinite beyond floating-point numbers."""
    low, high = network.conductance_range if network.n_edges else (1.0, 1.0)
    return high / low
