"""Mutation run: are mistakes in the formulas of circuit, reference and movement noticed, and by what?

    python -m tests.mutation.run --each 40 --seed 7      a random sample, as many of every package and operator
    python -m tests.mutation.run --files ecd2g/circuit/fields/complete_field.py --operators sign factor layer
    python -m tests.mutation.run --names ecd2g/movement/rules.py:48:3
    python -m tests.mutation.run --table                 what the folder holds, as a table of Markdown

Every mutant runs in a forked child; first the tests of the laws that cover its line, the quickest first, then the
other tests of the three packages. Answers are appended to `results.jsonl` in the folder, and what is there is not
run again.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from multiprocessing import Process
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, settings

from tests.mutation import covering, forks
from tests.mutation.operators import OPERATORS, Mutant, mutants, mutated

LEFT_OUT = {
    "ecd2g/reference/solvers/gpu.py": "runs on a GPU only",
    "ecd2g/reference/solvers/cholmod.py": "needs scikit-sparse, which the test environment does not have",
}
OPTIONS = ["-x", "-q", "--assert=plain", "-W", "ignore:Module already imported"]
OPTIONS += [
    f"-pno:{plugin}"
    for plugin in ("cacheprovider", "xdist", "pytest_cov", "benchmark", "unraisableexception")
]
FIRST = 40
"""Tests tried first; only what they miss is shown to the others."""
SLOW_TO_FAIL = "tests/testing/test_verify.py"
"""Looks for the smallest circuit that shows a failure, so it is asked last."""


class Chosen:
    """A pytest plugin: run just these tests, file by file, since files have fixtures; `failed` is what failed."""

    def __init__(self, tests: list[str]) -> None:
        files = list(dict.fromkeys(map(file_of, tests)))
        self.order = {test: (files.index(file_of(test)), place) for place, test in enumerate(tests)}
        self.failed = ""

    def pytest_configure(self) -> None:
        """A failing example is enough; nobody will read the smallest one."""
        quick = settings(settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate], database=None)
        settings.register_profile("mutation", quick)
        settings.load_profile("mutation")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid]
        )

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def verdict(mutant: Mutant | None, tests: list[str], seconds: float) -> str:
    """What noticed the mutant: a test, an error at import, or the time; empty if nothing did."""

    def work() -> str:
        if mutant is not None:
            forks.use(mutant.path, mutated((forks.ROOT / mutant.path).read_text("utf-8"), mutant.number))
        chosen = Chosen(tests)
        files = sorted(set(map(file_of, tests)))
        status = pytest.main([*files, *OPTIONS], plugins=[chosen])
        return "" if status in {0, 5} else chosen.failed or f"pytest status {int(status)}"

    return forks.in_child(work, cpu_seconds=10 + 3 * seconds)


def judge(mutant: Mutant, known: covering.Covering, budget: float) -> dict[str, Any]:
    """Run the laws that cover a mutant and then the other tests of the packages, `budget` seconds of either."""
    tests = known.tests(mutant.path, mutant.statement, mutant.line, at_import=mutant.at_import)
    tests.sort(key=lambda test: test.startswith(SLOW_TO_FAIL))
    laws = [test for test in tests if test.startswith(covering.LAWS)]
    others = [test for test in tests if not test.startswith(covering.LAWS)]
    answer = {"laws": "", "others": ""}
    for column, group in (("laws", laws), ("others", others)):
        spent = np.cumsum([known.seconds[test] for test in group])
        group = group[: int(np.searchsorted(spent, budget, side="right"))]
        for batch in (group[:FIRST], group[FIRST:]):
            if batch and not answer["laws"] and not answer["others"]:
                answer[column] = verdict(mutant, batch, sum(known.seconds[test] for test in batch))
    record = {
        "name": mutant.name,
        "operator": mutant.operator,
        "before": mutant.before,
        "after": mutant.after,
    }
    return record | answer | {"tests": len(tests)}


def population(files: Iterable[str], operators: Iterable[str]) -> list[Mutant]:
    """All mutants of some files by some operators."""
    wanted = set(operators)
    found = (mutants(path, (forks.ROOT / path).read_text("utf-8")) for path in files)
    return [mutant for of_file in found for mutant in of_file if mutant.operator in wanted]


def sample(all_mutants: list[Mutant], each: int, seed: int) -> list[Mutant]:
    """Up to `each` mutants of every package and operator, at random."""
    groups: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for mutant in all_mutants:
        groups[package_of(mutant.path), mutant.operator].append(mutant)
    rng = np.random.default_rng(seed)
    chosen = [
        group[k]
        for group in groups.values()
        for k in np.sort(rng.permutation(len(group))[:each])
    ]  # fmt: skip
    return [chosen[k] for k in rng.permutation(len(chosen))]  # a run cut short is a sample too


def file_of(test: str) -> str:
    """tests/a.py::test_b is in tests/a.py."""
    return test.partition("::")[0]


def package_of(path: str) -> str:
    """ecd2g/circuit/field.py is of circuit."""
    return path.split("/")[1]


def package_files() -> list[str]:
    """Every file of the three packages that the test environment can run."""
    found = sorted(
        file.relative_to(forks.ROOT).as_posix()
        for package in covering.PACKAGES
        for file in (forks.ROOT / "ecd2g" / package).rglob("*.py")
    )
    return [path for path in found if path not in LEFT_OUT]


def results(folder: Path) -> dict[str, dict[str, Any]]:
    """What earlier runs found, by name of the mutant; the last answer counts."""
    kept = folder / "results.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    return {record["name"]: record for record in map(json.loads, lines)}


def equivalent() -> dict[str, str]:
    """Survivors that change nothing a test could see, with the reason."""
    listed = Path(__file__).with_name("equivalent.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in listed if line and not line.startswith("#"))
    return {name.strip(): reason.strip() for name, reason in rows}


def table(found: Iterable[dict[str, Any]]) -> str:
    """Package and operator: tried, caught by the laws, caught by any test, survivors, of them equivalent."""
    known, counts = equivalent(), Counter()
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in found:
        survived = not (record["laws"] or record["others"])
        row = Counter(
            tried=1,
            laws=bool(record["laws"]),
            caught=not survived,
            survived=survived,
            equivalent=survived and record["name"] in known,
        )
        rows[package_of(record["name"]), record["operator"]] += row
        counts += row
    order = [(p, o) for p in covering.PACKAGES for o in OPERATORS if (p, o) in rows]
    lines = [
        "| package | mistake | tried | caught by the laws | caught by any test | survived | of them equivalent |"
    ]
    lines += ["|---|---|---|---|---|---|---|"]
    columns = ("tried", "laws", "caught", "survived", "equivalent")
    for key in order:
        lines.append("| " + " | ".join([*key, *(str(rows[key][c]) for c in columns)]) + " |")
    lines.append("| " + " | ".join(["all", "", *(str(counts[c]) for c in columns)]) + " |")
    return "\n".join(lines)


def arguments(given: list[str]) -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path("runs/mutation"), help="where answers are kept")
    parser.add_argument("--each", type=int, default=0, help="mutants of every package and operator; 0 is all")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--files", nargs="+", default=None)
    parser.add_argument("--operators", nargs="+", choices=OPERATORS, default=OPERATORS)
    parser.add_argument(
        "--budget", type=float, default=30.0, help="seconds of tests for the laws, and for the rest"
    )
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--names", nargs="+", default=None, help="these mutants only, whether run before or not"
    )
    parser.add_argument("--table", action="store_true", help="print the table of what the folder holds")
    return parser.parse_args(given)


def main(given: list[str]) -> None:
    """Run what is asked for."""
    asked = arguments(given)
    found = population(asked.files or package_files(), asked.operators)
    if asked.each:
        found = sample(found, asked.each, asked.seed)
    known = results(asked.folder)
    if asked.table:
        print(table(known[mutant.name] for mutant in found if mutant.name in known))
        return
    found = (
        [m for m in found if m.name in asked.names]
        if asked.names
        else [m for m in found if m.name not in known]
    )
    if not (asked.folder / "covering.json").exists():
        covering.record(asked.folder)
    tests = covering.load(asked.folder)
    forks.warm_up((*forks.SCIENCE, *forks.TESTING))
    quick = sorted(tests.seconds, key=lambda test: tests.seconds[test])[: 10 * FIRST]
    if noticed := verdict(None, quick, sum(tests.seconds[test] for test in quick)):
        raise SystemExit(
            f"a mutant that changes nothing is noticed by {noticed}: no answer could be believed"
        )
    workers = [
        Process(target=work_through, args=(found[k :: asked.workers], tests, asked))
        for k in range(asked.workers)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def work_through(found: list[Mutant], tests: covering.Covering, asked: argparse.Namespace) -> None:
    """Judge these mutants one after the other; a line is added to the answers for each."""
    for mutant in found:
        record = judge(mutant, tests, asked.budget)
        with (asked.folder / "results.jsonl").open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(record) + "\n")
        noticed = record["laws"] or record["others"] or "SURVIVED"
        print(f"{mutant.name} {mutant.operator}: {mutant.before} -> {mutant.after} | {noticed}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
