"""Draw where it is wide: the same pages as in the dock, side by side, with the network between them."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnvis.draw_pages.why import WhyPage
from nnvis.panels.draw import DrawPanel
from nnvis.session import RunState, Session
from nnvis.theme import COMPACT, REGULAR, ThemeSource


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> DrawPanel:
    theme_source.set_metrics(COMPACT)
    made = DrawPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(1280, 732)
    with qtbot.waitExposed(made):
        made.show()
    return made


def draw_line(panel: DrawPanel) -> None:
    side = panel.canvas.width()
    QTest.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(side // 2, side // 5))
    for step in range(2, 9):
        QTest.mouseMove(panel.canvas, QPoint(side // 2, side * step // 10))
    QTest.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(side // 2, side * 8 // 10))


def test_everything_is_in_sight_at_once(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    assert panel.is_wide
    assert panel.columns is not None
    draw_line(panel)
    digit, strip = panel.findChild(QLabel, "predictedDigit"), panel.pages["answer"].history.strip
    qtbot.waitUntil(lambda: digit.text() != "" and strip.moments > 0)
    qtbot.waitUntil(lambda: len(panel.findChild(WhyPage).nearest.names) == 6)
    panel.pages["teach"].keys.setFocus()
    QTest.keyClick(panel.pages["teach"].keys, Qt.Key.Key_1)
    bars = panel.pages["teach"].bars
    qtbot.waitUntil(lambda: bars.values is not None)
    assert bars.values[1] < 0
    answer = session.answer
    assert answer is not None
    shown = panel.columns.diagram.diagram
    qtbot.waitUntil(lambda: np.allclose(shown.diagram.columns[-1].values, answer.probabilities))
    others = [page for name, page in panel.pages.items() if name != "answer"]  # that one is covered by its bars
    for part in (panel.canvas, strip, bars, digit, shown, panel.pages["answer"].bars, *others):
        assert part.visibleRegion().boundingRect() == part.rect(), part
    assert panel.canvas.width() >= 340


@pytest.mark.parametrize(("metrics", "width", "height"), [(COMPACT, 960, 640), (COMPACT, 1280, 732),
                                                           (REGULAR, 1536, 830), (REGULAR, 1900, 1000)])
def test_columns_keep_their_widths_and_nothing_is_cut(
        qtbot: QtBot, panel: DrawPanel, theme_source: ThemeSource, metrics, width: int, height: int) -> None:
    theme_source.set_metrics(metrics)
    panel.resize(width, height)
    columns = panel.columns
    qtbot.waitUntil(lambda: columns.width() == width and columns.diagram.width() >= 340)
    if width >= 1280:
        assert columns.diagram.width() == width - 400 - 324
    QTest.mouseClick(columns.diagram.face.part("backward"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: columns.diagram.label.isVisible())
    for inner in (columns.left.widget(), columns.diagram, columns.right.widget()):
        for child in inner.findChildren(QWidget):
            if child.isVisible():
                assert child.mapTo(inner, QPoint(0, 0)).x() >= 0
                assert child.mapTo(inner, child.rect().topRight()).x() < inner.width(), child
    assert 240 <= panel.canvas.width() <= 360


def test_narrow_again_it_is_the_dock(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_line(panel)
    qtbot.waitUntil(lambda: session.answer is not None)
    strokes = panel.canvas.strokes
    why, strip = panel.pages["why"], panel.pages["answer"].history.strip
    for _ in range(2):
        panel.resize(REGULAR.right_dock, 860)
        qtbot.waitUntil(lambda: not panel.is_wide and panel.canvas.width() <= REGULAR.right_dock)
        assert [page.isVisible() for page in panel.pages.values()] == [True, False, False, False]
        assert strip.isVisible()
        qtbot.waitUntil(lambda: strip.mapTo(panel, QPoint(0, 0)).y() > panel.canvas.height())
        assert panel.findChild(QWidget, "netPicture").isVisible()
        panel.chooser.set_current("why")
        assert why.nearest.isVisible()
        assert why.overlay.isChecked()
        panel.chooser.set_current("answer")
        panel.resize(1280, 732)
        qtbot.waitUntil(lambda: panel.is_wide and all(page.isVisible() for page in panel.pages.values()))
        assert not why.overlay.isChecked()
        assert not panel.findChild(QWidget, "netPicture").isVisible()
    assert panel.canvas.strokes == strokes


def test_a_unit_takes_the_place_of_the_history_while_it_is_pointed_at(qtbot: QtBot, panel: DrawPanel) -> None:
    draw_line(panel)
    card, strip = panel.columns.diagram, panel.pages["answer"].history.strip
    qtbot.waitUntil(lambda: card.diagram.diagram is not None and strip.isVisible())
    height = card.height()
    QTest.mouseMove(card.diagram, card.diagram.place_of(1, 5).center().toPoint())
    qtbot.waitUntil(lambda: "unit 5" in card.unit.accessibleDescription() and card.unit.isVisible())
    assert not strip.isVisible()
    assert card.height() == height
    panel.resize(1280, 940)  # there is room for both
    qtbot.waitUntil(lambda: strip.isVisible() and card.unit.isVisible())


def test_the_past_is_complete_once_training_rests(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_line(panel)
    strip = panel.pages["answer"].history.strip
    session.set_training(session.project.training.replace(epochs=3))
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=20_000)
    assert session.timeline is not None
    qtbot.waitUntil(lambda: strip.moments == min(100, len(session.timeline.steps)))


def test_the_diagram_gives_way_to_the_pen(panel: DrawPanel) -> None:
    middle = panel.canvas.rect().center()
    QTest.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert panel.columns.diagram.gives_way
    QTest.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert not panel.columns.diagram.gives_way
