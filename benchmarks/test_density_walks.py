"""Walks without a list of states: 100,000 walkers in 2^64, between mixtures of products and empirical measures."""

import numpy as np
import pytest

import ecd2g
from ecd2g.reference import MixtureDensity, ProductDensity, walk_between_densities

SPACE, RHO, N_WALKERS = ecd2g.StateSpace(2, 64), 0.05, 100_000


def mixture_of_products(rng: np.random.Generator) -> MixtureDensity:
    """Half and half, every bit one with a chance of 0.1 or 0.9."""
    ones = rng.choice([0.1, 0.9], size=(2, 64))
    return MixtureDensity(
        [0.5, 0.5], [ProductDensity(SPACE, list(np.stack([1 - row, row], axis=1))) for row in ones]
    )


def shared_half(rng: np.random.Generator) -> tuple[MixtureDensity, MixtureDensity]:
    """Mixtures that share one of their two products."""
    first, second = mixture_of_products(rng), mixture_of_products(rng)
    return first, MixtureDensity([0.5, 0.5], [first.components[0], second.components[0]])


def samples(rng: np.random.Generator) -> tuple[ecd2g.Distribution, ecd2g.Distribution]:
    """Empirical measures of 1000 samples each, without a common state."""
    first, second = mixture_of_products(rng), mixture_of_products(rng)
    return tuple(ecd2g.Distribution.from_samples(SPACE, d.sample(1000, rng)) for d in (first, second))


ENDS = {
    "mixtures of products": lambda rng: (mixture_of_products(rng), mixture_of_products(rng)),
    "mixtures, half shared": shared_half,
    "1000 samples each": samples,
}


@pytest.mark.benchmark(group="walks between densities, 2^64 states")
@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("n_layers", [5, 10, 30])
def test_walks_in_2_to_the_64(benchmark, name: str, n_layers: int) -> None:
    rng = np.random.default_rng(20260101)
    source, sink = ENDS[name](rng)
    circuit = ecd2g.LayeredCircuit.complete(
        SPACE,
        n_layers=n_layers,
        forward_resistance=0.1,
        lateral_resistance=0.1 * float(SPACE.n_states) / RHO,
    )
    starts = source.sample(N_WALKERS, rng)
    walks = benchmark.pedantic(
        lambda: walk_between_densities(circuit, source, sink, starts, 0), rounds=3, warmup_rounds=1
    )
    seconds = benchmark.stats.stats.median
    kept = np.mean(np.all(walks.starts == walks.ends, axis=1))
    changed = np.count_nonzero(walks.starts != walks.ends, axis=1).mean()
    # the independent coupling, by starts and ends put together at random
    unrelated = np.count_nonzero(walks.starts != rng.permutation(walks.ends), axis=1).mean()
    figures = {
        "walks a second": round(N_WALKERS / seconds),
        "events a walk": round(float(walks.n_events.mean()), 2),
        "evaluations a walk": round(float(walks.n_evaluations.mean()), 2),
        "draws a walk": round(float(walks.n_draws.mean()), 3),
    }
    benchmark.extra_info.update(figures)
    print(
        f"\n| {name} | {n_layers} | {seconds:.2f} s | {figures['walks a second']:,} | {figures['events a walk']} | "
        f"{figures['evaluations a walk']} | {figures['draws a walk']} | {100 * kept:.0f} % | "
        f"{changed:.1f} ({unrelated:.1f}) |"
    )
    assert walks.n_events.mean() < n_layers + 2.1
