"""Which circuit for my data
==========================

``ecd2g design`` measures many circuits on a problem: what transport costs, how many steps walks take, how wrong the
forward-only shortcut is. The end law is the target for all of them.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np

rng = np.random.default_rng(0)
np.savetxt("before.csv", rng.binomial(11, 0.3, size=(300, 2)), fmt="%d", delimiter=",")
np.savetxt("after.csv", rng.binomial(11, [0.8, 0.5], size=(300, 2)), fmt="%d", delimiter=",")
command = (
    "design --source before.csv --target after.csv --layers 3,10 --families complete,gaussian --walks 2000"
)
done = subprocess.run(  # noqa: S603 - our own words
    [sys.executable, "-m", "ecd2g", *command.split(), "--out", "design", "--overwrite"],
    capture_output=True,
    text=True,
    check=True,
)
print(done.stdout)
print(sorted(path.name for path in Path("design").iterdir()))
