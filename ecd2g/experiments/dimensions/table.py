"""The circuits of all dimensions as lines of one table, as .csv and for the terminal."""

from pathlib import Path
from typing import Any

from ecd2g.experiments.dimensions.settings import GEOMETRIC
from ecd2g.experiments.records.csv_table import write_csv

MEGABYTE = 1e6


def rows_of(numbers: dict[str, Any], timing: dict[str, Any]) -> list[dict[str, Any]]:
    """One flat row for every dimension and circuit; `timing` holds what was measured of time and memory."""
    rows = []
    for name, part in numbers["dimensions"].items():
        costs = part["reference_costs"]
        for key, found in part["circuits"].items():
            used, certificate, walks = timing["resources"][name][key], found["certificate"], found["walks"]
            rows.append(
                {
                    **part["problem"],
                    "circuit": key,
                    **used,
                    **{figure: certificate[figure] for figure in CERTIFIED},
                    "law_largest_deviation": found["two_way_law"]["largest_deviation"],
                    "law_total_variation": found["two_way_law"]["total_variation"],
                    "mean_steps": found["two_way_law"]["mean_steps"],
                    "forward_only_total_variation": found["forward_only_law"].get("total_variation", ""),
                    "cost": found["cost"]["squared_distance"],
                    "cost_of_walks": walks["squared_distance"],
                    "cost_of_walks_standard_error": walks["squared_distance_standard_error"],
                    "independent_cost": costs["independent"],
                    "optimal_cost": costs.get("optimal", ""),
                    "optimal_cost_lower_bound": costs["optimal_lower_bound"],
                    "optimal_cost_assigned": costs["optimal_assigned"]["mean"]
                    if "optimal_assigned" in costs
                    else "",
                    "walks": walks["n_walks"],
                    **_distances(walks, "by_state"),
                    **_distances(walks, "by_radius"),
                }
            )
    return rows


CERTIFIED = ("kirchhoff", "ohm", "energy", "maximum_principle", "potential_error")
"""The figures of a certificate."""


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the rows with a header, every float in all its digits."""
    names = list(rows[0])
    write_csv(path, names, ([row[name] for name in names] for row in rows))


def table(rows: list[dict[str, Any]]) -> str:
    """The numbers a reader asks for first, one line a row."""
    lines = [HEAD]
    for row in rows:
        bias = row["forward_only_total_variation"]
        cells = (
            f"{row['n_sites'] if row['circuit'] == GEOMETRIC else '':>2}",
            f"{row['n_states'] if row['circuit'] == GEOMETRIC else '':>7}",
            f"{row['circuit']:<17}",
            f"{row['solve_s']:8.3f}",
            f"{row['peak_bytes'] / MEGABYTE:8.1f}",
            f"{row['potential_error']:8.1e}",
            f"{row['law_largest_deviation']:8.1e}",
            f"{row['cost']:8.5f}",
            f"{row['cost'] / row['optimal_cost_lower_bound']:6.2f}",
            f"{row['mean_steps']:6.2f}",
            f"{bias:7.3f}" if bias != "" else "      -",
            f"{row['walks_per_s']:9,.0f}",
            f"{row['by_radius_total_variation']:7.4f}",
            f"{row['by_radius_floor_expected']:7.4f}",
        )
        lines.append(" ".join(cells))
    return "\n".join([*lines, NOTE])


HEAD = (
    " D       V circuit            solve s  peak MB proven   max|l-q|    cost  /W2^2  steps fwd TV   walks/s"
    "  radius   floor"
)

NOTE = """cost: exact E|x0 - xN|^2 in sides of the box; /W2^2: over a lower bound of the optimal cost, so at most that;
fwd TV: exact bias of the forward-only rule; radius: TV of the radii of sampled ends, floor: that of perfect samples"""


def _distances(walks: dict[str, Any], name: str) -> dict[str, float]:
    return {f"{name}_{key}": walks[name][key] for key in ("total_variation", "floor_expected", "floor_bound")}
