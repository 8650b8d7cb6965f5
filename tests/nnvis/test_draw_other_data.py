"""Draw beside other data than MNIST: in colour, of another size, with two classes or twenty-six, with other names."""

import string
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.data import ArrayFile, Dataset, in_shape
from core.layers import Conv2D, Dense, Flatten
from nnvis.draw_pages.teach import TeachPage
from nnvis.draw_pages.why import METHODS, WhyPage
from nnvis.panels.draw import DrawPanel
from nnvis.session import Session
from nnvis.theme import COMPACT, ThemeSource
from nnvis.training import loader
from nnvis.widgets.answer_strip import AnswerStrip
from nnvis.widgets.digit_keys import DigitKeys

LETTERS = tuple(string.ascii_uppercase)
KINDS = {
    "colour": ((28, 28, 3), ("zero", "one")),
    "colour of another size": ((32, 24, 3), tuple("0123456789")),
    "small and grey": ((8, 8, 1), ("cat", "dog", "aeroplane")),
    "letters": ((28, 28, 1), LETTERS),
}
Take = Callable[[str], Dataset]


@pytest.fixture
def take(qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Let the session learn from data of that kind."""

    def taken(kind: str) -> Dataset:
        shape, names = KINDS[kind]
        rng = np.random.default_rng(1)
        x = rng.integers(0, 256, (150, *shape), np.uint8)
        y = (np.arange(150) % len(names)).astype(np.int64)
        data = Dataset("other", "Other", x[:100], y[:100], x[100:], y[100:], names)
        monkeypatch.setattr(loader, "load", lambda _source, _progress: data)
        layers = (Conv2D(4, 3, activation="relu"), Flatten(), Dense(len(names), activation="softmax"))
        session.set_project(replace(session.project, layers=layers, source=ArrayFile("/other.npz")))
        qtbot.waitUntil(lambda: session.shown_dataset is data and session.parameters.size > 0)
        return data

    return taken


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> DrawPanel:
    theme_source.set_metrics(COMPACT)
    made = DrawPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(1280, 732)
    with qtbot.waitExposed(made):
        made.show()
    return made


def draw(panel: DrawPanel) -> None:
    side = panel.canvas.width()
    QTest.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(side // 2, side // 5))
    for step in range(2, 9):
        QTest.mouseMove(panel.canvas, QPoint(side // 2 + step, side * step // 10))
    QTest.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(side // 2, side * 8 // 10))


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_is_answered_explained_and_taught(
        qtbot: QtBot, panel: DrawPanel, session: Session, take: Take, kind: str) -> None:
    draw(panel)  # for the network before: it must be prepared anew
    data = take(kind)
    shape, names = data.input_shape, data.class_names
    qtbot.waitUntil(lambda: session.answer is not None and session.answer.probabilities.size == len(names))
    assert session.drawing is not None
    assert session.drawing.shape == (shape if shape[2] == 3 else shape[:2])
    qtbot.waitUntil(lambda: panel.findChild(QLabel, "predictedDigit").text() in names)
    qtbot.waitUntil(lambda: panel.pages["answer"].history.strip.moments > 0, timeout=20_000)
    why = panel.findChild(WhyPage)
    for method in range(len(METHODS)):
        why.method.setCurrentIndex(method)
        qtbot.waitUntil(lambda method=method: why._shown is not None and why._shown.method == method,
                        timeout=20_000)
        assert why._shown is not None
        assert why._shown.saliency.values.shape == shape
    qtbot.waitUntil(lambda: len(why.nearest.names) == 6 and set(why.nearest.names) <= set(names),
                    timeout=20_000)
    assert panel.columns is not None
    assert panel.columns.diagram.diagram.diagram is not None
    teach = panel.findChild(TeachPage)
    last = len(names) - 1
    QTest.mouseClick(teach.keys, Qt.MouseButton.LeftButton, pos=teach.keys.key_area(last).center().toPoint())
    qtbot.waitUntil(lambda: teach.bars.values is not None and len(teach.bars.values) == len(names))
    assert teach.bars.values[last] < 0
    before = session.parameters.copy()
    QTest.mouseClick(teach.step, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not np.array_equal(session.parameters, before), timeout=20_000)
    assert teach.own.keep.isEnabled() == (tuple(names) == tuple("0123456789"))
    assert panel.grab().width() == panel.width()


def test_a_colour_test_image_reaches_the_network_as_it_is(
        qtbot: QtBot, panel: DrawPanel, session: Session, take: Take) -> None:
    data = take("colour of another size")
    panel.desk.show_test_image(3)
    qtbot.waitUntil(lambda: session.drawing is not None and np.array_equal(session.drawing, data.x_test[3]))
    qtbot.waitUntil(lambda: session.answer is not None)
    assert panel.desk.test_image is not None


def test_a_network_that_reads_no_pictures_says_so(
        qtbot: QtBot, panel: DrawPanel, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 256, (80, 1, 5, 1), np.uint8)
    y = np.arange(80, dtype=np.int64) % 2
    data = Dataset("table", "Table", x[:60], y[:60], x[60:], y[60:], ("no", "yes"))
    monkeypatch.setattr(loader, "load", lambda _source, _progress: data)
    session.set_project(replace(session.project, layers=(Flatten(), Dense(2, activation="softmax")),
                                source=ArrayFile("/a.csv")))
    qtbot.waitUntil(lambda: session.shown_dataset is data)
    draw(panel)
    words = "This network reads 1×5×1 numbers"
    qtbot.waitUntil(lambda: any(words in label.text() for label in panel.findChildren(QLabel)))


def test_keys_with_long_names_stand_in_rows(qtbot: QtBot, theme_source: ThemeSource) -> None:
    keys = DigitKeys(theme_source, "It is a")
    qtbot.addWidget(keys)
    keys.resize(248, 26)
    keys.show()
    assert keys.height() == 26
    for labels in (LETTERS, ("aeroplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse")):
        keys.set_labels(labels)
        qtbot.waitUntil(lambda: keys.height() > 50)
        areas = [keys.key_area(index) for index in range(len(labels))]
        assert all(area.right() <= keys.width() + 0.5 and area.bottom() <= keys.height() for area in areas)
        assert all(area.width() >= keys.fontMetrics().horizontalAdvance(label)
                   for area, label in zip(areas, labels, strict=True))
        QTest.mouseClick(keys, Qt.MouseButton.LeftButton, pos=areas[-1].center().toPoint())
        assert keys.current == len(labels) - 1


@pytest.mark.parametrize("shape", [(28, 28, 3), (32, 24, 3), (8, 8, 1), (64, 64, 1)])
def test_a_drawing_keeps_its_form_in_another_shape(shape: tuple[int, int, int]) -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[7:21, 12:16] = 255
    other = in_shape(picture, shape)
    assert other.shape == (shape if shape[2] == 3 else shape[:2])
    grey = other if other.ndim == 2 else other[..., 0]
    assert grey.max() >= (250 if grey.shape[0] >= 24 else 128)
    assert grey.mean() == pytest.approx(picture.mean(), rel=0.02)
    rows, columns = (np.average(np.arange(size) + 0.5, weights=grey.sum(axis=1 - axis)) / size
                     for axis, size in enumerate(grey.shape))
    assert (rows, columns) == (pytest.approx(0.5, abs=0.01), pytest.approx(0.5, abs=0.01))


@pytest.mark.parametrize(("kind", "invited"), [("small and grey", "something"), ("colour of another size", "a digit")])
def test_before_anything_is_drawn_bars_and_canvas_are_those_of_the_data(
        panel: DrawPanel, take: Take, kind: str, invited: str) -> None:
    before = panel.canvas.grab().toImage()
    assert "draw a digit" in panel.canvas.accessibleDescription()
    names = take(kind).class_names
    assert panel.pages["answer"].bars._labels == names
    assert f"draw {invited}" in panel.canvas.accessibleDescription()
    assert (panel.canvas.grab().toImage() == before) == (invited == "a digit")


def test_names_of_few_classes_stand_at_their_rows(qtbot: QtBot, theme_source: ThemeSource) -> None:
    strip = AnswerStrip(theme_source)
    qtbot.addWidget(strip)
    strip.set_spare(90)
    strip.resize(500, 130)
    strip.show_shares(np.array([0, 10]), np.full((2, 3), 1 / 3, np.float32), ("discs", "squares", "stripes"))
    left = strip.grab().toImage().copy(0, 0, int(strip._area().left()) - 2, 130)
    ground = left.pixel(0, 0)
    written = [any(left.pixel(x, y) != ground for x in range(left.width())) for y in range(left.height())]
    for row in range(3):  # in the middle of each row, and nowhere between
        top = row * 130 // 3
        assert any(written[top + 14 : top + 30])
        assert not any(written[top : top + 8])
