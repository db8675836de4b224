"""The front door: one function that solves any circuit and refuses to return what it cannot certify."""

from collections.abc import Hashable, Mapping
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from ecd2g.circuit.array_library import Backend, require_backend
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.layered_nodes import in_layer
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel, StructuredKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import InputError
from ecd2g.memory import require_memory
from ecd2g.reference.certificate import certify_layered
from ecd2g.reference.flow import Flow
from ecd2g.reference.layered.closed_form import closed_form, is_plain
from ecd2g.reference.layered.spectral_form import spectral_form
from ecd2g.reference.matrix import check_totals, components, without_means
from ecd2g.reference.methods import Method, check_tolerance, planned, solvers
from ecd2g.reference.networks.solution import NetworkSolution
from ecd2g.reference.networks.solver import solve_network
from ecd2g.reference.solvers.refinement import refined

TOLERANCE = 1e-8
"""Largest relative deviation a certificate may show unless the caller says otherwise."""


@overload
def solve(
    circuit: LayeredCircuit,
    *,
    source: Distribution,
    sink: Distribution,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
    backend: Backend = "numpy",
) -> Flow: ...
@overload
def solve(
    circuit: ResistorNetwork,
    *,
    source: Mapping[Hashable, float] | ArrayLike,
    sink: Mapping[Hashable, float] | ArrayLike,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
    backend: Backend = "numpy",
) -> NetworkSolution: ...
def solve(circuit, *, source, sink, method="auto", tolerance=TOLERANCE, backend="numpy"):  # type: ignore[no-untyped-def]
    """Potentials and currents of a circuit, G phi = J with J = p - q, Eq. (18), with a certificate.

    Parameters
    ----------
    circuit
        A LayeredCircuit (source and sink are Distributions, Eq. (8)) or a ResistorNetwork (source and sink map nodes to
        amperes, or are arrays ``(n_nodes,)``).
    method
        "auto"; "closed-form" (complete kernel, kernels with modes); "star-mesh" (networks up to 4,000 nodes,
        conductances of any spread); "dense", "sparse", "cholmod" (factors of G; the last needs scikit-sparse); "cg",
        "amg" (iterative).
    tolerance
        Largest relative deviation that the certificate may show; SolverError where it shows more.
    backend
        "numpy", or "cupy" to compute on a GPU; what comes back are NumPy arrays, certified on the CPU.

    Raises
    ------
    InputError, CapacityError, SolverError
        Unusable input; a matrix that does not fit; a tolerance that was missed.

    Examples
    --------
    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> round(ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0}).effective_resistance, 12)
    3.0
    """
    check_tolerance(tolerance)
    require_backend(backend)
    with np.errstate(over="ignore", invalid="ignore"):  # the certificate finds what an overflow spoils
        if isinstance(circuit, ResistorNetwork):
            return solve_network(circuit, source, sink, method, tolerance, backend)
        if not isinstance(circuit, LayeredCircuit):
            raise InputError(f"circuit must be a LayeredCircuit or a ResistorNetwork, got {circuit!r}")
        return _solve_layered(circuit, source, sink, method, tolerance, backend)


VECTORS = 12
"""Arrays over all nodes that the methods without a closed form hold at once, about."""


def _solve_layered(
    circuit: LayeredCircuit,
    source: Distribution,
    sink: Distribution,
    method: str,
    tolerance: float,
    backend: Backend,
) -> Flow:
    for name, given in (("source", source), ("sink", sink)):
        if not isinstance(given, Distribution):
            raise InputError(f"{name} must be an ecd2g.Distribution, got {type(given).__name__}")
        if given.space != circuit.space:
            raise InputError(f"{name} and circuit must share one state space")
    chosen = planned(circuit, method, backend)[0].method
    field: CompleteField | KernelField | TableField
    if chosen == "closed-form" and is_plain(circuit):
        field = closed_form(circuit, Atoms.of(source, sink), backend=backend)
    elif chosen == "closed-form":
        if backend != "numpy":
            raise InputError(
                f'backend "{backend}" has a closed form for the complete kernel without gains only; use backend="numpy"'
            )
        field = spectral_form(circuit, source, sink)
    else:
        purpose = f"method {chosen!r} for {circuit.n_nodes} nodes"
        require_memory(VECTORS * 8.0 * circuit.n_nodes, purpose, "take fewer layers or states")
        p, q = source.to_array(), sink.to_array()
        atoms = Atoms(circuit.space, None, np.ones(circuit.n_states), p, q)
        shape = (circuit.n_layers, circuit.n_states)
        injected, extracted = in_layer(p, 0, shape[0]).ravel(), in_layer(q, -1, shape[0]).ravel()
        labels = components(circuit)
        check_totals(injected, extracted, labels)
        potential_solver = solvers(backend)[chosen](circuit)
        potentials = without_means(potential_solver(injected - extracted), labels)
        first = _form(circuit).from_potentials(circuit, atoms, potentials.reshape(shape))
        field = refined(first, potential_solver, labels)
    certificate = certify_layered(field, chosen, tolerance)
    certificate.require()
    return Flow(field, source, sink, certificate)


def _form(circuit: LayeredCircuit) -> type[CompleteField] | type[KernelField] | type[TableField]:
    """The field that suits the kernel of a circuit; a table only where the kernel is one."""
    if isinstance(circuit.kernel, CompleteKernel):
        return CompleteField
    structured = isinstance(circuit.kernel, StructuredKernel) and not isinstance(circuit.kernel, DenseKernel)
    return KernelField if structured else TableField
