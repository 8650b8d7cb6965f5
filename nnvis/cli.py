"""The command line: `nnvis` opens the window; its commands do the same work without one.

Exit codes: 0 done, 1 the work failed, 2 wrong usage; an error is one line on stderr. NumPy and Qt are imported only by
the branch that needs them, so that the window shows at once and a server needs no Qt.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

DONE, FAILED, WRONG_USAGE = 0, 1, 2
FORMATS = ("numpy", "keras", "torch", "onnx")


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
    train.add_argument("--out", metavar="MODEL", help="write the trained network to this file")
    train.add_argument("--json", action="store_true", help="print the scores as JSON")
    train.add_argument("--quiet", action="store_true", help="show no progress bar")
    evaluate = commands.add_parser(
        "evaluate",
        help="score a trained network",
        description="Score a trained network on the test images it was saved with, or on images of your own.",
    )
    evaluate.add_argument("model", metavar="MODEL", help="a file that `nnvis train --out` wrote")
    evaluate.add_argument(
        "--data", metavar="PATH",
        help="labelled images: a folder with a folder of pictures for each class, an IDX, CSV or NPZ file",
    )  # fmt: skip
    evaluate.add_argument("--json", action="store_true", help="print the scores as JSON")
    predict = commands.add_parser(
        "predict",
        help="say what is on pictures",
        description="Let a trained network answer for picture files, photos of paper included.",
    )
    predict.add_argument("model", metavar="MODEL", help="a file that `nnvis train --out` wrote")
    predict.add_argument("images", metavar="IMAGE", nargs="+", help="picture files: PNG, JPEG, BMP, WebP or GIF")
    predict.add_argument("--json", action="store_true", help="print all outputs as JSON")
    export = commands.add_parser(
        "export",
        help="write a trained network as a program for other libraries",
        description="Write a trained network as a NumPy program that stands alone, as Keras or PyTorch code with its "
        "weights, or as an ONNX file.",
    )
    export.add_argument("model", metavar="MODEL", help="a file that `nnvis train --out` wrote")
    export.add_argument("--to", choices=FORMATS, required=True, help="what to write")
    export.add_argument("out", metavar="OUT", help="the file to write")
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code. Wrong usage raises SystemExit(2), as argparse does."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when NumPy is imported; more threads are slower
    arguments = parser().parse_args(argv)
    if arguments.command is None:
        from nnvis.app import main as open_window

        return open_window()
    return _work(arguments)


def _work(arguments: argparse.Namespace) -> int:
    """Run one command; what goes wrong becomes one line."""
    from core.errors import CoreError
    from nnvis import commands

    try:
        return commands.COMMANDS[arguments.command](arguments)
    except commands.UsageError as error:
        return _fail(str(error), WRONG_USAGE)
    except CoreError as error:
        return _fail(str(error))
    except MemoryError:
        return _fail("There is not enough memory for this network. Take fewer units or a smaller batch.")
    except KeyboardInterrupt:
        return _fail("Stopped by the keyboard; nothing was finished.")
    except BrokenPipeError:  # as when the output goes to `head`; what is still in the buffer must not fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _fail(text: str, code: int = FAILED) -> int:
    sys.stderr.write(f"nnvis: {' '.join(text.split())}\n")
    return code
