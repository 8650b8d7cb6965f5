"""Messages say what happened, with which values, and what to do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import pytest

from core.errors import DivergenceError, FileError
from core.optimizers import SGD, Adam, Optimizer
from core.problem import Problem, Remedy
from nnvis import messages


def exploded(step: int, first: float, last: float) -> DivergenceError:
    return DivergenceError("x", step=step, first_loss=first, loss=last)


def test_divergence_reads_as_in_the_picture_and_offers_the_remedy() -> None:
    rates: list[float] = []
    message = messages.diverged(exploded(8, 2.3026, 1.1e11), SGD(learning_rate=5.0), rates.append)
    assert message.kind == "error"
    assert message.title == "The loss exploded: from 2.3 to 1.1 · 10¹¹ in 8 batches."
    assert message.text == (
        "Learning rate 5.0 is too large for SGD on this network. "
        "Training has stopped with the last finite weights; nothing is lost."
    )
    (action,) = message.actions
    assert (action.label, action.primary) == ("Set 0.05 and restart", True)
    action.callback()
    assert rates == [0.05]


@pytest.mark.parametrize(("error", "said"), [
    (exploded(1, 2.3, math.nan), "it is no longer a number after one batch"),
    (exploded(12, 2.3, math.inf), "it is infinite after 12 batches"),
    (exploded(3, 0.41, 4.1e5), "from 0.41 to 4.1 · 10⁵ in 3 batches"),
    (exploded(3, 23.04, 234567.0), "from 23 to 2.3 · 10⁵ in 3 batches"),
])  # fmt: skip
def test_losses_in_words(error: DivergenceError, said: str) -> None:
    assert messages.diverged(error, SGD(), lambda _rate: None).title == f"The loss exploded: {said}."


@pytest.mark.parametrize(("cause", "title"), [
    ("data", "The images of batch 3 are no numbers."),
    ("weights", "The loss was not a finite number from the first batch on."),
])  # fmt: skip
def test_what_is_not_the_rates_fault_is_not_blamed_on_it(cause: Literal["data", "weights"], title: str) -> None:
    error = DivergenceError("Do this.", step=3, first_loss=math.nan, loss=math.nan, cause=cause)
    message = messages.diverged(error, SGD(), lambda _rate: None)
    assert (message.title, message.text, message.actions) == (title, "Do this.", ())


@pytest.mark.parametrize(("optimizer", "rate", "label"), [
    (SGD(learning_rate=1000.0), 0.05, "Set 0.05 and restart"),
    (SGD(learning_rate=0.05), 0.005, "Set 0.005 and restart"),
    (SGD(learning_rate=0.03), 0.003, "Set 0.003 and restart"),
    (Adam(learning_rate=1.0), 0.001, "Set 0.001 and restart"),
    (Adam(learning_rate=0.001), 0.0001, "Set 0.0001 and restart"),
    (Adam(learning_rate=1.7e-6), 2e-7, "Set 2.0 · 10⁻⁷ and restart"),
])  # fmt: skip
def test_the_rate_offered_is_always_smaller(optimizer: Optimizer, rate: float, label: str) -> None:
    assert messages.sensible_rate(optimizer) == pytest.approx(rate)
    assert messages.sensible_rate(optimizer) < optimizer.learning_rate
    assert messages.diverged(exploded(2, 1, 2), optimizer, lambda _rate: None).actions[0].label == label


def test_a_fault_of_ours_has_a_report_and_no_traceback_on_the_face_of_it() -> None:
    try:
        {}["layer"]
    except KeyError as error:
        message = messages.unexpected(error, "training")
    assert "Traceback" not in message.title + message.text
    assert message.title == "Something went wrong while training."
    assert "KeyError: 'layer'" in message.report
    assert "test_messages.py" in message.report
    assert "Python 3" in message.report


def test_missing_images_can_be_tried_again() -> None:
    calls: list[str] = []
    message = messages.data_missing(FileError("The file 'a.gz' is missing."), lambda: calls.append("again"))
    assert "'a.gz'" in message.text
    message.actions[0].callback()
    assert calls == ["again"]


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, " There is 1 more."), (4, " There are 3 more.")])
def test_refusal_names_the_first_problem_and_counts_the_rest(count: int, more: str) -> None:
    done: list[Remedy] = []
    remedy = Remedy("Add Flatten", ())
    problem = Problem(1, "Dense needs a flat input.", None, remedy, "error")
    message = messages.refused(problem, count, done.append)
    assert message.text == f"Dense needs a flat input.{more}"
    message.actions[0].callback()
    assert (message.actions[0].label, done) == ("Add Flatten", [remedy])
    assert messages.refused(replace(problem, remedy=None), count, done.append).actions == ()
