"""Several processes on one training, as `torchrun` starts them; one process is the ordinary case."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from ecd2g.errors import InputError

DEVICES = ("auto", "cpu", "cuda")


def choose_device(name: str) -> torch.device:
    """The device of this process: `auto` takes a GPU where there is one; each process of `torchrun` its own."""
    if name not in DEVICES:
        raise InputError(f"device must be one of {', '.join(map(repr, DEVICES))}, got {name!r}")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise InputError("device cuda needs a GPU that torch can use, and none is there; take cpu or auto")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


@dataclass(frozen=True)
class Processes:
    """Process number `rank` of `count`: every one draws the same batch and works on its share of the rows."""

    rank: int = 0
    count: int = 1

    def share(self, model: nn.Module) -> nn.Module:
        """The model with gradients averaged over the processes."""
        return model if self.count == 1 else DistributedDataParallel(model)

    def mean(self, value: Tensor) -> float:
        """Mean of a number over the processes."""
        if self.count == 1:
            return float(value.detach())
        total = value.detach().clone()
        distributed.all_reduce(total)
        return float(total) / self.count


@contextmanager
def joined_processes(device: torch.device) -> Iterator[Processes]:
    """The processes that `torchrun` has started, or this one alone."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes()
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()
