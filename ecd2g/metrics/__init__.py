"""Numbers that compare distributions, judge samples and price a transport."""

from ecd2g.metrics.current_error import CurrentError, current_error, unbalanced_current
from ecd2g.metrics.distances import kl_divergence, total_variation
from ecd2g.metrics.optimal_transport import independent_cost, optimal_transport_cost
from ecd2g.metrics.perfect_samples import SimulatedFloor, simulated_floor
from ecd2g.metrics.sampling_floor import SamplingFloor, sampling_floor
from ecd2g.metrics.transport_cost import (
    mean_hamming_distance,
    mean_squared_distance,
    probability_of_staying,
)
from ecd2g.metrics.wasserstein import wasserstein_line, wasserstein_samples

__all__ = [
    "CurrentError",
    "SamplingFloor",
    "SimulatedFloor",
    "current_error",
    "independent_cost",
    "kl_divergence",
    "mean_hamming_distance",
    "mean_squared_distance",
    "optimal_transport_cost",
    "probability_of_staying",
    "sampling_floor",
    "simulated_floor",
    "total_variation",
    "unbalanced_current",
    "wasserstein_line",
    "wasserstein_samples",
]
