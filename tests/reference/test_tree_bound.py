"""The power bracket and the error bound against rational arithmetic, and the exact sums they are made of."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations
from math import fsum, inf

import numpy as np
import pytest

from ecd2g.circuit import NetworkField, ResistorNetwork
from ecd2g.errors import SolverError
from ecd2g.reference.certificate import certify_network
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.networks import tree_bound as module
from ecd2g.reference.networks.spanning_tree import best_conductors, least_resistances, spanning_tree
from ecd2g.reference.networks.star_mesh import star_mesh
from ecd2g.reference.networks.tree_bound import TreeBound, tree_bound
from ecd2g.testing import exact_network, golden_networks

N_CASES = 1000
STIFF = [case for case in golden_networks() if case.name.startswith(("stiff", "wide"))]


@dataclass(frozen=True, eq=False)
class Solved:
    """A network with net currents whose exact sum is zero, the exact answer, and a candidate for it."""

    network: ResistorNetwork
    net: np.ndarray
    exact: tuple[Fraction, ...]
    power: Fraction
    potentials: np.ndarray
    drops: np.ndarray

    @classmethod
    def exactly(cls, network, source, sink):
        """The answer itself: potentials and drops are the nearest doubles."""
        answer = exact_network(network.n_nodes, edges_of(network), source.tolist(), sink.tolist())
        pairs = zip(network.tails.tolist(), network.heads.tolist(), strict=True)
        drops = np.array([float(answer.potentials[u] - answer.potentials[v]) for u, v in pairs])
        return cls(network, source - sink, answer.potentials, answer.power, doubles(answer.potentials), drops)

    def with_potentials(self, potentials):
        drops = potentials[self.network.tails] - potentials[self.network.heads]
        return replace(self, potentials=potentials, drops=drops)

    @cached_property
    def bound(self):
        currents = self.network.conductances * self.drops
        return tree_bound(self.network, self.potentials, currents, self.net)

    def width(self):
        bound = self.bound
        return (bound.upper - bound.lower) / float(self.power)

    def is_in_bracket(self):
        bound = self.bound
        return Fraction(bound.lower) <= self.power and (
            bound.upper == inf or self.power <= Fraction(bound.upper)
        )

    def error(self):
        """Largest error of the potentials less their exact mean; for a connected network."""
        found = [Fraction(value) for value in self.potentials.tolist()]
        mean = sum(found) / len(found)
        return max(abs(value - mean - truth) for value, truth in zip(found, self.exact, strict=True))

    def in_units(self, ampere, siemens):
        """The same problem and candidate with currents times 2^ampere and conductances times 2^siemens."""
        volt, watt = Fraction(2) ** (ampere - siemens), Fraction(2) ** (2 * ampere - siemens)
        conductances = np.ldexp(self.network.conductances, siemens)
        return Solved(
            network=replace(self.network, conductances=conductances),
            net=np.ldexp(self.net, ampere),
            exact=tuple(volt * value for value in self.exact),
            power=watt * self.power,
            potentials=np.ldexp(self.potentials, ampere - siemens),
            drops=np.ldexp(self.drops, ampere - siemens),
        )


def edges_of(network):
    return list(
        zip(network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True)
    )


def doubles(values):
    return np.array([float(value) for value in values])


def random_network(rng):
    """3 to 8 nodes, now and then 12, conductances over 0 to 12 decades."""
    n, decades = int(rng.choice([3, 4, 5, 6, 7, 8, 12], p=[*[0.16] * 6, 0.04])), rng.uniform(0, 12)
    tree = [(int(rng.integers(k)), k) for k in range(1, n)]
    more = [(u, v) for u in range(n) for v in range(u + 1, n) if rng.random() < 0.3]
    pairs = np.array(sorted({*tree, *more}))
    return ResistorNetwork.from_edges(
        pairs, conductance=10 ** rng.uniform(-decades / 2, decades / 2, len(pairs))
    )


def dyadic(rng, n):
    """One ampere over one to three nodes in 64ths, so that totals agree exactly."""
    cuts = np.sort(rng.integers(0, 65, size=rng.integers(0, 3)))
    shares = np.zeros(n)
    np.add.at(shares, rng.integers(n, size=len(cuts) + 1), np.diff([0, *cuts, 64]) / 64)
    return shares


@cache
def random_cases():
    rng = np.random.default_rng(0)
    cases = []
    while len(cases) < N_CASES:
        network = random_network(rng)
        source, sink = dyadic(rng, network.n_nodes), dyadic(rng, network.n_nodes)
        if np.any(source != sink):
            cases.append(Solved.exactly(network, source, sink))
    return cases


def solved_in_floats(case, rng):
    """As pinv solves it: over many decades, badly."""
    del rng
    n, laplacian = case.network.n_nodes, np.zeros((case.network.n_nodes,) * 2)
    for u, v, g in edges_of(case.network):
        laplacian[[u, v], [u, v]] += g
        laplacian[[u, v], [v, u]] -= g
    return case.with_potentials(np.linalg.pinv(laplacian, hermitian=True) @ case.net.reshape(n))


def perturbed(case, rng):
    noise = 10 ** rng.uniform(-9, -3) * np.abs(case.potentials).max()
    return case.with_potentials(case.potentials + noise * rng.normal(size=len(case.potentials)))


SOLVERS = {"exact": lambda case, rng: case, "floats": solved_in_floats, "sloppy": perturbed}


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_bounds_hold_on_random_networks(solver):
    rng = np.random.default_rng(1)
    for case in random_cases():
        candidate = SOLVERS[solver](case, rng)
        assert candidate.is_in_bracket()
        assert candidate.error() <= Fraction(candidate.bound.potential_error)


def test_good_drops_give_brackets_of_a_few_roundings():
    assert max(case.width() for case in random_cases()) < 1e-14


@pytest.mark.parametrize("case", STIFF, ids=lambda case: case.name)
def test_24_decades_are_certified_from_good_drops(case):
    problem = case.problem
    solved = Solved.exactly(problem.circuit, problem.injected, problem.extracted)
    assert solved.is_in_bracket()
    assert solved.width() < 1e-14
    assert solved.error() <= Fraction(solved.bound.potential_error)
    assert solved.bound.potential_error < 1e-9 * np.abs(solved.potentials).max()


@pytest.mark.parametrize("case", STIFF, ids=lambda case: case.name)
def test_24_decades_are_refused_with_drops_of_rounded_potentials(case):
    """Potentials that are right to two units of their last digit have currents that are wrong by many orders."""
    problem = case.problem
    solved = Solved.exactly(problem.circuit, problem.injected, problem.extracted)
    rng = np.random.default_rng(2)
    noisy = solved.with_potentials(
        solved.potentials * (1 + EPS * rng.integers(-2, 3, problem.circuit.n_nodes))
    )
    assert noisy.is_in_bracket()
    assert noisy.error() <= Fraction(noisy.bound.potential_error)
    field = NetworkField.from_potentials(
        problem.circuit, problem.injected.copy(), problem.extracted.copy(), noisy.potentials.copy()
    )
    with pytest.raises(SolverError, match="kirchhoff"):
        certify_network(field, "noisy", 1e-8).require()


def test_the_width_is_of_second_order():
    rng = np.random.default_rng(2)
    for case in random_cases()[:20]:
        direction = np.abs(case.drops).max() * rng.normal(size=len(case.drops))
        direction *= np.abs(case.drops) / np.abs(case.drops).max()  # a share of every drop
        coarse, fine = (replace(case, drops=case.drops + h * direction).width() for h in (1e-3, 1e-5))
        if case.network.n_edges >= case.network.n_nodes:
            assert fine == pytest.approx(1e-4 * coarse, rel=0.05, abs=2e-14)


def test_one_source_and_one_sink_have_their_drop_per_ampere_in_the_bracket():
    rng = np.random.default_rng(3)
    for case in random_cases()[:100]:
        n = case.network.n_nodes
        source, sink = np.eye(n)[rng.permutation(n)[:2]]
        solved = Solved.exactly(case.network, source, sink)
        for candidate in (solved, perturbed(solved, rng)):
            bound = candidate.bound
            drop = candidate.potentials @ candidate.net
            assert bound.lower - 2 * bound.potential_error <= drop <= bound.upper + 2 * bound.potential_error


def test_without_the_repair_the_bracket_is_wrong(monkeypatch):
    """Negative control: currents a tenth of a percent short dissipate too little."""

    def short():
        return [replace(case, drops=0.999 * case.drops) for case in random_cases()[:100]]

    assert all(case.is_in_bracket() for case in short())
    monkeypatch.setattr(module, "_repaired", lambda *args: (args[3], 0 * args[3]))
    assert not any(case.is_in_bracket() for case in short())


def test_the_bracket_of_another_network_is_wrong():
    """Negative control: one part in 10^12 of every resistance is seen."""
    for case in random_cases()[:100]:
        other = replace(case.network, conductances=case.network.conductances * (1 + 1e-12))
        assert not replace(case, network=other, drops=case.drops / (1 + 1e-12)).is_in_bracket()


def test_a_moved_potential_is_within_the_bound_and_no_bound_forgets_it():
    for case in random_cases()[:100]:
        moved = case.potentials.copy()
        moved[0] += 1e-6 * np.abs(moved).max()
        damaged = replace(case, potentials=moved)
        assert damaged.error() <= Fraction(damaged.bound.potential_error)
        assert damaged.error() > Fraction(case.bound.potential_error)


def test_components_are_bounded_apart():
    rng = np.random.default_rng(4)
    left, right = (next(c for c in random_cases()[k:] if c.network.n_nodes > 5) for k in (0, 500))
    n = left.network.n_nodes
    pairs = [
        *zip(left.network.tails, left.network.heads, strict=True),
        *zip(right.network.tails + n, right.network.heads + n, strict=True),
    ]
    siemens = np.concatenate([left.network.conductances, right.network.conductances])
    lonely = 3
    network = ResistorNetwork.from_edges(
        np.array(pairs), conductance=siemens, n_nodes=n + right.network.n_nodes + lonely
    )
    both = Solved(
        network,
        np.concatenate([left.net, right.net, np.zeros(lonely)]),
        (*left.exact, *right.exact, *[Fraction(0)] * lonely),
        left.power + right.power,
        np.concatenate([left.potentials, right.potentials, np.zeros(lonely)]),
        np.concatenate([left.drops, right.drops]),
    )
    assert both.is_in_bracket()
    assert both.width() < 1e-14
    lifted = replace(
        both, potentials=both.potentials + np.repeat([7.0, -3.0, 1.0], [n, right.network.n_nodes, lonely])
    )
    size = np.abs(both.potentials).max()
    assert lifted.bound.potential_error <= both.bound.potential_error + 100 * EPS * (7 + size)
    assert perturbed(both, rng).is_in_bracket()


def test_a_long_path_and_a_star_are_certified_to_rounding():
    n = 100_000
    hub, leaves = np.zeros(n, dtype=int), np.arange(1, n + 1)
    rng = np.random.default_rng(5)
    ohm = 2.0 ** rng.integers(-20, 20, size=n)
    path = ResistorNetwork.from_edges(np.stack([leaves - 1, leaves], axis=1), resistance=ohm)
    star = ResistorNetwork.from_edges(np.stack([hub, leaves], axis=1), resistance=ohm)
    ends = np.zeros(n + 1)
    ends[[0, n]] = 1.0, -1.0
    below = np.append(np.cumsum(ohm[::-1])[::-1], 0.0)
    spread = np.append(n, -np.ones(n))
    for network, net, potentials, drops in (
        (path, ends, below, ohm),
        (star, spread, np.append(0.0, -ohm), ohm),
    ):
        bound = tree_bound(network, potentials, network.conductances * drops, net)
        power = fsum(ohm)
        assert power * (1 - 1e-14) <= bound.lower <= power <= bound.upper <= power * (1 + 1e-14)
        assert bound.potential_error <= 1e-10 * np.ptp(potentials)


def test_currents_of_zero_have_no_power():
    network = random_cases()[0].network
    zero = np.zeros(network.n_nodes)
    bound = tree_bound(network, zero, np.zeros(network.n_edges), zero)
    assert (bound.potential_error, bound.lower, bound.upper) == (0.0, 0.0, 0.0)


def test_a_potential_that_is_no_number_proves_nothing():
    case = random_cases()[0]
    assert replace(case, drops=np.full(len(case.drops), np.nan)).bound == TreeBound(inf, 0.0, inf)
    assert replace(case, potentials=np.full(len(case.potentials), np.inf)).bound.potential_error == inf


UNITS = [
    (0, 664),
    (0, -664),
    (0, 996),
    (0, -996),
    (498, 0),
    (-498, 0),
    (498, 664),
    (-498, -664),
    (-498, -996),
]


@pytest.mark.parametrize(("ampere", "siemens"), UNITS)
def test_bounds_are_the_same_in_any_unit(ampere, siemens):
    """Currents of 1e-150 to 1e150 A, conductances of 1e-300 to 1e300 S, by exact powers of two."""
    rng = np.random.default_rng(7)
    for case in random_cases()[:50]:
        for candidate in (case, perturbed(case, rng)):  # drops below 1e-308 lose digits
            bound, moved = candidate.bound, candidate.in_units(ampere, siemens)
            assert moved.is_in_bracket()
            assert moved.error() <= Fraction(moved.bound.potential_error)
            watt = 2 * ampere - siemens
            assert moved.bound.upper == np.ldexp(bound.upper, watt)
            assert moved.bound.lower == np.ldexp(bound.lower, watt)
            error = np.ldexp(bound.potential_error, ampere - siemens)
            assert moved.bound.potential_error == pytest.approx(error, rel=1e-6, abs=1e-320)


@pytest.mark.parametrize(
    ("ampere", "siemens"), [(-530, 0), (-498, 664), (-500, 40), (-300, 700), (-10, 1014)]
)
def test_bounds_below_the_range_of_floats_are_rounded_outward(ampere, siemens):
    """Powers from 2^-980 to 2^-1660 W, some above the smallest number and some far below it."""
    rng = np.random.default_rng(8)
    small = [case for case in random_cases() if case.network.conductances.max() < 2.0**9]
    for case in small[:50]:
        for candidate in (case, perturbed(case, rng)):
            moved = candidate.in_units(ampere, siemens)
            assert moved.is_in_bracket()
            assert moved.error() <= Fraction(moved.bound.potential_error)


@pytest.mark.parametrize(
    ("siemens", "ampere"),
    [(1e-300, 1e-200), (1e200, 1e-100), (1.0, 1e-150), (1e300, 1e300), (1e-200, 1e50), (3e-308, 5e-324)],
)
def test_one_resistor_in_any_unit(siemens, ampere):
    network = ResistorNetwork.from_edges([[0, 1]], conductance=siemens)
    volt = ampere / siemens
    net = np.array([ampere, -ampere])
    bound = tree_bound(network, np.array([volt / 2, -volt / 2]), np.array([ampere]), net)
    power, drop = Fraction(ampere) ** 2 / Fraction(siemens), Fraction(ampere) / Fraction(siemens)
    assert Fraction(bound.lower) <= power <= Fraction(bound.upper)
    assert abs(Fraction(volt) - drop) / 2 <= Fraction(bound.potential_error)
    assert Fraction(bound.upper) - Fraction(bound.lower) <= power * Fraction(1e-14) + Fraction(5e-324)


@pytest.mark.parametrize(("siemens", "ampere", "volt"), [(1e-300, 1e200, 0.0), (1e-300, 1e200, 1e308)])
def test_what_overflows_is_infinite(siemens, ampere, volt):
    """A power of 1e700 W has a lower bound only, and potentials of 1e500 V have none."""
    network = ResistorNetwork.from_edges([[0, 1]], conductance=siemens)
    bound = tree_bound(network, np.array([volt, 0.0]), np.array([ampere]), np.array([ampere, -ampere]))
    assert (bound.potential_error, bound.upper) == (inf, inf)
    assert 0 <= bound.lower < inf


def test_currents_whose_sum_overflows_prove_nothing():
    triangle = ResistorNetwork.from_edges([[0, 1], [1, 2], [0, 2]], conductance=1.0)
    net = np.array([1e-8, -1e-8, 0.0])
    for current in (1e160, 1.7e308):
        for around in np.eye(3):
            bound = tree_bound(triangle, np.zeros(3), current * around, net)
            assert bound.lower <= Fraction(net[0]) ** 2 * Fraction(2, 3) <= bound.upper
            assert bound.potential_error > 1e-9


def test_squares_that_underflow_are_not_taken_for_zero():
    """Where nothing enters, 1e-200 A around a triangle are an error of the potentials, however small its square."""
    triangle = ResistorNetwork.from_edges([[0, 1], [1, 2], [0, 2]], conductance=1.0)
    potentials = 1e-200 * np.array([0.0, -1.0, -2.0])
    for around in ([1.0, 1.0, -1.0], [1.0, 1.0, 2.0], [0.0, 0.0, 1.0]):
        bound = tree_bound(triangle, potentials, 1e-200 * np.array(around), np.zeros(3))
        assert bound.potential_error >= 1e-200
        assert bound.lower == 0.0


def test_more_than_307_decades_prove_nothing():
    network = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=[1.1e300, 1.1e-20])
    net = np.array([1.0, 0.0, -1.0])
    assert tree_bound(network, np.zeros(3), np.ones(2), net) == TreeBound(inf, 0.0, inf)


def bracket_of_pair(network, u, v):
    """What star-mesh elimination and one tree prove for 1 A from u to v."""
    source, sink = np.eye(network.n_nodes)[[u, v]]
    field = star_mesh(network, source, sink)
    bound = tree_bound(network, field.potentials, field.edge_currents, source - sink)
    return bound.lower, bound.upper


BEHIND_WEAK_EDGES = ResistorNetwork.from_edges(
    [(0, 1), (1, 2), (1, 4), (2, 3), (2, 6), (3, 4), (4, 5), (5, 6)],
    conductance=[1e12, 1e12, 1e12, 1e12, 1e-12, 1e-12, 1e12, 1e-12],
)


def test_24_decades_are_certified_between_all_pairs():
    """Every value 1e-12, 1 or 1e12 S: paths over weak edges tie, whatever stiff edges lie on them."""
    rng = np.random.default_rng(9)
    networks = [BEHIND_WEAK_EDGES]
    for shape in random_cases()[:25]:
        siemens = rng.choice([1e-12, 1.0, 1e12], shape.network.n_edges)
        networks.append(replace(shape.network, conductances=siemens))
    for network in networks:
        n = network.n_nodes
        for u, v in combinations(range(n), 2):
            lower, upper = bracket_of_pair(network, u, v)
            source, sink = np.eye(n)[[u, v]].tolist()
            exact = exact_network(n, edges_of(network), source, sink).power
            assert Fraction(lower) <= exact <= Fraction(upper)
            assert upper - lower < 1e-14 * upper


def test_least_resistances_do_not_certify_what_lies_behind_weak_edges(monkeypatch):
    """Negative control: of two weak paths that tie, a tree with both leaves the stiff edge between them out."""
    monkeypatch.setattr(module, "spanning_tree", least_resistances)
    lower, upper = bracket_of_pair(BEHIND_WEAK_EDGES, 3, 6)
    assert upper - lower > 1e-9 * upper


def test_paths_longer_than_the_largest_number_are_found():
    """Twelve resistors in line, 4e307 ohm each."""
    n = 12
    network = ResistorNetwork.from_edges([[k, k + 1] for k in range(n)], resistance=4e307)
    for tree in (spanning_tree(network), least_resistances(network), best_conductors(network)):
        assert len(tree.child) == n
        np.testing.assert_array_equal(tree.parent, tree.child - 1)
    net = np.zeros(n + 1)
    net[[0, n]] = 0.125, -0.125
    bound = tree_bound(network, 5e306 * np.arange(6.0, -7.0, -1.0), np.full(n, 0.125), net)
    power = sum(Fraction(1, 64) / Fraction(g) for g in network.conductances.tolist())
    assert Fraction(bound.lower) <= power <= Fraction(bound.upper)
    assert bound.upper - bound.lower < 1e-13 * bound.upper
