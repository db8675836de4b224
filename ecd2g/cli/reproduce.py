"""`ecd2g reproduce`: the published figures and numbers."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ecd2g.cli.options import (
    NETWORKS,
    PROBLEMS,
    add_backend_option,
    add_run_options,
    given,
    report,
    require_learned,
    whole_number,
)
from ecd2g.errors import InputError

if TYPE_CHECKING:
    from ecd2g.experiments.adapted.settings import Adapted
    from ecd2g.experiments.comparison.learn import Learning
    from ecd2g.experiments.dimensions.settings import Dimensions
    from ecd2g.experiments.high_dim.settings import HighDim

DIMENSIONS = "dimensions"
"""The experiment that is no single problem: the same transport for D = 1 .. 5."""

ADAPTED = "adapted"
"""The experiment that adapts a circuit to its currents, until it is optimal transport."""

HIGH_DIM = "high-dim"
"""The experiment on spaces too large to list: learned circuits and the baselines, over five seeds."""

NAMES = (*PROBLEMS, DIMENSIONS, ADAPTED, HIGH_DIM)
"""All experiments, in the order they are run."""

LEARNED = ("1d", "2d")
"""Experiments that current models are trained on."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "the published figures and numbers"
    parser = commands.add_parser("reproduce", help=text, description=f"Make {text} again.")
    parser.add_argument("experiment", choices=(*NAMES, "all"), help="which experiment, or all of them")
    parser.add_argument(
        "--n",
        dest="n_walks",
        type=whole_number(1),
        metavar="INT",
        help="number of walks (default: 100000; for adapted 5000; for high-dim 20000 where the exact law is known, "
        "and always 2000 elsewhere)",
    )
    add_backend_option(parser)
    parser.add_argument(
        "--seeds",
        dest="n_seeds",
        type=whole_number(1),
        metavar="INT",
        help="trainings of every model; for 1d and 2d (default: 1) and high-dim (default: 5)",
    )
    parser.add_argument(
        "--exact", action="store_true", help="for 1d and 2d: the exact half alone, no model is trained"
    )
    parser.add_argument(
        "--dimensions",
        dest="n_sites",
        type=_whole_numbers,
        metavar="D,D,..",
        help="for dimensions: the numbers of sites, out of 1 to 5 (default: 1,2,3,4,5)",
    )
    parser.add_argument(
        "--iterations",
        dest="n_iterations",
        type=whole_number(1),
        metavar="INT",
        help="for adapted: updates of the conductances (default: 50)",
    )
    parser.add_argument(
        "--problems",
        type=_names,
        metavar="NAME,NAME,..",
        help="for high-dim: which of its problems (default: all nine)",
    )
    parser.add_argument(
        "--training-steps",
        dest="n_steps",
        type=whole_number(1),
        metavar="INT",
        help="for high-dim: steps of every training (default: 1500)",
    )
    parser.add_argument(
        "--evaluations",
        type=_whole_numbers,
        metavar="INT,INT,..",
        help="for high-dim: network evaluations a sample; one training serves all of them (default: 2,4,8,16)",
    )
    parser.add_argument(
        "--network", choices=NETWORKS, help="for high-dim: the network of every method (default: mlp)"
    )
    out = (
        "run folder to make (default: runs/EXPERIMENT); for all, the folder they are put into (default: runs)"
    )
    add_run_options(parser, out)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """Run one experiment or all; with all, every folder is checked before the first is begun."""
    from ecd2g.experiments.adapted.run import adapted_run  # noqa: PLC0415
    from ecd2g.experiments.dimensions.run import dimensions_run  # noqa: PLC0415
    from ecd2g.experiments.exact.named import EXPERIMENTS  # noqa: PLC0415
    from ecd2g.experiments.jobs import Reproduction, reproduce_run  # noqa: PLC0415
    from ecd2g.experiments.records.run_folder import check_free, run_folder  # noqa: PLC0415

    _check_training(args)
    folders, dimensions, adapted = _folders(args), _dimensions_asked(args), _adapted_asked(args)
    high_dim = _high_dim_asked(args) if HIGH_DIM in folders else None
    for out in folders.values():
        check_free(out, overwrite=args.overwrite)
    for name, out in folders.items():
        if name == DIMENSIONS:
            with run_folder(out, overwrite=args.overwrite) as folder:
                text = dimensions_run(dimensions, folder, command, quiet=args.quiet)
            report(args, text, out)
            continue
        if name == ADAPTED:
            with run_folder(out, overwrite=args.overwrite) as folder:
                text = adapted_run(adapted, folder, command, quiet=args.quiet)
            report(args, text, out)
            continue
        if high_dim is not None and name == HIGH_DIM:
            from ecd2g.experiments.high_dim.run import high_dim_run  # noqa: PLC0415 - loads torch

            with run_folder(out, overwrite=args.overwrite) as folder:
                text = high_dim_run(high_dim, folder, command, quiet=args.quiet)
            report(args, text, out)
            continue
        experiment = EXPERIMENTS[name](**given(args, ("n_walks", "seed", "backend")))  # type: ignore[arg-type]
        asked = Reproduction(experiment, _learning(args, name) if name in LEARNED else None)
        with run_folder(out, overwrite=args.overwrite) as folder:
            text = reproduce_run(asked, folder, command, quiet=args.quiet)
        report(args, text, out)
    return 0


