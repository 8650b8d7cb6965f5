"""What it is all for: drawings made with the mouse on the canvas are read, wherever and however large they are.

Judged by the hands of tests/judged_drawings.py alone; the set to develop with is tests/drawings.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core import Sequential, model_file
from core.data import Scaling, center_digit
from nnvis import headless
from nnvis.project import Project
from nnvis.theme import ThemeSource
from nnvis.widgets.canvas import PaintCanvas
from tests.drawings import Drawing, smoothed
from tests.judged_drawings import HANDS, PLACES

CNN = Path(__file__).parents[2] / "resources" / "examples" / "digits_cnn.safetensors"
BRUSHES = (20, 13, 28)  # the first one is the canvas's own
SIDE = 247  # of the canvas in a small window


class Drawn(NamedTuple):
    """All drawings as the network gets them: images (N, 28, 28, 1), labels, and the hand and size of each."""

    images: np.ndarray
    labels: np.ndarray
    hands: list[str]
    sizes: np.ndarray


def draw(canvas: PaintCanvas, drawing: Drawing, size: float, x: float, y: float) -> None:
    """Replay it with the mouse: its longer side `size` of the canvas with the brush, its middle at x and y."""
    strokes = [smoothed(stroke, rounds=2) for stroke in drawing]
    everything = np.concatenate(strokes)
    low, high = everything.min(axis=0), everything.max(axis=0)
    brush = canvas.brush_width * canvas.width() / 280
    scale = (size * canvas.width() - brush) / (high - low).max()
    half = (high - low) * scale / 2 + brush / 2
    middle = np.clip([x * canvas.width(), y * canvas.width()], half, canvas.width() - half)
    for stroke in strokes:
        points = [QPoint(*np.rint((point - (low + high) / 2) * scale + middle).astype(int)) for point in stroke]
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """Every digit of every hand at every place, with changing brushes."""
    source = ThemeSource("dark")
    canvas = PaintCanvas(source)
    canvas.setFixedSize(SIDE, SIDE)
    images, labels, hands, sizes = [], [], [], []
    for hand, drawings in HANDS.items():
        for digit, drawing in enumerate(drawings):
            for number, place in enumerate(PLACES):
                canvas.clear()
                canvas.brush_width = float(BRUSHES[(digit + number) % len(BRUSHES)])
                draw(canvas, drawing, *place)
                images.append(center_digit(canvas.image()))
                labels.append(digit)
                hands.append(hand)
                sizes.append(place[0])
    canvas.deleteLater()
    source.deleteLater()
    return Drawn(np.stack(images)[..., np.newaxis], np.array(labels), hands, np.array(sizes))


def read(model: Sequential, drawn: Drawn) -> np.ndarray:
    """Which of the drawings the network reads."""
    return model.predict(Scaling.unit().apply(drawn.images)).argmax(axis=1) == drawn.labels


def report(right: np.ndarray, drawn: Drawn) -> str:
    hands = {hand: right[[each == hand for each in drawn.hands]].mean() for hand in HANDS}
    each = zip(drawn.hands, drawn.labels, right, strict=True)
    wrong = sorted({f"{hand} {label}" for hand, label, ok in each if not ok})
    return f"{right.mean():.1%}; {hands}; {wrong}"


def test_the_hands_are_complete(qtbot: QtBot, drawn: Drawn) -> None:
    assert len(drawn.labels) == 6 * 10 * len(PLACES)
    assert drawn.sizes.min() <= 0.34
    assert drawn.sizes.max() >= 0.9
    assert (drawn.images.reshape(len(drawn.images), -1).max(axis=1) > 120).all()


def test_the_first_network_reads_them_after_its_own_training(qtbot: QtBot, drawn: Drawn) -> None:
    trained = headless.train(Project.default())
    right = read(trained.model, drawn)
    assert right.mean() >= 0.95, report(right, drawn)
    for size in set(drawn.sizes.tolist()):
        assert right[drawn.sizes == size].mean() >= 0.9, (size, report(right, drawn))
    assert trained.to_dict()["accuracy"] >= 0.975


def test_the_network_that_comes_with_the_program_reads_more(qtbot: QtBot, drawn: Drawn) -> None:
    right = read(model_file.load(CNN), drawn)
    assert right.mean() >= 0.97, report(right, drawn)
