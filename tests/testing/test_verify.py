"""The report on every statement of the paper."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ecd2g.experiments.verify.statements import VerifyReport, verify
from ecd2g.testing import NetworkProblem, Solved, ecd2g_solver


@pytest.fixture(scope="module")
def report():
    return verify(n_examples=15, seed=1)


def test_every_statement_of_the_paper_has_a_line(report):
    named = {statement.equation for statement in report.statements}
    assert named >= {f"({k})" for k in (1, 2, 3, 4, 5, 6, 12, 13)}
    assert named >= {"Proposition 3.2", "Corollary 3.3", "Remark 3.4", "Lemma 3.5"}


def test_every_statement_holds(report):
    assert report.passed, report.table()
    assert isinstance(report, VerifyReport)
    assert all(statement.example is None for statement in report.statements)


def test_circuits_are_counted(report):
    counts = {statement.text: statement.n_circuits for statement in report.statements}
    assert max(counts.values()) == 30
    assert min(counts.values()) == 15
    cost = report.forward_only
    assert cost.n_circuits + cost.n_stranded == 15
    assert 0 < cost.mean <= cost.worst <= 1


def test_the_same_seed_gives_the_same_report(report):
    again = replace(verify(n_examples=15, seed=1), seconds=report.seconds)
    assert again.as_dict() == report.as_dict()


def test_progress_is_told_to_the_end():
    seen = []
    verify(n_examples=2, progress=lambda done, planned: seen.append((done, planned)))
    assert seen[-1] == (8, 8)


def test_the_report_prints_and_is_plain_json(report):
    lines = report.table().split("\n")
    assert len({len(line) for line in lines[2:17]}) <= 2
    assert json.loads(json.dumps(report.as_dict(), allow_nan=False))["passed"] is True


def test_a_wrong_solver_is_reported_with_its_smallest_circuit():
    def leaky(problem):
        solved = ecd2g_solver(problem)
        if not isinstance(problem, NetworkProblem):
            return solved
        return replace(solved, currents=solved.currents * (1 + 1e-6))

    report = verify(n_examples=5, seed=0, solver=leaky)
    assert not report.passed
    failed = {statement.equation: statement for statement in report.statements if not statement.passed}
    assert failed["(2)"].worst == pytest.approx(1e-6, rel=1e-3)
    assert "network of 2 nodes" in failed["(2)"].example
    assert "FAILS" in report.table()
    assert "network of 2 nodes" in report.table()


def test_a_solver_that_raises_is_reported_too():
    def broken(problem):
        raise ZeroDivisionError("no answer")

    report = verify(n_examples=2, solver=broken)
    assert not any(statement.passed for statement in report.statements)
    assert "ZeroDivisionError: no answer" in report.statements[0].example
    assert np.isinf(report.statements[0].worst)
    json.dumps(report.as_dict(), allow_nan=False)


def test_a_foreign_solver_is_verified_without_its_walks():
    def foreign(problem):
        found = ecd2g_solver(problem)
        return Solved.from_arrays(problem, found.potentials, found.currents)

    report = verify(n_examples=3, solver=foreign)
    assert report.passed
    assert report.forward_only.n_circuits + report.forward_only.n_stranded == 0
