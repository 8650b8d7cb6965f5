"""The timeline at the foot of the window: dragging asks for moments, and the words say where one is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap, QRegion
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnvis.panels.timeline import TimelinePanel, silhouette
from nnvis.session import Session
from nnvis.theme import ThemeSource
from nnvis.widgets.timeline_bar import TimelineBar


@pytest.fixture
def bar(qtbot: QtBot) -> TimelineBar:
    bar = TimelineBar(ThemeSource("dark"))
    qtbot.addWidget(bar)
    bar.resize(512, 38)
    bar.set_run(5, 2.5, 100)
    bar.set_moments(range(0, 101, 10), [step / 40 for step in range(0, 101, 10)])
    bar.show()
    return bar


def at(epoch: float) -> QPoint:
    return QPoint(round(6 + epoch / 5 * 500), 12)


def test_a_click_asks_for_the_nearest_moment(bar: TimelineBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.step_requested) as asked:
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=at(1.1))
    assert asked.args == [40]  # at epoch 1.0; the next one is at 1.25


def test_dragging_past_the_present_goes_live(bar: TimelineBar, qtbot: QtBot) -> None:
    asked: list[int] = []
    bar.step_requested.connect(asked.append)
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=at(0))
    QTest.mouseMove(bar, at(2.2))
    with qtbot.waitSignal(bar.live_requested):
        QTest.mouseMove(bar, at(4))
    assert asked == [0, 90]


def test_keys_walk_from_moment_to_moment(bar: TimelineBar, qtbot: QtBot) -> None:
    asked: list[int] = []
    bar.step_requested.connect(asked.append)
    bar.step_requested.connect(bar.set_shown)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Left):
        QTest.keyClick(bar, key)
    assert asked == [100, 90, 100, 0, 0]
    bar.set_shown(100)
    with qtbot.waitSignal(bar.live_requested):
        QTest.keyClick(bar, Qt.Key.Key_Right)


def test_it_says_what_is_shown(bar: TimelineBar) -> None:
    assert bar.accessibleDescription() == "100 updates of the network, live"
    bar.set_shown(30)
    assert bar.accessibleDescription() == "100 updates of the network, step 30 is shown"


def test_while_the_run_goes_on_the_numbers_below_the_track_are_left_alone(
    bar: TimelineBar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitExposed(bar):
        bar.repaint()
    painted: list[bool] = []
    monkeypatch.setattr(bar, "_paint_epochs", lambda _, with_numbers: painted.append(with_numbers))
    bar.set_run(5, 3.5, 350)
    qtbot.waitUntil(lambda: len(painted) > 0)
    assert painted == [False]
    bar.set_run(8, 3.5, 350)
    qtbot.waitUntil(lambda: len(painted) > 1)
    assert painted == [False, True]


def test_the_scrubber_leaves_nothing_behind(bar: TimelineBar, qtbot: QtBot) -> None:
    canvas = QPixmap(bar.size())
    with qtbot.waitExposed(bar):
        bar.render(canvas)
    bar.set_run(5, 4.0, 400)
    bar.render(canvas, QPoint(0, bar._top), QRegion(0, bar._top, bar.width(), 24))  # what it asks to be painted
    moved = canvas.toImage()
    bar.render(canvas)
    assert moved == canvas.toImage()


def test_the_silhouette_is_bounded_and_falls_with_the_loss() -> None:
    heights = silhouette(np.geomspace(2.3, 0.01, 10_000))
    assert len(heights) == 240
    assert heights.min() > 0
    assert heights.max() <= 1
    assert (np.diff(heights) < 0).mean() > 0.95
    assert len(silhouette(np.array([1.0]))) == 0
    assert np.isfinite(silhouette(np.array([2.0, np.nan, np.inf, 1.0]))).all()


def test_the_panel_follows_the_run_and_leads_into_its_past(session: Session, qtbot: QtBot) -> None:
    panel = TimelinePanel(session, ThemeSource("light"))
    qtbot.addWidget(panel)
    panel.resize(1366, 48)
    panel.show()
    assert not panel.bar.isVisible()
    assert not panel._branch.isVisible()
    for step in (1, 2, 3):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: session.history.step == step)
    qtbot.waitUntil(lambda: panel._kept.text() == "4 moments kept")
    assert panel.bar.isVisible()
    assert panel._live.isVisible()
    assert not panel._branch.isEnabled()
    QTest.keyClick(panel.bar, Qt.Key.Key_Home)
    assert session.shown_step == 0
    assert panel._back.isVisible()
    assert panel._branch.isEnabled()
    QTest.mouseClick(panel._back, Qt.MouseButton.LeftButton)
    assert session.is_live
    QTest.keyClick(panel.bar, Qt.Key.Key_Home)
    with qtbot.waitSignal(session.history_cleared):
        QTest.mouseClick(panel._branch, Qt.MouseButton.LeftButton)
    assert session.history.step == 0
