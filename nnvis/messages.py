"""Messages: what happened, where with which values, and what to do; a banner shows them. Qt-free."""

from __future__ import annotations

import math
import platform
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import CoreError, DivergenceError
from core.optimizers import Optimizer
from core.problem import Problem, Remedy
from nnvis import number_text

SENSIBLE_RATES = {"SGD": 0.05, "Adam": 0.001}


@dataclass(frozen=True)
class MessageAction:
    """A button of a message."""

    label: str
    callback: Callable[[], None]
    primary: bool = False


@dataclass(frozen=True)
class Message:
    """One sentence what happened, one or two about it, and buttons. `report` can be copied when the fault is ours."""

    kind: Literal["error", "warning", "info"]
    title: str
    text: str = ""
    actions: tuple[MessageAction, ...] = ()
    report: str = ""


def diverged(
    error: DivergenceError,
    optimizer: Optimizer,
    remedy: Callable[[float], None],
    healthy: int | None = None,
    go_back: Callable[[int], None] | None = None,
) -> Message:
    """Training exploded. `remedy` is called with the learning rate that is offered, if that is what is to blame.

    `go_back` shows the network after `healthy` updates, the last moment that is kept from before the loss rose.
    """
    if error.cause == "data":
        return Message("error", f"The images of batch {number_text.count(error.step)} are no numbers.", str(error))
    if error.cause == "weights":
        return Message("error", "The loss was not a finite number from the first batch on.", str(error))
    rate = optimizer.learning_rate
    batches = f"{number_text.count(error.step)} batches" if error.step > 1 else "one batch"
    if math.isfinite(error.loss) and math.isfinite(error.first_loss):
        span = f"from {_short(error.first_loss)} to {_short(error.loss)} in {batches}"
    else:
        state = "no longer a number" if math.isnan(error.loss) else "infinite"
        span = f"it is {state} after {batches}"
    return Message(
        "error",
        f"The loss exploded: {span}.",
        f"Learning rate {plain_rate(rate)} is too large for {optimizer.title} on this network. "
        "Training has stopped with the last finite weights; nothing is lost.",
        ways_out(optimizer, remedy, healthy, go_back),
    )


def ways_out(
    optimizer: Optimizer,
    remedy: Callable[[float], None],
    healthy: int | None = None,
    go_back: Callable[[int], None] | None = None,
) -> tuple[MessageAction, ...]:
    """What helps when the numbers have grown beyond all bounds: a smaller rate, or a moment when all was well."""
    better = sensible_rate(optimizer)
    actions = [MessageAction(f"Set {plain_rate(better)} and restart", lambda: remedy(better), primary=True)]
    if healthy is not None and go_back is not None:
        where = f"batch {number_text.count(healthy)}" if healthy else "the start"
        actions.append(MessageAction(f"Go back to {where}", lambda: go_back(healthy)))
    return tuple(actions)


def sensible_rate(optimizer: Optimizer) -> float:
    """A learning rate that mostly works; a tenth of the present one when that is already as small."""
    usual = SENSIBLE_RATES.get(optimizer.kind_name(), 0.001)
    rate = optimizer.learning_rate
    return usual if rate > usual else float(f"{rate / 10:.1g}")


def data_missing(error: CoreError, try_again: Callable[[], None], instead: MessageAction | None = None) -> Message:
    """The images cannot be loaded. `instead` offers others."""
    actions = (MessageAction("Try again", try_again, primary=instead is None), *((instead,) if instead else ()))
    title = "These images cannot be used." if instead else "There are no images to train on."
    return Message("error", title, str(error), actions)


def file_failed(title: str, error: CoreError) -> Message:
    """A file could not be read or written."""
    return Message("error", title, str(error))


def exported(files: Sequence[Path]) -> Message:
    """A network was written for another library."""
    names = " and ".join(path.name for path in files)
    beside = " They belong beside each other." if len(files) > 1 else ""
    return Message("info", f"Exported: {names}", f"In the folder {files[0].resolve().parent}.{beside}")


