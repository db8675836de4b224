"""`ecd2g sample`: walks from the source to the target."""

import argparse
from pathlib import Path

from ecd2g.cli.options import (
    add_backend_option,
    add_circuit_options,
    add_data_options,
    add_run_options,
    add_walk_options,
    experiment_of,
    folder_of,
    report,
)
from ecd2g.errors import InputError


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "samples of the target, carried from the source along the currents"
    parser = commands.add_parser("sample", help=text, description=f"Draw {text}.")
    add_data_options(parser)
    add_circuit_options(parser)
    add_backend_option(parser)
    add_walk_options(parser)
    parser.add_argument(
        "--starts",
        type=Path,
        metavar="FILE",
        help="your own samples to carry, in the format and the alphabet of the source: one walk each, in their order",
    )
    add_run_options(parser, "run folder to make, with starts and ends as .npy and .csv (default: print only)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """Walk, and print how far the ends are from the target."""
    if args.starts is not None and args.n_walks is not None:
        raise InputError("give either --n, or --starts with one walk for each of its samples, not both")
    from ecd2g.experiments.run import sample_run  # noqa: PLC0415

    with folder_of(args) as folder:
        text = sample_run(experiment_of(args), folder, command, starts_file=args.starts, quiet=args.quiet)
    report(args, text, args.out)
    return 0
