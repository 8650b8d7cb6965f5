"""The commands that need no window: train, evaluate, predict and export. Each returns its exit code. Qt-free."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import export as exports
from core.data import Skipped
from core.errors import ConfigError, FileError
from nnvis import headless
from nnvis.answering import Reply, reply
from nnvis.project import Project
from nnvis.saved_network import open_network

DONE, FAILED = 0, 1
MOST_SKIPPED = 3  # files left out that are named one by one


class UsageError(Exception):
    """The command line asks for something that cannot be."""


def train(arguments: argparse.Namespace) -> int:
    """`nnvis train`: train a project, score it, and write the network if wished."""
    project = Project.load(arguments.project)
    try:
        project = headless.varied(project, arguments.epochs, arguments.seed)
    except ConfigError as error:
        raise UsageError(str(error)) from None
    if arguments.out:
        _check_writable(Path(arguments.out))  # now, not after the training
    own = None
    if project.own_digits.weight:
        from nnvis.paths import own_digits_folder  # this brings Qt, which knows where the user's own files lie

        own = own_digits_folder()
    trained = headless.train(project, not arguments.quiet, own)
    if arguments.out:
        trained.save(arguments.out)
    _say(_json(trained.to_dict()) if arguments.json else trained.scores.table())
    return DONE


def evaluate(arguments: argparse.Namespace) -> int:
    """`nnvis evaluate`: score a trained network."""
    network = open_network(arguments.model)
    _note(network.note)
    scores, skipped = headless.score(network, Path(arguments.data) if arguments.data else None)
    _note(_left_out(skipped))
    _say(_json(scores.to_dict() | {"skipped": len(skipped)}) if arguments.json else scores.table())
    return DONE


def predict(arguments: argparse.Namespace) -> int:
    """`nnvis predict`: answer for each picture; 1 when one of them could not be read."""
    network = open_network(arguments.model)
    _note(network.note)
    answers: list[Reply] = []
    failed = 0
    for name in arguments.images:
        try:
            answers.append(reply(network, Path(name)))
        except FileError as error:  # the others are answered all the same
            failed += 1
            _note(str(error))
    width = max((len(answer.name) for answer in answers), default=0)
    if arguments.json:
        _say(_json([answer.to_dict() for answer in answers]))
    elif answers:
        _say("\n".join(answer.line(width) for answer in answers))
    return FAILED if failed else DONE


def export(arguments: argparse.Namespace) -> int:
    """`nnvis export`: write the network for another library."""
    network = open_network(arguments.model)
    _note(network.note)
    if network.project is not None:
        network.model.name = network.project.name
    for path in exports.export(arguments.to, network.model, Path(arguments.out), network.intake):
        _say(str(path))
    return DONE


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "train": train, "evaluate": evaluate, "predict": predict, "export": export,
}  # fmt: skip


def _check_writable(path: Path) -> None:
    folder = path.resolve().parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise FileError(f"{str(path)!r} cannot be written: name a file in a folder that exists and may be written to.")


def _left_out(skipped: tuple[Skipped, ...]) -> str:
    """One line on the files that could not be read."""
    if not skipped:
        return ""
    named = "; ".join(f"{each.path} {each.reason}" for each in skipped[:MOST_SKIPPED])
    more = f" and {len(skipped) - MOST_SKIPPED} more" if len(skipped) > MOST_SKIPPED else ""
    return f"{len(skipped)} files were left out: {named}{more}"


def _json(value: Any) -> str:
    return json.dumps(_told(value), indent=2, ensure_ascii=False, allow_nan=False)


def _told(value: Any) -> Any:
    """As JSON can hold it: no number is NaN or infinite."""
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _note(text: str) -> None:
    if text:
        sys.stderr.write(f"nnvis: {' '.join(text.split())}\n")


