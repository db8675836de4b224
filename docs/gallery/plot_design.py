"""Which circuit for my data
==========================

``ecd2g design`` measures many circuits on a problem: what transport costs, how many steps walks take, how wrong the
forward-only shortcut is. The end law is the target for all of them.
"""

from pathlib import Path

import numpy as np

from ecd2g.experiments.design.run import DesignQuestion, design_run

rng = np.random.default_rng(0)
np.savetxt("before.csv", rng.binomial(11, 0.3, size=(300, 2)), fmt="%d", delimiter=",")
np.savetxt("after.csv", rng.binomial(11, [0.8, 0.5], size=(300, 2)), fmt="%d", delimiter=",")
question = DesignQuestion(
    source="before.csv", target="after.csv", layers=(3, 10), families=("complete", "gaussian"), n_walks=2000
)
Path("design").mkdir()
print(design_run(question, Path("design"), "ecd2g design --source before.csv --target after.csv", quiet=True))
print(sorted(path.name for path in Path("design").iterdir()))
