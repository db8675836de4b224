"""Hypothesis strategies for structured kernels: of every kind, on small spaces, with and without gains."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from hypothesis import strategies as st
from numpy.typing import NDArray

from ecd2g.circuit import kernels
from ecd2g.circuit.kernels.kernel import SpectralKernel, StructuredKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.state_space import StateSpace
from ecd2g.testing.strategies import resistances, state_spaces


@st.composite
def spectral_kernels(draw: st.DrawFn, space: StateSpace, *, decades: float = 1.5) -> SpectralKernel:
    """A connected kernel with modes, of any kind of `ecd2g.circuit.kernels`; resistances over 10^+-`decades` ohm.

    Many of them have negative eigenvalues: a large lateral conductance makes some.
    """
    ohm = resistances(decades)
    width = draw(st.floats(0.4, 3.0))
    pair = {"forward_resistance": draw(ohm), "lateral_resistance": draw(ohm)}
    farther = st.one_of(ohm, st.just(float("inf")))
    makers: dict[str, Callable[[], SpectralKernel]] = {
        "hamming-1": lambda: kernels.hamming_1(space, **pair),
        "hamming": lambda: kernels.hamming(
            space, [draw(ohm), draw(ohm), *(draw(farther) for _ in range(space.n_sites - 1))]
        ),
        "neighbour": lambda: kernels.neighbour(space, **pair),
        "cyclic": lambda: kernels.cyclic(space, **pair),
        "gaussian": lambda: kernels.gaussian(space, width, reach=draw(st.integers(1, 4))),
        "cyclic-gaussian": lambda: kernels.cyclic_gaussian(space, width, reach=draw(st.integers(1, 4))),
        "one-site-gaussian": lambda: kernels.one_site_gaussian(
            space, width, reach=draw(st.integers(1, 4)), stay=draw(ohm)
        ),
        "product": lambda: kernels.product(
            space, [draw(symmetric_matrices(size, decades=decades)) for size in space.alphabet_sizes]
        ),
        "dense": lambda: kernels.dense(draw(symmetric_matrices(space.n_states, decades=decades))),
    }
    return makers[draw(st.sampled_from(sorted(makers)))]()


@st.composite
def structured_kernels(draw: st.DrawFn, space: StateSpace, *, decades: float = 1.5) -> StructuredKernel:
    """A connected kernel of any kind: one of `spectral_kernels`, or a sparse matrix, which has no modes."""
    if draw(st.integers(0, 8)):
        return draw(spectral_kernels(space, decades=decades))
    return kernels.sparse(sp.csr_array(draw(symmetric_matrices(space.n_states, decades=decades))))


@st.composite
def symmetric_matrices(draw: st.DrawFn, size: int, *, decades: float = 1.5) -> NDArray[np.float64]:
    """A symmetric matrix with a positive diagonal and first off-diagonal and other entries now and then zero."""
    matrix, conductance = np.zeros((size, size)), resistances(decades)
    for x in range(size):
        for y in range(x, size):
            if y <= x + 1 or draw(st.booleans()):
                matrix[x, y] = matrix[y, x] = draw(conductance)
    return matrix


@st.composite
def kernel_circuits(
    draw: st.DrawFn,
    *,
    max_states: int = 12,
    max_layers: int = 6,
    decades: float = 1.5,
    spectral: bool = True,
    graded: bool = True,
) -> LayeredCircuit:
    """A layered circuit with one of these kernels, `spectral` ones only unless said otherwise; half have gains."""
    space = draw(state_spaces(max_states=max_states))
    made = spectral_kernels if spectral else structured_kernels
    kernel = draw(made(space, decades=decades))
    n_layers = draw(st.integers(2, max_layers))
    gains = st.lists(resistances(min(decades, 1.0)), min_size=n_layers - 1, max_size=n_layers - 1)
    return LayeredCircuit(space, n_layers, kernel, draw(st.one_of(st.none(), gains)) if graded else None)
