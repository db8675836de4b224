"""Every command that README.md and docs/ show is run: here, page by page and in order, by another test, or by CI.

What takes minutes is run with the same words and, behind them, options of ADDED that shorten it: of two equal options
the last one counts. A command that none of the tables below covers fails `test_every_command_is_run`.
"""

import importlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pytest

from ecd2g import Distribution, StateSpace, data
from ecd2g.cli.main import main
from ecd2g.data import Problem
from ecd2g.experiments.adapted import settings as adapted
from ecd2g.experiments.design import run as design
from ecd2g.experiments.design.guidance import layer_sweep, rho_sweep
from ecd2g.experiments.exact.named import EXPERIMENTS
from ecd2g.experiments.exact.two_dimensions import TwoDimensions
from ecd2g.experiments.high_dim import settings as high_dim

pytest.importorskip("torch")

from ecd2g.experiments.comparison import learn

ROOT = Path(__file__).parents[2]
PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if "/_" not in path.as_posix()  # what a build of the site leaves
]

ADDED = {
    # in blocks of commands
    "ecd2g train --problem 1d --model potential --out runs/potential": "--steps 20",
    "ecd2g train --problem 1d --model marginal --out runs/marginal --seed 1": "--steps 20",
    "ecd2g train --source before.csv --target after.csv --model marginal --out runs/learned": "--steps 20",
    "ecd2g train --source before.txt --target after.txt --circuit sweep --out runs/sweep": "--steps 20",
    "ecd2g verify --examples 500": "--examples 1",
    "ecd2g train --source d/source.csv --target d/target.csv --circuit sweep --steps 500 --out runs/sweep-0": (
        "--steps 10"
    ),
    "ecd2g train $DATA --circuit sweep --seed 1 --out runs/sweep-1 --no-compare": "--steps 10",
    "ecd2g train $DATA --circuit sweep --coupling independent --out runs/free --no-compare": "--steps 10",
    "ecd2g train $DATA --circuit mixture --out runs/mixture --no-compare": "--steps 10",
    "ecd2g compare runs/sweep-0 runs/sweep-1 runs/free runs/mixture --out runs/compared": "--n 500",
    "ecd2g reproduce high-dim": "--problems names --seeds 1 --training-steps 2 --n 50 --evaluations 2",
    "ecd2g reproduce high-dim --problems moons,splice": (
        "--problems names --seeds 1 --training-steps 2 --n 50 --evaluations 2 --overwrite"
    ),
    "ecd2g reproduce high-dim --problems names --seeds 1 --training-steps 200 --n 500": (
        "--training-steps 2 --n 50 --evaluations 2 --overwrite"
    ),
    # in sentences and tables alone
    "ecd2g reproduce 1d --seeds 5": "--seeds 2 --n 200",
    "ecd2g reproduce 2d --seeds 5": "--seeds 1 --n 200",
    "ecd2g reproduce splice": "--n 1000",
    "ecd2g reproduce adapted": "--iterations 2 --n 100",
    "ecd2g reproduce dimensions": "--dimensions 1 --n 500",
    "ecd2g reproduce high-dim --problems moons,mixture-3 --evaluations 16 --seeds 2": (
        "--problems names --evaluations 2 --seeds 1 --training-steps 2 --n 50 --overwrite"
    ),
    "ecd2g design 2d": "--families gaussian --layers 3 --walks 200",
    "ecd2g design splice --families hamming-1": "--layers 3 --walks 200",
    "ecd2g data splice --out d": "--n 100",
    "ecd2g data splice --n 3000 --out d": "--n 200",
    "ecd2g solve --source d/p.npz --target d/q.npz": "",
    "ecd2g verify --examples 100 --out runs/verify --overwrite": "--examples 1",
    "ecd2g verify --examples 500 --out runs/verify --overwrite": "--examples 1",
    "ecd2g reproduce 1d --out runs/1d --overwrite": "--seeds 1 --n 200",
}
"""A command as shown, and what is put behind it; one that no block shows is run by itself, in this order."""

