"""Source and target distributions, and files of the user's own: samples and resistor networks."""

from ecd2g.data.digits import binary_digits, digit_images, pooled_digits
from ecd2g.data.grid import to_grid
from ecd2g.data.mixtures import GaussianMixture, gaussian_mixtures, mixture_law
from ecd2g.data.names import NAME_SYMBOLS, first_names, name_states
from ecd2g.data.network_files import read_network, write_network
from ecd2g.data.point_clouds import swiss_roll, two_moons
from ecd2g.data.problem import Problem
from ecd2g.data.problems import PROBLEMS, moons_to_swiss_roll, splice, uniform_to_gaussian
from ecd2g.data.sample_files import read_samples
from ecd2g.data.sample_pair import read_pair
from ecd2g.data.sample_table import SampleTable
from ecd2g.data.splice_sites import splice_sites
from ecd2g.data.split_pair import split_pair
from ecd2g.data.split_problem import SplitProblem, draw_training
from ecd2g.data.split_problems import SPLIT_PROBLEMS
from ecd2g.data.split_rows import split_rows
from ecd2g.data.start_file import read_starts

__all__ = [
    "NAME_SYMBOLS",
    "PROBLEMS",
    "SPLIT_PROBLEMS",
    "GaussianMixture",
    "Problem",
    "SampleTable",
    "SplitProblem",
    "binary_digits",
    "digit_images",
    "draw_training",
    "first_names",
    "gaussian_mixtures",
    "mixture_law",
    "moons_to_swiss_roll",
    "name_states",
    "pooled_digits",
    "read_network",
    "read_pair",
    "read_samples",
    "read_starts",
    "splice",
    "splice_sites",
    "split_pair",
    "split_rows",
    "swiss_roll",
    "to_grid",
    "two_moons",
    "uniform_to_gaussian",
    "write_network",
]
