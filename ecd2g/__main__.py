"""`python -m ecd2g` is the command line."""

import sys

from ecd2g.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
