"""`ecd2g plot`: figures that fit the shape of the data."""

import argparse

from ecd2g.cli.options import (
    add_circuit_options,
    add_data_options,
    add_run_options,
    add_walk_options,
    experiment_of,
    report,
)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "figures that fit the shape of the data, as PNG and SVG"
    parser = commands.add_parser("plot", help=text, description=f"Draw {text}: one site, two sites, or more.")
    add_data_options(parser)
    add_circuit_options(parser)
    add_walk_options(parser)
    add_run_options(parser, "run folder to make", required=True)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """Solve, walk and draw."""
    from ecd2g.experiments.jobs import plot_run  # noqa: PLC0415
    from ecd2g.experiments.records.run_folder import run_folder  # noqa: PLC0415

    with run_folder(args.out, overwrite=args.overwrite) as folder:
        text = plot_run(experiment_of(args), folder, command, quiet=args.quiet)
    report(args, text, args.out)
    return 0
