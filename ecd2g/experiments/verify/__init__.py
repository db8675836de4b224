"""`ecd2g verify`: every statement of the paper on random circuits, for our solver or for yours."""

from ecd2g.experiments.verify.statements import verify

__all__ = ["verify"]
