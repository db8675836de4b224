"""The conductance matrix G of Definition A.1, as a matrix and as a product that is never assembled."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel, Kernel, SpectralKernel, StructuredKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork, sum_at
from ecd2g.errors import CapacityError, InputError
from ecd2g.memory import require_memory

ASSEMBLY_LIMIT = 200_000_000
"""Most stored entries of an assembled conductance matrix (3 GB as a sparse array)."""

Circuit = LayeredCircuit | ResistorNetwork

Place = Callable[[Any], Any]
"""Where arithmetic is done: maps a NumPy array or a SciPy CSR array to one of the library that computes."""


def in_memory(values: Any) -> Any:
    """The place of NumPy and SciPy: where arrays are already."""
    return values


def conductance_matrix(circuit: Circuit) -> sp.csr_array:
    """G with G_vv = sum_u 1/R(u, v), G_uv = -1/R(u, v) on an edge; Eq. (15), in siemens.

    Node (n, x) of a layered circuit is row ``n * n_states + x``, so G is block tridiagonal, Eq. (23), (24).
    Raises CapacityError above 2e8 entries.

    >>> from ecd2g.circuit.networks.network import ResistorNetwork
    >>> conductance_matrix(ResistorNetwork.from_edges([[0, 1]], resistance=[2.0])).toarray()
    array([[ 0.5, -0.5],
           [-0.5,  0.5]])
    """
    if isinstance(circuit, ResistorNetwork):
        return _network_matrix(circuit)
    require_assembly(circuit)
    kernel = kernel_matrix(circuit.kernel)
    step = sp.diags_array(circuit.gap_gains, offsets=1, shape=(circuit.n_layers,) * 2, format="csr")
    joined = sp.kron(step + step.T, kernel, format="csr")
    return sp.csr_array(sp.diags_array(diagonal(circuit)) - joined)


def kernel_matrix(kernel: Kernel) -> sp.csr_array:
    """K as a sparse array; by its rows where it knows them, so that no V x V table is made."""
    if joined_pairs(kernel) > ASSEMBLY_LIMIT:
        raise CapacityError(
            f"the edges of one gap would be a list of {float(joined_pairs(kernel)):.3g}, and the limit is "
            f"{ASSEMBLY_LIMIT:.3g}; take fewer states, or a kernel that joins fewer of them"
        )
    if isinstance(kernel, StructuredKernel):
        return kernel.rows(np.arange(kernel.n_states))
    return sp.csr_array(kernel.table())


def _network_matrix(network: ResistorNetwork) -> sp.csr_array:
    """Both directions of every edge and the diagonal, counted, not added up: no pair of nodes occurs twice."""
    n = network.n_nodes
    numbers = index_type(2 * network.n_edges + n)
    tails, heads = network.tails.astype(numbers), network.heads.astype(numbers)
    own, values = np.arange(n, dtype=numbers), network.conductances
    rows, columns = np.concatenate([tails, heads, own]), np.concatenate([heads, tails, own])
    entries = np.concatenate([-values, -values, diagonal(network)])
    matrix = sp.csr_array((entries, (rows, columns)), shape=(n, n))
    matrix.sort_indices()
    return matrix


def index_type(most: int) -> type[np.signedinteger]:
    """The integers that count up to `most`: of 32 bits wherever they suffice, half the memory and all CuPy takes."""
    return np.int32 if most < 2**31 else np.int64


def assembled_entries(circuit: LayeredCircuit) -> int:
    """Stored entries of G: 2 (N - 1) V^2 + N V for a kernel that joins every pair."""
    pairs = joined_pairs(circuit.kernel)
    return 2 * circuit.n_gaps * pairs + circuit.n_nodes


def joined_pairs(kernel: Kernel) -> int:
    """Nonzero entries of K."""
    if isinstance(kernel, StructuredKernel):
        return kernel.n_pairs
    return int(np.count_nonzero(kernel.table()))


def require_assembly(circuit: LayeredCircuit) -> None:
    """Raise CapacityError where the conductance matrix of the circuit would not fit."""
    entries = assembled_entries(circuit)
    if entries > ASSEMBLY_LIMIT:
        raise CapacityError(
            f"the conductance matrix would hold {float(entries):.3g} entries "
            f"({1.2e-8 * float(entries):.3g} GB), and the limit is {ASSEMBLY_LIMIT:.3g}; "
            f'use method="closed-form" where the kernel has fast modes, or method="cg", which never assemble it'
        )
    purpose = f"the conductance matrix of {float(entries):.3g} entries"
    require_memory(12.0 * entries, purpose, "take a smaller circuit, or a method that never assembles it")


def conductance_product(
    circuit: Circuit, place: Place = in_memory
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """V -> G v on flat node arrays ``(n_nodes,)`` or ``(n_nodes, k)``; O(N V) for the complete kernel, never formed."""
    if isinstance(circuit, ResistorNetwork):
        matrix = place(conductance_matrix(circuit))
        return lambda values: matrix @ values
    shape, mix = (circuit.n_layers, circuit.n_states), _kernel_product(circuit.kernel, place)
    total, gains = place(layer_gains(circuit))[:, None], place(circuit.gap_gains)[:, None]
    row_sums = place(circuit.kernel.row_sums())

    def product(values: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = values if values.ndim == 1 else values.T
        layers = rows.reshape(*rows.shape[:-1], *shape)
        mixed = mix(layers)
        result = row_sums * layers
        result *= total
        result[..., :-1, :] -= gains * mixed[..., 1:, :]
        result[..., 1:, :] -= gains * mixed[..., :-1, :]
        flat = result.reshape(rows.shape)
        return flat if values.ndim == 1 else flat.T

    return product


def _kernel_product(kernel: Kernel, place: Place) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """V -> V K, by the kernel itself where it holds no table to be moved."""
    if place is in_memory or isinstance(kernel, CompleteKernel):
        return kernel.product
    table = place(kernel.table())
    return lambda values: values @ table


def diagonal(circuit: Circuit) -> NDArray[np.float64]:
    """Diagonal of G, flat."""
    if isinstance(circuit, ResistorNetwork):
        ends = (circuit.tails, circuit.heads)
        return np.asarray(sum(sum_at(end, circuit.conductances, circuit.n_nodes) for end in ends))
    sums = np.broadcast_to(circuit.kernel.row_sums(), (circuit.n_states,))
    return np.multiply.outer(layer_gains(circuit), sums).ravel()


def layer_gains(circuit: LayeredCircuit) -> NDArray[np.float64]:
    """Sum of the gains of the gaps on both sides of every layer, ``(n_layers,)``: 1, 2, ..., 2, 1 without gains."""
    return np.append(circuit.gap_gains, 0.0) + np.append(0.0, circuit.gap_gains)


def components(circuit: Circuit) -> NDArray[np.intp]:
    """Number of the connected component of every node, flat."""
    if isinstance(circuit, ResistorNetwork):
        return circuit.labels
    if _is_connected(circuit.kernel):
        return np.zeros(circuit.n_nodes, dtype=np.intp)
    kernel = kernel_matrix(circuit.kernel)
    cover = sp.block_array([[None, kernel], [kernel, None]])  # layers of even and of odd number
    count, parity = sp.csgraph.connected_components(cover, directed=False)
    labels = parity.reshape(2, -1)[np.arange(circuit.n_layers) % 2].astype(np.intp)
    lonely = np.broadcast_to(circuit.kernel.row_sums(), (circuit.n_states,)) == 0
    labels[:, lonely] = count + np.arange(circuit.n_layers * lonely.sum()).reshape(circuit.n_layers, -1)
    return np.unique(labels, return_inverse=True)[1].ravel()


def _is_connected(kernel: Kernel) -> bool:
    """Whether a kernel tells without a list of its edges that all layers hang together: one mode without a leak."""
    if isinstance(kernel, CompleteKernel):
        return True
    if isinstance(kernel, DenseKernel) or not isinstance(kernel, SpectralKernel):
        return False
    return int(np.count_nonzero(kernel.spectrum().deficit == 0.0)) == 1


def check_totals(
    injected: NDArray[np.float64],
    extracted: NDArray[np.float64],
    labels: NDArray[np.intp],
    names: Sequence[Hashable] | None = None,
) -> None:
    """Raise InputError unless what enters every component also leaves it, Eq. (3), to 1e-12 of a finite total.

    `names` are what the nodes are called, their numbers by default.
    """
    with np.errstate(over="ignore"):
        total = float(injected.sum() + extracted.sum())
    if not np.isfinite(total):
        raise InputError(
            "source and sink together must add up to a number of ampere that a float can hold, below 1.8e308; "
            "scale both down, for potentials and currents scale with them"
        )
    entering, leaving = (np.bincount(labels, weights=side) for side in (injected, extracted))
    rounding = 1e-15 * total
    excess = np.abs(entering - leaving) - 1e-12 * (entering + leaving) - rounding
    worst = int(np.argmax(excess))
    if excess[worst] > 0:
        place = int(np.argmax(labels == worst))
        node = place if names is None else names[place]
        where = (
            "the circuit"
            if len(entering) == 1
            else f"the component of node {node!r} (one of {len(entering)})"
        )
        raise InputError(
            f"source and sink totals must agree in every connected component, but {where} takes in "
            f"{entering[worst]:.15g} A and gives out {leaving[worst]:.15g} A; make them equal, or join the components"
        )


def without_means(values: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Values ``(n,)`` or ``(n, k)`` less the mean of their component, in which potentials may share any constant."""
    return centring(labels)(values)


def centring(
    labels: NDArray[np.intp], place: Place = in_memory
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """`without_means` for many arrays on the nodes of one circuit."""
    n, count = len(labels), int(labels.max(initial=0)) + 1
    if count == 1:
        return lambda values: values - values.mean(axis=0)
    numbers = index_type(n)
    rows, columns = labels.astype(numbers), np.arange(n, dtype=numbers)
    sums = place(sp.csr_array((np.ones(n), (rows, columns)), shape=(count, n)))
    sizes, component = place(np.bincount(labels, minlength=count)), place(labels)

    def centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values - (sums @ values / (sizes if values.ndim == 1 else sizes[:, None]))[component]

    return centred
