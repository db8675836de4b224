"""Transport in spaces too large to list, learned and compared: what decides every number of it."""

from dataclasses import dataclass
from typing import NamedTuple

from ecd2g.bridges.named import BRIDGES
from ecd2g.data.split_problem import SplitProblem
from ecd2g.data.split_problems import SPLIT_PROBLEMS
from ecd2g.errors import InputError
from ecd2g.experiments.records.origin import ours
from ecd2g.learned.end_network import NETWORKS, Network

PICTURED = ("digits-4x4", "digits-3-8", "digits-noise", "names")
"""Problems whose states people can judge by eye."""

ORDINAL_ONLY = ("interval",)
"""Circuits that need symbols on a line."""


class Method(NamedTuple):
    """A trained method: the bridge that is followed, and the coupling that its pairs come from."""

    bridge: str
    coupling: str

    @property
    def is_circuit(self) -> bool:
        """Whether the bridge is the walk of a circuit, or a baseline."""
        return BRIDGES[self.bridge].is_circuit

    def __str__(self) -> str:
        """The name in tables, and in files."""
        return f"{self.bridge} {self.coupling}"


METHODS = (
    Method("sweep", "independent"),
    Method("sweep", "minibatch-ot"),
    Method("sweep", "electric"),
    Method("spread", "independent"),
    Method("spread", "minibatch-ot"),
    Method("interval", "independent"),
    Method("interval", "minibatch-ot"),
    Method("mixture", "independent"),
    Method("mixture", "minibatch-ot"),
    Method("masked", "independent"),
    Method("masked", "minibatch-ot"),
    Method("diffusion", "independent"),
)
"""Circuits first, then the baselines: discrete flow matching, the same with masks, uniform diffusion."""

RESAMPLING, NEAREST, EXACT_WALK = "resampling", "nearest", "exact walk"
UNTRAINED = {
    RESAMPLING: "training samples of the target, drawn without a look at the start",
    NEAREST: "the training sample of the target that is nearest to the start",
    EXACT_WALK: "the two-way walk between the exact laws, where they are known",
}
"""What needs no network, and what it does."""


@dataclass(frozen=True)
class HighDim:
    """Problems, methods, and one budget for all of them."""

    problems: tuple[str, ...] = ours(tuple(SPLIT_PROBLEMS))
    methods: tuple[Method, ...] = ours(METHODS)
    evaluations: tuple[int, ...] = ours(
        (2, 4, 8, 16), "network evaluations a sample, and D where it lies between; one training serves all"
    )
    n_seeds: int = ours(5, "a seed decides data split, pairs, weights and walks")
    network: Network = ours("mlp", "the same for every method")  # noqa: RUF009 - a frozen field
    n_steps: int = ours(1500, "the same for every method")
    n_pairs: int = ours(256, "the same for every method")
    pool_batches: int = ours(60, "batches that are coupled before the training")
    pool_batch_size: int = ours(500, "pairs in one of them; the assignment costs its third power")
    n_walks: int = ours(10_000, "where the exact law is known")
    n_held_out_walks: int = ours(
        2000, "held-out data are a few hundred samples, and limit what can be told apart"
    )
    n_layers: int = ours(10, "of the exact walk")
    seed: int = ours(0, "the first of the seeds")

    def check(self) -> None:
        """Raise InputError for problems that are not there, and for numbers out of range."""
        unknown = [name for name in self.problems if name not in SPLIT_PROBLEMS]
        if unknown or not self.problems:
            raise InputError(
                f"the problems must be among {', '.join(SPLIT_PROBLEMS)}, got {unknown[0] if unknown else 'none'}"
            )
        if len(set(self.problems)) < len(self.problems):
            raise InputError(f"every problem must be named once, got {', '.join(self.problems)}")
        if not self.evaluations or min(self.evaluations) < 1:
            raise InputError(f"numbers of evaluations must be at least 1, got {self.evaluations}")
        if self.n_seeds < 1:
            raise InputError(f"there must be one seed at least, got {self.n_seeds}")
        if self.network not in NETWORKS:
            raise InputError(f"network must be one of {', '.join(NETWORKS)}, got {self.network!r}")

    def walks_for(self, split: SplitProblem) -> int:
        """Number of walks that every method is judged by."""
        return self.n_walks if split.is_exact else self.n_held_out_walks

    def methods_for(self, split: SplitProblem) -> list[Method]:
        """The methods that the problem allows."""
        return [one for one in self.methods if split.is_ordinal or one.bridge not in ORDINAL_ONLY]

    def evaluations_for(self, n_sites: int) -> tuple[int, ...]:
        """Numbers of evaluations to try: those asked for, and one a site where that lies between them."""
        extra = (n_sites,) if min(self.evaluations) < n_sites < max(self.evaluations) else ()
        return tuple(sorted({*self.evaluations, *extra}))

    def is_pictured(self, problem: str, seed: int) -> bool:
        """Whether walks of this problem and seed are drawn."""
        return seed == self.seed and problem in PICTURED
