"""`ecd2g network`: a resistor network from a file, solved and measured."""

import argparse

from ecd2g.cli.options import (
    BACKENDS,
    add_run_options,
    folder_of,
    given,
    positive_number,
    report,
    whole_number,
)

METHODS = ("auto", "star-mesh", "dense", "sparse", "cholmod", "cg", "amg")
# the list repeats what ecd2g knows, so that --help need not load it; a test keeps them equal

SETTINGS = (
    "column",
    "all_pairs",
    "betweenness",
    "closeness",
    "n_walks",
    "method",
    "backend",
    "tolerance",
    "seed",
)
"""Options whose names are those of the settings of a NetworkQuestion."""

FORMATS = """
files: .csv, .tsv, .txt, .edges   an edge a line: two labels and a number
       .mtx, .npz                 a symmetric sparse matrix, Matrix Market or SciPy's
examples:
  ecd2g network club.csv --conductance --source 0 --sink 33=0.7 16=0.3 --walks 10000 --out club
  ecd2g network club.csv --conductance --pairs 0,33 0,16 --betweenness"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "a resistor network from a file: potentials, effective resistances, centralities, walks"
    parser = commands.add_parser(
        "network",
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=FORMATS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="the network; what was read is printed")
    numbers = parser.add_mutually_exclusive_group(required=True)
    numbers.add_argument("--resistance", action="store_true", help="the numbers in FILE are ohms")
    numbers.add_argument("--conductance", action="store_true", help="the numbers in FILE are siemens")
    parser.add_argument(
        "--column", metavar="NAME", help="column of the numbers: its name, or its place counted from 0"
    )
    _add_currents(parser)
    _add_measures(parser)
    solver = parser.add_argument_group("solver")
    solver.add_argument("--method", choices=METHODS, help="solver (default: auto)")
    solver.add_argument(
        "--backend",
        choices=BACKENDS,
        help="where currents are solved: numpy, or cupy on an NVIDIA GPU; walks, resistances and centralities stay on "
        "the CPU (default: numpy)",
    )
    solver.add_argument(
        "--tolerance",
        type=positive_number,
        metavar="X",
        help="largest relative deviation, bracket or error allowed (default: 1e-8 for currents, 1e-12 for --pairs, "
        "1e-9 for the others)",
    )
    add_run_options(parser, "run folder to make, with tables and a picture (default: print only)")
    parser.set_defaults(run=run)


def _add_currents(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "currents",
        "all nodes of a side have amperes, or none; a side without amperes shares equally what the other side has, "
        "or 1 A",
    )
    for name, where in (("source", "enters"), ("sink", "leaves")):
        group.add_argument(
            f"--{name}",
            nargs="+",
            action="extend",
            default=[],
            metavar="NODE[=AMPERE]",
            help=f"where current {where}",
        )
    group.add_argument(
        "--walks", dest="n_walks", type=whole_number(1), metavar="INT", help="walks from sources to sinks"
    )


def _add_measures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("measures")
    pairs = "effective resistance of these pairs"
    group.add_argument("--pairs", nargs="+", action="extend", default=[], metavar="U,V", help=pairs)
    group.add_argument("--all-pairs", action="store_true", help="effective resistance of every pair")
    group.add_argument("--betweenness", action="store_true", help="current-flow betweenness of every node")
    group.add_argument("--closeness", action="store_true", help="current-flow closeness of every node")


def run(args: argparse.Namespace, command: str) -> int:
    """Answer, and print the numbers."""
    from ecd2g.experiments.network.run import NetworkQuestion, network_run  # noqa: PLC0415

    asked = NetworkQuestion(
        args.file,
        "resistance" if args.resistance else "conductance",
        source=tuple(args.source),
        sink=tuple(args.sink),
        pairs=tuple(args.pairs),
        **given(args, SETTINGS),  # type: ignore[arg-type]
    )
    with folder_of(args) as folder:
        text = network_run(asked, folder, command, quiet=args.quiet)
    report(args, text, args.out)
    return 0
