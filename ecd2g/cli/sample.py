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
    given,
    refuse,
    report,
    require_learned,
    whole_number,
)
from ecd2g.errors import InputError

OF_EXACT = {
    "problem": "--problem",
    "source": "--source",
    "target": "--target",
    "n_symbols": "--n-symbols",
    "n_layers": "--layers",
    "forward_resistance": "--forward-resistance",
    "lateral_resistance": "--lateral-resistance",
    "method": "--method",
    "tolerance": "--tolerance",
    "backend": "--backend",
}
OF_RUN = {"n_steps": "--steps", "paths": "--paths"}
"""Attributes and names of the options that go with exact currents, or with a trained run, alone."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "samples of the target, carried from the source along the exact currents, or by a trained run"
    parser = commands.add_parser("sample", help=text, description=f"Draw {text}.")
    add_data_options(parser)
    add_circuit_options(parser)
    add_backend_option(parser)
    group = parser.add_argument_group("trained run", "in the place of data and circuit")
    group.add_argument(
        "--run",
        dest="trained",
        metavar="RUN",
        help="run folder of `ecd2g train`; --n is 1000 here unless given",
    )
    group.add_argument(
        "--steps",
        dest="n_steps",
        type=whole_number(1),
        metavar="INT",
        help="network evaluations a walk, of a bridge (default: 8, or one a site where that is fewer)",
    )
    group.add_argument(
        "--paths", action="store_true", help="keep where every walk stood after every step, in paths.npz"
    )
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
    if args.trained is not None:
        return _run_trained(args, command)
    refuse(args, OF_RUN, "it belongs to a trained run, --run RUN")
    from ecd2g.experiments.jobs import sample_run  # noqa: PLC0415

    with folder_of(args) as folder:
        text = sample_run(experiment_of(args), folder, command, starts_file=args.starts, quiet=args.quiet)
    report(args, text, args.out)
    return 0


def _run_trained(args: argparse.Namespace, command: str) -> int:
    refuse(args, OF_EXACT, f"{args.trained} says what it was trained on")
    if args.paths and args.out is None:
        raise InputError("--paths must have a folder to be written to: add --out DIR")
    require_learned()
    from ecd2g.experiments.training.trained_sample import Sampling, sample_trained  # noqa: PLC0415

    starts = {} if args.starts is None else {"starts": str(args.starts)}
    chosen = given(args, ("n_walks", "n_steps", "rule", "seed", "paths"))
    settings = Sampling(args.trained, **starts, **chosen)  # type: ignore[arg-type]
    with folder_of(args) as folder:
        text = sample_trained(settings, folder, command)
    report(args, text, args.out)
    return 0
