"""What a circuit does to a problem: numbers that are exact where its edges allow it, else from walks, and say which."""

from dataclasses import asdict, dataclass, field, replace
from math import sqrt
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.lateral_pairs import PAIR_LIMIT
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.data import Problem
from ecd2g.errors import CapacityError, SolverError, StrandedWalkerError
from ecd2g.experiments.design.candidates import Candidate
from ecd2g.metrics import sampling_floor, total_variation
from ecd2g.movement.coupling import Ground, backward_steps, coupling, exact_cost, forward_bias
from ecd2g.movement.sampling import Walks
from ecd2g.movement.sweeps import is_swept
from ecd2g.reference.flow import Flow
from ecd2g.reference.solve import solve

COUPLING_STATES = 600
"""Up to this many states the whole coupling is formed, O(N V^3)."""

SWEPT_NUMBERS, PROPAGATED_NUMBERS = 300_000_000, 6_000_000
"""Edges times start masses of a sweep, and nodes times start masses of a step, up to which costs are exact."""

STEP_LIMIT = 20_000_000
"""Most steps of all walks of a candidate together; slower circuits are not walked on."""


@dataclass(frozen=True)
class Number:
    """A value and its error.

    exact    computed from the currents; the error is what walks left unfinished could add. The currents themselves are
             as good as the proven error of their potentials.
    sampled  the error is one standard error; for distances between laws, `floor` is what as many perfect samples are
             expected to show.
    """

    value: float
    error: float
    how: Literal["exact", "sampled"]
    floor: float | None = None


@dataclass(frozen=True)
class CircuitFigures:
    """What one circuit does; None where a number is not defined or not had, and `note` says why.

    rho : lateral over forward conductance of a node, mean over the states
    cost : expected cost between start and end of a two-way walk
    to_optimal, to_independent : the cost over that of the optimal and of the independent coupling
    staying : probability to end in the state of the start
    entropy, mutual_information : of the coupling, in nats; small spaces only
    steps, backward : expected number of steps, and of those towards earlier layers
    bias : total variation between the end law of the forward-only rule and the target
    end_error : the same for the two-way rule, where it shows rounding or sampling, and nothing else
    potential_error : proven bound on the error of potentials, relative
    """

    candidate: Candidate
    rho: float | None = None
    potential_error: float | None = None
    cost: Number | None = None
    to_optimal: float | None = None
    to_independent: float | None = None
    staying: Number | None = None
    entropy: float | None = None
    mutual_information: float | None = None
    steps: Number | None = None
    backward: Number | None = None
    bias: Number | None = None
    end_error: Number | None = None
    note: str = ""
    solve_seconds: float = field(default=0.0, compare=False)

    def row(self) -> dict[str, Any]:
        """The figures in one flat row; times are left out, so that the same run gives the same row."""
        flat: dict[str, Any] = {
            "family": self.candidate.family,
            "knob": self.candidate.knob,
            "value": self.candidate.value,
            "n_layers": self.candidate.n_layers,
        }
        for name, entry in asdict(self).items():
            if name in NUMBERS:
                flat |= _columns(name, entry)
            elif name not in ("candidate", "solve_seconds"):
                flat[name] = entry
        return flat


NUMBERS = ("cost", "staying", "steps", "backward", "bias", "end_error")
"""Figures with an error of their own."""


@dataclass(frozen=True)
class Assigned:
    """Optimal assignment of `n` samples of the source to `n` of the target, and of the target to itself.

    Samples of two equal laws do not match, so `cost` lies above the optimum; `same` says by how much about.
    """

    n: int
    cost: float
    same: float


@dataclass(frozen=True)
class Reference:
    """What the cost of a circuit is compared with; `optimal` is None where it cannot be had, and `why` says so.

    `assigned` then holds the optimum of a subsample.
    """

    ground: Ground
    scale: float
    independent: float
    optimal: float | None
    why: str = ""
    assigned: Assigned | None = None


def measure(
    candidate: Candidate, problem: Problem, reference: Reference, *, n_walks: int, seed: int, tolerance: float
) -> CircuitFigures:
    """Solve a candidate and measure it; what cannot be had is left out with a note."""
    begin = perf_counter()
    try:
        circuit = candidate.circuit(problem.space)
        flow = solve(circuit, source=problem.source, sink=problem.target, tolerance=tolerance)
    except (SolverError, CapacityError) as error:
        return CircuitFigures(candidate, note=str(error))
    figures = CircuitFigures(
        candidate,
        _rho(circuit),
        flow.certificate.potential_error,
        solve_seconds=perf_counter() - begin,
    )
    try:
        figures = _from_currents(figures, flow, reference)
        figures = _from_coupling(figures, flow)
        if None in (figures.cost, figures.staying, figures.steps):
            figures = _from_walks(figures, flow, reference, n_walks, seed)
        figures = _forward(figures, flow, n_walks, seed)
    except SolverError as error:
        figures = replace(figures, note=str(error))
    if figures.cost is None:
        return figures
    ratio = figures.cost.value / reference.independent if reference.independent > 0 else None
    optimal = figures.cost.value / reference.optimal if reference.optimal else None
    return replace(figures, to_optimal=optimal, to_independent=ratio)


