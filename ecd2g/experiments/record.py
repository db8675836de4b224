"""What every run writes down: the configuration, where it ran, and every number."""

import platform
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ecd2g.experiments.run_folder import FORMAT, RESULTS, files_in
from ecd2g.experiments.strict_json import to_json, to_toml

PACKAGES = ("ecd2g", "numpy", "scipy")
"""Packages whose versions decide the numbers."""


def write_record(
    folder: Path,
    *,
    command: str,
    config: Any,
    asked: Any = None,
    numbers: dict[str, Any],
    timing: dict[str, float],
) -> None:
    """Write config.toml and, last of all, results.json, which lists every other file of the run.

    `asked` is the configuration as the caller gave it, where `config` has been filled in. Only `timing` depends on
    more than the configuration and the versions.
    """
    (folder / "config.toml").write_text(to_toml(config, asked), encoding="utf-8")
    results = {
        "format": FORMAT,
        "command": command,
        "seed": getattr(config, "seed", None),
        "device": "cpu",
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "platform": {"system": platform.system(), "machine": platform.machine(), "byte_order": sys.byteorder},
        "config": asdict(config),
        "numbers": numbers,
        "timing": timing,
        "files": files_in(folder),
    }
    (folder / RESULTS).write_text(to_json(results), encoding="utf-8")
