"""The Monte-Carlo estimate (13): potentials and currents from a batch of pairs.

Superposition (12) averages the unit circuits of the pairs. The average of unit currents is the current of the averaged
ends, so the estimate is the exact solution for the empirical distributions of the batch: no sum over pairs is formed,
and the order in which starts and ends are paired cannot matter (Remark 3.4, batch by batch).
"""

from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.couplings.pairs import Pairs
from ecd2g.errors import InputError
from ecd2g.reference.layered.closed_form import closed_form, complete_kernel


class Edges(NamedTuple):
    """Edges (gap, before) - (gap + 1, after): `gaps` ``(m,)``, states ``(m, n_sites)``; see volume.py for `weights`."""

    gaps: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Potentials and currents (13) of the source and target that a batch shows; exact for p and q themselves.

    >>> import numpy as np
    >>> import ecd2g
    >>> from ecd2g.learned import IndependentPairs
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> pairs = IndependentPairs(p, q).draw(10, np.random.default_rng(0))
    >>> Estimate.from_pairs(circuit, pairs).field.currents(0).round(12)  # one start and one end: exact
    array([[ 0.25,  0.75],
           [-0.25,  0.25]])
    """

    field: CompleteField

    @classmethod
    def from_pairs(cls, circuit: LayeredCircuit, pairs: Pairs) -> "Estimate":
        """The estimate from a batch; unbiased, with a variance that falls like one over its size."""
        space = circuit.space
        if space.n_states <= 8 * len(pairs.starts):  # counting is faster than sorting there
            counts = (np.bincount(space.index(x), minlength=space.n_states) / len(x) for x in pairs)
            return cls._solved(circuit, Atoms(space, None, np.ones(space.n_states), *counts))
        return cls.from_marginals(circuit, *(Distribution.from_samples(space, x) for x in pairs))

    @classmethod
    def from_marginals(
        cls, circuit: LayeredCircuit, source: Distribution, target: Distribution
    ) -> "Estimate":
        """The full-data estimate, without a minibatch: the limit of no variance."""
        return cls._solved(circuit, Atoms.of(source, target))

    @classmethod
    def _solved(cls, circuit: LayeredCircuit, atoms: Atoms) -> "Estimate":
        require_learnable(circuit)
        return cls(cast(CompleteField, closed_form(circuit, atoms)))

    def potentials(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """phi_n(x) in volt of states ``(m, n_sites)`` in every layer, ``(m, n_layers)``."""
        return self.field.potentials[:, self.field.atoms.locate(states)].T

    def forward_drops(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """phi_n(x) - phi_{n+1}(x) in volt in every gap, ``(m, n_gaps)``."""
        return self.field.forward_drops[:, self.field.atoms.locate(states)].T

    def currents(self, edges: Edges) -> NDArray[np.float64]:
        """I_n(x, y) in ampere, Eq. (13), of the given edges, ``(m,)``."""
        kernel, field = self.field.kernel, self.field
        before, after = field.atoms.locate(edges.before), field.atoms.locate(edges.after)
        lateral = field.potentials[edges.gaps, before] - field.potentials[edges.gaps + 1, after]
        same = np.all(edges.before == edges.after, axis=1)
        forward = kernel.forward * field.forward_drops[edges.gaps, before]
        return np.where(same, forward, kernel.lateral * lateral)


def require_learnable(circuit: LayeredCircuit) -> None:
    """Raise InputError unless the circuit is one whose potentials (13) can be estimated from a batch."""
    kernel = complete_kernel(circuit)
    if kernel.n_states == 1:
        raise InputError("a single state leaves nothing to learn; use a space of two states or more")
    if kernel.n_states == 2 and kernel.lateral > kernel.forward:
        raise InputError(
            "with two states the lateral resistance R must be at least the forward resistance r to train on; "
            "exchange the two states in every other layer instead"
        )
