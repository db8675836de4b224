"""The report of `verify`: a verdict on every statement, as a table and as plain numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Statement:
    """One line of the report: a statement of the paper, how often it was tried, and how far it was missed.

    `worst` is the largest relative deviation over `n_circuits` circuits, `example` the smallest circuit found on which
    it exceeds the `allowance` (None where there is none).
    """

    equation: str
    text: str
    n_circuits: int
    worst: float
    allowance: float
    example: str | None = None

    @property
    def passed(self) -> bool:
        """Whether it was tried at all, and never missed by more than the allowance."""
        return self.n_circuits > 0 and self.worst <= self.allowance


@dataclass(frozen=True)
class ForwardOnlyCost:
    """What the paper's forward-only shortcut costs: TV of its exact end law and q, over the circuits it finishes on."""

    n_circuits: int
    n_stranded: int
    worst: float
    mean: float


@dataclass(frozen=True)
class VerifyReport:
    """The verdict on every statement; `seconds` is the time it took."""

    statements: tuple[Statement, ...]
    forward_only: ForwardOnlyCost
    n_examples: int
    seed: int
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every statement passed."""
        return all(statement.passed for statement in self.statements)

    def table(self) -> str:
        """The report as a fixed-width table for the terminal."""
        width = max(len(statement.text) for statement in self.statements)
        head = f"{'paper':<15} {'statement':<{width}} {'circuits':>8} {'worst':>9} {'allowed':>9}  verdict"
        lines = [head, "-" * len(head)]
        for one in self.statements:
            verdict = "holds" if one.passed else "FAILS"
            lines.append(
                f"{one.equation:<15} {one.text:<{width}} {one.n_circuits:>8} {one.worst:>9.1e} "
                f"{one.allowance:>9.0e}  {verdict}"
            )
        cost = self.forward_only
        lines += [
            "-" * len(head),
            f"forward-only shortcut: TV from q is {cost.mean:.3f} on average and {cost.worst:.3f} at worst "
            f"({cost.n_circuits} circuits); walkers are stranded on {cost.n_stranded} more",
        ]
        n_passed = sum(statement.passed for statement in self.statements)
        lines.append(
            f"{n_passed} of {len(self.statements)} statements hold; "
            f"{self.n_examples} circuits or more each, seed {self.seed}, {self.seconds:.1f} s"
        )
        for one in self.statements:
            if one.example is not None:
                lines.append(f"{one.equation} {one.text}: smallest failing circuit found: {one.example}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The report in plain numbers, strings, lists and dicts, ready for JSON (an infinite deviation is a string)."""
        return {
            "passed": self.passed,
            "n_examples": self.n_examples,
            "seed": self.seed,
            "seconds": self.seconds,
            "statements": [_plain(one) | {"passed": one.passed} for one in self.statements],
            "forward_only": _plain(self.forward_only),
        }


def _plain(record: Any) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return {
        name: str(value) if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in values.items()
    }
