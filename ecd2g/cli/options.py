"""Options that several commands share, and the checks of the numbers they take."""

import argparse
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ecd2g.errors import InputError

if TYPE_CHECKING:
    from ecd2g.experiments.exact.experiment import Experiment

PROBLEMS = ("1d", "2d", "splice")
METHODS = ("auto", "closed-form", "star-mesh", "dense", "sparse", "cholmod", "cg", "amg")
RULES = ("two-way", "forward-only", "first-passage")
BACKENDS = ("numpy", "cupy")
MODELS = (
    "potential",
    "marginal",
    "marginal-network",
    "marginal-autoregressive",
    "current",
    "current-paper",
)
COUPLINGS = ("independent", "minibatch-ot", "given")
CIRCUITS = ("complete", "sweep", "spread", "interval", "mixture", "masked", "diffusion")
NETWORKS = ("mlp", "transformer")
BRIDGE_COUPLINGS = (
    "independent",
    "minibatch-ot",
    "electric",
    "electric-reweighted",
    "sinkhorn",
    "given",
)
GROUNDS = ("squared", "hamming")
SPLIT_PROBLEMS = (
    "moons",
    "mixture-3",
    "mixture-4",
    "mixture-5",
    "splice",
    "digits-4x4",
    "digits-3-8",
    "digits-noise",
    "names",
)
VOLUMES = ("uniform", "stratified", "visits")
DEVICES = ("auto", "cpu", "cuda")
# the lists repeat what ecd2g knows, so that --help need not load it; a test keeps them equal

SETTINGS = (
    "n_layers",
    "forward_resistance",
    "lateral_resistance",
    "method",
    "tolerance",
    "backend",
    "rule",
    "n_walks",
    "seed",
)
"""Options whose names are those of the settings of an Experiment."""


def whole_number(at_least: int) -> Callable[[str], int]:
    """A type for argparse: whole numbers from a smallest one on."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = at_least - 1
        if number < at_least:
            raise argparse.ArgumentTypeError(f"must be a whole number of at least {at_least}, got {text!r}")
        return number

    return parse


def positive_number(text: str) -> float:
    """A type for argparse: positive finite numbers."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a positive finite number, got {text!r}")
    return number


def non_negative_number(text: str) -> float:
    """A type for argparse: zero or a positive finite number."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"must be zero or a positive finite number, got {text!r}")
    return number


def share(text: str) -> float:
    """A type for argparse: zero, or a share less than one."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < 1.0:
        raise argparse.ArgumentTypeError(f"must be a share of at least 0 and less than 1, got {text!r}")
    return number


def problem_of(problems: tuple[str, ...]) -> Callable[[str], str]:
    """A type for argparse: names, where those of problems that only a bridge learns say which command takes them."""

    def parse(text: str) -> str:
        if text in SPLIT_PROBLEMS and text not in problems:
            raise argparse.ArgumentTypeError(
                f"{text} is a problem to learn: ecd2g train --circuit sweep --problem {text} --out DIR; here take one "
                f"of {', '.join(problems)}"
            )
        return text

    return parse


def symbol_counts(text: str) -> int | tuple[int, ...]:
    """A type for argparse: one whole number, or one per site with commas between."""
    try:
        sizes = tuple(int(part) for part in text.split(","))
    except ValueError:
        sizes = (0,)
    if min(sizes) < 1:
        raise argparse.ArgumentTypeError(
            f"must be a whole number of at least 1, or one per site like 4,4,2, got {text!r}"
        )
    return sizes if len(sizes) > 1 else sizes[0]


def add_run_options(parser: argparse.ArgumentParser, out: str, *, required: bool = False) -> None:
    """Add --seed, --out, --overwrite and --quiet; `out` says what the folder will hold."""
    parser.add_argument(
        "--seed", type=whole_number(0), metavar="INT", help="same seed, same numbers (default: 0)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", required=required, help=out)
    parser.add_argument("--overwrite", action="store_true", help="replace DIR if it is an earlier run folder")
    parser.add_argument("--quiet", action="store_true", help="print errors only")


def add_data_options(parser: argparse.ArgumentParser, problems: tuple[str, ...] = PROBLEMS) -> None:
    """Add --problem, or --source and --target."""
    group = parser.add_argument_group("data", "a named problem, or two files of samples (see: ecd2g data)")
    group.add_argument(
        "--problem",
        type=problem_of(problems),
        choices=problems,
        help="a named problem, with its own defaults",
    )
    add_file_options(group)


