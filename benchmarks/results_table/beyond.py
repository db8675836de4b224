"""Rows of spaces too large to list: learned circuits beside the baselines, exact walks, couplings."""

from benchmarks.results_table.number import Number
from benchmarks.results_table.row import Cells, Group, Row
from benchmarks.results_table.sources import RunFolder, Speed

BASELINES = ("mixture", "masked", "diffusion")


def compared(problem: str, evaluations: int, coupling: str):
    """Distance to the target of the sweep, of the baselines trained on the same pairs, and of perfect samples."""

    def take(run: RunFolder) -> Cells:
        part = run.numbers["problems"][problem]
        found = {
            one["method"]: Number.seeds(one["headline"], part["seeds"])
            for one in part["methods"]
            if (one["coupling"], one["evaluations"]) == (coupling, evaluations)
        }
        kept = {name: found[name] for name in ("sweep", *BASELINES) if name in found}
        return kept | {"floor": Number(part["floor"]["headline"]["mean"])}

    return take


TITLES = {
    "moons": "moons",
    "mixture-4": "mixtures, D = 4",
    "splice": "splice sites",
    "digits-4x4": "digits 4 × 4",
}
PAIRS = {"independent": "independent pairs", "minibatch-ot": "optimal-transport pairs"}


def compared_row(problem: str, evaluations: int, coupling: str, *, headline: bool = False) -> Row:
    beside = "discrete flow matching {mixture:.3f}, masked {masked:.3f}"
    if coupling == "independent":
        beside += ", uniform diffusion {diffusion:.3f}"
    return Row(
        f"{problem}-{evaluations}-{coupling}",
        "high-dim",
        f"{TITLES[problem]}, {evaluations} evaluations, {PAIRS[coupling]}: distance to the target",
        "sweep {sweep:.3f} (floor {floor:.3f})",
        beside,
        compared(problem, evaluations, coupling),
        headline,
    )


def walked(n_layers: int):
    def take(speed: Speed) -> Cells:
        test = f"test_walks_in_2_to_the_64[{n_layers}-mixtures of products]"
        longer = "test_walks_in_2_to_the_64[30-mixtures of products]"
        return {
            "seconds": Number.rounds(speed.rounds(test)),
            "events": Number(speed.info(test)["events a walk"]),
            "longer": Number.rounds(speed.rounds(longer)),
        }

    return take


def planned(speed: Speed) -> Cells:
    test = "test_a_plan_of_a_thousand_starts_and_ends[{}]"
    names = ("electric", "sinkhorn", "transport")
    seconds = {name: Number.rounds(speed.rounds(test.format(name))) for name in names}
    return seconds | {"error": Number(speed.info(test.format("electric"))["marginal error"])}


def priced(speed: Speed) -> Cells:
    """Costs over the optimum, in one run on the same samples."""
    info = speed.info("test_costs_of_plans_and_of_adapted_resistances")
    return {name: Number.rounds(values) for name, values in info["over the optimum"].items()} | {
        "bound": Number.rounds(info["proven lower bound"])
    }


def simplex(speed: Speed) -> Cells:
    ours, theirs = "test_optimal_transport_cost", "test_optimal_transport_cost_by_pot"
    return {
        "ratio": Number.ratio(speed.rounds(ours), speed.rounds(theirs)),
        "pot": Number.rounds(speed.rounds(theirs)),
        "off": Number(speed.info(theirs)["relative difference"]),
        "sinkhorn": Number.rounds(speed.rounds("test_sinkhorn_by_pot")),
        "over": Number(speed.info("test_sinkhorn_by_pot")["over the optimum"]),
    }


GROUP = Group(
    "Beyond enumeration",
    "Distance: TV to the exact law where it is known, else 1 − trend against held-out data; *floor*: perfect "
    "samples. Every method has the same network, pairs, 1,500 steps and evaluations; mean ± standard deviation over "
    "five seeds. With optimal-transport pairs the sweep often only draws level.",
    (
        compared_row("moons", 2, "minibatch-ot"),
        compared_row("mixture-4", 4, "independent", headline=True),
        compared_row("splice", 9, "independent"),
        compared_row("splice", 9, "minibatch-ot", headline=True),
        compared_row("digits-4x4", 16, "minibatch-ot"),
        Row(
            "density-walks",
            "walks",
            "exact walks between two mixtures of products in 2⁶⁴ states, N = 10: 100,000 walkers, one core",
            "{seconds:3} s, {events:3} events a walk",
            "N = 30: {longer:3} s",
            walked(10),
        ),
        Row(
            "plans",
            "transport",
            "electric coupling of 1,000 starts and 1,000 ends in 2⁶⁴",
            "{electric:2} s, marginals to {error:e} (certified)",
            "SciPy's assignment {transport:2} s, POT's Sinkhorn {sinkhorn:2} s",
            planned,
        ),
        Row(
            "plan-costs",
            "transport",
            "cost over the optimum, three samples of 400 starts and 400 ends of moons → Swiss roll",
            "electric plan {electric:3}; adapted resistances, 50 iterations {adapted:4}, "
            "proven lower bound {bound:.3f}",
            "POT: exact plan {transport:.3f}, Sinkhorn {sinkhorn:3}; independent coupling {independent:3}",
            priced,
        ),
        Row(
            "optimal-transport",
            "transport",
            "cost of optimal transport, 664 and 608 states: `optimal_transport_cost` over bare `ot.emd2`",
            "{ratio:3} × the time, costs differ by {off:e}",
            "`ot.emd2` {pot:2} s; `ot.sinkhorn` {sinkhorn:2} s at {over:.3f} times the optimum",
            simplex,
        ),
    ),
)
