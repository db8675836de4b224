"""Test your own solver
=======================

A numpy solver of a dozen lines is held against every law of circuits and walks, on random circuits; two wrong ones
are caught. A solver is any function from a problem to a `Solved`.
"""

from collections import Counter

import numpy as np
from hypothesis import Phase, given, seed, settings

from ecd2g.testing import LAWS, Solved, broken_laws, edges, layered_problems, network_problems


def my_potentials(problem, tails, heads, siemens):
    """Least squares on the conductance matrix: no node needs to be grounded, and any circuit will do."""
    conductance = np.zeros((problem.circuit.n_nodes,) * 2)
    for u, v in ((tails, heads), (heads, tails)):
        np.add.at(conductance, (u, u), siemens)
        np.subtract.at(conductance, (u, v), siemens)
    injected = problem.injected - problem.extracted
    return np.linalg.pinv(conductance, hermitian=True) @ injected


def my_solver(problem):
    """Potentials, then Ohm's law; layered circuits and networks alike."""
    tails, heads, siemens = edges(problem)
    phi = my_potentials(problem, tails, heads, siemens)
    return Solved.from_arrays(problem, phi, siemens * (phi[tails] - phi[heads]))


def one_percent_off(problem):
    """A mistake: the resistors of the first nodes conduct 1 % too well."""
    tails, heads, siemens = edges(problem)
    phi = my_potentials(problem, tails, heads, np.where(tails == 0, 1.01 * siemens, siemens))
    return Solved.from_arrays(problem, phi, siemens * (phi[tails] - phi[heads]))


def cubed(problem):
    """A mistake: an answer that is not linear in what enters."""
    right = my_solver(problem)
    return Solved.from_arrays(problem, right.potentials**3, right.currents**3)


def laws_missed(solver, problems):
    """How many of 10 random circuits each law is missed on."""
    missed = Counter()

    @seed(0)
    @settings(max_examples=10, deadline=None, database=None, phases=[Phase.generate])
    @given(problems)
    def hold(problem):
        missed.update(broken_laws(problem, solver).keys())

    hold()
    return dict(missed)


print(len(LAWS), "laws")
for solver in (my_solver, one_percent_off, cubed):
    for problems in (layered_problems(), network_problems()):
        print(solver.__name__, "misses", laws_missed(solver, problems) or "none")

# %%
# In pytest, two lines do: ``@given(layered_problems())`` and ``assert broken_laws(problem, my_solver) == {}``.
