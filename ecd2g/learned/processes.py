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
    number, there = _from_environment("LOCAL_RANK", 0), torch.cuda.device_count()
    if number >= there:
        raise InputError(
            f"every process needs a GPU of its own, but LOCAL_RANK is {number} and there are {there}; start fewer "
            f"processes, or take cpu"
        )
    return torch.device("cuda", number)


@dataclass(frozen=True)
class Processes:
    """Process number `rank` of `count`: every one draws the same batch and works on its share of the rows."""

    rank: int = 0
    count: int = 1

    def share(self, model: nn.Module) -> nn.Module:
        """The model with gradients averaged over the processes."""
        return model if self.count == 1 else DistributedDataParallel(model, broadcast_buffers=False)

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
    count = _from_environment("WORLD_SIZE", 1)
    if count <= 1:
        yield Processes()
        return
    missing = [name for name in ("RANK", "MASTER_ADDR", "MASTER_PORT") if name not in os.environ]
    if missing:
        raise InputError(
            f"WORLD_SIZE is {count}, so {missing[0]} must be set too, but it is not; start the processes by torchrun, "
            f"or unset WORLD_SIZE"
        )
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()


def _from_environment(name: str, default: int) -> int:
    """A whole number that `torchrun` sets."""
    text = os.environ.get(name, str(default))
    if not text.isdecimal():
        raise InputError(
            f"{name} must be a whole number, got {text!r}; start the processes by torchrun, or unset it"
        )
    return int(text)
