"""The command line: `nnvis` opens the window, `nnvis train` does the same work without one.

Exit codes: 0 done, 1 the work failed, 2 wrong usage; an error is one line on stderr. NumPy and Qt are imported only by
the branch that needs them, so that the window shows at once and a server needs no Qt.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

DONE, FAILED, WRONG_USAGE = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read more, and exit with 2."""
        self.exit(WRONG_USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> Parser:
    """All commands and options."""
    root = Parser(prog="nnvis", description="See a neural network learn. Without a command, the window opens.")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    train = commands.add_parser(
        "train",
        help="train a project and test it",
        description="Train the network of a project file, then score it on the test images.",
    )
    train.add_argument("project", metavar="PROJECT", help="a project file, such as resources/examples/seed_mlp.json")
    train.add_argument("--epochs", type=int, metavar="N", help="train N epochs instead of those in the file")
    train.add_argument("--seed", type=int, metavar="S", help="draw everything random from S instead of the file's seed")
    train.add_argument("--json", action="store_true", help="print the scores as JSON")
    train.add_argument("--quiet", action="store_true", help="show no progress bar")
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code. Wrong usage raises SystemExit(2), as argparse does."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when NumPy is imported; more threads are slower
    arguments = parser().parse_args(argv)
    if arguments.command == "train":
        return train(arguments)
    from nnvis.app import main as open_window

    return open_window()


def train(arguments: argparse.Namespace) -> int:
    """The command `nnvis train`."""
    from core.errors import ConfigError, CoreError
    from nnvis import headless
    from nnvis.project import Project

    try:
        project = Project.load(arguments.project)
    except CoreError as error:
        return _fail(str(error))
    try:
        project = headless.varied(project, arguments.epochs, arguments.seed)
    except ConfigError as error:
        return _fail(str(error), WRONG_USAGE)
    try:
        scores = headless.train(project, show_progress=not arguments.quiet)
    except CoreError as error:
        return _fail(str(error))
    except MemoryError:
        return _fail("There is not enough memory for this network. Take fewer units or a smaller batch.")
    except KeyboardInterrupt:
        return _fail("Stopped by the keyboard; nothing was scored.")
    sys.stdout.write((json.dumps(scores.to_dict(), indent=2) if arguments.json else scores.table()) + "\n")
    return DONE


def _fail(text: str, code: int = FAILED) -> int:
    sys.stderr.write(f"nnvis: {' '.join(text.split())}\n")
    return code
