"""Learned currents with all that can be asked of exact ones: laws, visits, samples, under every movement rule."""

from dataclasses import dataclass

from ecd2g.circuit.distribution import Distribution
from ecd2g.errors import InputError
from ecd2g.learned.model import CurrentModel
from ecd2g.movement.transport import Transport


@dataclass(frozen=True, eq=False, repr=False)
class LearnedFlow(Transport):
    """The currents of `model`; walks start in `source`, and `sink` is what they should end in.

    >>> import ecd2g
    >>> from ecd2g.learned import MarginalNetwork
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = LearnedFlow.of(MarginalNetwork(circuit), p, q)
    >>> flow.law().round(6)  # an untrained network knows of no sink: half and half
    array([0.5, 0.5])
    """

    model: CurrentModel

    @property
    def tolerance(self) -> float:
        """Share of the walks that an exact law may leave unfinished: far below what a network gets wrong."""
        return 1e-9

    @property
    def max_steps(self) -> int:
        """Twenty times the length of a straight walk: learned currents without a potential may turn in circles."""
        return 20 * self.circuit.n_gaps

    @classmethod
    def of(cls, model: CurrentModel, source: Distribution, sink: Distribution) -> "LearnedFlow":
        """Ask the model for all its currents: O(N V) for potentials and marginals, O(N V^2) for single edges."""
        for name, distribution in (("source", source), ("sink", sink)):
            if distribution.space != model.circuit.space:
                raise InputError(
                    f"the {name} must live on the space of the model, alphabets {model.circuit.space.alphabet_sizes}, "
                    f"got {distribution.space.alphabet_sizes}"
                )
        return cls(model.field(source), source, sink, model)

    def __repr__(self) -> str:
        """One line."""
        return (
            f"LearnedFlow({self.circuit.n_layers} layers, {self.circuit.n_states} states, {type(self.model).__name__} "
            f"with {self.model.n_parameters} parameters)"
        )
