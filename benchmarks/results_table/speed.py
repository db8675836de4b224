"""Rows of the speed of the closed form and of the sampler, against SciPy and against rows of currents."""

from benchmarks.results_table.number import Number, usual
from benchmarks.results_table.row import Cells, Group, Row
from benchmarks.results_table.sources import Speed

SOLVE, CLOSED = "test_solve_small", "test_closed_form_small"


def against(test: str):
    """Seconds of an assembled solver over those of `ecd2g.solve` and of the bare closed form, and both residuals."""

    def take(speed: Speed) -> Cells:
        return {
            "ratio": Number.ratio(speed.rounds(test), usual(speed.rounds(SOLVE))),
            "bare": Number.ratio(speed.rounds(test), usual(speed.rounds(CLOSED))),
            "ours": Number(speed.info(SOLVE)["residual in A"]),
            "theirs": Number(speed.info(test)["residual in A"]),
            "seconds": Number.rounds(speed.rounds(test)),
        }

    return take


def copies(speed: Speed) -> Cells:
    copy = usual(speed.rounds("test_floor_one_copy_of_the_potentials"))

    def over(test: str) -> Number:
        return Number.ratio(usual(speed.rounds(test)), copy)

    certified = "test_closed_form_with_its_certificate"
    return {
        "new": over("test_closed_form_within_ten_copies[new]"),
        "known": over("test_closed_form_within_ten_copies[known]"),
        "certified": over(certified),
        "ms": Number.rounds(usual(speed.rounds(certified)), 1e3),
    }


def three_sites(speed: Speed) -> Cells:
    test = "test_three_sites_of_fifty_symbols_in_seconds"
    return {
        "seconds": Number.rounds(speed.rounds(test)),
        "tv": Number(speed.info(test)["TV(two-way law, sink)"]),
    }


def sampler(rule: str):
    def take(speed: Speed) -> Cells:
        ours = [1e5 / seconds for seconds in speed.rounds(f"test_sorted_layers[{rule}]")]
        rows = [200 / seconds for seconds in speed.rounds("test_row_by_row")]
        return {
            "ratio": Number.ratio(ours, rows),
            "ours": Number.rounds(ours),
            "rows": Number.rounds(rows),
        }

    return take


def large_sampler(speed: Speed) -> Cells:
    rounds = speed.rounds("test_sorted_layers_of_three_sites")
    return {"rate": Number.rounds([1e5 / seconds for seconds in rounds])}


GROUP = Group(
    "Speed of the closed form and of the sampler",
    "Random circuits; both sides of a ratio are taken in one run, medians of rounds, with the least and the largest "
    "ratio that rounds allow (of thousands of short rounds, the middle half). SciPy assembles G once a solve, as a "
    "user would: CG to a relative residual of 10⁻¹² without preconditioner, which it does not need here; SuperLU in "
    "symmetric mode.",
    (
        Row(
            "against-cg",
            "solvers",
            "`ecd2g.solve`, certified, against assembling G and SciPy's CG, V = 2,500, N = 3",
            "{ratio:2} × faster, residual {ours:e} A",
            "SciPy: {seconds:2} s, residual {theirs:e} A; bare closed form, known circuit: {bare:2} ×",
            against("test_assembled_conjugate_gradients_of_scipy"),
            headline=True,
        ),
        Row(
            "against-superlu",
            "solvers",
            "`ecd2g.solve`, certified, against assembling G and SciPy's SuperLU, V = 2,500, N = 3",
            "{ratio:2} × faster",
            "SciPy: {seconds:3} s, residual {theirs:e} A; bare closed form, known circuit: {bare:2} ×",
            against("test_assembled_sparse_factorisation"),
        ),
        Row(
            "copies",
            "solvers",
            "closed form over one copy of the potentials, V = 2,500, N = 30",
            "{new:2} × (circuit used before: {known:2} ×)",
            "with its certificate {certified:3} × ({ms:2} ms)",
            copies,
        ),
        Row(
            "three-sites",
            "solvers",
            "solve, certify and exact law, V = 50³, N = 10",
            "{seconds:2} s",
            "TV to q {tv:e}",
            three_sites,
        ),
        Row(
            "two-way-sampler",
            "walks",
            "two-way sampler against drawing from rows of currents, V = 2,500, N = 10",
            "{ratio:3} × faster, {ours:3} walks a second",
            "rows: {rows:3} walks a second",
            sampler("two-way"),
            headline=True,
        ),
        Row(
            "forward-only-sampler",
            "walks",
            "forward-only sampler, same",
            "{ratio:3} × faster, {ours:3} walks a second",
            "rows: {rows:3} walks a second",
            sampler("forward-only"),
        ),
        Row(
            "large-sampler",
            "walks",
            "two-way sampler, V = 50³, N = 10",
            "{rate:3} walks a second",
            "–",
            large_sampler,
        ),
    ),
)
