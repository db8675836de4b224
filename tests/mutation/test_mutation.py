"""Mistakes put into the core formulas are noticed by the laws; and the mutation run makes the mistakes it should."""

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_ten_named_mistakes_in_core_formulas_are_caught_by_the_laws():
    ran = subprocess.run(
        [sys.executable, "-m", "tests.mutation.named"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(ran.stdout)
    right = {what: said for what, said in found.items() if what.startswith("no mistake")}
    wrong = {what: set(said.split()) for what, said in found.items() if what not in right}
    assert set(right.values()) == {""}  # the laws are silent where nothing is wrong
    assert len(wrong) == 10
    laws = {"kirchhoff-inside", "energy", "arrival", "arrival:", "visits", "lemma-same"}
    assert [what for what, said in wrong.items() if not said & laws] == []


def shown(source):
    from tests.mutation.operators import mutants

    return {(mutant.operator, mutant.before, mutant.after) for mutant in mutants("some.py", source)}


def test_a_formula_has_a_mutant_for_every_sign_and_factor():
    assert shown("def f(a, b):\n    return -a * b / 2\n") == {
        ("sign", "-a", "a"),
        ("factor", "-a * b / 2", "-a * b"),
        ("factor", "-a * b / 2", "-a * b * 2"),
        ("factor", "-a * b", "-a"),
        ("factor", "-a * b", "b"),
    }


def test_layers_and_limits_are_moved_by_one():
    assert shown("def f(x, n):\n    return x[n - 1] if n < 3 else x[0]\n") == {
        ("sign", "n - 1", "n + 1"),
        ("layer", "n - 1", "n"),
        ("layer", "1", "2"),
        ("layer", "1", "0"),
        ("boundary", "n < 3", "n <= 3"),
        ("layer", "0", "1"),
    }


def test_refusals_and_statements_are_left_out_but_messages_and_types_stay():
    refusal = "    if x:\n        raise ValueError(x[0] + 1)\n"
    source = "def f(x: tuple[1]):\n" + refusal + "    check(x)\n    return f'{x[0] + 1}'\n"
    assert {(operator, after) for operator, _, after in shown(source)} == {("omitted", "(left out)")}
    assert len(shown(source)) == 2


def test_a_mutant_differs_from_its_source_in_one_place():
    from tests.mutation.operators import mutants, mutated

    path = "ecd2g/circuit/fields/complete_field.py"
    source = (ROOT / path).read_text(encoding="utf-8")
    before = ast.unparse(ast.parse(source)).splitlines()
    for mutant in mutants(path, source)[::9]:
        after = ast.unparse(mutated(source, mutant.number)).splitlines()
        assert len(after) == len(before)
        assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
