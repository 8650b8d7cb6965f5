"""A field that is turned with the wheel stays under the mouse, whatever the panel has to say about its new value."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from core.layers import Dense, Flatten
from nnvis.panels.network import NetworkPanel
from nnvis.session import Session
from nnvis.theme import COMPACT, ThemeSource
from nnvis.widgets.layer_list import LayerList

NOTCHES = 105


@pytest.fixture
def window(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[QMainWindow]:
    theme_source.set_metrics(COMPACT)
    window = QMainWindow()
    panel = NetworkPanel(session, theme_source)
    window.setCentralWidget(panel)
    window.statusBar().addWidget(panel.tools)  # as in the head of the dock: not over the panel
    qtbot.addWidget(window)
    window.resize(256, 560)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    session.shutdown()


def turn_one_notch(window: QWidget, up: bool) -> None:
    """A notch of the wheel where the mouse is, over whatever is there by now."""
    place = QCursor.pos()
    widget = window.childAt(window.mapFromGlobal(place))
    while widget is not None:  # Qt hands only its own events on to what is below
        event = QWheelEvent(
            QPointF(widget.mapFromGlobal(place)), QPointF(place), QPoint(), QPoint(0, 120 if up else -120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        event.ignore()
        QApplication.sendEvent(widget, event)
        widget = None if event.isAccepted() else widget.parentWidget()
    QApplication.processEvents()


def click_units(qtbot: QtBot, window: QWidget, session: Session, layer: int) -> QWidget:
    """Open a card, take the mouse to its Units and click there."""
    cards = window.findChild(LayerList)
    assert isinstance(cards, LayerList)
    cards.open_layer(layer)
    session.select_layer(layer)
    body = cards.bodies.body(layer + 1)
    assert body is not None
    field = body.findChild(QWidget, "unitsField")
    assert field is not None
    panel = window.centralWidget()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: field.visibleRegion().boundingRect() == field.rect())
    places = []

    def rests() -> bool:
        places.append(field.mapTo(panel, QPoint()))
        return len(places) > 5 and len(set(places[-5:])) == 1

    qtbot.waitUntil(rests)
    place = field.mapTo(window, QPoint(20, 14))
    QCursor.setPos(window.mapToGlobal(place))
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(20, 14))
    assert field.hasFocus()
    return field


def turn(qtbot: QtBot, window: QWidget, session: Session, layer: int, notches: int) -> None:
    """Every notch counts, though the window gets time to move between them."""
    first = session.project.layers[layer].values()["units"]
    up = notches > 0
    for notch in range(1, abs(notches) + 1):
        turn_one_notch(window, up)
        units = session.project.layers[layer].values()["units"]
        assert units == first + (notch if up else -notch), f"after {notch} notches"


def test_the_last_layer_is_turned_through_all_that_is_said_of_its_units(
    qtbot: QtBot, session: Session, window: QMainWindow
) -> None:
    session.set_layers([Flatten(), Dense(units=64, activation="relu"), Dense(units=5, activation="relu")])
    click_units(qtbot, window, session, 2)
    turn(qtbot, window, session, 2, NOTCHES)  # 10 units are right, 100 need another line
    turn(qtbot, window, session, 2, -NOTCHES)


def test_a_field_stays_where_it_is_when_the_panel_says_above_it_that_the_old_stack_runs_on(
    qtbot: QtBot, session: Session, window: QMainWindow
) -> None:
    session.set_training(session.project.training.replace(epochs=200))
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    session.pause()
    click_units(qtbot, window, session, 1)
    turn(qtbot, window, session, 1, NOTCHES)
    turn(qtbot, window, session, 1, -NOTCHES)  # at its old width nothing is to be said any more
