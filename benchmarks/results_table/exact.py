"""Rows of the exact half: the paper's statements, end laws, walks and costs."""

from benchmarks.results_table.number import Number
from benchmarks.results_table.row import Cells, Group, Row
from benchmarks.results_table.sources import RunFolder


def statements(run: RunFolder) -> Cells:
    found = run.numbers["statements"]
    closest = max(found, key=lambda one: one["worst"] / one["allowance"])  # to its own allowance
    return {
        "held": Number(sum(one["passed"] for one in found)),
        "all": Number(len(found)),
        "circuits": Number(min(one["n_circuits"] for one in found)),
        "worst": Number(closest["worst"]),
        "allowed": Number(closest["allowance"]),
    }


def shortcut(run: RunFolder) -> Cells:
    found = run.numbers["forward_only"]
    return {name: Number(found[name]) for name in ("mean", "worst", "n_circuits")}


def laws(run: RunFolder) -> Cells:
    return {
        rule.replace("-", "_"): Number(run.numbers["laws"][rule]["total_variation"])
        for rule in ("two-way", "forward-only")
    }


def ends(run: RunFolder) -> Cells:
    walks = run.numbers["walks"]
    names = {"tv": "total_variation", "expected": "floor_expected", "bound": "floor_bound", "n": "n_walks"}
    return {short: Number(walks[name]) for short, name in names.items()}


def moved(measure: str):
    def take(run: RunFolder) -> Cells:
        return {
            "circuit": Number(run.numbers["walks"]["transport"][measure]),
            "independent": Number(run.numbers["independent_coupling"][measure]),
        }

    return take


PROBLEMS = {
    "1d": ("1D (uniform → Gaussian)", "squared_distance"),
    "2d": ("2D (moons → Swiss roll, 2,500 states)", "squared_distance"),
    "splice": ("splice sites (262,144 states)", "hamming_distance"),
}
WORDS = {"squared_distance": "mean squared distance moved", "hamming_distance": "letters changed, of 9"}


def rows_of(name: str) -> list[Row]:
    title, measure = PROBLEMS[name]
    return [
        Row(
            f"{name}-law",
            name,
            f"{title}: two-way law, TV to q",
            "{two_way:e}",
            "forward-only, the paper's sampler: {forward_only:3}",
            laws,
            headline=name == "2d",
        ),
        Row(
            f"{name}-ends",
            name,
            f"{title}: two-way ends, TV to q",
            "{tv:.4f}, {n:,.0f} walks",
            "perfect samples: expected {expected:.4f}, bound {bound:.4f}",
            ends,
        ),
        Row(
            f"{name}-moved",
            name,
            f"{title}: {WORDS[measure]}, the paper's circuit",
            "{circuit:3}",
            "independent coupling {independent:3}",
            moved(measure),
            headline=name == "2d",
        ),
    ]


GROUP = Group(
    "Exact flows",
    "TV is the total variation distance; *expected* is the mean TV of as many perfect samples, and *bound* what they "
    "exceed with probability 10⁻⁶. Distances are summed over sites, symbols scaled to [0, 1). Layers (10), R in 2D and "
    "for the splice sites (ρ = 0.049 as in 1D) are our choice.",
    (
        Row(
            "statements",
            "verify",
            "statements of the paper that hold on random circuits",
            "{held:.0f} of {all:.0f}, on at least {circuits:.0f} circuits each",
            "largest deviation {worst:e}, allowed {allowed:e}",
            statements,
            headline=True,
        ),
        Row(
            "shortcut",
            "verify",
            "forward-only shortcut on random circuits, TV to q",
            "{mean:.2f} on average, {worst:.2f} at worst",
            "{n_circuits:.0f} circuits",
            shortcut,
        ),
        *(row for name in PROBLEMS for row in rows_of(name)),
    ),
)
