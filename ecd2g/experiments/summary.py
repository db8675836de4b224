"""The numbers of a run as a table for the terminal."""

from typing import Any

WIDTH = 34


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
        ("circuit", _circuit(circuit)),
        ("solved by", _solved(numbers["certificate"], timing)),
        ("backward current", f"{number(circuit['backward_current_ampere'])} A of 1 A"),
    ]
    for rule, law in numbers.get("laws", {}).items():
        lines.append((f"TV of the exact {rule} law", _law(law)))
    if walks := numbers.get("walks"):
        lines += _walk_lines(walks, numbers["rule"], timing)
        lines += _cost_lines(walks["transport"], numbers["independent_coupling"])
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
        text += (
            f" KL {number(law['kl_law_from_target_nats'])} nats, {number(law['mean_steps'])} steps on average"
        )
    return text.rstrip()


def _walk_lines(walks: dict[str, Any], rule: str, timing: dict[str, float]) -> list[tuple[str, str]]:
    verdict = "within" if walks["within_floor"] else "ABOVE"
    floor = (
        f"{number(walks['floor_expected'])} expected of perfect samples, bound {number(walks['floor_bound'])}"
    )
    return [
        (
            f"TV of {walks['n_walks']:,} {rule} ends",
            f"{number(walks['total_variation'])} ({floor}: {verdict})",
        ),
        ("steps", f"{number(walks['mean_steps'])} on average, {walks['most_steps']} at most"),
        ("walks per second", f"{walks['n_walks'] / max(timing['walk_s'], 1e-9):,.0f}"),
    ]


def _cost_lines(walked: dict[str, float], independent: dict[str, float]) -> list[tuple[str, str]]:
    names = {
        "probability_of_staying": "share that ends where it began",
        "hamming_distance": "mean Hamming distance",
        "squared_distance": "mean squared distance, in S^2",
    }
    return [
        (text, f"{number(walked[name]):<10} independent coupling {number(independent[name])}")
        for name, text in names.items()
        if name in walked
    ]
