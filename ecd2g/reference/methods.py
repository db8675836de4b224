"""The methods of `solve` by name."""

from collections.abc import Callable
from typing import Any, Literal, get_args

from ecd2g.reference.assembled import PotentialSolver, dense_solver, sparse_solver
from ecd2g.reference.cholmod import cholmod_solver
from ecd2g.reference.conjugate_gradients import cg_solver
from ecd2g.reference.multigrid import multigrid_solver
from ecd2g.reference.star_mesh import star_mesh_solver

Method = Literal["auto", "closed-form", "star-mesh", "dense", "sparse", "cholmod", "cg", "amg"]
METHODS: tuple[str, ...] = get_args(Method)

SOLVERS: dict[str, Callable[[Any], PotentialSolver]] = {
    "star-mesh": star_mesh_solver,
    "dense": dense_solver,
    "sparse": sparse_solver,
    "cholmod": cholmod_solver,
    "cg": cg_solver,
    "amg": multigrid_solver,
}
"""Solvers of G phi = J: of networks, and all but star-mesh of layered circuits too.

The closed form stands apart, and so does `star_mesh`, which finds currents more accurately than any potentials hold them.
"""
