"""Beside an article: its equation with the numbers of the network at hand. The lines shown add up to the entry."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from core import Sequential
from core.data import Scaling
from core.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D
from core.optimizers import SGD, Adam, Optimizer
from nnvis.microscope.specimen import Specimen
from nnvis.microscope.stops import Stop, stops_of
from nnvis.microscope.trace import Bench
from nnvis.panels.theory import TheoryPanel
from nnvis.panels.theory.example import NO_STOP
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.theory.article import TOPICS
from nnvis.theory.in_network import STOPS, in_network, stop_of

EVERYTHING = (
    Conv2D(filters=2, kernel_size=(3, 3), activation="relu"), MaxPooling2D(), BatchNormalization(), Flatten(),
    Dropout(), Dense(units=6, activation="tanh"), Dense(units=4, activation="softmax"),
)  # fmt: skip


def stops(layers: tuple[Layer, ...], optimizer: Optimizer, loss: str = "categorical_crossentropy") -> tuple[Stop, ...]:
    model = Sequential([layer.replace() for layer in layers], seed=0)
    model.build((8, 8, 1))
    model.compile(optimizer=optimizer, loss=loss)
    rng = np.random.default_rng(0)
    X = rng.random((1, 8, 8, 1), np.float32)
    specimen = Specimen(0, model.parameters.copy(), optimizer, X, np.array([1]), Scaling.unit())
    return stops_of(Bench(model).trace(specimen))


def test_only_pages_that_exist_have_examples() -> None:
    assert STOPS.keys() <= set(TOPICS)


@pytest.mark.parametrize("topic", STOPS)
def test_the_lines_of_an_example_add_up_to_its_entry(topic: str) -> None:
    optimizer = SGD(momentum=0.9) if topic == "momentum" else Adam()
    loss = "mean_squared_error" if topic == "squared_error" else "categorical_crossentropy"
    stop = stop_of(topic, stops(EVERYTHING, optimizer, loss))
    assert stop is not None
    example = in_network(stop, 0)
    assert sum(line.value for line in example.lines) == pytest.approx(example.value, rel=1e-4, abs=1e-6)
    assert example.latex
    assert example.sentence


def test_a_network_without_it_has_no_example() -> None:
    plain = stops((Flatten(), Dense(units=4, activation="softmax")), SGD())
    assert stop_of("convolution", plain) is None
    assert stop_of("momentum", plain) is None
    assert stop_of("adam", plain) is None
    assert stop_of("metrics", plain) is None
    assert stop_of("gradient_descent", plain) is not None


def test_an_entry_that_is_not_there_gives_way_to_the_largest() -> None:
    stop = stop_of("bp1", stops(EVERYTHING, Adam()))
    assert stop is not None
    assert in_network(stop, 0, (0, 99)).value == in_network(stop, 0).value


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> TheoryPanel:
    qtbot.waitUntil(lambda: session.state is RunState.READY)
    made = TheoryPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(1300, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def words(panel: TheoryPanel) -> str:
    QApplication.sendPostedEvents(None, 52)  # deferred deletes: what was shown before
    return " ".join(label.text() for label in panel.example.findChildren(QLabel))


def test_the_page_shows_the_network_and_follows_it(qtbot: QtBot, panel: TheoryPanel, session: Session) -> None:
    panel.open("bp1")
    assert "test image" in words(panel)
    before = panel.example.findChild(QLabel, "workedTotal").text()
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1)
    panel._example.refresh()
    words(panel)
    assert panel.example.findChild(QLabel, "workedTotal").text() != before
    panel.open("convolution")
    assert NO_STOP in words(panel)
    panel.open("metrics")
    assert not panel.example.isVisible()


def test_another_image_and_the_drawing(qtbot: QtBot, panel: TheoryPanel, session: Session) -> None:
    panel.open("bp1")
    first = words(panel)
    qtbot.mouseClick(panel.example.after, Qt.MouseButton.LeftButton)
    assert words(panel) != first
    drawing = np.zeros((28, 28), np.uint8)
    drawing[4:24, 13:15] = 255
    session.set_drawing(drawing)
    qtbot.mouseClick(panel.example.drawing, Qt.MouseButton.LeftButton)
    assert "my drawing" in words(panel)
    qtbot.mouseClick(panel.example.before, Qt.MouseButton.LeftButton)
    assert "test image" in words(panel)
