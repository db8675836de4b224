"""Sweeps behind the guidance on r, R and N: tables and figures of the complete circuit in one dimension.

    python benchmarks/circuit_guidance.py FOLDER

writes rho.csv and layers.csv, one line a circuit, and the figures rho, layers and forgetting (PNG, SVG). All numbers
are exact.
"""

import argparse
from pathlib import Path

from ecd2g.experiments.design.guidance import draw_guidance, layer_sweep, rho_sweep, write_guidance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder to write to; it is made where it does not exist")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    by_rho, by_layers = rho_sweep(quiet=False), layer_sweep(quiet=False)
    write_guidance(folder / "rho.csv", by_rho)
    write_guidance(folder / "layers.csv", by_layers)
    draw_guidance(folder, by_rho, by_layers)
    print(f"{len(by_rho)} and {len(by_layers)} circuits, written to {folder}")


if __name__ == "__main__":
    main()
