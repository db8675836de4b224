"""Rows of circuits that transport locally."""

from benchmarks.results_table.number import Number, usual
from benchmarks.results_table.row import Cells, Group, Row
from benchmarks.results_table.sources import RunFolder, Speed

COSINE = ("gaussian 50^2", "gaussian 50^3", "gaussian 100^3", "one-site gaussian 50^3", "neighbour 50^3")
LETTERS = ("hamming-1 4^9", "hamming-1 2^20", "hamming 4^9")


def noted(speed: Speed, test: str, name: str) -> Number:
    """A number a test noted, with its rounds."""
    return Number.rounds(speed.info(test)[f"{name}, rounds"])


def transforms(speed: Speed) -> Cells:
    """Medians of all sizes; the spread is the one over sizes."""

    def over(names: tuple[str, ...]) -> Number:
        test = "test_closed_form_against_the_bare_transform[{}]"
        return Number.rounds([noted(speed, test.format(name), "transforms a layer").value for name in names])

    return {"cosine": over(COSINE), "letters": over(LETTERS)}


def moons(speed: Speed) -> Cells:
    test = "test_certified_solve_of_the_moons[0.7]"
    return {
        "ms": Number.rounds(usual(speed.rounds(test)), 1e3),
        "proven": Number(speed.info(test)["potential error"]),
        "over": noted(speed, test, "over closed form"),
    }


def million(speed: Speed) -> Cells:
    test = "test_memory_of_a_million_states"
    info = speed.info(test)
    return {
        "seconds": noted(speed, test, "seconds"),
        "gigabytes": Number(info["gigabytes"]),
        "proven": Number(info["potential error"]),
    }


def rates(speed: Speed) -> Cells:
    names = {"gaussian": "gaussian 50^2", "cubed": "gaussian 50^3", "neighbour": "neighbour 50^2"}
    others = {"hamming": "hamming-1 4^9", "complete": "complete 50^2", "dense": "dense 30^2"}
    return {
        short: noted(speed, f"test_two_way_walks[{name}]", "walks a second")
        for short, name in (names | others).items()
    }


def designed(run: RunFolder) -> Cells:
    """The recommended circuit, beside the cheapest of the paper's kind."""
    chosen = run.numbers["recommended"]
    complete = [
        row for row in run.table("candidates.csv") if row["family"] == "complete" and row["to_optimal"]
    ]
    return {
        "chosen": Number(chosen["to_optimal"]),
        "circuit": f"{chosen['family']}, N = {chosen['n_layers']}",
        "complete": Number(min(float(row["to_optimal"]) for row in complete)),
        "independent": Number(chosen["to_optimal"] / chosen["to_independent"]),
    }


def spliced(run: RunFolder) -> Cells:
    rows = [row for row in run.table("candidates.csv") if row["cost"]]
    best = min(rows, key=lambda row: float(row["cost"]))
    assigned = run.numbers["reference"]["assigned"]
    return {
        "cost": Number(float(best["cost"]), deviation=float(best["cost_error"] or 0) or None),
        "circuit": f"ρ = {float(best['value']):g}, N = {best['n_layers']}",
        "assigned": Number(assigned["cost"]),
        "n": Number(assigned["n"]),
        "same": Number(assigned["same"]),
    }


def adapted(run: RunFolder) -> Cells:
    found = run.numbers["runs"]["complete_squared"]
    costs = {f"after_{mark}": Number(value) for mark, value in found["cost_over_unit"].items()}
    return costs | {
        "bound": Number(found["bound_over_unit"]["50"]),
        "law": Number(max(one["largest_law_error"] for one in run.numbers["runs"].values())),
    }


def dimensions(run: RunFolder) -> Cells:
    def over(circuit: str) -> list[float]:
        return [
            part["circuits"][circuit]["cost"]["squared_distance"]
            / part["reference_costs"]["optimal_lower_bound"]
            for part in run.numbers["dimensions"].values()
        ]

    local, paper = over("one_site_gaussian"), over("complete_paper")
    return {
        "local": ", ".join(f"{value:.2f}" for value in local),
        "paper": ", ".join(f"{value:.2f}" for value in paper),
        "states": Number(max(part["problem"]["n_states"] for part in run.numbers["dimensions"].values())),
        "law": Number(
            max(
                one["two_way_law"]["largest_deviation"]
                for part in run.numbers["dimensions"].values()
                for one in part["circuits"].values()
            )
        ),
    }


GROUP = Group(
    "Circuits that transport locally",
    "Costs are those of two-way walks, whose end law is exact. Transforms are compared in processor time within one "
    "run.",
    (
        Row(
            "design-2d",
            "design-2d",
            "2D: squared cost of walks over that of optimal transport, recommended circuit",
            "{chosen:3} ({circuit})",
            "cheapest complete circuit, the paper's kind, {complete:3}, independent coupling {independent:3}",
            designed,
            headline=True,
        ),
        Row(
            "design-splice",
            "design-splice",
            "splice sites: letters changed, Hamming-1",
            "{cost:.3f} ({circuit})",
            "{n:,.0f} samples optimally assigned: {assigned:.3f} (two samples of one law: {same:.2f})",
            spliced,
        ),
        Row(
            "adapted",
            "adapted",
            "adapted resistances, 2D: cost over W2² after 0, 5, 10, 50 iterations",
            "{after_0:.2f}, {after_5:.3f}, {after_10:.3f}, {after_50:.3f}",
            "W2² by POT's network simplex; our proven lower bound {bound:.3f} of it; end law within {law:e}",
            adapted,
            headline=True,
        ),
        Row(
            "dimensions",
            "dimensions",
            "blob to shell in D = 1 … 5 (up to {states:,.0f} states): cost over a bound of the optimum",
            "{local}",
            "the paper's circuit {paper}; end laws within {law:e}",
            dimensions,
        ),
        Row(
            "transforms",
            "kernels",
            "closed form of one layer over one bare `dctn` of the same size, V = 2,500 to 10⁶, N = 10; over sizes",
            "{cosine:2} × (cosine kernels)",
            "Hamming kernels {letters:1} ×",
            transforms,
        ),
        Row(
            "moons-solved",
            "kernels",
            "moons → Swiss roll, Gaussian steps, V = 2,500, N = 10: solved and certified",
            "{ms:2} ms",
            "proven error {proven:e}; {over:2} × the closed form alone",
            moons,
        ),
        Row(
            "million-solved",
            "kernels",
            "Gaussian steps, V = 10⁶, N = 10: solved and certified",
            "{seconds:2} s, {gigabytes:2} GB",
            "proven error {proven:e}",
            million,
        ),
        Row(
            "local-rates",
            "kernels",
            "two-way walks a second of one core, N = 10",
            "Gaussian, 50²: {gaussian:3}; 50³: {cubed:3}; neighbour, 50²: {neighbour:3}",
            "Hamming-1, 4⁹: {hamming:3}; complete, 50²: {complete:3}; dense table, V = 900: {dense:3}",
            rates,
        ),
    ),
)
