"""The movement rule, Definition 3.1: exact laws and samplers that know only a current field."""

from ecd2g.movement.coupling import Coupling, ExactCost, backward_steps, coupling, exact_cost, forward_bias
from ecd2g.movement.exact import ExactLaw, propagate
from ecd2g.movement.first_passage import FirstPassage, first_passage
from ecd2g.movement.rules import RULES, Rule, check_rule, stop_probability
from ecd2g.movement.sampling import Paths, Walks, sample_first_passage, sample_walks, walk_nodes
from ecd2g.movement.transport import Transport

__all__ = [
    "RULES",
    "Coupling",
    "ExactCost",
    "ExactLaw",
    "FirstPassage",
    "Paths",
    "Rule",
    "Transport",
    "Walks",
    "backward_steps",
    "check_rule",
    "coupling",
    "exact_cost",
    "first_passage",
    "forward_bias",
    "propagate",
    "sample_first_passage",
    "sample_walks",
    "stop_probability",
    "walk_nodes",
]