def add_file_options(parser: argparse._ActionsContainer) -> None:
    """Add --source, --target and --n-symbols."""
    parser.add_argument("--source", metavar="FILE", help="samples of the source: .npy, .npz, .csv or .txt")
    parser.add_argument("--target", metavar="FILE", help="samples of the target")
    parser.add_argument(
        "--n-symbols",
        type=symbol_counts,
        metavar="S",
        help="symbols a site, one number or one per site: 4,4,2",
    )


def add_circuit_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is solved and how."""
    group = parser.add_argument_group("circuit")
    group.add_argument(
        "--layers", dest="n_layers", type=whole_number(2), metavar="N", help="number of layers (default: 10)"
    )
    group.add_argument(
        "--forward-resistance",
        type=positive_number,
        metavar="OHM",
        help="r between equal states (default: 0.1)",
    )
    group.add_argument(
        "--lateral-resistance",
        type=positive_number,
        metavar="OHM",
        help="R between different states (default: the one with rho = (V - 1) r / R = 0.049 for V states, our choice, "
        "as in the paper's 1D circuit; results.json records it)",
    )
    group.add_argument("--method", choices=METHODS, help="solver (default: auto)")
    group.add_argument(
        "--tolerance", type=positive_number, metavar="X", help="largest deviation allowed (default: 1e-8)"
    )


def add_backend_option(parser: argparse.ArgumentParser) -> None:
    """Add --backend."""
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        help="where the closed form is computed and walkers move: numpy, or cupy on an NVIDIA GPU (default: numpy)",
    )


def add_walk_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of sampling."""
    group = parser.add_argument_group("walks")
    group.add_argument("--rule", choices=RULES, help="movement rule (default: two-way, which is exact)")
    add_number_of_walks(group)


def add_number_of_walks(parser: argparse._ActionsContainer) -> None:
    """Add --n."""
    parser.add_argument(
        "--n", dest="n_walks", type=whole_number(1), metavar="INT", help="number of walks (default: 100000)"
    )


def given(args: argparse.Namespace, names: tuple[str, ...]) -> dict[str, object]:
    """The options of these names that were given; defaults live in the configurations."""
    return {name: value for name in names if (value := getattr(args, name, None)) is not None}


def experiment_of(args: argparse.Namespace) -> "Experiment":
    """The experiment that the options describe."""
    from ecd2g.circuit.array_library import require_backend  # noqa: PLC0415
    from ecd2g.experiments.exact.named import EXPERIMENTS  # noqa: PLC0415
    from ecd2g.experiments.exact.own_data import OwnData  # noqa: PLC0415

    files = given(args, ("source", "target", "n_symbols"))
    settings = given(args, SETTINGS)
    require_backend(str(settings.get("backend", "numpy")))
    if args.problem is not None:
        if files:
            raise InputError("give either --problem, or --source and --target with --n-symbols, not both")
        return EXPERIMENTS[args.problem](**settings)  # type: ignore[arg-type]
    if "source" not in files or "target" not in files:
        raise InputError("data is required: give --source FILE and --target FILE, or --problem NAME")
    return OwnData(**files, **settings)  # type: ignore[arg-type]


def refuse(args: argparse.Namespace, names: dict[str, str], why: str) -> None:
    """Raise InputError where one of these options was given; `names` lead from attributes to options."""
    values = {option: getattr(args, name, None) for name, option in names.items()}
    chosen = [option for option, value in values.items() if value is not None and value is not False]
    if chosen:
        raise InputError(f"{chosen[0]} must be left out: {why}")


def require_learned() -> None:
    """Raise InputError where torch is not installed, with what to do."""
    for name in ("torch", "safetensors"):
        if find_spec(name) is None:
            raise InputError(f'{name} is needed to train and compare models: pip install "ecd2g[learned]"')


def folder_of(args: argparse.Namespace) -> AbstractContextManager[Path | None]:
    """The run folder that --out asks for, or none."""
    from ecd2g.experiments.records.run_folder import run_folder  # noqa: PLC0415

    return nullcontext() if args.out is None else run_folder(args.out, overwrite=args.overwrite)


def report(args: argparse.Namespace, text: str, out: Path | None) -> None:
    """Print the outcome of a run, and the folder it was written to."""
    if not args.quiet:
        print(text if out is None else f"{text}\n{'written to':<34} {out}")
