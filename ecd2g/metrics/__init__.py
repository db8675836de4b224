"""Numbers that compare distributions, judge samples and price a transport."""

from ecd2g.metrics.distances import kl_divergence, total_variation
from ecd2g.metrics.sampling_floor import SamplingFloor, sampling_floor
from ecd2g.metrics.transport_cost import (
    mean_hamming_distance,
    mean_squared_distance,
    probability_of_staying,
)

__all__ = [
    "SamplingFloor",
    "kl_divergence",
    "mean_hamming_distance",
    "mean_squared_distance",
    "probability_of_staying",
    "sampling_floor",
    "total_variation",
]