def _check_training(args: argparse.Namespace) -> None:
    """Raise InputError for options of trainings where no model is trained."""
    trained = (*LEARNED, HIGH_DIM, "all")
    if args.n_seeds is not None and args.experiment not in trained:
        raise InputError(
            f"--seeds goes with the experiments {', '.join(trained[:-1])}, which train models, "
            f"not with {args.experiment}"
        )
    if args.exact and args.experiment not in (*LEARNED, "all"):
        raise InputError(
            f"--exact goes with the experiments {' and '.join(LEARNED)}, which train models, not with {args.experiment}"
        )
    for option, name in (
        ("--problems", "problems"),
        ("--training-steps", "n_steps"),
        ("--network", "network"),
        ("--evaluations", "evaluations"),
    ):
        if getattr(args, name) is not None and args.experiment not in (HIGH_DIM, "all"):
            raise InputError(f"{option} goes with the experiment {HIGH_DIM}, not with {args.experiment}")
        if getattr(args, name) is not None and args.exact:
            raise InputError(
                f"{option} is for the experiment {HIGH_DIM}, which --exact leaves out; give one of them"
            )
    if args.experiment == HIGH_DIM and args.backend not in (None, "numpy"):
        raise InputError(
            f"the experiment {HIGH_DIM} is computed with numpy and torch only; leave out --backend"
        )
    if args.exact and args.n_seeds is not None:
        raise InputError("--seeds counts trainings and --exact trains no model; give one of them")


def _dimensions_asked(args: argparse.Namespace) -> "Dimensions":
    """The experiment in growing dimension; InputError where it, or the one asked for, would not heed an option."""
    from ecd2g.experiments.dimensions.settings import Dimensions  # noqa: PLC0415

    if args.n_sites is not None and args.experiment not in (DIMENSIONS, "all"):
        raise InputError(f"--dimensions goes with the experiment {DIMENSIONS}, not with {args.experiment}")
    if args.experiment == DIMENSIONS and args.backend not in (None, "numpy"):
        raise InputError(f"the experiment {DIMENSIONS} is computed with numpy only; leave out --backend")
    asked = Dimensions(**given(args, ("n_sites", "n_walks", "seed")))  # type: ignore[arg-type]
    asked.check()
    return asked


def _adapted_asked(args: argparse.Namespace) -> "Adapted":
    """The experiment with adapted conductances; InputError where it, or the one asked for, would not heed an option."""
    from ecd2g.experiments.adapted.settings import Adapted  # noqa: PLC0415

    if args.n_iterations is not None and args.experiment not in (ADAPTED, "all"):
        raise InputError(f"--iterations goes with the experiment {ADAPTED}, not with {args.experiment}")
    if args.experiment == ADAPTED and args.backend not in (None, "numpy"):
        raise InputError(f"the experiment {ADAPTED} is computed with numpy only; leave out --backend")
    return Adapted(**given(args, ("n_iterations", "n_walks", "seed")))  # type: ignore[arg-type]


def _high_dim_asked(args: argparse.Namespace) -> "HighDim | None":
    """The experiment on spaces too large to list; None where `all` trains nothing."""
    if args.exact:
        return None
    require_learned()
    from ecd2g.experiments.high_dim.settings import HighDim  # noqa: PLC0415

    names = ("problems", "evaluations", "network", "n_seeds", "n_steps", "n_walks", "seed")
    asked = HighDim(**given(args, names))  # type: ignore[arg-type]
    asked.check()
    return asked


def _names(text: str) -> tuple[str, ...]:
    """A type for argparse: names, commas between."""
    return tuple(text.split(","))


def _whole_numbers(text: str) -> tuple[int, ...]:
    """A type for argparse: whole numbers of at least 1, commas between."""
    return tuple(whole_number(1)(part) for part in text.split(","))


def _learning(args: argparse.Namespace, name: str) -> "Learning | None":
    """Which models to train; none with --exact."""
    if args.exact:
        return None
    require_learned()
    from ecd2g.experiments.comparison.learn import learning_of  # noqa: PLC0415

    return learning_of(name, **given(args, ("n_seeds",)))


def _folders(args: argparse.Namespace) -> dict[str, Path]:
    """Name of each experiment to run, and its folder."""
    if args.experiment == "all":
        names = [name for name in NAMES if not (args.exact and name == HIGH_DIM)]
        return {name: (args.out or Path("runs")) / name for name in names}
    return {args.experiment: args.out or Path("runs") / args.experiment}
