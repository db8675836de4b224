"""The exact flow of a layered circuit: its field, how it was solved, and what walks on it do."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.atoms import require_states
from ecd2g.circuit.complete_field import CompleteField
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.table_field import TableField
from ecd2g.errors import InputError
from ecd2g.movement import (
    ExactLaw,
    FirstPassage,
    Rule,
    Walks,
    check_rule,
    first_passage,
    propagate,
    sample_first_passage,
    sample_walks,
)
from ecd2g.reference.certificate import Certificate


@dataclass(frozen=True, eq=False)
class Flow:
    """Currents from `source` to `sink` through a layered circuit, with the certificate of their accuracy."""

    field: CompleteField | TableField
    source: Distribution
    sink: Distribution
    certificate: Certificate

    @property
    def circuit(self) -> LayeredCircuit:
        """The circuit that was solved."""
        return self.field.circuit

    @property
    def method(self) -> str:
        """The method that solved it."""
        return self.certificate.method

    @property
    def potentials(self) -> NDArray[np.float64]:
        """Potentials phi_n(x) in volt, mean zero, shape ``(n_layers, n_states)``; states in index order."""
        require_states(self.field.atoms, "the array of all potentials")
        return self.field.atoms.expand(self.field.potentials)

    def currents(self, gap: int) -> NDArray[np.float64]:
        """Net currents from (gap, x) to (gap + 1, y) in ampere, ``(n_states, n_states)``; negative = backward."""
        n_gaps = self.circuit.n_gaps
        if not -n_gaps <= gap < n_gaps:
            raise InputError(f"gap must lie in 0..{n_gaps - 1}, got {gap}")
        return self.field.currents(gap % n_gaps)

    def backward_current(self) -> float:
        """Total current that flows from a layer back to the one before it, in ampere."""
        back = self.field.outflow()[1:] - self.field.outflow(forward_only=True)[1:]
        return float(np.sum(back * self.field.multiplicity))

    def law(self, rule: Rule = "two-way") -> NDArray[np.float64]:
        """Exact probability of every end state when the start is drawn from the source, ``(n_states,)``.

        two-way and first-passage give the sink (Corollary 3.3); forward-only, the paper's shortcut, does not.
        """
        check_rule(rule)
        if rule == "first-passage":
            return self.first_passage.laws(self.source.to_array())[-1]
        require_states(self.field.atoms, "the law of all end states")
        return self.field.atoms.expand(self.exact_law(rule).ends[-1])

    def exact_law(self, rule: Rule = "two-way") -> ExactLaw:
        """End law, expected visits and number of steps over atoms, for the two-way or the forward-only rule."""
        check_rule(rule)
        if rule == "first-passage":
            raise InputError("the first-passage rule has kernels, not an exact law: see flow.first_passage")
        return self._propagate(rule == "forward-only")

    def visits(self, rule: Rule = "two-way") -> NDArray[np.float64]:
        """Expected visits of every node, ``(n_layers, n_states)``; equal to the throughflow for two-way walks."""
        require_states(self.field.atoms, "the array of all visits")
        return self.field.atoms.expand(self.exact_law(rule).visits)

    @cached_property
    def first_passage(self) -> FirstPassage:
        """Layer-by-layer transition matrices of the first-passage rule (small V only)."""
        return first_passage(self.field)

    def sample(
        self,
        n: int | None = None,
        rule: Rule = "two-way",
        rng: np.random.Generator | int | None = None,
        *,
        starts: ArrayLike | None = None,
        paths: bool = False,
    ) -> Walks:
        """Walks of `n` walkers that start in the source, or of one walker from each of `starts` ``(n, n_sites)``.

        `paths` keeps every layer and state visited. Raises StrandedWalkerError where a walker can neither stop nor
        move on.
        """
        check_rule(rule)
        generator = np.random.default_rng(rng)
        if (n is None) == (starts is None):
            raise InputError("give the number of walks n, or their starts, and not both")
        if starts is None:
            if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
                raise InputError(f"the number of walks must be a whole number, 0 or more, got {n!r}")
            begin = self.source.sample(int(n), generator)
        else:
            begin = self.circuit.space.check(starts)
            if begin.ndim != 2:
                raise InputError(f"starts must have shape (n, {self.circuit.space.n_sites})")
        if rule == "first-passage":
            return sample_first_passage(self.field, self.first_passage, begin, generator, paths=paths)
        forward_only = rule == "forward-only"
        return sample_walks(self.field, begin, generator, forward_only=forward_only, paths=paths)

    @cached_property
    def _laws(self) -> dict[bool, ExactLaw]:
        return {}

    def _propagate(self, forward_only: bool) -> ExactLaw:
        if forward_only not in self._laws:
            self._laws[forward_only] = propagate(self.field, forward_only=forward_only)
        return self._laws[forward_only]
