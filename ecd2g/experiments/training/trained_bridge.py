"""A finished training of a bridge read back from its run folder; and any finished training, whichever it is."""

from dataclasses import dataclass
from pathlib import Path

from ecd2g.errors import InputError
from ecd2g.experiments.training.bridge_data import split_fingerprint
from ecd2g.experiments.training.bridge_settings import bridge_training_from
from ecd2g.experiments.training.folder import losses_of
from ecd2g.experiments.training.prepared_bridge import PreparedBridge
from ecd2g.experiments.training.run import MODEL
from ecd2g.experiments.training.trained_run import TrainedRun, results_of
from ecd2g.learned.bridge_flow import BridgeFlow
from ecd2g.learned.end_network import EndNetwork
from ecd2g.learned.model_file import describe, load_model


@dataclass(frozen=True, eq=False)
class TrainedBridge:
    """A run folder of `ecd2g train --circuit sweep`, or of another bridge."""

    folder: Path
    prepared: PreparedBridge
    model: EndNetwork
    train_s: float

    @classmethod
    def read(cls, folder: Path) -> "TrainedBridge":
        """InputError where the folder holds no such training, or its data are not what they were."""
        results = results_of(folder)
        try:
            numbers, timing = results["numbers"], results["timing"]
            trained_on, train_s = numbers["fingerprint"], float(timing["train_s"])
            asked = bridge_training_from(results["config"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise InputError(
                f"{folder} must be a run folder of `ecd2g train`, but it is one of another kind"
            ) from None
        prepared = PreparedBridge.of(asked)
        if split_fingerprint(prepared.split) != trained_on:
            raise InputError(
                f"{folder} was trained on other data than {prepared.split.train.title} is now; restore the files that "
                f"it was trained on, or train again"
            )
        model, wanted = load_model(folder / MODEL), describe(prepared.make_model())
        if not isinstance(model, EndNetwork) or describe(model) != wanted:
            raise InputError(
                f"{folder / MODEL} must be the network that results.json describes, {wanted}, but it is "
                f"{describe(model)}; take the whole folder, or train again"
            )
        return cls(folder, prepared, model, train_s)

    @property
    def seed(self) -> int:
        """Seed of the training."""
        return self.prepared.settings.seed

    def flow(self) -> BridgeFlow:
        """Walks from the test source, which should end in the test target."""
        test = self.prepared.split.test
        return BridgeFlow(self.model, test.source, test.target)

    def curve(self) -> tuple[list[float], list[float]]:
        """Steps of the training and its losses after them."""
        return losses_of(self.folder)


def read_run(folder: Path) -> TrainedRun | TrainedBridge:
    """A run folder of `ecd2g train`, whatever it trained."""
    numbers = results_of(folder).get("numbers")
    if isinstance(numbers, dict) and "bridge" in numbers:
        return TrainedBridge.read(folder)
    return TrainedRun.read(folder)
