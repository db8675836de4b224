"""Densities from networks, potentials by Lemma 3.5: Kirchhoff's law holds whatever the networks say."""

from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.couplings.pairs import Coupling
from ecd2g.errors import InputError
from ecd2g.learned.autoregressive import AutoregressiveDensity
from ecd2g.learned.densities import Density, NetworkDensity, TableDensity
from ecd2g.learned.model import CurrentModel, Examples
from ecd2g.learned.volume import Volume
from ecd2g.movement import Walks
from ecd2g.reference.densities.walk import walk_between_densities
from ecd2g.reference.layered.closed_form import closed_form

DensityKind = Literal["table", "network", "autoregressive"]
DENSITIES: tuple[str, ...] = get_args(DensityKind)


class MarginalNetwork(CurrentModel):
    """p_theta and q_theta, trained by maximum likelihood; currents are those of the exact circuit between them.

    table           one logit a state
    network         a perceptron that gives the logit of every state; for spaces that can be listed, like `table`
    autoregressive  site after site; for any space

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> MarginalNetwork(circuit).target.probability([[0], [1]])  # before training: uniform
    array([0.5, 0.5])
    """

    def __init__(
        self,
        circuit: LayeredCircuit,
        density: DensityKind = "table",
        hidden: tuple[int, ...] = (128, 128, 128),
    ) -> None:
        super().__init__(circuit, density=density, hidden=hidden)
        self.source_density = _density(density, circuit, hidden)
        self.target_density = _density(density, circuit, hidden)

    def examples(
        self, coupling: Coupling, n_pairs: int, volume: Volume, n_points: int, rng: np.random.Generator
    ) -> Examples:
        """The pairs themselves: a density is learned from every sample, so no volume is chosen."""
        pairs = coupling.draw(n_pairs, rng)
        return Examples((pairs.starts, pairs.ends), np.zeros(n_pairs), np.ones(n_pairs))

    def forward(self, examples: Examples) -> Tensor:
        """Mean of -log p_theta(x_0) - log q_theta(x_N), in nats."""
        starts, ends = map(self.tensor, examples.inputs)
        surprise = -self.source_density(starts) - self.target_density(ends)
        return (self.tensor(examples.weights) * surprise).mean()

    def field(self, source: Distribution) -> CompleteField:
        """The exact circuit from p_theta to q_theta, between all states; walks start in `source`."""
        space = self.circuit.space
        states = space.all_states()
        p, q = (
            Distribution.from_weights(space, np.exp(log)).to_array() for log in self.log_densities(states)
        )
        exact = cast(CompleteField, closed_form(self.circuit, Atoms(space, None, np.ones(len(p)), p, q)))
        atoms = self.start_atoms(source, q)
        return CompleteField(self.circuit, atoms, exact.potentials, exact.forward_drops)

    def log_densities(self, states: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Log p_theta and log q_theta of states ``(m, n_sites)``, ``(m,)`` each, in any space."""
        given = self.circuit.space.check(states)
        return self.evaluate(self.source_density, given), self.evaluate(self.target_density, given)

    def potentials_at(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Potentials in volt of states ``(m, n_sites)``, ``(n_layers, m)``, in any space."""
        p, q = map(np.exp, self.log_densities(states))
        atoms = Atoms(self.circuit.space, self.circuit.space.check(states), np.ones(len(p)), p, q)
        return cast(CompleteField, closed_form(self.circuit, atoms)).potentials

    @property
    def source(self) -> "LearnedDensity":
        """p_theta, to be evaluated and sampled."""
        return LearnedDensity(self, self.source_density)

    @property
    def target(self) -> "LearnedDensity":
        """q_theta, to be evaluated and sampled."""
        return LearnedDensity(self, self.target_density)

    def walk(self, starts: ArrayLike, rng: np.random.Generator | int | None = None) -> Walks:
        """Two-way walks from `starts` ``(n, n_sites)``, one each, without a list of states: in any space."""
        return walk_between_densities(self.circuit, self.source, self.target, starts, rng)


@dataclass(frozen=True, eq=False)
class LearnedDensity:
    """A density of a model in terms of NumPy arrays."""

    model: MarginalNetwork
    density: Density

    def probability(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """p(x) of states ``(n, n_sites)``, ``(n,)``."""
        return np.exp(self.model.evaluate(self.density, states))

    def sample(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """`n` independent states, ``(n, n_sites)``."""
        seeded = torch.Generator(self.model.device).manual_seed(int(rng.integers(2**63)))
        with torch.no_grad():
            return self.density.sample(n, seeded).cpu().numpy()


def _density(kind: DensityKind, circuit: LayeredCircuit, hidden: tuple[int, ...]) -> Density:
    if kind not in DENSITIES:
        raise InputError(f"density must be one of {', '.join(map(repr, DENSITIES))}, got {kind!r}")
    if kind == "table":
        return TableDensity(circuit.space)
    return (NetworkDensity if kind == "network" else AutoregressiveDensity)(circuit.space, hidden)
