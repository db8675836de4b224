"""Kernels: the closed form in modes against the bare transform, the certificate, walks, exact laws and memory.

Run with `make benchmarks`. Every ratio is taken within one run. Processor time is compared, and BLAS is best kept to
one thread (OPENBLAS_NUM_THREADS=1), so that other work on the machine does not enter.
"""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
import scipy.fft

import ecd2g
from ecd2g.circuit import kernels
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.reference.certificate import certify_layered
from ecd2g.reference.layered.spectral_form import spectral_form

N_LAYERS = 10
PER_LAYER = 5.0
"""Most bare transforms that the closed form may cost a layer: two of them are its own, of potentials and of drops."""


def case(name: str) -> tuple[ecd2g.LayeredCircuit, ecd2g.Distribution, ecd2g.Distribution]:
    """A circuit of a kernel and a size, such as "gaussian 50^2", with a random dense source and sink."""
    kind, size = name.rsplit(" ", 1)
    space = ecd2g.StateSpace(*map(int, size.split("^")))
    rng = np.random.default_rng(20260101)
    p, q = (ecd2g.Distribution.from_weights(space, rng.exponential(size=space.n_states)) for _ in "pq")
    return ecd2g.LayeredCircuit(space, N_LAYERS, KERNELS[kind](space)), p, q


def dense(space: ecd2g.StateSpace):
    states = space.states(np.arange(space.n_states)).astype(float)
    squares = np.sum((states[:, None] - states[None]) ** 2, axis=2)
    return kernels.dense(np.exp(-0.1 * squares))


def hamming(space: ecd2g.StateSpace):
    return kernels.hamming(space, [1.0, 10.0, 30.0] + [np.inf] * (space.n_sites - 2))


KERNELS: dict[str, Callable] = {
    "complete": lambda space: (
        ecd2g.LayeredCircuit.complete(
            space, n_layers=2, forward_resistance=1.0, lateral_resistance=4.0 * space.n_states
        ).kernel
    ),
    "gaussian": lambda space: kernels.gaussian(space, 1.0),
    "one-site gaussian": lambda space: kernels.one_site_gaussian(space, 2.0),
    "neighbour": lambda space: kernels.neighbour(space, forward_resistance=1.0, lateral_resistance=1.0),
    "hamming-1": lambda space: kernels.hamming_1(space, forward_resistance=1.0, lateral_resistance=10.0),
    "hamming": hamming,
    "dense": dense,
}


def processor_times(action: Callable[[], object], rounds: int = 3) -> list[float]:
    """Processor time of some rounds, in seconds."""
    return [_once(action) for _ in range(rounds)]


def ratios(action: Callable[[], object], to: Callable[[], object], rounds: int = 5) -> list[float]:
    """Ratios of processor times that are taken one right after the other, on a machine whose speed changes."""
    repeats = max(1, round(_once(action) / max(_once(to), 1e-6)))
    found = []
    for _ in range(rounds):
        base = _once(lambda: [to() for _ in range(repeats)]) / repeats
        found.append(_once(action) / base)
    return found


