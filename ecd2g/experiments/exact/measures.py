"""Every number that is reported about a solved experiment."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.data.problem import Problem
from ecd2g.errors import StrandedWalkerError
from ecd2g.experiments.exact.solved import SolvedExperiment
from ecd2g.metrics import (
    independent_cost,
    kl_divergence,
    mean_hamming_distance,
    mean_squared_distance,
    probability_of_staying,
    sampling_floor,
    total_variation,
)
from ecd2g.movement import Walks
from ecd2g.movement.exact import ExactLaw
from ecd2g.movement.rules import Rule


def circuit_numbers(solved: SolvedExperiment) -> dict[str, Any]:
    """The size of the problem, the circuit, and the certificate of its solution."""
    space, circuit = solved.problem.space, solved.flow.circuit
    return {
        "problem": {
            "name": solved.problem.name,
            "title": solved.problem.title,
            "read": solved.problem.read,
            "alphabet": solved.problem.alphabet,
            "n_symbols": space.n_symbols,
            "alphabet_sizes": space.alphabet_sizes,
            "n_states": space.n_states,
            "n_atoms": solved.flow.field.atoms.n_atoms,
        },
        "circuit": {
            "n_layers": circuit.n_layers,
            "forward_resistance_ohm": solved.experiment.forward_resistance,
            "lateral_resistance_ohm": solved.experiment.lateral_resistance,
            "rho": circuit.lateral_ratio,
            "backward_current_ampere": solved.flow.backward_current(),
        },
        "certificate": asdict(solved.flow.certificate),
    }


def law_numbers(solved: SolvedExperiment, rule: Rule) -> dict[str, Any]:
    """How far the exact end law of a rule lies from the target; says why where there is no such law."""
    try:
        if rule == "first-passage":
            return _first_passage_numbers(solved)
        law = solved.flow.exact_law(rule)
    except StrandedWalkerError as error:
        return {"stranded": str(error)}
    target, ends = solved.target_law(), end_law(solved, law)
    return {
        "total_variation": total_variation(ends, target),
        "kl_law_from_target_nats": kl_divergence(ends, target),
        "kl_target_from_law_nats": kl_divergence(target, ends),
        "mean_steps": law.mean_steps,
        "unfinished": law.unfinished,
    }


def end_law(solved: SolvedExperiment, law: ExactLaw) -> NDArray[np.float64]:
    """Probability of every atom under an exact law; it sums to one less what is `unfinished`, at most 1e-12."""
    return law.ends[-1] * solved.flow.field.multiplicity


def walk_numbers(solved: SolvedExperiment, walks: Walks) -> dict[str, Any]:
    """Distance of sampled ends from the target, beside the distance that as many perfect samples would show.

    Starts of the user's own need not follow the source, so their ends need not follow the target: no verdict then, but
    the distance of the starts from the source.
    """
    ends = solved.empirical_law(walks.ends)
    distance = total_variation(ends, solved.target_law())
    floor = sampling_floor(solved.flow.sink.probabilities, len(walks.ends))
    if solved.starts is None:
        verdict: dict[str, Any] = {"within_floor": bool(distance <= floor.bound)}
    else:
        begin = solved.empirical_law(walks.starts)
        verdict = {"starts_total_variation": total_variation(begin, solved.source_law())}
    return {
        "n_walks": len(walks.ends),
        "total_variation": distance,
        "floor_expected": floor.expected,
        "floor_bound": floor.bound,
        "floor_error_rate": floor.error_rate,
        **verdict,
        "mean_steps": float(walks.n_steps.mean()),
        "most_steps": int(walks.n_steps.max()),
        "transport": transport_numbers(solved.problem, walks),
    }


def independent_numbers(problem: Problem) -> dict[str, float]:
    """What the independent coupling of source and target costs, exactly: the price of forgetting the start."""
    source, target = problem.source, problem.target
    cost = {
        "probability_of_staying": _overlap(source, target),
        "hamming_distance": independent_cost(source, target, "hamming"),
    }
    if scale := ordinal_scale(problem):
        cost["squared_distance"] = independent_cost(source, target, "squared", scale)
    return cost


def _first_passage_numbers(solved: SolvedExperiment) -> dict[str, Any]:
    n_states, limit = solved.problem.space.n_states, solved.experiment.first_passage_states
    if n_states > limit:
        return {"skipped": f"{n_states:,} states, and its dense kernels are made for {limit:,} at most"}
    law = solved.flow.law("first-passage")
    return {"total_variation": total_variation(law, solved.problem.target.to_array())}


def transport_numbers(problem: Problem, walks: Walks) -> dict[str, float]:
    """How far walks end from where they started."""
    cost = {
        "probability_of_staying": probability_of_staying(walks.starts, walks.ends),
        "hamming_distance": mean_hamming_distance(walks.starts, walks.ends),
    }
    if scale := ordinal_scale(problem):
        cost["squared_distance"] = mean_squared_distance(walks.starts, walks.ends, scale=scale)
    return cost


def ordinal_scale(problem: Problem) -> int | None:
    """The side S of the grid, where symbols are numbers whose spacing means something: on one scale, not letters."""
    n_symbols = problem.space.n_symbols
    return n_symbols if problem.alphabet is None and isinstance(n_symbols, int) else None


def _overlap(p: Distribution, q: Distribution) -> float:
    """Sum over x of p(x) q(x), over the states the sparser one lists."""
    few, other = (p, q) if q.states is None else (q, p)
    if few.states is None:
        return float(few.probabilities @ other.probabilities)
    if other.states is None:
        return float(few.probabilities @ other.probabilities[other.space.index(few.states)])
    listed = {state.tobytes(): mass for state, mass in zip(other.states, other.probabilities, strict=True)}
    shared = (listed.get(state.tobytes(), 0.0) for state in few.states)
    return float(sum(mass * found for mass, found in zip(few.probabilities, shared, strict=True)))