def left_behind(
    name: str, step: int, when: str, has_ended: bool, recover: Callable[[], None], discard: Callable[[], None]
) -> Message:
    """What an earlier run of the program left in no file. `has_ended`: it was closed by its user."""
    trained = f" with its network trained to step {number_text.count(step)}" if step else ""
    title = f"Kept from {when}: work that is in no file." if has_ended else f"nnvis ended unexpectedly at {when}."
    verb, label = ("Go on with", "Go on") if has_ended else ("Recover", "Recover")
    actions = (MessageAction(label, recover, primary=True), MessageAction("Discard", discard))
    return Message("info" if has_ended else "warning", title, f"{verb} “{name}”{trained}?", actions)


def not_autosaved(error: Exception) -> Message:
    """What is done now would be lost with the program."""
    text = f"{error} Save your work to another place; nothing is lost as long as the window is open."
    return Message("warning", "Autosave does not work here.", text)


def no_images(path: str) -> Message:
    """What was chosen or dropped holds no images with labels."""
    text = f"{path} is no NPZ, CSV or IDX file. Choose one of these, or a folder with one folder of pictures per class."
    return Message("error", "There are no images with labels in this file.", text)


def network_is_old() -> Message:
    """The trained network is not the one that the project describes now."""
    text = "The project was changed since it was trained. Undo that, or train the network as it is now; then save it."
    return Message("warning", "The trained network cannot be saved with this project.", text)


CANNOT_TRAIN = "This network cannot be trained yet."


def refused(problem: Problem, count: int, apply: Callable[[Remedy], None]) -> Message:
    """Training was asked for, but the stack of layers cannot be built. `apply` gets the remedy, if there is one."""
    remedy = problem.remedy
    actions = (MessageAction(remedy.label, lambda: apply(remedy), primary=True),) if remedy else ()
    more = f" There {'are' if count > 2 else 'is'} {number_text.count(count - 1)} more." if count > 1 else ""
    return Message("error", CANNOT_TRAIN, problem.text + more, actions)


def reached(how: str, missed: str, go_on: Callable[[], None] | None) -> Message:
    """A run that was to train until something has got there, or was over before."""
    if missed:
        return Message("info", "The run is over.", f"It ended before {missed}.")
    actions = (MessageAction("Go on", go_on, primary=True),) if go_on else ()
    return Message("info", how, "Training has paused there." if go_on else "That was the end of the run.", actions)


def epoch_is_over(epoch: int) -> Message:
    """Training until an epoch was asked for that is done already."""
    return Message("info", f"Epoch {epoch} is done already.", "Choose a later one, or Reset to begin again.")


def out_of_memory() -> Message:
    """The network or its batch does not fit into memory."""
    text = "Take fewer units or a smaller batch, then train again."
    return Message("error", "There is not enough memory for this network.", text)


def expected_failure(error: CoreError, doing: str) -> Message:
    """An error whose text was written for the user."""
    title = "The network cannot be built." if doing == "preparing the network" else "Training has ended."
    return Message("error", title, str(error))


def unexpected(error: BaseException, doing: str) -> Message:
    """A fault of ours: said shortly, with a report that can be copied."""
    return Message(
        "error",
        f"Something went wrong while {doing}.",
        "This is a fault of the program, not yours. Your project is untouched; the report says what happened.",
        report=report(error, doing),
    )


def report(error: BaseException, doing: str) -> str:
    """What a developer needs to know, as text."""
    trace = "".join(traceback.format_exception(error))
    return f"nnvis on Python {platform.python_version()}, {platform.platform()}\nwhile {doing}\n\n{trace}"


def _short(loss: float) -> str:
    """A loss in two digits: 2.3, 0.41, 1.1 · 10¹¹."""
    if 0.1 <= abs(loss) < 1000:
        return number_text.decimal(loss, 0 if abs(loss) >= 10 else 1 if abs(loss) >= 1 else 2)
    return number_text.power(loss)


def plain_rate(rate: float) -> str:
    """A learning rate as one types it: 5.0, 0.05, 0.001."""
    if 1e-5 <= rate < 1e6:
        text = f"{rate:.10f}".rstrip("0")
        return f"{text}0" if text.endswith(".") else text
    return number_text.power(rate)