REFUSED = {"ecd2g solve --problem 2d --backend cupy"}
"""Commands that end in one sentence and status 2 where there is no GPU."""

BY_HAND = {
    ".ci/versions": "makes four environments from the network, which CI does not",
    "python -m tests.mutation.run": "takes hours; tests/mutation/test_mutation.py runs ten named mutants instead",
    "python -m pytest -n auto --cov=ecd2g": "the suite of `make test`, slower",
}
"""How commands begin that neither a test nor CI runs, and why."""

SCRIPTS: dict[str, tuple[str, dict[str, Any]]] = {
    "python benchmarks/choose_a_solver.py --cap 20": (
        "--quick --cap 5",
        {"QUICK": ("Barabasi-Albert, 1e3",), "METHODS": ("cg",)},
    ),
    "python benchmarks/circuit_guidance.py FOLDER": (
        "",
        {
            "rho_sweep": partial(rho_sweep, sides=(6, 8), forward=(0.1,), rhos=(0.05, 0.5), n_layers=3),
            "layer_sweep": partial(layer_sweep, layers=(2, 3), rhos=(0.05, 0.5), side=6),
        },
    ),
    "python benchmarks/cost_high_dim.py --n 3000 --training-steps 60": (
        "--n 10 --training-steps 1 --repeats 1",
        {"VARIED": {"S": (2, 3), "D": (2, 3), "steps": (1, 2)}, "D": 2},
    ),
    "python benchmarks/cost_of_learning.py": ("--steps 2 --walks 10", {"SIZES": ((4, 1, 3),)}),
    "python benchmarks/coupling_table.py": ("--size 20", {}),
    "python benchmarks/coupling_table.py --floors": ("--size 20", {}),
    "python benchmarks/recipes.py paper adam-on-paper volume potential marginal": (
        "--steps 2 --only average=0.9995,",
        {},
    ),
    "python benchmarks/recipes.py marginal-2d potential-2d current-2d": ("--steps 2 --only nothing", {}),
}
"""Scripts: options put behind, and constants of the script that are made smaller."""

ELSEWHERE = {
    "python -m benchmarks.results_table": "tests/docs/test_results.py::test_a_page_shows_exactly_what_was_recorded",
    "ecd2g reproduce all --seeds 5 --out runs --overwrite": (
        "tests/cli/test_commands.py::test_reproduce_all_makes_one_folder_each"
    ),
    "python -m tests.mutation.named": (
        "tests/mutation/test_mutation.py::test_ten_named_mistakes_in_core_formulas_are_caught_by_the_laws"
    ),
    "ecd2g COMMAND --help": "tests/cli/test_commands.py::test_help_and_version",
    "ecd2g train --resume --out OUT": "tests/cli/test_train.py::test_a_killed_training_goes_on_bit_for_bit",
    "ecd2g train --resume --out runs/sweep-0": "tests/cli/test_bridges.py::test_a_stopped_bridge_goes_on_bit_for_bit",
    "torchrun --nproc-per-node 2 -m ecd2g train …": "tests/learned/test_processes.py::test_two_processes_train_as_one",
    "python benchmarks/gpu.py": "tests/gpu/test_command_line.py::test_the_benchmark_runs_dry_on_another_library",
    "python benchmarks/gpu.py --networks": (
        "tests/gpu/test_gpu_solvers.py::test_the_benchmark_of_networks_runs_dry_on_other_libraries"
    ),
    "ECD2G_REQUIRE_GPU=1 pytest -m gpu": (
        "tests/gpu/test_command_line.py::test_a_required_gpu_that_is_missing_fails_the_tests_that_need_it"
    ),
}
"""Commands that tests of other files run, and which."""


BENCHMARKS = (
    "python -m pytest benchmarks/test_couplings.py",
    "python -m pytest benchmarks/test_density_walks.py -p no:xdist -s",
)
"""Runs of pytest: one process collects all of them, and runs a few."""

TOOLS = ("head", "paste", "ls", "cat")
"""Programs of the shell that a page may call; they only read files of the page."""

PROGRAMS = ("ecd2g", "make", "python", "pip", "torchrun", "pytest", "bash", "git")
"""First words of inline code that make it a command."""

CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


def in_blocks(page: str) -> list[str]:
    """The commands in the `sh` blocks of a page, comments left out and spaces made single."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [command for line in lines if (command := " ".join(re.sub(r"\s#.*|^#.*", "", line).split()))]


def in_sentences(page: str) -> list[str]:
    """The commands in inline code of a page: in its sentences and its tables."""
    text = re.sub(
        r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    spans = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text))
    return [span for span in spans if " " in span and program(span) in PROGRAMS]


def program(command: str) -> str:
    """The first word that sets no variable."""
    return next((word for word in command.split() if not re.match(r"[A-Z_\d]+=", word)), "")


SHOWN = {page: (in_blocks(page), in_sentences(page)) for page in PAGES}
IN_BLOCKS = [command for blocks, _ in SHOWN.values() for command in blocks]
ALONE = [command for command in ADDED if command not in IN_BLOCKS]
RUN = [
    command
    for command in (*IN_BLOCKS, *ADDED, *SCRIPTS, *BENCHMARKS)
    if program(command) in ("ecd2g", "python")
]


def within(mention: str, command: str) -> bool:
    """Whether the words of a mention occur in a command, in their order; FILE and its like stand for anything."""
    left = iter(command.split())
    return all(word in left for word in mention.split() if not re.fullmatch(r"[A-Z]{2,}", word))


def target_is_run(name: str) -> bool:
    """Whether CI makes a target of the Makefile, or runs the commands that it is made of; it must exist."""
    found = re.search(rf"^{name}:.*\n((?:\t.*\n)*)", MAKEFILE, flags=re.MULTILINE)
    if found is None:
        return False
    return f"make {name}\n" in CI or all(is_run(line) for line in recipe(found[1]))


def recipe(lines: str) -> list[str]:
    """The commands of a target, without the folder of programs, variables, and what says only how pytest prints."""
    bare = re.sub(
        r" -p no:xdist| --benchmark-\S+| --\S+ \"\$\(\w+\)\"| \$\(\w+\)", "", lines.replace("$(BIN)/", "")
    )
    return [line.strip() for line in bare.splitlines()]


def is_run(command: str) -> bool:
    """Whether one of the tables, or a page, answers for a command."""
    if command in ELSEWHERE or command.startswith(tuple(BY_HAND)):
        return True
    if script := re.fullmatch(r"python (docs/gallery/plot_\w+\.py)", command):
        return (ROOT / script[1]).exists() and "make docs\n" in CI  # which runs the gallery
    if folder := re.search(r"python -m pytest (tests/\w+)", command):
        return (ROOT / folder[1]).is_dir() and "make test\n" in CI
    match program(command):
        case "ecd2g" | "python":
            return any(within(command, other) for other in RUN)
        case "make":
            return all(target_is_run(name) for name in command.split()[1:] if "=" not in name)
        case "pip":
            extra = re.fullmatch(r'pip install (?:\.|"(?:ecd2g|\.)(?:\[([\w-]+)\])?")', command)
            return extra is not None and (extra[1] is None or extra[1] in EXTRAS)
        case word:
            return word in TOOLS or re.fullmatch(r'\w+="[^"]*"', command) is not None


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_run(page: str) -> None:
    for command in (*SHOWN[page][0], *SHOWN[page][1]):
        assert is_run(command), (
            f"{page} shows `{command}`, which no test and no CI runs: "
            "put it into a table of tests/docs/test_commands.py, or into a block marked sh"
        )


def test_recipes_run_by_hand_start_a_program_that_exists() -> None:
    assert (ROOT / ".ci/versions").is_file()
    assert find_spec("tests.mutation.run")


def test_a_command_that_nobody_runs_is_noticed() -> None:
    for command in (
        "ecd2g solve --faster",
        "make coffee",
        "python benchmarks/none.py",
        'pip install "ecd2g[all]"',
    ):
        assert not is_run(command)


def test_the_tables_name_nothing_that_is_gone() -> None:
    shown = [command for blocks, sentences in SHOWN.values() for command in (*blocks, *sentences)]
    shown += recipe(MAKEFILE)
    for command in (*ADDED, *REFUSED, *SCRIPTS, *ELSEWHERE, *BENCHMARKS):
        assert command in shown, (
            f"no page shows `{command}` any more: take it out of tests/docs/test_commands.py"
        )


@pytest.mark.parametrize(("command", "reference"), ELSEWHERE.items())
def test_every_test_named_exists(command: str, reference: str) -> None:
    path, _, test = reference.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert f"def {test}(" in text
    for option in re.findall(r" (--[\w-]+)", command):
        known = (
            option in text or any(option in other.split() for other in RUN) or option == "--nproc-per-node"
        )
        assert known, f"{path} does not use {option} of `{command}`"


def four_letters() -> Problem:
    """The first four letters of splice sites in place of nine."""
    whole, space = data.splice(), StateSpace(4, 4)
    laws = (law.sample(500, np.random.default_rng(0))[:, :4] for law in (whole.source, whole.target))
    source, target = (Distribution.from_samples(space, rows) for rows in laws)
    return replace(whole, space=space, source=source, target=target)


@pytest.fixture
def shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no option shortens: few steps, small grids, no processes, and figures that are drawn but not rendered."""
    monkeypatch.setattr("ecd2g.plots.files._render", lambda *_: b"a figure")
    whole = learn.learning_of
    monkeypatch.setattr(learn, "learning_of", lambda name, **asked: whole(name, **asked, n_steps=5))
    monkeypatch.setattr("ecd2g.experiments.parallel.processors", lambda: 1)
    monkeypatch.setattr(high_dim, "HighDim", partial(high_dim.HighDim, methods=high_dim.METHODS[:2]))
    monkeypatch.setattr(adapted, "Adapted", partial(adapted.Adapted, n_symbols=8, small_symbols=5))
    monkeypatch.setattr(design, "PROBLEMS", design.PROBLEMS | {"splice": four_letters})
    monkeypatch.setitem(EXPERIMENTS, "2d", partial(TwoDimensions, n_symbols=5, n_layers=3))


