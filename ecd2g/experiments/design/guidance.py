"""How to choose r, R and the number of layers of the complete circuit: exact sweeps in one dimension."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import log1p, nan
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ecd2g.data import uniform_to_gaussian
from ecd2g.experiments.design.candidates import Candidate
from ecd2g.experiments.design.measures import CircuitFigures, measure
from ecd2g.experiments.design.reference import reference_of

SIDES = (10, 50, 250)
"""Numbers of states V."""

FORWARD = (0.01, 1.0)
"""Forward resistances r in ohms."""

RHOS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

LAYERS = (2, 3, 5, 10, 20, 50, 100)

FEW_RHOS = (0.01, 0.049, 0.1, 0.3, 1.0)
"""Values of rho for which layers are counted up."""

AT_LAYERS = 10
"""Number of layers at which rho is swept."""


@dataclass(frozen=True)
class GuidanceRow:
    """Figures of a complete circuit, uniform to Gaussian on V states."""

    n_states: int
    figures: CircuitFigures

    @property
    def forgetting(self) -> float:
        """(N - 1) log(1 + rho): a random walk on the conductances takes forward edges only with exp of minus this."""
        candidate = self.figures.candidate
        return (candidate.n_layers - 1) * log1p(candidate.value)

    def row(self) -> dict[str, Any]:
        """The figures, with V, r and R."""
        r = self.figures.candidate.forward_resistance
        lateral = (self.n_states - 1) * r / self.figures.candidate.value
        own = {
            "n_states": self.n_states,
            "forward_ohm": r,
            "lateral_ohm": lateral,
            "forgetting": self.forgetting,
        }
        return own | self.figures.row()


def rho_sweep(
    sides: Sequence[int] = SIDES,
    forward: Sequence[float] = FORWARD,
    rhos: Sequence[float] = RHOS,
    n_layers: int = AT_LAYERS,
    *,
    quiet: bool = True,
) -> list[GuidanceRow]:
    """Circuits of different V, r and R that share rho, to see whether they do the same."""
    wanted = [
        (side, Candidate("complete", rho, n_layers, r)) for side, r, rho in product(sides, forward, rhos)
    ]
    return _measured(wanted, quiet)


def layer_sweep(
    layers: Sequence[int] = LAYERS, rhos: Sequence[float] = FEW_RHOS, side: int = 50, *, quiet: bool = True
) -> list[GuidanceRow]:
    """The same rho with more and more layers, to see what these buy."""
    wanted = [(side, Candidate("complete", rho, n)) for rho, n in product(rhos, layers)]
    return _measured(wanted, quiet)


def _measured(wanted: Iterable[tuple[int, Candidate]], quiet: bool) -> list[GuidanceRow]:
    rows = []
    problems = {}
    for side, candidate in tqdm(list(wanted), disable=True if quiet else None, leave=False, unit="circuit"):
        if side not in problems:
            problem = uniform_to_gaussian(side)
            problems[side] = problem, reference_of(problem, "squared")
        problem, reference = problems[side]
        figures = measure(candidate, problem, reference, n_walks=20_000, seed=0, tolerance=1e-8)
        rows.append(GuidanceRow(side, figures))
    return rows


def write_guidance(path: Path, rows: Sequence[GuidanceRow]) -> None:
    """One line a circuit, every float in all its digits."""
    listed = [row.row() for row in rows]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


Curve = tuple[list[float], list[float]]

SHOWN = {
    "probability of staying": "staying",
    "cost / independent coupling": "to_independent",
    "forward-only bias (TV)": "bias",
}
"""Panels of both figures, and the figures they show."""


def draw_guidance(folder: Path, by_rho: Sequence[GuidanceRow], by_layers: Sequence[GuidanceRow]) -> None:
    """Figures ``rho``, ``layers`` and ``forgetting``; where a knob is all that counts, lines fall on one another."""
    from ecd2g.plots import save  # noqa: PLC0415 - loads matplotlib
    from ecd2g.plots.frontier import by_knob  # noqa: PLC0415

    labels = {(row.n_states, row.figures.candidate.forward_resistance) for row in by_rho}
    curves = {
        name: {
            f"V = {v}, r = {r:g} ohm": _curve(
                [row for row in by_rho if (row.n_states, row.figures.candidate.forward_resistance) == (v, r)],
                column,
                "value",
            )
            for v, r in sorted(labels)
        }
        for name, column in SHOWN.items()
    }
    save(by_knob(curves, knobs="rho = (V - 1) r / R", logarithmic=False)[0], folder / "rho")
    for stem, knob, words in (
        ("layers", "n_layers", "number of layers N"),
        ("forgetting", "forgetting", "(N - 1) log(1 + rho)"),
    ):
        save(by_knob(_by_rho(by_layers, knob), knobs=words, logarithmic=False)[0], folder / stem)


def _by_rho(by_layers: Sequence[GuidanceRow], knob: str) -> dict[str, dict[str, Curve]]:
    """One line a rho, against a knob that holds the number of layers."""
    rhos = sorted({row.figures.candidate.value for row in by_layers})
    return {
        name: {
            f"rho = {rho:g}": _curve(
                [row for row in by_layers if row.figures.candidate.value == rho], column, knob
            )
            for rho in rhos
        }
        for name, column in (SHOWN | {"steps back": "backward"}).items()
    }


def _curve(rows: Sequence[GuidanceRow], column: str, knob: str) -> Curve:
    listed = [row.row() for row in rows]
    return [entry[knob] for entry in listed], [
        nan if entry[column] is None else entry[column] for entry in listed
    ]
