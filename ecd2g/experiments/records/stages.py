"""Progress and wall time of a run, stage by stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from tqdm import tqdm


class Stages:
    """Times named stages and shows them on a terminal; `seconds` is the timing block of the results."""

    def __init__(self, n_stages: int, *, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._begin = perf_counter()
        # disable=None: tqdm itself looks whether stderr is a terminal
        self._bar = tqdm(total=n_stages, disable=True if quiet else None, leave=False, unit="stage")

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Show the name while the block runs, and keep how long it took."""
        self._bar.set_description(name.replace("_", " "))
        begin = perf_counter()
        try:
            yield
            self.seconds[f"{name}_s"] = round(perf_counter() - begin, 6)
            self._bar.update()
        except BaseException:
            self._bar.close()
            raise

    def close(self) -> dict[str, float]:
        """Clear the bar and hand out the seconds of every stage, with their total."""
        self._bar.close()
        return self.seconds | {"total_s": round(perf_counter() - self._begin, 6)}
