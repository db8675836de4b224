"""The layered circuit (N-partite graph): copies of a state space, neighbouring layers joined by a kernel."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import real_array
from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel, Kernel
from ecd2g.circuit.kernels.sparse_kernel import SparseKernel
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import CapacityError, InputError

LAYER_LIMIT = 100_000
"""Most layers of a circuit; beyond, the linear drop of potentials itself would lose its digits."""


@dataclass(frozen=True, eq=False)
class LayeredCircuit:
    """`n_layers` layers of all states; the edge (n, x)-(n+1, y) has conductance g_n K(x, y), paper section 3.3.

    The kernel K is the same in every gap. `gains` g_n ``(n_layers - 1,)``, positive numbers, grade the gaps; they are 1
    in the paper and by default. Kernels that know how states lie to each other are made by `ecd2g.circuit.kernels`.

    Layers are numbered 0 .. n_layers - 1; gap n lies between the layers n and n + 1. The source enters in
    layer 0, the sink leaves from the last layer. *Forward* edges join equal states, *lateral* edges different
    ones; neither word says which way a current flows.
    """

    space: StateSpace
    n_layers: int
    kernel: Kernel
    gains: ArrayLike | None = None

    def __post_init__(self) -> None:
        require_layers(self.n_layers)
        if not isinstance(self.kernel, Kernel):
            raise InputError(
                f"kernel must be a conductance kernel, made by ecd2g.circuit.kernels, got {type(self.kernel).__name__}"
            )
        if self.kernel.n_states != self.space.n_states:
            raise InputError(
                f"the kernel joins {self.kernel.n_states} states but the space has {self.space.n_states}"
            )
        sizes = getattr(self.kernel, "sizes", self.space.alphabet_sizes)
        tables = (CompleteKernel, DenseKernel, SparseKernel)  # these serve any sites
        if not isinstance(self.kernel, tables) and sizes != self.space.alphabet_sizes:
            raise InputError(
                f"the kernel was made for sites with {sizes} symbols but the space has {self.space.alphabet_sizes}"
            )
        if self.gains is not None:
            object.__setattr__(self, "gains", _gains(self.gains, self.n_gaps))

    def __repr__(self) -> str:
        """One line: layers, states, the kernel, and whether the gaps are graded."""
        kernel = type(self.kernel).__name__ + (", graded" if self.is_graded else "")
        return f"LayeredCircuit({self.n_layers} layers of {self.n_states:,} states, {kernel})"

    @classmethod
    def complete(
        cls,
        space: StateSpace,
        *,
        n_layers: int,
        forward_resistance: float,
        lateral_resistance: float,
        gains: ArrayLike | None = None,
    ) -> "LayeredCircuit":
        """The paper's circuit, Eq. (11): r ohm between equal states, R ohm between different ones.

        `gains` ``(n_layers - 1,)`` multiply the conductances gap by gap. InputError for resistances and gains
        that are not positive and finite.

        >>> LayeredCircuit.complete(
        ...     StateSpace(50), n_layers=10, forward_resistance=0.1, lateral_resistance=100.0
        ... ).n_nodes
        500
        """
        forward = 1.0 / _resistance(forward_resistance, "forward_resistance")
        lateral = 1.0 / _resistance(lateral_resistance, "lateral_resistance")
        for conductance, name in ((forward, "forward"), (lateral, "lateral")):
            if not math.isfinite(conductance):
                raise InputError(f"{name}_resistance is too small: its conductance overflows")
        return cls(space, n_layers, CompleteKernel(space.n_states, forward, lateral), gains)

    @classmethod
    def from_conductances(
        cls, space: StateSpace, matrix: ArrayLike, *, n_layers: int, gains: ArrayLike | None = None
    ) -> "LayeredCircuit":
        """A circuit with any symmetric V x V matrix of conductances (siemens) in every gap.

        `matrix` ``(V, V)``, `gains` as in `complete`; InputError for a matrix that is not symmetric, or
        negative.
        """
        return cls(space, n_layers, DenseKernel(real_array(matrix, "the matrix")), gains)

    @property
    def n_states(self) -> int:
        """Number of states V of a layer."""
        return self.space.n_states

    @property
    def n_gaps(self) -> int:
        """Number of gaps between layers, n_layers - 1."""
        return self.n_layers - 1

    @cached_property
    def gap_gains(self) -> NDArray[np.float64]:
        """The gain g_n of every gap, ones where none are given, ``(n_gaps,)``."""
        return _gains(np.ones(self.n_gaps) if self.gains is None else self.gains, self.n_gaps)

    @property
    def is_graded(self) -> bool:
        """Whether the gaps have gains of their own."""
        return self.gains is not None

    @property
    def n_nodes(self) -> int:
        """Number of nodes, n_layers * n_states."""
        return self.n_layers * self.n_states

    @property
    def lateral_ratio(self) -> float:
        """Rho = (V - 1) r / R, the lateral conductance of a node over its forward conductance.

        Small: walkers keep their state. Large: the state they arrive in hardly depends on where they began.
        """
        if not isinstance(self.kernel, CompleteKernel):
            raise InputError("the ratio rho is defined for the complete kernel only")
        return (self.n_states - 1) * self.kernel.lateral / self.kernel.forward


def require_layers(n_layers: object) -> None:
    """Raise InputError unless this is a whole number of at least 2 layers, CapacityError above `LAYER_LIMIT`."""
    if isinstance(n_layers, bool) or not isinstance(n_layers, (int, np.integer)):
        raise InputError(f"n_layers must be a whole number, got {type(n_layers).__name__}")
    if n_layers < 2:
        raise InputError(
            f"a circuit needs at least 2 layers, a first for the source and a last for the sink, "
            f"got n_layers={n_layers}"
        )
    if n_layers > LAYER_LIMIT:
        raise CapacityError(f"a circuit may have at most {LAYER_LIMIT} layers, got {n_layers!r:.20}")


def _gains(values: ArrayLike, n_gaps: int) -> NDArray[np.float64]:
    """The gains as a locked array of positive numbers, one a gap."""
    gains = real_array(values, "gains").copy()
    if gains.shape != (n_gaps,):
        raise InputError(f"gains must be one number a gap, shape ({n_gaps},), got shape {gains.shape}")
    if not np.all(np.isfinite(gains) & (gains > 0.0)):
        raise InputError(f"gains must be positive and finite, got {gains.min():g} to {gains.max():g}")
    return read_only(gains)


def _resistance(value: float, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} must be a number of ohms, got {value!r}") from None
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{name} must be a positive, finite number of ohms, got {number:g}")
    return number
