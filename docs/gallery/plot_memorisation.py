"""A sampler that only copies
============================

Five samplers of handwritten digits, 8 x 8 pixels in black and white, 2^64 states. One draws training images over again:
no metric of fidelity tells it from perfect samples, which here are images held out. Novelty does. One flips a pixel of
every copy: novelty calls that new, and the distance to the nearest training image shows what it is. One draws every
pixel by itself: its trend is a hundredth below that of perfect samples, and the MMD, of about four pixels at once,
finds it. Each point is the mean of ten draws of as many samples as half of the images held out; bars are one standard
deviation.
"""

import matplotlib.figure
import numpy as np

from ecd2g import data, plots
from ecd2g.metrics import hamming_mmd, nearest_distance, novelty, trend

split = data.SPLIT_PROBLEMS["digits-noise"](n_train=10, n_test=10)
space, training, held_out = split.train.space, split.train.target.support(), split.test.target.support()
n = len(held_out) // 2


def copies(rng):
    return training[rng.choice(len(training), n, replace=False)]


def flipped_copies(rng):
    rows = copies(rng)
    rows[np.arange(n), rng.integers(space.n_sites, size=n)] ^= 1
    return rows


def single_pixels(rng):
    """Every pixel from a training image of its own: perfect one by one, and independent."""
    return np.take_along_axis(training, rng.integers(len(training), size=(n, space.n_sites)), axis=0)


samplers = {
    "noise": lambda rng: space.draw(n, rng),
    "pixels one by one": single_pixels,
    "training images, one pixel flipped": flipped_copies,
    "training images again": copies,
    "perfect (images held out)": None,
}
measured = {name: [] for name in samplers}
rng = np.random.default_rng(0)
for _ in range(10):
    order = rng.permutation(len(held_out))
    reference, perfect = held_out[order[:n]], held_out[order[n : 2 * n]]
    for name, draw in samplers.items():
        samples = perfect if draw is None else draw(rng)
        mmd = hamming_mmd(samples, reference, space)
        fidelity = trend(samples, reference, space), mmd.squared / mmd.null_deviation
        copied = novelty(samples, training), nearest_distance(samples, training)
        measured[name].append(fidelity + copied)
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 1.9), layout="constrained")
panels = figure.subplots(1, 4, sharey=True)
titles = ("trend", "MMD² in deviations\nunder the null", "novelty", "pixels to the nearest\ntraining image")
for place, (name, rows) in enumerate(measured.items()):
    means, deviations = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)
    print(
        f"{name:35}",
        "trend {:.3f}   MMD² {:6.1f} deviations   novelty {:.2f}   nearest {:.1f}".format(*means),
    )
    for axes, mean, deviation in zip(panels, means, deviations, strict=True):
        axes.errorbar(
            mean, place, xerr=deviation, fmt="o", color="C0" if samplers[name] else "k", markersize=4
        )
for axes, title in zip(panels, titles, strict=True):
    axes.set_xlabel(title, fontsize=7)
    axes.grid(axis="y", linewidth=0.3)
    axes.tick_params(labelsize=7)
panels[0].set_yticks(range(len(samplers)), samplers)
panels[1].set_xscale("symlog", linthresh=3.0)
panels[1].set_xlim(-3, 400)
panels[1].set_xticks([0, 3, 10, 100], ["0", "3", "10", "100"])
panels[1].minorticks_off()
panels[2].set_xlim(-0.08, 1.08)
panels[3].set_xlim(left=-1.5)
plots.save(figure, "memorisation")
