"""What is printed about samples of a finished training, a line a number."""

from typing import Any

from ecd2g.experiments.records.summary import number

FIDELITY = {
    "total_variation": "TV of the ends",
    "kl_ends_from_target_nats": "KL(ends || target), nats",
    "shape": "shape",
    "trend": "trend",
    "mmd_squared": "MMD^2",
    "classifier_accuracy": "C2ST accuracy",
}
UNITS = {"squared": "squared distance, sides of the box", "hamming": "sites that differ"}

Lines = list[tuple[str, str]]


def bridge_lines(name: str, numbers: dict[str, Any], ground: str) -> Lines:
    """Fidelity with its floor, then cost and novelty."""
    walks, floor = numbers["walks"], numbers.get("floor", {})
    lines = [
        ("bridge", name),
        ("walks", f"{numbers['n_walks']:,} of {numbers['n_steps']} steps, judged by {numbers['judged_by']}"),
        *_fidelity(walks, floor),
    ]
    cost = number(walks["cost"])
    if "cost" in floor:
        cost += f" (independent coupling {number(floor['cost'])})"
    if "cost_over_matched" in walks:
        cost += f", {number(walks['cost_over_matched'])} of the best order of the same starts and ends"
    return [*lines, (f"mean cost, {UNITS[ground]}"[:34], cost), *_newness(walks, floor)]


def current_lines(name: str, numbers: dict[str, Any]) -> Lines:
    """Fidelity with its floor where states can be listed, then cost and novelty."""
    walks, floor = numbers["walks"], numbers.get("floor", {})
    cost, independent = numbers["transport"], numbers["independent_coupling"]
    lines = [
        ("model", name),
        (
            "walks",
            f"{numbers['n_walks']:,} {numbers['rule']}, {number(numbers['mean_steps'])} steps on average",
        ),
        *_fidelity(walks, floor),
    ]
    for key, text in (
        ("probability_of_staying", "share that ends where it began"),
        ("hamming_distance", "mean Hamming distance"),
        ("squared_distance", "mean squared distance per walk"),
    ):
        if key in cost:
            lines.append((text, f"{number(cost[key]):<10} independent coupling {number(independent[key])}"))
    return [*lines, *_newness(walks, floor)]


def _fidelity(walks: dict[str, Any], floor: dict[str, Any]) -> Lines:
    return [(text, _beside(walks[key], floor.get(key))) for key, text in FIDELITY.items() if key in walks]


def _newness(walks: dict[str, Any], floor: dict[str, Any]) -> Lines:
    """Printed with every fidelity: a sampler that memorises is close to its target too."""
    names = {
        "novelty": "share that is no training sample",
        "nearest_distance": "sites to the nearest of them",
    }
    return [(text, _beside(walks[key], floor.get(key))) for key, text in names.items() if key in walks]


def _beside(value: float, floor: float | None) -> str:
    return number(value) if floor is None else f"{number(value):<10} perfect samples {number(floor)}"
