"""Atoms of a pair (p, q): the states worth telling apart, so that huge spaces need no enumeration."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import constants, moved, namespace, zeros
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_numbers import distinct
from ecd2g.circuit.state_space import ENUMERATION_LIMIT, INDEX_LIMIT, StateSpace
from ecd2g.errors import CapacityError, InputError


@dataclass(frozen=True, eq=False)
class Atoms:
    """The states listed by p or q, one atom each, and one *rest* atom for all the others together.

    In the complete circuit every state outside both supports has the same potential, so one atom stands for
    all of them. Values of an atom are values of *one* of its states; `multiplicity` says how many there are.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(5)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0, 0, 0], [0, 0.5, 0.5, 0, 0]))
    >>> atoms = Atoms.of(p, q)
    >>> atoms.n_atoms, atoms.multiplicity  # none is left out of five: they can be listed
    (5, array([1., 1., 1., 1., 1.]))
    """

    space: StateSpace
    listed: NDArray[np.int64] | None
    multiplicity: NDArray[np.float64]
    source: NDArray[np.float64]
    sink: NDArray[np.float64]

    @classmethod
    def of(cls, source: Distribution, sink: Distribution) -> "Atoms":
        """Atoms of a source p and a sink q on the same space."""
        if source.space != sink.space:
            raise InputError(
                f"source and sink must live on one state space, got alphabets "
                f"{source.space.alphabet_sizes} and {sink.space.alphabet_sizes}"
            )
        space = source.space
        if source.states is None or sink.states is None:
            p, q = source.to_array(), sink.to_array()
            return cls(space, None, np.ones(space.n_states), p, q)
        both = np.concatenate([source.states, sink.states])
        listed, place = distinct(space, both)
        n_rest = space.n_states - len(listed)
        n_atoms = len(listed) + (n_rest > 0)
        p, q, multiplicity = np.zeros(n_atoms), np.zeros(n_atoms), np.ones(n_atoms)
        p[place[: len(source.states)]] = source.probabilities
        q[place[len(source.states) :]] = sink.probabilities
        if n_rest > 0:
            multiplicity[-1] = float(n_rest)
        return cls(space, listed, multiplicity, p, q)

    def on(self, xp: Any) -> "Atoms":
        """The same atoms with their numbers in the array library `xp`; the states listed stay in NumPy."""
        if namespace(self.multiplicity) is xp:
            return self
        multiplicity, source, sink = (moved(each, xp) for each in (self.multiplicity, self.source, self.sink))
        return replace(self, multiplicity=multiplicity, source=source, sink=sink)

    @property
    def n_atoms(self) -> int:
        """Number of atoms K."""
        return int(self.multiplicity.shape[0])

    @property
    def has_rest(self) -> bool:
        """Whether the last atom stands for the states that neither p nor q lists."""
        return self.listed is not None and self.n_atoms > len(self.listed)

    def expand(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values per atom ``(..., n_atoms)`` as values per state ``(..., n_states)`` in index order."""
        if self.listed is None:
            return values
        self.space.require_enumerable("one value for every state")
        full = zeros((*values.shape[:-1], self.space.n_states), values)
        if self.has_rest:
            full[...] = values[..., -1:]
        full[..., constants(self.space.index(self.listed), values)] = values[..., : len(self.listed)]
        return full

    def locate(self, states: NDArray[np.int64]) -> NDArray[np.intp]:
        """The atom of every state ``(n, n_sites)``."""
        if self.listed is None:
            return self.space.index(states).astype(np.intp)
        rest = len(self.listed)
        if self._listed_index is not None:
            wanted = self.space.index(states)
            place = np.searchsorted(self._listed_index, wanted)
            found = place < rest
            found[found] = self._listed_index[place[found]] == wanted[found]
            return np.where(found, place, rest).astype(np.intp)
        return np.array([self._listed_place.get(row.tobytes(), rest) for row in states], dtype=np.intp)

    def states(self, atoms: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.int64]:
        """A state of every atom ``(n,)``, shape ``(n, n_sites)``; uniform among the rest for the rest atom."""
        if self.listed is None:
            return self.space.states(atoms)
        rest = atoms == len(self.listed)
        if not np.any(rest):
            return self.listed[atoms]
        drawn = np.empty((len(atoms), self.space.n_sites), dtype=np.int64)
        drawn[~rest] = self.listed[atoms[~rest]]
        drawn[rest] = self._draw_rest(int(rest.sum()), rng)
        return drawn

    def _draw_rest(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Uniform unlisted states: from their list where the space is small, else by rejection."""
        n_listed = self.n_atoms - 1
        if self.space.n_states <= 4 * n_listed:
            return self.space.states(rng.choice(self._unlisted_index, size=n))
        drawn = self.space.draw(n, rng)
        while True:
            taken = np.flatnonzero(self.locate(drawn) < n_listed)
            if not len(taken):
                return drawn
            drawn[taken] = self.space.draw(len(taken), rng)

    @cached_property
    def _listed_index(self) -> NDArray[np.int64] | None:
        if self.listed is None or self.space.n_states >= INDEX_LIMIT:
            return None
        return self.space.index(self.listed)

    @cached_property
    def _listed_place(self) -> dict[bytes, int]:
        if self.listed is None:
            return {}
        return {row.tobytes(): place for place, row in enumerate(self.listed)}

    @cached_property
    def _unlisted_index(self) -> NDArray[np.int64]:
        free = np.ones(self.space.n_states, dtype=bool)
        free[self._listed_index] = False
        return np.flatnonzero(free)


def require_states(atoms: Atoms, purpose: str) -> None:
    """Raise CapacityError where a table over all states is asked of a space that cannot be enumerated."""
    if atoms.has_rest and not atoms.space.is_enumerable:
        raise CapacityError(
            f"{purpose} needs all {float(atoms.space.n_states):.3g} states one by one, and the limit is "
            f"{ENUMERATION_LIMIT}; ask for atoms instead, or use a space with fewer states"
        )
