"""The answers about a network as a table for the terminal."""

from collections.abc import Iterator
from itertools import islice
from math import isfinite
from typing import Any

from ecd2g.experiments.network.answers import Answers
from ecd2g.experiments.records.summary import WIDTH, number


def network_summary(file: str, answers: Answers, numbers: dict[str, Any], timing: dict[str, float]) -> str:
    """One line a number, in the order a reader asks for them, then the certificate."""
    lines = [f"{name:<{WIDTH}} {text}" for name, text in _lines(file, answers, numbers, timing)]
    return "\n".join(lines if answers.solution is None else [*lines, str(answers.solution.certificate)])


def _lines(
    file: str, answers: Answers, numbers: dict[str, Any], timing: dict[str, float]
) -> Iterator[tuple[str, str]]:
    read = repr(answers.network).removeprefix("<ResistorNetwork: ").removesuffix(">")
    yield "network", f"{file}: {read}"
    if merged := numbers["network"]["n_labels_merged"]:
        yield "labels merged by zero-ohm edges", number(merged)
    if "solution" in numbers:
        yield from _solution_lines(numbers, timing)
    if "walks" in numbers:
        yield from _walk_lines(numbers["walks"])
    if "resistances" in numbers:
        yield from _resistance_lines(numbers["resistances"])
    for name in answers.centralities or {}:
        found = numbers[name]
        top = ", ".join(f"{entry['node']}: {number(entry['value'])}" for entry in found["largest"])
        yield f"largest {name}", f"{top} (by {found['method']}, within {number(found['error'])})"
    if left_out := numbers.get("figures_left_out"):
        yield "figures left out", left_out


def _solution_lines(numbers: dict[str, Any], timing: dict[str, float]) -> Iterator[tuple[str, str]]:
    solved, proven = numbers["solution"], numbers["certificate"]
    error = number(proven["potential_error"])
    yield (
        "solved by",
        f"{proven['method']} in {timing['solve_s']:.3f} s, potentials within {error} (proven, relative)",
    )
    current = f"{number(solved['current_ampere'])} A from {_counted(solved['n_sources'], 'node')}"
    yield "current", f"{current} to {_counted(solved['n_sinks'], 'node')}"
    yield "power", f"{number(solved['power_watt']['value'])} W"
    if found := solved.get("effective_resistance"):
        yield _resistance_line(found)


def _walk_lines(walks: dict[str, Any]) -> Iterator[tuple[str, str]]:
    verdict = "within" if walks["within_floor"] else "ABOVE"
    yield (
        f"TV of {walks['n_walks']:,} ends",
        f"{number(walks['total_variation'])} ({number(walks['floor_expected'])} expected of perfect samples, "
        f"bound {number(walks['floor_bound'])}: {verdict})",
    )
    yield "TV of the exact law of the walks", number(walks["exact_law_total_variation"])
    mean, exact = number(walks["mean_steps"]), number(walks["exact_mean_steps"])
    yield "steps", f"{mean} on average (exactly {exact}), {walks['most_steps']} at most"
    for entry in walks["ends"]:
        yield f"ends at {entry['node']}", f"{number(entry['sampled']):<10} exactly {number(entry['exact'])}"


def _resistance_lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    width = number(found["widest_relative_bracket"])
    yield (
        "resistances",
        f"{_counted(found['n_pairs'], 'pair')} by {found['method']}, brackets within {width} (relative)",
    )
    if "n_infinite" in found:
        yield from _matrix_lines(found)
        return
    for pair in found["pairs"]:
        yield _resistance_line(pair)


def _matrix_lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A line a node where all pairs are listed, the lower triangle row by row; otherwise a line a figure."""
    if found["pairs"]:
        nodes = [found["pairs"][0]["u"], *dict.fromkeys(pair["v"] for pair in found["pairs"])]
        values = iter([_ohms(pair["resistance_ohm"]) for pair in found["pairs"]])
        for place, node in enumerate(nodes):
            row = [
                *islice(values, place),
                f"{node!s:.10}",
            ]  # the name heads its column from below the diagonal
            yield f"ohm from {node}" if place else "ohm", "  ".join(f"{text:>10}" for text in row)
        return
    for name in ("smallest", "median", "largest"):
        if name in found:
            text, bracket = _resistance_line(found[name])
            yield f"{name} {text}", bracket
    if found["n_infinite"]:
        yield "infinite", f"{_counted(found['n_infinite'], 'pair')}: no path joins them"


def _ohms(value: float) -> str:
    return f"{value:.6g}".replace("inf", "infinite")


def _resistance_line(found: dict[str, Any]) -> tuple[str, str]:
    value, lower, upper = (found[f"{name}_ohm"] for name in ("resistance", "lower", "upper"))
    bracket = f"{value:.12g} ohm, between {lower!r} and {upper!r}"
    return f"resistance {found['u']} to {found['v']}", bracket if isfinite(
        value
    ) else "infinite: no path joins them"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
