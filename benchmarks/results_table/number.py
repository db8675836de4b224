"""A measured number with its spread, and how it reads in a table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Number:
    """A value with the standard deviation over `n` seeds, or with the least and the largest of `n` rounds.

    `format(number, "3")` gives three significant digits of value and spread, "e" one digit and a power of ten; any
    other specification is Python's own.
    """

    value: float
    deviation: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 1

    @classmethod
    def seeds(cls, entry: Mapping[str, Any], n: int | None = None) -> "Number":
        """Of an entry with mean, standard_deviation and values, as run folders hold it."""
        n = len(entry["values"]) if n is None else n
        return cls(float(entry["mean"]), deviation=entry.get("standard_deviation"), n=n)

    @classmethod
    def rounds(cls, values: Sequence[float], scale: float = 1.0) -> "Number":
        """Median, least and largest of the rounds of one run; one round has no spread."""
        found = scale * np.asarray(values, dtype=float)
        if len(found) == 1:
            return cls(float(found[0]))
        return cls(float(np.median(found)), low=float(found.min()), high=float(found.max()), n=len(found))

    @classmethod
    def ratio(cls, above: Sequence[float], below: Sequence[float]) -> "Number":
        """Ratio of medians within one run; from the least it could be, by the extreme rounds, to the largest."""
        top, bottom = cls.rounds(above), cls.rounds(below)
        if len(above) == len(below) == 1:
            return cls(top.value / bottom.value)
        return cls(
            top.value / bottom.value,
            low=min(above) / max(below),
            high=max(above) / min(below),
            n=min(len(above), len(below)),
        )

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Number":
        """From the record."""
        return cls(**plain)

    def plain(self) -> dict[str, float]:
        """For the record: what is known."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def __format__(self, spec: str) -> str:
        text = written(self.value, spec)
        if self.deviation is not None:
            return f"{text} ± {written(self.deviation, '1' if spec.isdigit() else spec)}"
        if self.low is not None and self.high is not None:
            ends = [written(end, spec) for end in (self.low, self.high)]
            return text if ends == [text, text] else f"{text} ({ends[0]} to {ends[1]})"
        return text


def usual(rounds: Sequence[float]) -> list[float]:
    """The middle half of many short rounds: the longest of thousands are those of an interrupted process."""
    ordered = sorted(rounds)
    quarter = len(ordered) // 4
    return ordered[quarter : len(ordered) - quarter]


def written(value: float, spec: str) -> str:
    """One number: 3 for three significant digits, e for 4·10⁻¹⁶, else Python's specification."""
    if spec == "e":
        return power(value)
    if not spec.isdigit():
        return format(value, spec)
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if not 1e-4 <= abs(value) < 1e9:
        return power(value)
    decimals = int(spec) - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"


def power(value: float) -> str:
    """One digit and a power of ten."""
    if value == 0:
        return "0"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}·10{str(int(exponent)).translate(SUPERSCRIPTS)}"
