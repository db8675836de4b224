"""`ecd2g data`: the named problems, the formats of own files, and exports."""

import argparse

from ecd2g.cli.options import PROBLEMS, add_run_options, given, problem_of, report, whole_number
from ecd2g.errors import InputError

FORMATS = """
own data: two files of samples, --source FILE --target FILE, a sample a line or row
  .csv    symbols separated by commas; whole numbers 0, 1, 2 ... or words
          (a line of names over whole numbers is a header; words must have no header)
  .txt    symbols separated by spaces, or a word of one-letter symbols (ACGT); no header
  .npy    array of whole numbers, (n, n_sites), or (n,) for one site
  .npz    one such array, or the one named samples; with it weights (n,) if there are any
probabilities: an .npz with samples (the states) and weights (their probabilities or counts);
  numpy.savez("p.npz", samples=states, weights=probabilities)
both files share one alphabet: for letters and words the tokens of both in sorted order, symbol 0 first;
  for numbers 0 to the largest of both, or what --n-symbols says
what was read is printed with every result"""


LEARNED = {
    "moons": "two moons to a Swiss roll, 50 x 50 cells",
    "mixture-3": "mixtures of Gaussians in 3 dimensions, 16^3 cells",
    "mixture-4": "the same in 4 dimensions",
    "mixture-5": "the same in 5 dimensions",
    "splice": "human 5' splice sites, samples of the problem above",
    "digits-4x4": "uniform noise to digits of 4 x 4 black-and-white pixels",
    "digits-3-8": "images of a 3 to images of an 8, 8 x 8 pixels; one image in five is held out",
    "digits-noise": "uniform noise to digits of 8 x 8 pixels; one image in five is held out",
    "names": "first names of women to those of men, at most six letters; one name in five is held out",
}
"""The problems of `ecd2g.data.SPLIT_PROBLEMS` in a line each."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "named problems and formats of own files; export of a named problem"
    parser = commands.add_parser("data", help=text, description=f"List {text}.")
    parser.add_argument(
        "problem",
        nargs="?",
        type=problem_of(PROBLEMS),
        choices=PROBLEMS,
        help="problem to export (default: list them)",
    )
    parser.add_argument(
        "--n",
        dest="n_samples",
        type=whole_number(1),
        metavar="INT",
        help="samples of each law (default: 10000)",
    )
    add_run_options(
        parser, "run folder to make, with p.npz and q.npz to read back, and samples as .npy and .csv"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """List, or export."""
    if args.problem is None and args.out is None:
        _list()
        return 0
    if args.problem is None or args.out is None:
        raise InputError("an export needs a problem and a folder: ecd2g data PROBLEM --out DIR")
    from ecd2g.experiments.export import Export, export_run  # noqa: PLC0415
    from ecd2g.experiments.records.run_folder import run_folder  # noqa: PLC0415

    settings = Export(args.problem, **given(args, ("n_samples", "seed")))  # type: ignore[arg-type]
    with run_folder(args.out, overwrite=args.overwrite) as folder:
        text = export_run(settings, folder, command)
    report(
        args,
        f"{text}\n{'to read it back':<34} --source {args.out / 'p.npz'} --target {args.out / 'q.npz'}",
        args.out,
    )
    return 0


def _list() -> None:
    from ecd2g.experiments.exact.named import EXPERIMENTS  # noqa: PLC0415

    print("named problems: --problem NAME, ecd2g reproduce NAME, ecd2g data NAME --out DIR")
    for name, experiment in EXPERIMENTS.items():
        print(f"  {name:<7} {(experiment.__doc__ or '').splitlines()[0]}")
    print(
        "\nproblems to learn, with test data of their own: ecd2g train --circuit sweep --problem NAME --out DIR"
    )
    for name, about in LEARNED.items():
        print(f"  {name:<12} {about}")
    print(FORMATS)
