"""The page Diagram with a real session: lit by the drawing, alive while it learns, and readable unit by unit."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from nnvis.panels.diagram import DiagramPanel
from nnvis.session import RunState, Session
from nnvis.theme import COMPACT, LARGE, REGULAR, ThemeSource

CNN = (Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(10, activation="softmax"))


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> DiagramPanel:
    made = DiagramPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(838, 592)
    with qtbot.waitExposed(made):
        made.show()
    return made


def said(panel: DiagramPanel) -> str:
    return panel.card.unit.accessibleDescription()


def point_at(panel: DiagramPanel, column: int, place: int) -> None:
    QTest.mouseMove(panel.card.diagram, panel.card.diagram.place_of(column, place).center().toPoint())


def test_without_a_drawing_a_test_image_lights_it(panel: DiagramPanel, session: Session) -> None:
    diagram = panel.card.diagram.diagram
    assert diagram is not None
    np.testing.assert_allclose(diagram.columns[0].values[0], session.dataset.x_test[0, ..., 0] / 255, atol=1e-6)
    assert "no drawing yet: the first test image, label 7" in panel.card.accessibleDescription()


def test_it_shows_what_the_network_says_to_the_drawing(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    session.set_drawing(session.dataset.x_test[3, ..., 0])
    qtbot.waitUntil(lambda: np.array_equal(panel.card.diagram.diagram.columns[-1].values, session.answer.probabilities))
    assert panel.card.diagram.diagram.leaders == (session.answer.digit, session.answer.second)
    assert panel.card.diagram.diagram.lines == 36


def test_it_lives_while_the_network_learns(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    before = panel.card.diagram.diagram
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=20_000)
    image = session.dataset.x_test[0, ..., 0]
    qtbot.waitUntil(
        lambda: np.allclose(panel.card.diagram.diagram.columns[-1].values, session.predict(image), atol=1e-6))
    assert panel.card.diagram.diagram is not before
    session.look_back(0)
    qtbot.waitUntil(
        lambda: np.allclose(panel.card.diagram.diagram.columns[-1].values, before.columns[-1].values, atol=1e-6))


def test_hidden_it_costs_nothing(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    panel.hide()
    before = panel.card.diagram.diagram
    session.step_batch()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    assert panel.card.diagram.diagram is before
    panel.show()
    qtbot.waitUntil(lambda: panel.card.diagram.diagram is not before)


def test_a_unit_tells_its_numbers_on_hover(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    point_at(panel, 1, 17)
    qtbot.waitUntil(lambda: "Dense 128 · unit 17" in said(panel))
    facts = panel.card.diagram.diagram.facts
    assert facts is not None
    assert facts.picture.shape == (28, 28)
    assert "z = " in said(panel)
    assert "b = " in said(panel)
    assert "adds" in said(panel)
    assert set(facts.after.source.tolist()) <= {17}
    QTest.mouseMove(panel.card.diagram, panel.card.diagram.rect().bottomLeft())
    qtbot.waitUntil(lambda: "unit 17" not in said(panel))
    assert "class " in said(panel)  # the leading answer


def test_units_can_be_walked_with_the_keyboard(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    panel.card.diagram.setFocus(Qt.FocusReason.TabFocusReason)
    leader = panel.card.diagram.diagram.leaders[0]
    QTest.keyClick(panel.card.diagram, Qt.Key.Key_Up)
    assert panel.card.diagram.focus == (3, leader)
    QTest.keyClick(panel.card.diagram, Qt.Key.Key_Left)
    assert panel.card.diagram.focus[0] == 2
    QTest.keyClick(panel.card.diagram, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: f"Dense 64 · unit {panel.card.diagram.focus[1]}" in said(panel))
    QTest.keyClick(panel.card.diagram, Qt.Key.Key_Return)
    assert session.selected_layer == 2
    QTest.keyClick(panel.card.diagram, Qt.Key.Key_Escape)
    assert panel.card.diagram.focus is None


def test_a_click_selects_the_layer(panel: DiagramPanel, session: Session) -> None:
    QTest.mouseClick(panel.card.diagram, Qt.MouseButton.LeftButton,
                     pos=panel.card.diagram.place_of(1, 5).center().toPoint())
    assert session.selected_layer == 1
    QTest.mouseClick(panel.card.diagram, Qt.MouseButton.LeftButton,
                     pos=panel.card.diagram.place_of(0, 0).center().toPoint())
    assert session.selected_layer == 1  # the input is no layer


def test_layers_that_are_left_out_are_skipped(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    layers = session.project.layers
    session.set_project(replace(session.project, layers=(layers[0], layers[1].replace(enabled=False), *layers[2:])))
    qtbot.waitUntil(lambda: len(panel.card.diagram.diagram.columns) == 3)
    QTest.mouseClick(panel.card.diagram, Qt.MouseButton.LeftButton,
                     pos=panel.card.diagram.place_of(1, 0).center().toPoint())
    assert session.selected_layer == 2


def test_convolutions_show_their_maps(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    session.set_project(replace(session.project, layers=CNN))
    qtbot.waitUntil(lambda: panel.card.diagram.diagram.columns[1].kind == "maps")
    assert panel.card.diagram.diagram.columns[1].values.shape == (4, 26, 26)
    point_at(panel, 1, 2)
    qtbot.waitUntil(lambda: "Conv2D 4 · map 2" in said(panel))
    assert "on average" in said(panel)


def test_more_lines_are_one_click_away(qtbot: QtBot, panel: DiagramPanel) -> None:
    QTest.mouseClick(panel.card.lines.part("120"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.card.diagram.diagram.lines > 80)


@pytest.mark.parametrize(("metrics", "width", "height"), [
    (COMPACT, 720, 520), (COMPACT, 838, 592), (REGULAR, 1280, 880), (LARGE, 1776, 1250)])
@pytest.mark.parametrize("mode", ["dark", "light"])
def test_it_is_painted_in_every_size_and_theme(
        qtbot: QtBot, panel: DiagramPanel, theme_source: ThemeSource, metrics, width: int, height: int, mode) -> None:
    theme_source.set_mode(mode)
    theme_source.set_metrics(metrics)
    panel.resize(width, height)
    qtbot.waitUntil(lambda: panel.card.diagram.width() > width - 90)
    picture = panel.grab().toImage()
    colors = {picture.pixelColor(x, y).name() for x in range(0, width, 7) for y in range(0, height, 5)}
    assert len(colors) > 40
    for child in panel.findChildren(QWidget):
        assert child.mapTo(panel, child.rect().bottomRight()).y() <= height


def test_negative_values_have_a_scale_of_their_own(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    assert panel.card._signed_scale.isHidden()
    layers = (Flatten(), Dense(12, activation="tanh"), Dense(10, activation="softmax"))
    session.set_project(replace(session.project, layers=layers))
    qtbot.waitUntil(lambda: panel.card.diagram.diagram.columns[1].is_signed)
    assert panel.card._signed_scale.isVisible()


def test_while_it_trains_painting_takes_a_small_share_of_the_time(
        qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    session.set_training(session.project.training.replace(epochs=50))
    session.train()
    before = panel.card.budget.parts[0].draws
    qtbot.waitUntil(lambda: panel.card.budget.parts[0].draws > before + 2, timeout=10_000)
    assert panel.card.budget.share == 0.1
    session.pause()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    session.set_drawing(session.dataset.x_test[5, ..., 0])
    qtbot.waitUntil(lambda: panel.card.budget.share == 0.4)
    panel.card.gives_way = True  # a stroke is being drawn beside it
    session.set_drawing(session.dataset.x_test[6, ..., 0])
    qtbot.waitUntil(lambda: panel.card.budget.share == 0.03)


def test_the_error_flows_back_on_the_other_face(qtbot: QtBot, panel: DiagramPanel, session: Session) -> None:
    QTest.mouseClick(panel.card.face.part("backward"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.card.diagram.diagram.columns[-1].is_signed and panel.card.label.isVisible())
    assert panel.card.label.current == 7  # the first test image is one
    delta = panel.card.diagram.diagram.columns[-1].values
    assert delta[7] < 0
    assert delta.sum() == pytest.approx(0, abs=1e-5)
    panel.card.label.setFocus()
    QTest.keyClick(panel.card.label, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: panel.card.diagram.diagram.columns[-1].values[3] < 0)
    point_at(panel, 2, 5)
    qtbot.waitUntil(lambda: "Dense 64 · unit 5" in said(panel))
    assert "Σ w·δ = " in said(panel)
    assert "slope = " in said(panel)
    QTest.mouseClick(panel.card.face.part("forward"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.card.diagram.diagram.columns[-1].is_signed and not panel.card.label.isVisible())


def test_the_error_travels_once_from_the_answers_to_the_picture(
        qtbot: QtBot, panel: DiagramPanel, session: Session, theme_source: ThemeSource) -> None:
    diagram = panel.card.diagram
    theme_source.set_reduced_motion(False)
    with qtbot.waitSignal(diagram._pulse.finished):
        QTest.mouseClick(panel.card.face.part("backward"), Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: diagram._pulse.is_moving)
        assert diagram.diagram.columns[-1].is_signed, "the light is that of the error, not of the image"
        assert not diagram.grab().isNull()
    assert not diagram._pulse.is_moving
    QTest.mouseClick(panel.card.face.part("forward"), Qt.MouseButton.LeftButton)
    theme_source.set_reduced_motion(True)
    QTest.mouseClick(panel.card.face.part("backward"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.card._sends_back)
    assert not diagram._pulse.is_moving
