"""Source and target distributions, and files of the user's own: samples and resistor networks."""

from ecd2g.data.grid import to_grid
from ecd2g.data.network_files import read_network, write_network
from ecd2g.data.point_clouds import swiss_roll, two_moons
from ecd2g.data.problem import Problem
from ecd2g.data.problems import PROBLEMS, moons_to_swiss_roll, splice, uniform_to_gaussian
from ecd2g.data.sample_files import read_samples
from ecd2g.data.sample_pair import read_pair
from ecd2g.data.sample_table import SampleTable
from ecd2g.data.splice_sites import splice_sites
from ecd2g.data.start_file import read_starts

__all__ = [
    "PROBLEMS",
    "Problem",
    "SampleTable",
    "moons_to_swiss_roll",
    "read_network",
    "read_pair",
    "read_samples",
    "read_starts",
    "splice",
    "splice_sites",
    "swiss_roll",
    "to_grid",
    "two_moons",
    "uniform_to_gaussian",
    "write_network",
]
