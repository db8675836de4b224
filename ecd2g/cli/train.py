"""`ecd2g train`: learn to carry samples of the source to the target."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ecd2g.cli.options import (
    BRIDGE_COUPLINGS,
    CIRCUITS,
    COUPLINGS,
    DEVICES,
    GROUNDS,
    MODELS,
    NETWORKS,
    PROBLEMS,
    SPLIT_PROBLEMS,
    VOLUMES,
    add_circuit_options,
    add_data_options,
    experiment_of,
    given,
    non_negative_number,
    positive_number,
    refuse,
    report,
    require_learned,
    share,
    whole_number,
)
from ecd2g.cli.options import SETTINGS as CIRCUIT_SETTINGS
from ecd2g.errors import InputError

if TYPE_CHECKING:
    from ecd2g.experiments.training.run import Asked

COMPLETE = "complete"
"""The circuit of the paper, whose currents are learned; every other one is a bridge, whose ends are."""

SHARED = (
    "coupling",
    "n_steps",
    "n_pairs",
    "optimiser",
    "learning_rate",
    "weight_decay",
    "schedule",
    "average",
    "threads",
    "seed",
)
"""Options whose names are those of the settings of a Training and of a BridgeTraining."""

OF_CURRENTS = {"model": "--model", "n_points": "--points", "volume": "--volume"}
OF_COMPLETE = {
    "n_layers": "--layers",
    "forward_resistance": "--forward-resistance",
    "lateral_resistance": "--lateral-resistance",
    "method": "--method",
    "tolerance": "--tolerance",
}
OF_BRIDGES = {"network": "--network", "ground": "--ground", "holdout": "--holdout"}
"""Attributes and names of the options that go with one kind of circuit alone."""

DATA = ("problem", "source", "target", "n_symbols")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "learn from samples of the source and the target, and judge what was learned"
    parser = commands.add_parser("train", help=text, description=f"{text.capitalize()}.")
    add_data_options(parser, tuple(dict.fromkeys((*PROBLEMS, *SPLIT_PROBLEMS))))
    _add_bridge_options(parser)
    add_circuit_options(parser)
    _add_model_options(parser)
    group = parser.add_argument_group("run")
    group.add_argument(
        "--seed", type=whole_number(0), metavar="INT", help="same seed, same weights (default: 0)"
    )
    group.add_argument("--device", choices=DEVICES, default="auto", help="where to train (default: auto)")
    group.add_argument("--threads", type=whole_number(1), metavar="INT", help="threads on a CPU (default: 1)")
    group.add_argument("--no-compare", action="store_true", help="do not judge what was learned afterwards")
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


def _add_bridge_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "what is learned",
        "complete: the currents of the paper's circuit, compared with the exact flow; any other: bridges from start to "
        "end in a space of any size, judged by held-out samples (docs/own_sequences.md)",
    )
    group.add_argument(
        "--circuit",
        choices=CIRCUITS,
        help="default: complete; sweep, spread and interval (numbers on a line) are circuits, mixture, masked and "
        "diffusion the baselines",
    )
    group.add_argument("--network", choices=NETWORKS, help="of a bridge (default: mlp)")
    group.add_argument(
        "--coupling",
        choices=BRIDGE_COUPLINGS,
        help="where pairs come from (default: independent for complete, which takes this, minibatch-ot and given; "
        "minibatch-ot for bridges)",
    )
    group.add_argument(
        "--ground",
        choices=GROUNDS,
        help="what a bridge counts as far: squared distance or sites that differ (default: hamming for words and "
        "letters, squared for whole numbers)",
    )
    group.add_argument(
        "--holdout",
        type=share,
        metavar="X",
        help="share of the rows of both files that a bridge is judged by and not trained on (default: 0.2)",
    )


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "model and recipe", "what is left out is the model's own, see docs/recipes.md"
    )
    group.add_argument(
        "--model", choices=MODELS, help="what the network of the complete circuit gives (default: potential)"
    )
    group.add_argument(
        "--steps",
        dest="n_steps",
        type=whole_number(1),
        metavar="INT",
        help="of the training (default: 5000 for complete, 3000 for bridges)",
    )
    group.add_argument(
        "--batch", dest="n_pairs", type=whole_number(1), metavar="INT", help="pairs a step (default: 256)"
    )
    group.add_argument(
        "--points",
        dest="n_points",
        type=whole_number(1),
        metavar="INT",
        help="edges or states compared a step, in the complete circuit",
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
    from ecd2g.experiments.training.run import train_run  # noqa: PLC0415

    text = train_run(
        _asked(args),
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


def _asked(args: argparse.Namespace) -> "Asked":
    """The training that the options describe, or that the folder to resume does."""
    no_data = args.problem is None and args.source is None and args.target is None
    if args.resume and no_data:
        settings = (*SHARED, *OF_CURRENTS, *OF_BRIDGES, "circuit", *CIRCUIT_SETTINGS, "n_symbols")
        if given(args, settings):
            raise InputError(
                "--resume goes on with the settings it began with; leave the others out, or repeat them all"
            )
        from ecd2g.experiments.training.folder import unfinished  # noqa: PLC0415
        from ecd2g.experiments.training.run import asked_from  # noqa: PLC0415

        return asked_from(unfinished(args.out))
    return _currents(args) if args.circuit in (None, COMPLETE) else _bridge(args)


def _currents(args: argparse.Namespace) -> "Asked":
    refuse(args, OF_BRIDGES, "it belongs to bridges, --circuit sweep for one, and the circuit is complete")
    if args.problem is not None and args.problem not in PROBLEMS:
        raise InputError(
            f"--problem {args.problem} must have a bridge that learns it, like --circuit sweep; the complete circuit "
            f"is made for {', '.join(PROBLEMS)}"
        )
    if args.coupling not in (None, *COUPLINGS):
        raise InputError(
            f"--coupling {args.coupling} must have a bridge, like --circuit sweep; the complete circuit takes "
            f"{', '.join(COUPLINGS)}, and its estimate depends on the marginals alone"
        )
    from ecd2g.experiments.training.settings import Training  # noqa: PLC0415

    return Training(experiment_of(args), **given(args, (*SHARED, *OF_CURRENTS)))  # type: ignore[arg-type]


def _bridge(args: argparse.Namespace) -> "Asked":
    why = f"it belongs to the complete circuit, and the circuit is {args.circuit}"
    refuse(args, OF_CURRENTS | OF_COMPLETE, why)
    files = given(args, ("source", "target", "n_symbols"))
    if args.problem is None and not {"source", "target"} <= set(files):
        raise InputError("data is required: give --source FILE and --target FILE, or --problem NAME")
    if args.problem is not None:
        if files:
            raise InputError("give either --problem, or --source and --target with --n-symbols, not both")
        if args.problem not in SPLIT_PROBLEMS:
            raise InputError(
                f"--problem {args.problem} must be learned with the complete circuit; problems for --circuit "
                f"{args.circuit} are {', '.join(SPLIT_PROBLEMS)}"
            )
        refuse(args, {"holdout": "--holdout"}, "a named problem brings its own test data")
    from ecd2g.experiments.training.bridge_settings import BridgeTraining  # noqa: PLC0415

    return BridgeTraining(**given(args, ("circuit", *DATA, *OF_BRIDGES, *SHARED)))  # type: ignore[arg-type]
