"""Rows of currents that are learned from samples."""

from benchmarks.results_table.number import Number
from benchmarks.results_table.row import Cells, Group, Row
from benchmarks.results_table.sources import RunFolder, Speed


def exactly(model: str):
    """Error of the currents, and distance of the exact two-way law of the learned flow."""

    def take(run: RunFolder) -> Cells:
        found = run.numbers["models"][model]
        return {
            "error": Number.seeds(found["current_error"]["all_edges"]),
            "tv": Number.seeds(found["rules"]["two-way"]["total_variation"]),
            "steps": Number(run.record["config"]["learning"]["n_steps"]),
        }

    return take


def paper(run: RunFolder) -> Cells:
    """The paper's recipe: ends are sampled, as some seeds have cycles of currents and no exact law."""
    found = run.numbers["models"]["current-paper"]
    return {
        "error": Number.seeds(found["current_error"]["all_edges"]),
        "tv": Number.seeds(found["walks"]["total_variation"]),
        "perfect": Number(run.numbers["models"]["perfect samples"]["walks"]["total_variation"]),
    }


MODELS = ("marginal", "potential", "current")


def over_floor(run: RunFolder) -> Cells:
    return {name: Number.seeds(run.numbers["models"][name]["walks"]["over_floor"]) for name in MODELS}


def two_way(run: RunFolder) -> Cells:
    return {
        name: Number.seeds(run.numbers["models"][name]["rules"]["two-way"]["total_variation"])
        for name in MODELS
    }


def rates(speed: Speed) -> Cells:
    found = {
        name: Number.rounds([20_000 / t for t in speed.rounds(f"test_walks_on_learned_currents[{name}]")])
        for name in ("potential", "marginal")
    }
    return found | {
        "paper": Number(speed.info("test_walks_on_learned_currents[marginal]")["the paper's rate"])
    }


def counted(speed: Speed) -> Cells:
    info = speed.info("test_plain_frequencies")
    return {
        name: Number(info[name]["mean"], deviation=info[name]["standard_deviation"], n=info["seeds"])
        for name in ("error", "tv")
    } | {"nothing": Number(info["no current at all"])}


GROUP = Group(
    "Learned from samples",
    "Mean ± standard deviation over five seeds; 1D: 5,000 steps of 256 pairs. *Current error* is relative, over all "
    "edges. Plain frequencies of as many samples, a count and no network, come closer to the exact flow than every "
    "model here: `marginal` learns such frequencies, the other models regress potentials or currents.",
    (
        Row(
            "1d-marginal",
            "1d",
            "learned from samples, 1D, `marginal`: current error; two-way TV",
            "{error:.4f}; {tv:.4f}",
            "exact flow 0; 0",
            exactly("marginal"),
            headline=True,
        ),
        Row(
            "1d-counted",
            "learned",
            "1D, plain frequencies of as many samples, no training: current error; two-way TV",
            "{error:.4f}; {tv:.4f}",
            "no current at all: 1; {nothing:.2f}",
            counted,
            headline=True,
        ),
        Row(
            "1d-potential",
            "1d",
            "1D, `potential`: the same",
            "{error:.4f}; {tv:.4f}",
            "exact flow 0; 0",
            exactly("potential"),
        ),
        Row(
            "1d-current",
            "1d",
            "1D, `current`, the paper's network scaled and with Adam: the same",
            "{error:.4f}; {tv:.4f}",
            "256 edges a step",
            exactly("current"),
        ),
        Row(
            "1d-current-paper",
            "1d",
            "1D, `current-paper`, the paper's recipe (our learning rate): current error; TV of sampled ends",
            "{error:.3f}; {tv:.2f}",
            "perfect samples 0; {perfect:.3f}",
            paper,
            headline=True,
        ),
        Row(
            "2d-over-floor",
            "2d",
            "2D: TV of 20,000 ends over that of perfect samples",
            "`marginal` {marginal:.2f}, `potential` {potential:.2f}",
            "`current` {current:.1f}",
            over_floor,
        ),
        Row(
            "2d-two-way",
            "2d",
            "2D: two-way TV of the learned law",
            "`marginal` {marginal:.4f}, `potential` {potential:.4f}",
            "`current` {current:.2f}: 256 of 56 million edges a step are too few",
            two_way,
        ),
        Row(
            "2d-rates",
            "learned",
            "2D: walks a second of one core on learned currents",
            "`potential` {potential:3}, `marginal` {marginal:3}",
            "the paper reports 256 in 0.13 s on an A100: {paper:3}",
            rates,
        ),
    ),
)
