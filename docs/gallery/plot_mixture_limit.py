"""Discrete flow matching as the limit of a circuit
================================================

One site: a complete circuit whose source is spread over all symbols and whose sink is the end. As lateral resistances
grow, its exact first-passage walk tends to the mixture path of discrete flow matching, stay or jump to the end.
"""

import matplotlib.figure
import numpy as np

from ecd2g import StateSpace, plots
from ecd2g.bridges import MixtureBridge, SpreadBridge
from ecd2g.reference import linear_spread_chain

ratios = 10.0 ** -np.arange(1, 6)
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 2.5), layout="constrained")
left, right = figure.subplots(1, 2)
for style, (n_symbols, n_steps) in zip(("o-", "s--", "^:"), ((3, 4), (5, 8), (27, 16)), strict=True):
    space = StateSpace(n_symbols)
    limit = MixtureBridge(space).site_law(n_symbols, n_steps)
    errors = [np.abs(SpreadBridge(space, r).site_law(n_symbols, n_steps) - limit).max() for r in ratios]
    print(
        f"S = {n_symbols:2}  {n_steps:2} steps  "
        + "  ".join(f"{e:.2e} at {r:g}" for e, r in zip(errors, ratios, strict=True))
    )
    left.loglog(ratios, errors, style, label=f"S = {n_symbols}, {n_steps} steps", markersize=3)
left.set(xlabel="ratio, mean of (S − 1) b", ylabel="largest |H − mixture|")
left.legend(fontsize=7)
for style, ratio in zip(("o-", "s--", "^:"), (0.1, 0.01, 0.0001), strict=True):
    rho = 4 * linear_spread_chain(5, 8, ratio).conductances
    print(
        f"S = 5, 8 steps, ratio {ratio:g}: rho by gap over its mean "
        + " ".join(f"{r:.3f}" for r in rho / ratio)
    )
    right.plot(np.arange(8), rho / ratio, style, label=f"ratio {ratio:g}", markersize=3)
right.set(xlabel="gap", ylabel="b of the gap over its mean", ylim=(0, None))
right.legend(fontsize=7)
plots.save(left, "mixture_limit")
