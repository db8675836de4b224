"""`ecd2g verify`: every statement of the paper on random circuits."""

import argparse

from ecd2g.cli.options import add_run_options, folder_of, given, report, whole_number


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    text = "the statements of the paper on random circuits"
    parser = commands.add_parser(
        "verify", help=text, description=f"Verify {text}; exit status 1 where one fails."
    )
    parser.add_argument(
        "--examples",
        dest="n_examples",
        type=whole_number(1),
        metavar="INT",
        help="circuits per group (default: 100)",
    )
    add_run_options(parser, "run folder to make, with the report in results.json (default: print only)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, command: str) -> int:
    """Verify, and print the table."""
    from ecd2g.experiments.verify.run import Verification, verify_run  # noqa: PLC0415

    settings = Verification(**given(args, ("n_examples", "seed")))  # type: ignore[arg-type]
    with folder_of(args) as folder:
        outcome = verify_run(settings, folder, command, quiet=args.quiet)
    report(args, outcome.table(), args.out)
    return 0 if outcome.passed else 1
