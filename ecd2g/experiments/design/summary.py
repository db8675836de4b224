"""The frontier and the recommendation as tables for the terminal."""

from collections.abc import Iterator, Sequence

from ecd2g.experiments.design.frontier import RULE
from ecd2g.experiments.design.measures import CircuitFigures, Number
from ecd2g.experiments.design.reference import UNITS
from ecd2g.experiments.design.sweep import Sweep
from ecd2g.experiments.records.summary import WIDTH, number

SHOWN = 30
"""Most circuits of the frontier that are printed, cheapest first."""

NEAR = 0.01
"""A cost this close to that of the independent coupling, as a share of it, is said to be so."""

WORDS = (
    "stays: probability to end in the state of the start; back: mean number of steps towards earlier layers"
)
"""What two columns of the table mean."""

HEADER = ("circuit", "N", "cost", "/ optimal", "/ independent", "stays", "steps", "back", "bias")


def design_summary(swept: Sweep, timing: dict[str, float]) -> str:
    """The problem, the frontier, the recommendation, and its lines of Python."""
    lines = [f"{name:<{WIDTH}} {text}" for name, text in _lines(swept, timing)]
    best = swept.frontier
    lines += ["", *table(best[:SHOWN], swept.recommended)]
    lines += [f"  and {len(best) - SHOWN} dearer ones in frontier.csv (--out)"] if len(best) > SHOWN else []
    lines += ["", WORDS, *_beaten(swept)]
    chosen = swept.recommended
    if chosen is None:
        return "\n".join([*lines, "", "no circuit could be measured"])
    lines += [
        "",
        f"recommended: {chosen.candidate} ({RULE})",
        *_near_independent(chosen),
        "",
        *(f"    {line}" for line in swept.python()),
    ]
    return "\n".join(lines)


def _beaten(swept: Sweep) -> list[str]:
    """How many circuits are left out of the table because others are better."""
    n = sum(figures.cost is not None for figures in swept.found) - len(swept.frontier)
    if n < 1:
        return []
    others = f"the other {n} are" if n > 1 else "the other one is"
    return [
        f"{others} beaten in cost, bias and steps at once: one of the frontier is no worse in any, and better in one"
    ]


def _near_independent(chosen: CircuitFigures) -> list[str]:
    """A line where the circuit saves next to nothing."""
    ratio = chosen.to_independent
    if ratio is None or ratio < 1.0 - NEAR:
        return []
    where = f"within {100 * NEAR:g} % of" if ratio <= 1.0 + NEAR else "above"
    return [f"its cost lies {where} that of the independent coupling, which pairs starts and ends at random"]


def table(found: Sequence[CircuitFigures], chosen: CircuitFigures | None) -> list[str]:
    """One line a circuit; ``*`` marks the recommended one, ``~`` a number that was sampled."""
    rows = [HEADER, *(_cells(figures) for figures in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    marks = [" ", *("*" if figures is chosen else " " for figures in found)]
    return [
        f"{mark} {row[0]:<{widths[0]}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for mark, row in zip(marks, rows, strict=True)
    ]


def _cells(figures: CircuitFigures) -> tuple[str, ...]:
    candidate = figures.candidate
    return (
        f"{candidate.family} {candidate.knob}={candidate.value:g}",
        str(candidate.n_layers),
        _cell(figures.cost),
        _ratio(figures.to_optimal),
        _ratio(figures.to_independent),
        _cell(figures.staying),
        _cell(figures.steps),
        _cell(figures.backward),
        _cell(figures.bias) if figures.bias is not None else "none",
    )


def _cell(value: Number | None) -> str:
    if value is None:
        return "-"
    return ("~" if value.how == "sampled" else "") + number(value.value)


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _lines(swept: Sweep, timing: dict[str, float]) -> Iterator[tuple[str, str]]:
    problem, reference = swept.problem, swept.reference
    yield "problem", f"{problem.title}, {number(problem.space.n_states)} states"
    yield from zip(("read of the source", "read of the target"), problem.read, strict=False)
    unit = f", symbols scaled by {reference.scale:g}" if reference.scale != 1 else ""
    yield "cost", f"{UNITS[reference.ground]} of start and end, sum over sites{unit}"
    yield "independent coupling", number(reference.independent)
    if reference.optimal is None:
        yield "optimal coupling", f"left out, and so are ratios to it: {reference.why}"
        if (subsample := reference.assigned) is not None:
            same = number(subsample.same)
            words = f"{number(subsample.cost)}, above the true one: two samples of the target have {same}"
            yield f"optimum of {number(subsample.n)} samples", words
    else:
        yield "optimal coupling", number(reference.optimal)
    measured = sum(figures.cost is not None for figures in swept.found)
    yield "circuits measured", f"{measured} of {len(swept.found)} in {timing['sweep_s']:.1f} s"
    if notes := [figures for figures in swept.found if figures.cost is None]:
        yield (
            "left out",
            f"{notes[0].candidate}: {notes[0].note}" + (" (and others)" if len(notes) > 1 else ""),
        )
    if any("sampled" in figures.row().values() for figures in swept.frontier):
        yield "~", "sampled; standard errors and sampling floors are in frontier.csv (--out)"
