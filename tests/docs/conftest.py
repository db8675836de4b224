"""A folder with the files of their own that readers of a page bring with them."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest


@pytest.fixture
def page_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder a page is followed in: samples before and after, some to carry, and a network."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name, share in (("before", 0.3), ("after", 0.6), ("mine", 0.5)):
        numbers = rng.binomial(4, share, size=(60, 2))
        np.savetxt(f"{name}.csv", numbers, fmt="%d", delimiter=",")
        letters = np.array(list("ACGT"))[rng.binomial(3, share, size=(60, 4))]
        Path(f"{name}.txt").write_text("".join(f"{''.join(row)}\n" for row in letters), encoding="utf-8")
    edges = (f"{u},{v},{d['weight']}" for u, v, d in nx.karate_club_graph().edges(data=True))
    Path("club.csv").write_text("\n".join(edges), encoding="utf-8")
    return tmp_path
