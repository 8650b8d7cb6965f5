"""Teach: the label's loss, p − y and gradient are right; steps move only what they should, and can be taken back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core import Sequential
from core.data import Dataset, Scaling
from core.layers import Conv2D, Dense, Dropout, Flatten
from core.optimizers import SGD
from nnvis.draw_pages.teach import TEST_IMAGE, TeachPage
from nnvis.lesson import RATE, error_of, teach
from nnvis.panels.draw import DrawPanel
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource


def network(dtype: str = "float64") -> Sequential:
    layers = [
        Conv2D(2, 3, activation="tanh"), Flatten(), Dense(6, activation="tanh"), Dropout(0.5),
        Dense(3, activation="softmax"),
    ]  # fmt: skip
    model = Sequential(layers, seed=2, dtype=dtype)
    model.build((6, 6, 1))
    model.compile(SGD(0.1), "categorical_crossentropy")
    return model


def test_the_gradient_image_is_that_of_central_differences(rng: np.random.Generator) -> None:
    model, X = network(), rng.random((1, 6, 6, 1))
    before = model.parameters.copy()
    error = error_of(model, X, 1)
    T = model.targets(np.array([1]))
    for row, column in ((0, 0), (2, 3), (5, 5)):
        losses = []
        for by in (1e-5, -1e-5):
            moved = X.copy()
            moved[0, row, column] += by
            losses.append(model.loss_value(model.forward(moved), T))
        assert error.gradient[row, column, 0] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-3, abs=1e-8)
    assert error.loss == pytest.approx(-math.log(error.probabilities[1]))
    np.testing.assert_allclose(error.delta, error.probabilities - [0, 1, 0])
    np.testing.assert_array_equal(model.parameters, before)
    assert not model.layers[0].needs_input_gradient


def test_a_step_is_that_of_plain_gradient_descent(rng: np.random.Generator) -> None:
    model, X = network("float32"), rng.random((1, 6, 6, 1)).astype(np.float32)
    test = rng.integers(0, 256, (7, 6, 6, 1)).astype(np.uint8), np.arange(7) % 3
    other = model.clone()
    taught = teach(model, Scaling.unit(), X, 2, 3, test)
    assert taught is not None
    for _ in range(3):
        other.forward_backward(X, other.targets(np.array([2])), training=False)
        other.trainable[...] -= np.float32(RATE) * other.gradient
    np.testing.assert_array_equal(taught.after, other.parameters)
    assert taught.probability_after > taught.probability_before
    assert taught.count == 7
    answers = other.predict(Scaling.unit().apply(test[0])).argmax(axis=1)
    assert taught.accuracy_after == pytest.approx((answers == test[1]).mean())
    assert teach(model, Scaling.unit(), X, 2, 3, test, unwanted=lambda: True) is None


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[DrawPanel]:
    panel = DrawPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(272, 640)
    panel.show()
    panel.chooser.set_current("teach")
    yield panel
    panel.tools.setParent(panel)


@pytest.fixture
def page(panel: DrawPanel) -> TeachPage:
    page = panel.pages["teach"]
    assert isinstance(page, TeachPage)
    return page


@pytest.fixture
def draw(panel: DrawPanel) -> Callable[[], None]:
    def draw() -> None:
        canvas, side = panel.canvas, panel.canvas.width()
        points = [QPoint(int(x * side), int(y * side)) for x, y in ((0.3, 0.2), (0.7, 0.2), (0.5, 0.8))]
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])

    return draw


def press(page: TeachPage, digit: int) -> None:
    QTest.mouseClick(page.keys, Qt.MouseButton.LeftButton, pos=page.keys.key_area(digit).center().toPoint())


def test_a_label_shows_the_error(qtbot: QtBot, session: Session, page: TeachPage, draw: Callable[[], None]) -> None:
    assert not page.step.isEnabled()
    assert "Draw a digit" in page._said.text()
    draw()
    qtbot.waitUntil(lambda: session.answer is not None)
    assert "Choose above" in page._said.text()
    press(page, 7)
    assert session.answer is not None
    assert page.bars.values is not None
    wanted = session.answer.probabilities - np.eye(10)[7]
    np.testing.assert_allclose(page.bars.values, wanted, atol=1e-6)
    assert page.picture.accessibleDescription() == "A map of the pixels, signed."
    assert page._loss.text().startswith("loss ")
    assert "−ln" in page._loss.text()
    assert page.step.isEnabled()


def test_steps_change_the_network_and_are_taken_back(
    qtbot: QtBot, session: Session, page: TeachPage, draw: Callable[[], None]
) -> None:
    draw()
    qtbot.waitUntil(lambda: session.answer is not None)
    press(page, 3)
    before = session.parameters
    assert session.answer is not None
    shares = [float(session.answer.probabilities[3])]
    for button in (page.step, page.many):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not page.step.isEnabled()
        old = session.parameters
        qtbot.waitUntil(lambda old=old: session.parameters is not old and page.step.isEnabled())
        shares.append(float(session.answer.probabilities[3]))
    assert shares[0] < shares[1] < shares[2]
    assert "20 steps" in page._said.text()
    assert "Test" in page._said.text()
    assert "of 300" in page._said.text()
    for _ in range(2):
        old = session.parameters
        QTest.mouseClick(page.back, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda old=old: session.parameters is not old)
    np.testing.assert_array_equal(session.parameters, before)
    assert not page.back.isEnabled()


def test_the_run_goes_on_from_what_was_taught(
    qtbot: QtBot, session: Session, page: TeachPage, draw: Callable[[], None]
) -> None:
    session.step_batch()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED and session.history.step == 1)
    draw()
    qtbot.waitUntil(lambda: session.answer is not None)
    press(page, 3)
    before = session.parameters
    page.many.click()
    qtbot.waitUntil(lambda: session.parameters is not before)
    taught = session.parameters
    session.set_optimizer(session.project.optimizer.replace(learning_rate=1e-12))
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 2)
    np.testing.assert_allclose(session.parameters, taught, atol=1e-6)
    assert np.abs(session.parameters - before).max() > 1e-4
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    assert not page.back.isEnabled()  # the network has moved on


def test_only_a_resting_network_is_taught(
    qtbot: QtBot, session: Session, page: TeachPage, draw: Callable[[], None]
) -> None:
    draw()
    press(page, 1)
    session.set_training(session.project.training.replace(epochs=1000))
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 20)
    assert not page.step.isVisible()
    assert "Pause it" in page._said.text()
    QTest.mouseClick(page.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED and page.step.isEnabled())
    session.look_back(0)
    assert not page.step.isEnabled()
    assert "Go back to live" in page._said.text()
    session.look_live()
    assert page.step.isEnabled()


def test_a_test_image_teaches_nothing(
    qtbot: QtBot, session: Session, page: TeachPage, panel: DrawPanel, digits: Dataset
) -> None:
    panel.desk.show_test_image(4)
    qtbot.waitUntil(lambda: session.answer is not None)
    press(page, int(digits.y_test[4]))
    assert page._said.text() == TEST_IMAGE
    assert not page.step.isEnabled()
    assert page.bars.values is not None  # what the label says may be seen


def test_a_cleared_canvas_forgets_the_label(
    qtbot: QtBot, session: Session, page: TeachPage, panel: DrawPanel, draw: Callable[[], None]
) -> None:
    draw()
    press(page, 5)
    panel.canvas.clear()
    qtbot.waitUntil(lambda: session.drawing is None)
    assert page.label is None
    assert page.bars.values is None


def test_keys_and_bars_with_the_keyboard(page: TeachPage) -> None:
    QTest.keyClick(page.keys, Qt.Key.Key_4)
    assert page.label == 4
    QTest.keyClick(page.keys, Qt.Key.Key_Right)
    assert page.label == 5
    assert page.keys.accessibleDescription() == "5 is chosen."
    page.bars.show_values(list("abc"), [0.5, -0.25, -0.25], 1)
    assert page.bars.accessibleDescription() == "Class a: +0.500."
    QTest.keyClick(page.bars, Qt.Key.Key_Down)
    QTest.keyClick(page.bars, Qt.Key.Key_Down)
    assert page.bars.accessibleDescription() == "Class b: −0.250."
    assert not page.grab().isNull()
