"""Named problems as files: laws and samples for other programs, in formats that ecd2g reads back."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecd2g.circuit.distribution import Distribution
from ecd2g.data import Problem
from ecd2g.experiments.exact.named import EXPERIMENTS
from ecd2g.experiments.records.letters import letters, write_rows, write_states
from ecd2g.experiments.records.origin import ours
from ecd2g.experiments.records.record import write_record


@dataclass(frozen=True)
class Export:
    """Which problem to write, and how many samples of its source and of its target."""

    problem: str
    n_samples: int = ours(10_000)
    seed: int = ours(0)


def export_run(settings: Export, folder: Path, command: str) -> str:
    """Write p and q (.npz that read back as the same problem, .csv to look at) and samples of both (.npy, .csv)."""
    problem = EXPERIMENTS[settings.problem]().problem()
    rng = np.random.default_rng(settings.seed)
    for name, law, distribution in (("source", "p", problem.source), ("target", "q", problem.target)):
        samples = distribution.sample(settings.n_samples, rng)
        np.save(folder / f"{name}.npy", samples, allow_pickle=False)
        write_states(folder / f"{name}.csv", samples, problem.alphabet)
        _save_law(folder / f"{law}.npz", problem, distribution)
        _write_law(folder / f"{law}.csv", problem, distribution)
    numbers = {
        "title": problem.title,
        "alphabet_sizes": problem.space.alphabet_sizes,
        "alphabet": problem.alphabet,
    }
    write_record(folder, command=command, config=settings, numbers=numbers, timing={})
    return f"{problem.title}: p, q and {settings.n_samples:,} samples of each"


def _save_law(path: Path, problem: Problem, distribution: Distribution) -> None:
    """States and their probabilities as samples and weights, with the alphabet or the number of symbols."""
    sizes = problem.space.alphabet_sizes
    states = problem.space.all_states() if distribution.states is None else distribution.states
    symbols = (
        {"n_symbols": np.array(sizes)}
        if problem.alphabet is None
        else {"alphabet": np.array(problem.alphabet)}
    )
    np.savez_compressed(
        path,
        allow_pickle=False,
        samples=states.astype(np.min_scalar_type(max(sizes) - 1)),
        weights=distribution.probabilities,
        **symbols,
    )


def _write_law(path: Path, problem: Problem, distribution: Distribution) -> None:
    """One line a state of positive probability: its symbols, then the probability in all its digits."""
    states = distribution.support()
    masses = distribution.probabilities[distribution.probabilities > 0]
    header = [*(f"site_{site}" for site in range(problem.space.n_sites)), "probability"]
    lines = zip(letters(states, problem.alphabet), masses.tolist(), strict=True)
    write_rows(path, [header, *([*tokens, repr(mass)] for tokens, mass in lines)])
