"""The numbers of a run as a table for the terminal."""

from typing import Any

WIDTH = 34

ROUNDING = 1e-12
"""Divergences below this one are rounding, of either sign."""


def summary(numbers: dict[str, Any], timing: dict[str, float]) -> str:
    """One line a number, in the order a reader asks for them; lines without a number are left out."""
    return "\n".join(f"{name:<{WIDTH}} {text}" for name, text in _lines(numbers, timing) if text)


def number(value: Any) -> str:
    """A measured number in four digits, a count in full while that is readable."""
    if isinstance(value, int) and value < 10**12:
        return f"{value:,}"
    return f"{value:.4g}".replace("inf", "infinite")


def _lines(numbers: dict[str, Any], timing: dict[str, float]) -> list[tuple[str, str]]:
    problem, circuit = numbers["problem"], numbers["circuit"]
    lines = [
        ("problem", f"{problem['title']}, {number(problem['n_states'])} states"),
        *zip(("read of the source", "read of the target"), problem["read"], strict=False),
        ("read of the starts", numbers.get("starts", {}).get("read", "")),
        ("circuit", _circuit(circuit)),
        ("solved by", _solved(numbers["certificate"], timing)),
        ("backward current", f"{number(circuit['backward_current_ampere'])} A of 1 A"),
    ]
    for rule, law in numbers.get("laws", {}).items():
        lines.append((f"TV of the exact {rule} law", _law(law)))
    if walks := numbers.get("walks"):
        lines += _walk_lines(walks, numbers["rule"], timing)
        lines += _cost_lines(walks["transport"], numbers["independent_coupling"])
    lines.append(("figures left out", numbers.get("figures_left_out", "")))
    return lines


def _circuit(circuit: dict[str, Any]) -> str:
    r, lateral = circuit["forward_resistance_ohm"], circuit["lateral_resistance_ohm"]
    return f"{circuit['n_layers']} layers, r = {r:g} ohm, R = {lateral:g} ohm, rho = {number(circuit['rho'])}"


def _solved(certificate: dict[str, Any], timing: dict[str, float]) -> str:
    error = number(certificate["potential_error"])
    return (
        f"{certificate['method']} in {timing['solve_s']:.3f} s, potentials within {error} (proven, relative)"
    )


def _law(law: dict[str, Any]) -> str:
    if "total_variation" not in law:
        return "; ".join(f"{reason}: {text}" for reason, text in law.items())
    text = f"{number(law['total_variation']):<10}"
    if "kl_law_from_target_nats" in law:
        divergence = _without_rounding(law["kl_law_from_target_nats"])
        text += f" KL(law || target) {divergence} nats, {number(law['mean_steps'])} steps on average"
    return text.rstrip()


def _without_rounding(divergence: float) -> str:
    return "0" if abs(divergence) < ROUNDING else number(divergence)


def _verdict(walks: dict[str, Any]) -> str:
    """What the distance of the ends is to be compared with."""
    floor = f"{number(walks['floor_expected'])} expected of perfect samples"
    if "starts_total_variation" in walks:
        return f"{floor}; your starts: {number(walks['starts_total_variation'])} from the source"
    return f"{floor}, bound {number(walks['floor_bound'])}: {'within' if walks['within_floor'] else 'ABOVE'}"


def _walk_lines(walks: dict[str, Any], rule: str, timing: dict[str, float]) -> list[tuple[str, str]]:
    return [
        (
            f"TV of {walks['n_walks']:,} {rule} ends",
            f"{number(walks['total_variation'])} ({_verdict(walks)})",
        ),
        ("steps", f"{number(walks['mean_steps'])} on average, {walks['most_steps']} at most"),
        ("walks per second", f"{walks['n_walks'] / max(timing['walk_s'], 1e-9):,.0f}"),
    ]


def _cost_lines(walked: dict[str, float], independent: dict[str, float]) -> list[tuple[str, str]]:
    names = {
        "probability_of_staying": ("share that ends where it began", ""),
        "hamming_distance": ("mean Hamming distance", ""),
        "squared_distance": (
            "mean squared distance per walk",
            " (sum over sites, symbols scaled by S)",
        ),
    }
    return [
        (text, f"{number(walked[name]):<10} independent coupling {number(independent[name])}{unit}")
        for name, (text, unit) in names.items()
        if name in walked
    ]
