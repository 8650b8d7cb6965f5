"""The same images again: what the step has changed for each of them, as another pass through the network says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from pytestqt.qtbot import QtBot

from core.layers import Dense, Flatten
from core.optimizers import SGD
from nnvis.microscope.images_again import ImageAgain, changes_in_words, images_again
from nnvis.microscope.staging import staging
from nnvis.microscope.stops import stops_of
from nnvis.microscope.telling import telling
from nnvis.microscope.written_out import written_out
from nnvis.theme import ThemeSource
from nnvis.widgets.microscope.written_card import WrittenCard
from nnvis.widgets.microscope.written_pairs import shown_pairs
from tests.nnvis.microscope.stacks import CLASSES, SAMPLES, traced

NAMES = ("zero", "one", "two")


def test_each_loss_after_the_step_is_that_of_the_moved_weights() -> None:
    trace = traced([Flatten(), Dense(CLASSES, activation="softmax")], None, SGD(learning_rate=0.5))
    W, b = (trace.moved[view.start : view.stop].reshape(view.shape) for view in trace.layers[1].views)
    Z = trace.layers[1].arrays["X"] @ W + b
    share = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    found = images_again(trace, NAMES)
    assert len(found) == SAMPLES
    for each, row, label in zip(found, share, trace.labels, strict=True):
        assert each.after == pytest.approx(-np.log(row[label]), rel=1e-4)
        assert each.answer_after == NAMES[int(np.argmax(row))]
        assert each.is_right_after == (int(np.argmax(row)) == label)
    assert np.mean([each.after for each in found]) == pytest.approx(trace.loss_after, rel=1e-5)
    assert np.mean([each.before for each in found]) == pytest.approx(trace.mean_loss, rel=1e-5)


def test_it_is_said_how_many_gained_and_whose_answer_changed() -> None:
    images = (
        ImageAgain(0, 2.0, 0.5, "3", "8", False, True),
        ImageAgain(1, 0.1, 0.2, "1", "1", True, True),
        ImageAgain(2, 0.6, 0.5, "4", "4", False, False),
    )
    assert images[0].answer == "3 → 8"
    assert images[1].answer == "1"
    assert changes_in_words(images) == (
        "2 of 3 images cost less than before, 1 more.", "1 answer has changed (1 to right); 2 are right.",
    )  # fmt: skip
    assert changes_in_words(images[1:2]) == (
        "0 of 1 images cost less than before, 1 more.", "No answer has changed; 1 is right.",
    )  # fmt: skip
    assert len(changes_in_words((ImageAgain(0, 2.0, 1.0),))) == 1, "outputs that are no classes are no answers"


def test_where_the_outputs_are_no_numbers_there_is_no_answer() -> None:
    trace = traced([Flatten(), Dense(CLASSES, activation="softmax")], None, None)
    outputs = np.full_like(trace.outputs, np.nan)
    for each in images_again(replace(trace, outputs_after=outputs), NAMES):
        assert each.answer_after == "none"
        assert not each.is_right_after


def test_of_many_images_those_are_shown_whose_loss_changed_most() -> None:
    images = tuple(ImageAgain(number, 1.0, 1.0 - number / 100) for number in range(64))
    pairs = shown_pairs(QRectF(0, 0, 500, 120), images)
    assert [each.image for each, _ in pairs] == [59, 60, 61, 62, 63]
    assert pairs[-1][1].right() <= 500
    undefined = shown_pairs(QRectF(0, 0, 500, 120), (ImageAgain(0, 1.0, float("nan")), ImageAgain(1, 1.0, np.inf)))
    assert len(undefined) == 2


def test_an_image_is_chosen_by_a_click(qtbot: QtBot, theme_source: ThemeSource) -> None:
    trace = traced([Flatten(), Dense(CLASSES, activation="softmax")], None, None)
    stops = stops_of(trace)
    staged = staging(stops[-1], None, stops[-2], True, NAMES)
    card = WrittenCard(theme_source)
    qtbot.addWidget(card)
    card.resize(1258, 126)
    card.show_telling(telling(staged, written_out(staged.shown, (0,)), True, NAMES), {})
    card.grab()
    assert card.telling is not None
    _, column = shown_pairs(card._again_area, card.telling.again)[1]
    with qtbot.waitSignal(card.image_chosen) as told:
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=column.center().toPoint())
    assert told.args == [1]