def _from_currents(figures: CircuitFigures, flow: Flow, reference: Reference) -> CircuitFigures:
    """Steps and cost that need no walk."""
    if not _has_outflow(flow):
        return figures
    back = backward_steps(flow.field)
    figures = replace(
        figures,
        steps=Number(flow.circuit.n_gaps + 2.0 * back, 0.0, "exact"),
        backward=Number(back, 0.0, "exact"),
    )
    space = flow.circuit.space
    masses = 1 + (space.n_sites if reference.ground == "squared" else sum(space.alphabet_sizes))
    if not _is_quick(flow, masses):
        return figures
    cost = exact_cost(flow, reference.ground, reference.scale)
    atoms = flow.atoms
    distance = float(total_variation(cost.ends, atoms.sink * atoms.multiplicity))
    return replace(
        figures,
        cost=Number(cost.value, cost.error, "exact"),
        end_error=Number(distance, cost.error, "exact"),
    )


def _from_coupling(figures: CircuitFigures, flow: Flow) -> CircuitFigures:
    """Staying and entropy from the joint law of start and end, where it is small."""
    if flow.circuit.n_states > COUPLING_STATES or figures.steps is None:
        return figures
    try:
        joint = coupling(flow)
    except SolverError:  # currents so far apart that matrices lose walkers; walks do not
        return figures
    lost = abs(1.0 - float(joint.table.sum()))
    return replace(
        figures,
        staying=Number(joint.staying, lost, "exact"),
        entropy=joint.entropy,
        mutual_information=joint.mutual_information,
    )


def _from_walks(
    figures: CircuitFigures, flow: Flow, reference: Reference, n_walks: int, seed: int
) -> CircuitFigures:
    """What is still missing, from two-way walks."""
    if figures.steps is not None and figures.steps.value * n_walks > STEP_LIMIT:
        return replace(
            figures, note=f"not walked on: a walk takes {figures.steps.value:,.0f} steps on average"
        )
    walks = flow.sample(n_walks, "two-way", seed)
    staying = np.all(walks.starts == walks.ends, axis=1)
    figures = replace(figures, staying=_mean(staying) if figures.staying is None else figures.staying)
    if figures.steps is None:
        back = 0.5 * (walks.n_steps - flow.circuit.n_gaps)
        figures = replace(figures, steps=_mean(walks.n_steps), backward=_mean(back))
    if figures.cost is None:
        costs = _costs(walks, reference)
        figures = replace(figures, cost=_mean(costs), end_error=_distance(flow, walks))
    return figures


def _forward(figures: CircuitFigures, flow: Flow, n_walks: int, seed: int) -> CircuitFigures:
    """Bias of the forward-only rule; not defined where its walkers are stranded."""
    try:
        if _has_outflow(flow) and _is_quick(flow, 1):
            return replace(figures, bias=Number(forward_bias(flow), 0.0, "exact"))
        return replace(figures, bias=_distance(flow, flow.sample(n_walks, "forward-only", seed)))
    except StrandedWalkerError as error:
        return replace(figures, note=f"forward-only: {error}")


def _has_outflow(flow: Flow) -> bool:
    """Whether sums over all edges can be formed."""
    return not isinstance(flow.field, KernelField) or flow.field.kernel.n_pairs <= PAIR_LIMIT


def _is_quick(flow: Flow, masses: int) -> bool:
    if isinstance(flow.field, KernelField) and is_swept(flow.field):
        return flow.circuit.n_gaps * flow.field.kernel.n_pairs * masses <= SWEPT_NUMBERS
    return flow.circuit.n_layers * flow.atoms.n_atoms * masses <= PROPAGATED_NUMBERS


def _rho(circuit: LayeredCircuit) -> float:
    if isinstance(circuit.kernel, CompleteKernel):
        return circuit.lateral_ratio
    kernel: Any = circuit.kernel
    return float(np.mean(kernel.lateral_sums() / kernel.stay()))


def _costs(walks: Walks, reference: Reference) -> NDArray[np.float64]:
    """Cost of every walk."""
    if reference.ground == "hamming":
        return np.asarray((walks.starts != walks.ends).sum(axis=1), dtype=np.float64)
    return np.square((walks.starts - walks.ends) / reference.scale).sum(axis=1)


def _mean(values: NDArray) -> Number:
    return Number(float(np.mean(values)), float(np.std(values) / sqrt(len(values))), "sampled")


def _distance(flow: Flow, walks: Walks) -> Number:
    """Total variation of sampled ends from the sink; its error is the margin of one standard deviation at most."""
    atoms, n = flow.atoms, len(walks.ends)
    law = np.bincount(atoms.locate(walks.ends), minlength=atoms.n_atoms) / n
    floor = sampling_floor(flow.sink.probabilities, n).expected
    # one walk moves the distance by 1 / n at most, so that its variance is 1 / (4 n) at most (Efron-Stein)
    distance = float(total_variation(law, atoms.sink * atoms.multiplicity))
    return Number(distance, 0.5 / sqrt(n), "sampled", floor)


def _columns(name: str, entry: dict[str, Any] | None) -> dict[str, Any]:
    value = entry or {"value": None, "error": None, "how": None, "floor": None}
    columns = {name: value["value"], f"{name}_error": value["error"], f"{name}_how": value["how"]}
    return columns | ({f"{name}_floor": value["floor"]} if name in ("bias", "end_error") else {})