def _once(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


def note(benchmark, **figures: float | list[float]) -> None:
    """Put numbers into the record, of rounds their median and all of them, and print them."""
    for name, value in figures.items():
        if isinstance(value, list):
            benchmark.extra_info[f"{name.replace('_', ' ')}, rounds"] = value
        benchmark.extra_info[name.replace("_", " ")] = float(f"{np.median(value):.3g}")
    print("\n" + ", ".join(f"{name.replace('_', ' ')} {np.median(v):.3g}" for name, v in figures.items()))


SOLVED = [
    "gaussian 50^2",
    "gaussian 50^3",
    "gaussian 100^3",
    "one-site gaussian 50^3",
    "neighbour 50^3",
    "hamming-1 4^9",
    "hamming-1 2^20",
    "hamming 4^9",
]


@pytest.mark.benchmark(group="closed form in modes, N = 10")
@pytest.mark.parametrize("name", SOLVED)
def test_closed_form_against_the_bare_transform(benchmark, name: str) -> None:
    """Processor time a layer over that of `scipy.fft.dctn` of one layer, and of the kernel's own transform."""
    circuit, p, q = case(name)
    layer = p.to_array()
    box = layer.reshape(circuit.space.alphabet_sizes)
    rounds = 1 if circuit.n_states > 500_000 else 5
    spectral_form(circuit, p, q)  # what a kernel keeps is made once

    def solve():
        return spectral_form(circuit, p, q)

    bare = ratios(solve, lambda: scipy.fft.dctn(box, norm="ortho"), rounds)
    own = ratios(solve, lambda: circuit.kernel.to_modes(layer), rounds)
    field = benchmark.pedantic(solve, rounds=1)
    certify = ratios(lambda: certify_layered(_again(field), "closed-form", 1e-8), solve, rounds)
    note(
        benchmark,
        transforms_a_layer=[one / N_LAYERS for one in bare],
        own_transforms_a_layer=[one / N_LAYERS for one in own],
        certificate_over_closed_form=certify,
        milliseconds=1e3 * min(processor_times(solve, rounds)),
    )
    assert np.median(bare) <= PER_LAYER * N_LAYERS


def _again(field: KernelField) -> KernelField:
    """The same field without what it keeps once it is known."""
    return KernelField(field.circuit, field.atoms, field.potentials, field.forward_drops)


@pytest.mark.benchmark(group="moons to the Swiss roll, V = 2500, N = 10")
@pytest.mark.parametrize("width", [0.7, 1.0])
def test_certified_solve_of_the_moons(benchmark, width: float) -> None:
    """The whole of `ecd2g.solve`, over the closed form alone."""
    problem = ecd2g.data.moons_to_swiss_roll()
    circuit = ecd2g.LayeredCircuit(problem.space, N_LAYERS, kernels.gaussian(problem.space, width))

    def solve():
        return ecd2g.solve(circuit, source=problem.source, sink=problem.target)

    flow = benchmark(solve)
    over = ratios(solve, lambda: spectral_form(circuit, problem.source, problem.target), rounds=20)
    note(
        benchmark,
        milliseconds=1e3 * min(processor_times(solve, rounds=20)),
        over_closed_form=over,
        potential_error=flow.certificate.potential_error,
    )
    assert flow.certificate.potential_error < 1e-8
    assert np.median(over) <= 6


@pytest.mark.benchmark(group="memory, V = 10^6, N = 10")
def test_memory_of_a_million_states(benchmark) -> None:
    """The most that a certified solve holds at once, beside its kernel, source and sink."""
    circuit, p, q = case("gaussian 100^3")
    tracemalloc.start()
    try:
        flow = benchmark.pedantic(lambda: ecd2g.solve(circuit, source=p, sink=q), rounds=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    field = 2 * circuit.n_nodes * 8  # potentials and drops
    note(
        benchmark,
        seconds=processor_times(lambda: ecd2g.solve(circuit, source=p, sink=q)),
        gigabytes=peak / 1e9,
        over_potentials_and_drops=peak / field,
        potential_error=flow.certificate.potential_error,
    )
    assert peak < 2e9


WALKED = {
    "complete 50^2": 50_000,
    "gaussian 50^2": 50_000,
    "gaussian 50^3": 50_000,
    "one-site gaussian 50^2": 50_000,
    "neighbour 50^2": 50_000,
    "hamming-1 4^9": 20_000,
    "hamming 4^9": 20_000,
    "dense 30^2": 4_000,
}


@pytest.mark.benchmark(group="two-way walks, N = 10")
@pytest.mark.parametrize("name", WALKED)
def test_two_way_walks(benchmark, name: str) -> None:
    """Walks a second of processor time; their ends against the sink, at the error rate of the sampling floor."""
    circuit, p, q = case(name)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    n = WALKED[name]
    walks = flow.sample(n, rng=0)  # what a field keeps is made by the first walks
    rates = [n / took for took in processor_times(lambda: flow.sample(n, rng=0), rounds=3)]
    benchmark.pedantic(lambda: flow.sample(n, rng=0), rounds=1)
    law = np.bincount(circuit.space.index(walks.ends), minlength=circuit.n_states) / n
    distance = ecd2g.metrics.total_variation(law, q.to_array())
    note(benchmark, walks_a_second=rates, steps=float(walks.n_steps.mean()), total_variation=distance)
    assert distance <= ecd2g.metrics.sampling_floor(q.to_array(), n).bound


@pytest.mark.benchmark(group="exact two-way law, N = 10")
@pytest.mark.parametrize("name", ["gaussian 50^2", "hamming-1 4^9"])
def test_exact_law(benchmark, name: str) -> None:
    """Processor time of the law of all ends, over the number of edges."""
    circuit, p, q = case(name)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    began = time.process_time()
    law = benchmark.pedantic(flow.law, rounds=1)
    took = time.process_time() - began
    edges = circuit.n_gaps * circuit.kernel.n_pairs
    note(benchmark, seconds=took, nanoseconds_an_edge=1e9 * took / edges)
    assert ecd2g.metrics.total_variation(law, q.to_array()) < 1e-12
