"""Classifier two-sample test: whether a small network can tell samples from the target's."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.stats import hypergeom
from torch import Tensor, nn

from ecd2g.circuit.randomness import generator
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.learned.layers import ScaledSymbols, SymbolEmbedding, perceptron
from ecd2g.metrics.weighted_states import samples_of

EMBEDDING, HIDDEN = 64, (64, 64)
BATCH, N_STEPS, RATE = 128, 300, 3e-3

DECAY = 2.0
"""Decoupled weight decay: the rows are few, and what the network learns by heart is wrong on the others."""

LEAST_ROWS = 20
"""Rows a sample at least: below, no accuracy would be significant."""


@dataclass(frozen=True)
class TwoSample:
    """Accuracy of a classifier of held-out rows; 1/2 is what perfect samples are expected to show.

    Guesses that know nothing reach `bound` with probability `error_rate` at most; `p_value` is the probability that
    they reach `accuracy`. `n_test` is the number of held-out rows, half of them of either sample.
    """

    accuracy: float
    bound: float
    p_value: float
    n_test: int
    error_rate: float
    floor: float = 0.5


def classifier_two_sample_test(
    a: ArrayLike,
    b: ArrayLike,
    space: StateSpace,
    rng: np.random.Generator | int | None = 0,
    error_rate: float = 0.01,
) -> TwoSample:
    """Train a small perceptron on half of the rows to tell `a` from `b`, and count its right guesses on the others.

    As many rows of either sample take part, drawn at random; half of each train the network, the others are held out.
    Under the hypothesis that all rows are independent draws of one law, every way of dealing the labels out to the n
    held-out rows is as likely as any other, so with k rows guessed to be of `b` the right ones among them are
    hypergeometric (n, n / 2, k): `p_value` and `bound` are exact, and do not depend on how well the network learned.
    A low accuracy does not show that the laws agree; a network of this size and training may miss what sets them apart.

    `a` and `b` are samples ``(n, n_sites)`` of at least 20 rows. Rows drawn with replacement from a short list are no
    independent draws: the network knows the repeated ones. About a second on one thread, whatever n is; the same seed
    gives the same answer on one machine. InputError for fewer rows, states outside `space`, and an error rate
    outside (0, 1).

    >>> import numpy as np
    >>> import ecd2g
    >>> a, b = np.zeros((40, 1), dtype=np.int64), np.ones((40, 1), dtype=np.int64)
    >>> classifier_two_sample_test(a, b, ecd2g.StateSpace(2), rng=0).accuracy
    1.0
    """
    if not 0.0 < error_rate < 1.0:
        raise InputError(f"error_rate must lie between 0 and 1, both excluded, got {error_rate!r}")
    first, second = samples_of(a, space, "a"), samples_of(b, space, "b")
    n = min(len(first), len(second))
    if n < LEAST_ROWS:
        raise InputError(
            f"a and b must have at least {LEAST_ROWS} rows each, got {len(first)} and {len(second)}"
        )
    random = generator(rng)
    first, second = (rows[random.permutation(len(rows))[:n]] for rows in (first, second))
    half = n // 2
    seen, held_out = (
        np.concatenate((first[part], second[part])) for part in (slice(half), slice(half, None))
    )
    guesses = _guesses(space, seen, held_out, random)
    return _judged(guesses, error_rate)


def _judged(guesses: NDArray[np.bool_], error_rate: float) -> TwoSample:
    """The test of guesses "of b" for n held-out rows, of which the last half is of b."""
    n, k = len(guesses), int(guesses.sum())
    right = int(guesses[n // 2 :].sum())  # the others right are n / 2 - (k - right)
    null = hypergeom(n, n // 2, k)
    bound = int(null.isf(error_rate)) + 1  # the smallest number reached with probability error_rate at most
    return TwoSample(
        accuracy=_accuracy(right, n, k),
        bound=_accuracy(bound, n, k),
        p_value=min(1.0, float(null.sf(right - 1))),
        n_test=n,
        error_rate=float(error_rate),
    )


def _accuracy(right: int, n: int, k: int) -> float:
    return (2 * right + n // 2 - k) / n


class _Classifier(nn.Module):
    """Log odds that a state is of the second sample, from its embedded symbols and from its symbols as numbers."""

    def __init__(self, space: StateSpace) -> None:
        super().__init__()
        self.embedding, self.numbers = SymbolEmbedding(space, EMBEDDING), ScaledSymbols(space)
        self.layers = perceptron(EMBEDDING + space.n_sites, HIDDEN, 1)

    def forward(self, states: Tensor) -> Tensor:
        features = torch.cat((torch.relu(self.embedding(states)), self.numbers(states)), dim=-1)
        return self.layers(features)[:, 0]


def _guesses(
    space: StateSpace, seen: NDArray[np.int64], held_out: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.bool_]:
    """Which held-out rows a network guesses to be of the second half, trained on `seen`, of whom half are."""
    with _one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(random.integers(2**63)))
        network = _Classifier(space)
        _train(network, torch.from_numpy(seen))
        with torch.no_grad():
            return (network(torch.from_numpy(held_out)) > 0).numpy()


def _train(network: nn.Module, states: Tensor) -> None:
    labels = (torch.arange(len(states)) >= len(states) // 2).to(torch.float32)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, N_STEPS)
    loss_of = nn.BCEWithLogitsLoss()
    batch = min(BATCH, len(states))
    per_epoch = len(states) // batch
    for _ in range(math.ceil(N_STEPS / per_epoch)):
        order = torch.randperm(len(states))
        for rows in order[: per_epoch * batch].split(batch):
            optimiser.zero_grad(set_to_none=True)
            loss_of(network(states[rows]), labels[rows]).backward()
            optimiser.step()
            schedule.step()


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
