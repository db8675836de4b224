"""The named problems in pictures
==============================

Laws on a grid (two moons to Swiss roll, mixtures of Gaussians), digits in black and white, and first names: where each
problem starts, and where it has to go.
"""

import matplotlib.figure
import numpy as np

from ecd2g import data, plots

problems = {name: make(rng=0) for name, make in data.SPLIT_PROBLEMS.items()}
for problem in problems.values():
    print(problem)

# %%
# Laws on a grid. Of the mixtures, the marginal of the first two sites.
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 3.5), layout="constrained")
panels = figure.subplots(2, 4)
for column, name in zip(panels.T, ("moons", "mixture-3", "mixture-4", "mixture-5"), strict=True):
    exact = problems[name].test
    for axes, (side, law) in zip(column, (("source", exact.source), ("target", exact.target)), strict=True):
        table = law.to_array().reshape(exact.space.alphabet_sizes)
        axes.imshow(table.sum(axis=tuple(range(2, table.ndim))).T, origin="lower", cmap="magma")
        axes.set(xticks=[], yticks=[])
        axes.set_title(f"{name}: {side}", fontsize=8)
plots.save(figure, "problems_grids")


# %%
# Digits: training images of the sources in the upper rows, of the targets below.
def wall(states: np.ndarray, shape: tuple[int, int], columns: int = 12) -> np.ndarray:
    """Images side by side, with a grey line between them."""
    framed = np.pad(states.reshape(-1, *shape).astype(float), ((0, 0), (0, 1), (0, 1)), constant_values=0.5)
    rows = framed.reshape(-1, columns, *framed.shape[1:]).swapaxes(1, 2)
    return rows.reshape(rows.shape[0] * rows.shape[1], -1)


figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 2.5), layout="constrained")
panels = figure.subplots(2, 3)
for column, name in zip(panels.T, ("digits-3-8", "digits-noise", "digits-4x4"), strict=True):
    split = problems[name]
    for axes, (side, law) in zip(
        column, (("source", split.train.source), ("target", split.train.target)), strict=True
    ):
        axes.imshow(wall(law.sample(60, rng=0), split.image), cmap="gray_r", interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.set_title(f"{name}: {side}", fontsize=8)
plots.save(figure, "problems_digits")

# %%
# Names.
names = problems["names"].train
for side, law in (("source", names.source), ("target", names.target)):
    words = ["".join(names.alphabet[symbol] for symbol in state).rstrip() for state in law.sample(10, rng=1)]
    print(f"names, {side}: {' '.join(words)}")
