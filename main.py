"""nnvis from a checkout: `python main.py` opens the window, `python main.py train PROJECT` trains without one."""

import sys

from nnvis.cli import main

if __name__ == "__main__":
    sys.exit(main())
