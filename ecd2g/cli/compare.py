"""`ecd2g compare`: trained models beside the exact flow."""

import argparse

from ecd2g.cli.options import add_run_options, folder_of, given, report, require_learned, whole_number


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "compare trained runs: models of currents with the exact flow, or bridges with what perfect samples show"
    parser = commands.add_parser("compare", help=text, description=f"{text.capitalize()}.")
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="run folder of `ecd2g train`; several seeds of one model are taken together",
    )
    parser.add_argument(
        "--n",
        dest="n_walks",
        type=whole_number(1),
        metavar="INT",
        help="walks of every model (default: 20000)",
    )
    add_run_options(parser, "run folder to make, with figures and report.html (default: print only)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """Compare, and print the table."""
    require_learned()
    from ecd2g.experiments.comparison.run import compare_run  # noqa: PLC0415
    from ecd2g.experiments.comparison.settings import Comparing  # noqa: PLC0415

    settings = Comparing(tuple(args.runs), **given(args, ("n_walks", "seed")))  # type: ignore[arg-type]
    with folder_of(args) as folder:
        text = compare_run(settings, folder, command, quiet=args.quiet)
    report(args, text, args.out)
    return 0
