"""A finished training read back from its run folder: the settings, the problem made again, and the model."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecd2g.errors import InputError
from ecd2g.experiments.records.run_folder import FORMAT, RESULTS
from ecd2g.experiments.records.strict_json import from_json, read_text
from ecd2g.experiments.training.folder import losses_of
from ecd2g.experiments.training.prepared import Prepared
from ecd2g.experiments.training.run import MODEL
from ecd2g.experiments.training.settings import fingerprint, training_from
from ecd2g.learned.model import CurrentModel
from ecd2g.learned.model_file import load_model


@dataclass(frozen=True, eq=False)
class TrainedRun:
    """A run folder of `ecd2g train`."""

    folder: Path
    prepared: Prepared
    model: CurrentModel
    train_s: float

    @classmethod
    def read(cls, folder: Path) -> "TrainedRun":
        """InputError where the folder holds no training, or its data are not what they were."""
        results = results_of(folder)
        try:
            numbers, timing = results["numbers"], results["timing"]
            asked = training_from(results["config"], numbers["experiment"])
            trained_on, train_s = numbers["fingerprint"], float(timing["train_s"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise InputError(
                f"{folder} must be a run folder of `ecd2g train`, but it is one of another kind"
            ) from None
        prepared = Prepared.of(asked)
        if fingerprint(prepared.problem) != trained_on:
            raise InputError(
                f"{folder} was trained on other data than {prepared.problem.title} is now; restore the files that it "
                f"was trained on, or train again"
            )
        model = load_model(folder / MODEL, prepared.circuit)
        if not isinstance(model, CurrentModel):
            raise InputError(
                f"{folder / MODEL} must give currents, but it is a {type(model).__name__}; train again"
            )
        return cls(folder, prepared, model, train_s)

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.prepared.settings.model

    def curve(self) -> tuple[list[float], list[float]]:
        """Steps of the training and its losses after them."""
        return losses_of(self.folder)


def results_of(folder: Path) -> dict[str, Any]:
    """What results.json of a run of this release says; InputError where there is none."""
    try:
        results = from_json(read_text(folder / RESULTS))
    except (OSError, ValueError):
        raise InputError(f"{folder} must be a run folder of `ecd2g train`, but {_lacking(folder)}") from None
    if not isinstance(results, dict) or results.get("format") != FORMAT:
        raise InputError(f"{folder} must be a run folder of this release ({FORMAT}); train again")
    return results


def _lacking(folder: Path) -> str:
    """Why there are no results to read, and what to do."""
    if not os.path.lexists(folder):
        if os.path.lexists(f"{folder}.training"):
            return f"its training is not finished; go on with `ecd2g train --resume --out {folder}`"
        return "it does not exist; train first"
    if not os.path.lexists(folder / RESULTS):
        return f"it has no {RESULTS}; name a folder that a training has made"
    return f"its {RESULTS} cannot be read; train again"
