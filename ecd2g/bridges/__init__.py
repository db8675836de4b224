"""Bridges: walks from one start to one end, of circuits and of the methods they are compared with."""

from ecd2g.bridges.bridge import Bridge, Places

__all__ = ["Bridge", "Places"]
