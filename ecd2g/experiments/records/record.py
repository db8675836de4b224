"""What every run writes down: the configuration, where it ran, and every number."""

import platform
import sys
from dataclasses import asdict, fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ecd2g.experiments.records.origin import origin
from ecd2g.experiments.records.report import REPORT, report_html
from ecd2g.experiments.records.run_folder import FORMAT, RESULTS, files_in
from ecd2g.experiments.records.strict_json import plain, to_json, to_toml

PACKAGES = ("ecd2g", "numpy", "scipy")
"""Packages whose versions decide the numbers, beside torch where a run has used it."""


def write_record(
    folder: Path,
    *,
    command: str,
    config: Any,
    asked: Any = None,
    numbers: dict[str, Any],
    timing: dict[str, Any],
    device: str = "cpu",
) -> None:
    """Write config.toml, report.html and, last of all, results.json, which lists every other file of the run.

    `asked` is the configuration as the caller gave it, where `config` has been filled in. Only `timing` depends on
    more than the configuration and the versions.
    """
    (folder / "config.toml").write_text(to_toml(config, asked), encoding="utf-8")
    results = {
        "format": FORMAT,
        "command": command,
        "seed": getattr(config, "seed", None),
        "device": device,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _packages()},
        "platform": {"system": platform.system(), "machine": platform.machine(), "byte_order": sys.byteorder},
        "config": asdict(config),
        "numbers": numbers,
        "timing": timing,
        "files": sorted([*files_in(folder), REPORT]),
    }
    settings = _settings(config, config if asked is None else asked)
    page = report_html(plain(results), settings, _figures(folder, numbers.get("figures", [])))
    # names of files may hold half characters, which no encoding knows
    (folder / REPORT).write_text(page, encoding="utf-8", errors="replace")
    (folder / RESULTS).write_text(to_json(results), encoding="utf-8")


def _packages() -> tuple[str, ...]:
    return (*PACKAGES, "torch") if "torch" in sys.modules else PACKAGES


def _settings(config: Any, asked: Any) -> list[tuple[str, Any, str]]:
    """Name, value and origin of every setting, as in config.toml."""
    rows: list[tuple[str, Any, str]] = []
    for entry in fields(config):
        value, inner = getattr(config, entry.name), getattr(asked, entry.name)
        if is_dataclass(value):
            rows += _settings(value, inner)
        elif value is not None:
            rows.append((entry.name, plain(value), origin(asked, entry.name)))
    return rows


def _figures(folder: Path, order: list[str]) -> dict[str, Path]:
    """Every PNG in the folder by name, those in `order` first."""
    found = {path.stem: path for path in sorted(folder.glob("*.png"))}
    return {name: found[name] for name in order if name in found} | found
