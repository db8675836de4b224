"""The experiments that have a name."""

from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.exact.one_dimension import OneDimension
from ecd2g.experiments.exact.splice import Splice
from ecd2g.experiments.exact.two_dimensions import TwoDimensions

EXPERIMENTS: dict[str, type[Experiment]] = {"1d": OneDimension, "2d": TwoDimensions, "splice": Splice}
"""Name on the command line to the configuration of the experiment."""
