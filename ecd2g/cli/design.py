"""`ecd2g design`: which circuit to take for a source, a target and a cost."""

import argparse

from ecd2g.cli.options import (
    GROUNDS,
    PROBLEMS,
    add_file_options,
    add_run_options,
    folder_of,
    given,
    positive_number,
    report,
    whole_number,
)

FAMILIES = ("complete", "gaussian", "one-site-gaussian", "neighbour", "hamming-1", "hamming")
# the lists repeat what ecd2g knows, so that --help need not load it; a test keeps them equal

SETTINGS = ("source", "target", "n_symbols", "cost", "layers", "families", "n_walks", "tolerance", "seed")
"""Options whose names are those of the settings of a DesignQuestion."""

NOTES = """
families: complete            every pair of states, swept over rho = (V - 1) r / R
          gaussian            all sites move, swept over the width in symbols      (ordered symbols)
          one-site-gaussian   one site moves, swept over the width in symbols      (ordered symbols)
          neighbour           one site moves by one symbol, swept over 2 D r / R   (ordered symbols)
          hamming-1           one site moves to any symbol, swept over rho
          hamming             several sites move, each at a price
numbers marked ~ are sampled, all others exact; ratios to the optimal coupling of several sites need POT:
  pip install "ecd2g[ot]"
examples:
  ecd2g design 2d --out circuits
  ecd2g design --source a.csv --target b.csv --cost squared --layers 5,10 --families gaussian,complete"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "circuits for a source and a target, compared: cost, bias and steps, and a recommendation"
    parser = commands.add_parser(
        "design",
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("problem", nargs="?", choices=PROBLEMS, help="a named problem")
    add_file_options(parser)
    parser.add_argument(
        "--cost",
        choices=GROUNDS,
        help="what a transport costs (default: squared for numbers, hamming for letters)",
    )
    parser.add_argument(
        "--layers", type=_layers, metavar="N,N,...", help="numbers of layers to try (default: 3,5,10,20)"
    )
    parser.add_argument(
        "--families",
        type=_families,
        metavar="NAME,NAME,...",
        help="families to try (default: complete and those that fit the cost)",
    )
    parser.add_argument(
        "--walks",
        dest="n_walks",
        type=whole_number(2),
        metavar="INT",
        help="walks a circuit (default: 20000)",
    )
    parser.add_argument(
        "--tolerance",
        type=positive_number,
        metavar="X",
        help="largest proven error of potentials, relative (default: 1e-6)",
    )
    add_run_options(parser, "run folder to make, with tables and figures (default: print only)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """Compare, and print the frontier."""
    from ecd2g.experiments.design.run import DesignQuestion, design_run  # noqa: PLC0415

    asked = DesignQuestion(args.problem, **given(args, SETTINGS))  # type: ignore[arg-type]
    with folder_of(args) as folder:
        text = design_run(asked, folder, command, quiet=args.quiet)
    report(args, text, args.out)
    return 0


def _layers(text: str) -> tuple[int, ...]:
    """Whole numbers of at least 2 with commas between; each once."""
    at_least_two = whole_number(2)
    return tuple(dict.fromkeys(at_least_two(part) for part in text.split(",")))


def _families(text: str) -> tuple[str, ...]:
    """Names with commas between; each once."""
    names = tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in FAMILIES:
            raise argparse.ArgumentTypeError(f"must be among {', '.join(FAMILIES)}, got {name!r}")
    return names
