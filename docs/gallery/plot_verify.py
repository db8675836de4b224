"""The paper's statements on random circuits, and a law of your own
==================================================================

``ecd2g verify`` tries every statement on random circuits. A law is an object: a name, a statement, and how far a solved
circuit is from it. Here is one that is not in the list, and it is held against random circuits too.
"""

import subprocess
import sys

import numpy as np
from hypothesis import Phase, given, seed, settings

from ecd2g.testing import Law, Solved, ecd2g_solver, layered_problems

command = [sys.executable, "-m", "ecd2g", "verify", "--examples", "2"]
done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
print(done.stdout)


# %%
# A law of our own: between any two neighbouring layers exactly 1 A passes, net.
def net_current(solved: Solved) -> float:
    layers = solved.problem.circuit.n_layers
    n_states = solved.problem.circuit.n_states
    gap = np.minimum(solved.tails, solved.heads) // n_states
    signed = np.where(solved.tails < solved.heads, solved.currents, -solved.currents)
    return float(np.abs(np.bincount(gap, signed, minlength=layers - 1) - 1.0).max())


one_ampere = Law("one-ampere", "1 A passes every gap", "(3)", net_current)
largest = 0.0


@seed(0)
@settings(max_examples=50, deadline=None, database=None, phases=[Phase.generate])
@given(layered_problems())
def try_it(problem):
    global largest
    solved = ecd2g_solver(problem)
    assert one_ampere.holds(solved, ecd2g_solver)  # noqa: S101 - a test asserts
    largest = max(largest, one_ampere.deviation(solved))


try_it()
print(f"\n{one_ampere.statement}: holds on 50 random circuits, largest deviation {largest:.0e}")
