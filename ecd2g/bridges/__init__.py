"""Bridges: walks from one start to one end, of circuits and of the methods they are compared with."""

from ecd2g.bridges.bridge import Bridge, Places
from ecd2g.bridges.crossing import MaskedBridge
from ecd2g.bridges.diffusion import DiffusionBridge
from ecd2g.bridges.interval import IntervalBridge
from ecd2g.bridges.mixture import MixtureBridge
from ecd2g.bridges.named import BRIDGES, NamedBridge, make_bridge, named_bridge
from ecd2g.bridges.site_bridge import SiteBridge
from ecd2g.bridges.spread import SpreadBridge
from ecd2g.bridges.sweep import SweepBridge

__all__ = [
    "BRIDGES",
    "Bridge",
    "DiffusionBridge",
    "IntervalBridge",
    "MaskedBridge",
    "MixtureBridge",
    "NamedBridge",
    "Places",
    "SiteBridge",
    "SpreadBridge",
    "SweepBridge",
    "make_bridge",
    "named_bridge",
]
