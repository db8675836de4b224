"""Make the numbers of the results table, record them, and write README.md and docs/results.md.

Run folders that are there, complete, of this version, made with the same options and on a commit with the same package
are read, not made again. Speed is measured anew whenever it is asked for: let nothing else run.
"""

import argparse
import sys
from pathlib import Path
from subprocess import CalledProcessError
from time import perf_counter

from benchmarks.results_table import record as records
from benchmarks.results_table.measure import commit_of, is_there, make
from benchmarks.results_table.record import head
from benchmarks.results_table.render import write_pages
from benchmarks.results_table.row import Source
from benchmarks.results_table.sources import SOURCES


def main() -> int:
    """Measure, record and render."""
    parser = argparse.ArgumentParser(prog="make benchmarks", description=__doc__)
    names = ", ".join(SOURCES)
    parser.add_argument(
        "--rows",
        default="all",
        help="whose rows to measure, the others keep their numbers: all, speed, runs, none (only write the pages), "
        f"or of {names}",
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs (default: runs)")
    parser.add_argument(
        "--commit", help="commit that run folders found there were made on, where it is not noted"
    )
    parser.add_argument(
        "--note", help="what a reader must know of how these were measured; stands beside the date"
    )
    parser.add_argument("--read", action="store_true", help="read what is there, make nothing")
    given = parser.parse_args()
    try:
        chosen = choose(given.rows)
    except ValueError as error:
        print(f"make benchmarks: {error}", file=sys.stderr)
        return 2
    begin, record, failed = perf_counter(), records.read(), []
    for source in chosen:
        if is_there(source, given.runs, commit=given.commit, read=given.read):
            commit = commit_of(source, given.runs, given.commit)
            print(f"{source.name}: {given.runs} has it, made at commit {commit}; not made again")
        elif given.read:
            print(f"{source.name}: {given.runs} has no complete one of this version and these options")
            failed.append(source.name)
            continue
        else:
            try:
                make(source, given.runs)
            except CalledProcessError as error:
                print(
                    f"{source.name}: failed with exit status {error.returncode}; its rows stay as they were"
                )
                failed.append(source.name)
                continue
            commit = head()
        records.measured(record, source, given.runs, commit)
        if given.note is not None:
            record["sources"][source.name]["note"] = given.note
        records.write(record)  # what is measured is kept, even if the next command fails
    write_pages(record)
    if failed:
        print(f"make benchmarks: {', '.join(failed)} not measured, see above", file=sys.stderr)
    print(f"{len(chosen)} of {len(SOURCES)} sources in {perf_counter() - begin:.0f} s; see docs/results.md")
    return 1 if failed else 0


def choose(text: str) -> list[Source]:
    """The sources that are named; ValueError for a name that is none."""
    groups = {
        "all": list(SOURCES),
        "none": [],
        **{
            word: [name for name, one in SOURCES.items() if one.kind == kind]
            for word, kind in (("runs", "run"), ("speed", "speed"))
        },
    }
    names = [name for word in text.replace(",", " ").split() for name in groups.get(word, [word])]
    unknown = [name for name in names if name not in SOURCES]
    if unknown:
        raise ValueError(f"rows must be among {', '.join([*groups, *SOURCES])}, got {unknown[0]!r}")
    return [SOURCES[name] for name in dict.fromkeys(names)]


if __name__ == "__main__":
    raise SystemExit(main())
