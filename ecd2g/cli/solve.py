"""`ecd2g solve`: exact potentials and currents, with a certificate."""

import argparse

from ecd2g.cli.options import (
    add_backend_option,
    add_circuit_options,
    add_data_options,
    add_run_options,
    experiment_of,
    folder_of,
    report,
)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "exact potentials and currents, with a certificate"
    parser = commands.add_parser("solve", help=text, description=f"Solve for {text}.")
    add_data_options(parser)
    add_circuit_options(parser)
    add_backend_option(parser)
    add_run_options(parser, "run folder to make, with flow.npz (default: print only)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """Solve, and print the certificate."""
    from ecd2g.experiments.jobs import solve_run  # noqa: PLC0415

    with folder_of(args) as folder:
        text = solve_run(experiment_of(args), folder, command, quiet=args.quiet)
    report(args, text, args.out)
    return 0
