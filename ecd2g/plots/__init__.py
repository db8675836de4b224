"""Figures for papers: arrays in, matplotlib axes out; solves nothing and leaves no figure open."""

from ecd2g.plots.adapted import draw_adaptation
from ecd2g.plots.adapted_currents import adapted_currents
from ecd2g.plots.circuit import circuit_diagram
from ecd2g.plots.cost_curves import CostPanel, cost_curves
from ecd2g.plots.current_comparison import current_comparison
from ecd2g.plots.curves import laws
from ecd2g.plots.dots import rule_bias, top_states
from ecd2g.plots.fidelity import fidelity_by_steps, fidelity_scatter
from ecd2g.plots.fidelity_panel import FidelityPanel, FidelityPoint, StepsCurve
from ecd2g.plots.field import current_heatmaps, potentials_by_layer
from ecd2g.plots.files import save
from ecd2g.plots.frontier import by_knob, cost_frontier
from ecd2g.plots.grid import densities_by_layer, side_by_side
from ecd2g.plots.grid_comparison import grid_comparison
from ecd2g.plots.image_paths import image_pairs, image_paths
from ecd2g.plots.model_distances import model_distances
from ecd2g.plots.network import network_diagram
from ecd2g.plots.paths import sample_paths
from ecd2g.plots.sites import site_marginals
from ecd2g.plots.style import COLUMN, PAGE, STYLE
from ecd2g.plots.training_curves import training_curves
from ecd2g.plots.word_paths import word_paths

__all__ = [
    "COLUMN",
    "PAGE",
    "STYLE",
    "CostPanel",
    "FidelityPanel",
    "FidelityPoint",
    "StepsCurve",
    "adapted_currents",
    "by_knob",
    "circuit_diagram",
    "cost_curves",
    "cost_frontier",
    "current_comparison",
    "current_heatmaps",
    "densities_by_layer",
    "draw_adaptation",
    "fidelity_by_steps",
    "fidelity_scatter",
    "grid_comparison",
    "image_pairs",
    "image_paths",
    "laws",
    "model_distances",
    "network_diagram",
    "potentials_by_layer",
    "rule_bias",
    "sample_paths",
    "save",
    "side_by_side",
    "site_marginals",
    "top_states",
    "training_curves",
    "word_paths",
]
