"""`ecd2g train`: learn the currents from samples."""

import argparse
from pathlib import Path

from ecd2g.cli.options import (
    COUPLINGS,
    DEVICES,
    MODELS,
    VOLUMES,
    add_circuit_options,
    add_data_options,
    experiment_of,
    given,
    non_negative_number,
    positive_number,
    report,
    require_learned,
    whole_number,
)
from ecd2g.cli.options import SETTINGS as CIRCUIT_SETTINGS
from ecd2g.errors import InputError

SETTINGS = (
    "model",
    "coupling",
    "n_steps",
    "n_pairs",
    "n_points",
    "volume",
    "optimiser",
    "learning_rate",
    "weight_decay",
    "schedule",
    "average",
    "threads",
    "seed",
)
"""Options whose names are those of the settings of a Training."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "learn the currents from samples, and compare them with the exact flow"
    parser = commands.add_parser("train", help=text, description=f"{text.capitalize()}.")
    add_data_options(parser)
    add_circuit_options(parser)
    _add_model_options(parser)
    group = parser.add_argument_group("run")
    group.add_argument(
        "--seed", type=whole_number(0), metavar="INT", help="same seed, same weights (default: 0)"
    )
    group.add_argument("--device", choices=DEVICES, default="auto", help="where to train (default: auto)")
    group.add_argument("--threads", type=whole_number(1), metavar="INT", help="threads on a CPU (default: 1)")
    group.add_argument(
        "--no-compare", action="store_true", help="do not compare with the exact flow afterwards"
    )
    group.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        required=True,
        help="run folder to make; DIR.training holds the unfinished training until then",
    )
    group.add_argument("--overwrite", action="store_true", help="replace DIR if it is an earlier run folder")
    group.add_argument(
        "--resume", action="store_true", help="go on with DIR.training from its last checkpoint, bit for bit"
    )
    group.add_argument("--quiet", action="store_true", help="print errors only")
    parser.set_defaults(run=run)


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "model and recipe", "what is left out is the model's own, see docs/recipes.md"
    )
    group.add_argument("--model", choices=MODELS, help="what the network gives (default: potential)")
    group.add_argument("--coupling", choices=COUPLINGS, help="where pairs come from (default: independent)")
    group.add_argument("--steps", dest="n_steps", type=whole_number(1), metavar="INT", help="default: 5000")
    group.add_argument(
        "--batch", dest="n_pairs", type=whole_number(1), metavar="INT", help="pairs a step (default: 256)"
    )
    group.add_argument(
        "--points",
        dest="n_points",
        type=whole_number(1),
        metavar="INT",
        help="edges or states compared a step",
    )
    group.add_argument("--volume", choices=VOLUMES, help="which edges or states these are")
    group.add_argument("--optimiser", choices=("adam", "sgd"))
    group.add_argument("--learning-rate", type=positive_number, metavar="X")
    group.add_argument("--weight-decay", type=non_negative_number, metavar="X")
    group.add_argument("--schedule", choices=("constant", "cosine"), help="of the learning rate")
    group.add_argument(
        "--average",
        type=non_negative_number,
        metavar="X",
        help="decay of the moving average of the weights, 0: none",
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Train, and print the comparison."""
    require_learned()
    from ecd2g.experiments.train_run import train_run  # noqa: PLC0415
    from ecd2g.experiments.training import Training, training_from  # noqa: PLC0415
    from ecd2g.experiments.training_folder import unfinished  # noqa: PLC0415

    chosen = given(args, SETTINGS)
    no_data = args.problem is None and args.source is None and args.target is None
    if args.resume and no_data:
        if chosen or given(args, (*CIRCUIT_SETTINGS, "n_symbols")):
            raise InputError(
                "--resume goes on with the settings it began with; leave the others out, or repeat them all"
            )
        about = unfinished(args.out)
        training = training_from(about.get("asked"), about.get("problem"))
    else:
        training = Training(experiment_of(args), **chosen)  # type: ignore[arg-type]
    text = train_run(
        training,
        args.out,
        command,
        device=args.device,
        resume=args.resume,
        overwrite=args.overwrite,
        compare=not args.no_compare,
        quiet=args.quiet,
    )
    if text:  # one of several processes reports
        report(args, text, args.out)
    return 0