def follow(command: str, variables: dict[str, str]) -> None:
    """Run one command of a page as a reader would, and what it needs before."""
    if assignment := re.fullmatch(r'(\w+)="([^"]*)"', command):
        variables[assignment[1]] = assignment[2]
    elif program(command) == "ecd2g":
        words = shlex.split(Template(f"{command} {ADDED.get(command, '')}").substitute(variables))
        status = main(words[1:])
        assert status in ((0, 2) if command in REFUSED else (0,)), f"`{command}` ended with status {status}"
    elif program(command) in TOOLS:
        subprocess.run(["/bin/bash", "-c", command], check=True)


@pytest.mark.usefixtures("shortened", "page_folder")
@pytest.mark.parametrize("page", [page for page, (blocks, _) in SHOWN.items() if blocks])
def test_the_commands_of_a_page_work_in_their_order(page: str) -> None:
    variables: dict[str, str] = {}
    for command in SHOWN[page][0]:
        if command not in ELSEWHERE:
            follow(command, variables)


@pytest.mark.usefixtures("shortened", "page_folder")
def test_the_commands_that_no_block_shows_work() -> None:
    for command in ALONE:
        follow(command, {})


@pytest.mark.parametrize("command", SCRIPTS)
def test_a_script_of_the_benchmarks_works(
    command: str, page_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options, smaller = SCRIPTS[command]
    _, script, *words = shlex.split(f"{command} {options}")
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    module = importlib.import_module(Path(script).stem)
    for name, value in smaller.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(sys, "argv", [script, *words])
    module.main()
    assert capsys.readouterr().out


def test_the_benchmarks_are_collected_and_some_of_them_run() -> None:
    few = ["-p", "no:xdist", "-q", "--benchmark-min-rounds=1", "--benchmark-max-time=0.001"]
    # pytest-benchmark measures nothing where it finds the marks of a parallel run.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "benchmarks", *few, "-k", "(half and not 30) or electric"],
        cwd=ROOT,
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d passed", done.stdout)
