"""The adaptations iteration by iteration as .csv, and what they came to for the terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecd2g.experiments.adapted.settings import CLOSE
from ecd2g.experiments.records.csv_table import write_csv
from ecd2g.reference.adapted.circuit import AdaptedCircuit

COLUMNS = {
    "iteration": "iteration",
    "transport_cost": "cost",
    "flow_cost": "flow_cost",
    "lower_bound": "bound",
    "law_error": "law_error",
    "seconds": "seconds",
    "n_edges": "n_edges",
    "conductance_ratio": "conductance_ratio",
}
"""Name in the table and of an `AdaptedStep`; costs in symbols^2 for "squared", in symbols for "distance"."""


def write_iterations(path: Path, circuits: Mapping[tuple[str, str], AdaptedCircuit]) -> None:
    """Write a line an iteration, every float in all its digits; `circuits` by start and kind of cost."""
    rows = (
        (start, cost, *(getattr(one, name) for name in COLUMNS.values()))
        for (start, cost), circuit in circuits.items()
        for one in circuit.history
    )
    write_csv(path, ["start", "cost_kind", *COLUMNS], rows)


def table(numbers: dict[str, Any], seconds: Mapping[str, float]) -> str:
    """The numbers a reader asks for first, a line a run; `seconds` is the mean time of an iteration by run."""
    runs = numbers["runs"]
    marks = list(next(iter(runs.values()))["cost_over_unit"])
    lines = [_unit(cost, unit, numbers["problem"]["n_symbols"]) for cost, unit in numbers["units"].items()]
    costs = " ".join(f"{f'cost {mark}':>8}" for mark in marks)
    lines.append(f"{'start':<9} {'cost':<9} {costs}    bound  within  max|l-q|   edges  99 %    s/it")
    for name, run in runs.items():
        costs = " ".join(f"{run['cost_over_unit'][mark]:8.4f}" for mark in marks)
        within = run["first_iteration_within_1.25"]
        lines.append(
            f"{run['start']:<9} {run['cost_kind']:<9} {costs} {run['bound_over_unit'][marks[-1]]:8.4f} "
            f"{within:>7} {run['largest_law_error']:9.1e} {run['n_edges_last']:7d} "
            f"{run['edges_that_carry_99_percent']:5d} {seconds[name]:7.2f}"
        )
    worst = max(run["largest_law_error"] for run in runs.values())
    return "\n".join([*lines, NOTE, f"largest deviation of any end law from the target: {worst:.1e}"])


def _unit(cost: str, unit: dict[str, Any], n_symbols: int) -> str:
    power = "^2" if cost == "squared" else ""
    return (
        f"{unit['name']} = {unit['value']:.6g} symbols{power} on S = {n_symbols} ({unit['origin']}); "
        f"independent coupling {unit['independent_over_unit']:.4g} times as much"
    )


NOTE = f"""cost N, bound: over that unit, after N iterations; within: first iteration with cost <= {CLOSE} units;
distance: its cost is an upper bound of the walk's; 99 %: edges that carry that share of the current at last"""
