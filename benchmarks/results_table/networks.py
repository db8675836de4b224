"""Rows of any network of resistors, against networkx and PyAMG."""

from benchmarks.results_table.number import Number
from benchmarks.results_table.row import Cells, Group, Row
from benchmarks.results_table.sources import Speed


def grid(speed: Speed) -> Cells:
    ours, theirs = speed.rounds("test_grid_certified"), speed.info("test_grid_by_networkx")
    return {
        "ratio": Number.ratio(theirs["whole, rounds"], ours),
        "seconds": Number.rounds(ours),
        "bare": Number.ratio(theirs["factorisation and solve, rounds"], ours),
    }


def betweenness(speed: Speed) -> Cells:
    ours = speed.rounds("test_betweenness")
    test = "test_betweenness_by_networkx[{}]"
    return {
        "full": Number.ratio(speed.rounds(test.format("full")), ours),
        "lu": Number.ratio(speed.rounds(test.format("lu")), ours),
        "off": Number(speed.info(test.format("full"))["largest difference"]),
        "proven": Number(speed.info("test_betweenness")["proven error"]),
    }


def all_pairs(speed: Speed) -> Cells:
    ours = speed.rounds("test_all_pairs")
    return {
        "ratio": Number.ratio(speed.rounds("test_all_pairs_by_networkx"), ours),
        "seconds": Number.rounds(ours),
        "widest": Number(speed.info("test_all_pairs")["widest bracket"]),
    }


def barabasi(speed: Speed) -> Cells:
    test = "test_barabasi_albert"
    return {"seconds": Number.rounds(speed.rounds(test)), "method": speed.info(test)["method"]}


def multigrid(side: int):
    """PyAMG's own solvers over the certified solve; each in its best documented settings."""

    def take(speed: Speed) -> Cells:
        ours = speed.rounds(f"test_certified[{side}]")
        found: dict[str, Number | str] = {"seconds": Number.rounds(ours)}
        for name in ("smoothed-aggregation", "ruge-stuben"):
            test = f"test_by_pyamg[{name}-{side}]"
            found[name.replace("-", "_")] = Number.ratio(speed.rounds(test), ours)
            found["asked"] = Number(speed.info(test)["relative residual"])
        info = speed.info(f"test_certified[{side}]")
        return found | {
            "bracket": Number(info["bracket"]),
            "residual": Number(info["relative residual"]),
            "method": info["method"],
        }

    return take


def million(speed: Speed) -> Cells:
    info = speed.info("test_a_million_nodes_in_a_process_of_its_own")
    return {name: Number(info[name]) for name in ("gigabytes", "bracket", "seconds")}


def multigrid_row(side: int, *, headline: bool = False) -> Row:
    return Row(
        f"grid-{side}",
        "multigrid",
        f"{side:,} × {side:,} grid: build the solver, solve and certify",
        "{seconds:2} s, {method}, residual {residual:e}, bracket {bracket:e} wide",
        "PyAMG to a residual of {asked:e}, not certified: smoothed aggregation {smoothed_aggregation:2} × our time, "
        "Ruge–Stüben {ruge_stuben:2} ×",
        multigrid(side),
        headline,
    )


GROUP = Group(
    "Networks",
    "Conductances are log-uniform over two decades. What ecd2g returns is certified, what peers return is not. "
    "networkx is tried with both of its solvers for small networks, and with SuperLU on the grid. PyAMG is given the "
    "grounded matrix (symmetric positive definite), ready made, conjugate gradients around each V-cycle, and its "
    "documented settings for such matrices: symmetric Gauss–Seidel, for smoothed aggregation the constant vector as "
    "near-nullspace candidate, for Ruge–Stüben the classical strength 0.25 "
    "and two passes, the best of what was tried.",
    (
        Row(
            "grid-networkx",
            "networks",
            "one certified potential solve, 300 × 300 grid, networkx over ecd2g",
            "{ratio:2} × faster; {seconds:2} s",
            "its factorisation and solve alone, without its ordering and Laplacian: {bare:2} × our certified time",
            grid,
            headline=True,
        ),
        Row(
            "betweenness",
            "networks",
            "current-flow betweenness, 1,000 nodes, 3,000 edges, networkx over ecd2g",
            '`solver="full"`: {full:2} × faster; `"lu"`: {lu:3} ×',
            "values agree to {off:e}; proven error {proven:e}",
            betweenness,
        ),
        Row(
            "all-pairs",
            "networks",
            "effective resistance of all 499,500 pairs, 1,000 nodes, networkx over ecd2g",
            "{ratio:2} × faster; {seconds:2} s",
            "every pair between two bounds, at most {widest:e} apart",
            all_pairs,
        ),
        multigrid_row(300),
        multigrid_row(1000, headline=True),
        Row(
            "million-nodes",
            "networks",
            "1,000 × 1,000 grid in a process of its own: from edges to certificate",
            "{seconds:2} s, {gigabytes:3} GB (whole process)",
            "bracket {bracket:e} wide",
            million,
        ),
        Row(
            "barabasi-albert",
            "networks",
            "Barabási–Albert, 10,000 nodes: solved and certified",
            "{seconds:2} s",
            "{method}",
            barabasi,
        ),
    ),
)
