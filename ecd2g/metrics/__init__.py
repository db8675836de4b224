"""Numbers that compare distributions, judge samples and price a transport."""

from ecd2g.metrics.current_error import CurrentError, current_error, unbalanced_current
from ecd2g.metrics.distances import kl_divergence, total_variation
from ecd2g.metrics.hamming_mmd import MMD, hamming_mmd, hamming_mmd_p_value
from ecd2g.metrics.matched_cost import matched_cost
from ecd2g.metrics.novelty import nearest_distance, nearest_states, novelty
from ecd2g.metrics.optimal_transport import independent_cost, optimal_transport_cost
from ecd2g.metrics.perfect_samples import SimulatedFloor, simulated_floor
from ecd2g.metrics.sample_floor import halves_floor, law_floor
from ecd2g.metrics.sampling_floor import SamplingFloor, sampling_floor
from ecd2g.metrics.shape_trend import pair_distances, shape, site_distances, trend
from ecd2g.metrics.transport_cost import (
    mean_hamming_distance,
    mean_squared_distance,
    probability_of_staying,
)
from ecd2g.metrics.wasserstein import wasserstein_line, wasserstein_samples

__all__ = [
    "MMD",
    "CurrentError",
    "SamplingFloor",
    "SimulatedFloor",
    "current_error",
    "halves_floor",
    "hamming_mmd",
    "hamming_mmd_p_value",
    "independent_cost",
    "kl_divergence",
    "law_floor",
    "matched_cost",
    "mean_hamming_distance",
    "mean_squared_distance",
    "nearest_distance",
    "nearest_states",
    "novelty",
    "optimal_transport_cost",
    "pair_distances",
    "probability_of_staying",
    "sampling_floor",
    "shape",
    "simulated_floor",
    "site_distances",
    "total_variation",
    "trend",
    "unbalanced_current",
    "wasserstein_line",
    "wasserstein_samples",
]
