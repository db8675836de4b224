"""The verification as a run: its settings, and its report in a run folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis.configuration import set_hypothesis_home_dir
from tqdm import tqdm

from ecd2g.experiments.records.origin import ours
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.verify.statements import VerifyReport, verify


@dataclass(frozen=True)
class Verification:
    """How many random circuits every group of statements is tried on, and the seed they are drawn by."""

    n_examples: int = ours(100)
    seed: int = ours(0)


def verify_run(
    settings: Verification, folder: Path | None, command: str, *, quiet: bool = False
) -> VerifyReport:
    """Try every statement of the paper; a failed one is in the report, not an error."""
    with tqdm(disable=True if quiet else None, leave=False, unit="circuit") as bar:

        def show(done: int, planned: int) -> None:
            bar.total = planned
            bar.update(done - bar.n)

        with _hypothesis_elsewhere():
            report = verify(n_examples=settings.n_examples, seed=settings.seed, progress=show)
    if folder is not None:
        numbers = report.as_dict()
        timing = {"total_s": round(numbers.pop("seconds"), 6)}
        write_record(folder, command=command, config=settings, numbers=numbers, timing=timing)
    return report


@contextmanager
def _hypothesis_elsewhere() -> Iterator[None]:
    """Keep what Hypothesis caches out of the working directory of the user, where it would stay."""
    with TemporaryDirectory(prefix="ecd2g-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)  # its own default again
