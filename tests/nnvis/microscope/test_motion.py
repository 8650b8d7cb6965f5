"""What moves in the Microscope does so once, ends where the reduced motion begins, and at the first touch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.layers import Dense, Flatten
from nnvis.microscope.backward_flow import flow_of
from nnvis.microscope.staging import staging
from nnvis.microscope.stops import stops_of
from nnvis.microscope.track import track_of
from nnvis.theme import ThemeSource
from nnvis.widgets.microscope.flow_view import FlowView
from nnvis.widgets.microscope.microscope_keys import MicroscopeKeys
from nnvis.widgets.microscope.stage import Stage
from nnvis.widgets.microscope.stage_motion import FILL_MS, MOVE_MS
from nnvis.widgets.microscope.step_track import StepTrack
from tests.nnvis.microscope.stacks import head, traced


@pytest.fixture
def stage(qtbot: QtBot, theme_source: ThemeSource) -> Iterator[Stage]:
    made = Stage(theme_source)
    qtbot.addWidget(made)
    made.resize(1258, 236)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.end_motion()


def show(stage: Stage, number: int) -> None:
    stops = stops_of(traced([Flatten(), Dense(5, activation="relu"), Dense(4, activation="tanh"), head()]))
    stage.show_staging(staging(stops[number], 0, stops[number - 1], True, ("0", "1", "2")), {})


def still(stage: Stage, theme_source: ThemeSource, number: int) -> QImage:
    theme_source.set_reduced_motion(True)
    show(stage, number)
    picture = stage.grab().toImage()
    theme_source.set_reduced_motion(False)
    return picture


def test_a_block_that_stays_moves_to_its_new_place_and_comes_to_rest(
    qtbot: QtBot, stage: Stage, theme_source: ThemeSource
) -> None:
    end = still(stage, theme_source, 9)
    still(stage, theme_source, 8)
    show(stage, 9)  # dZ was the result, and is a factor now
    stage.grab()
    motion = stage._motion
    assert motion.is_moving
    assert any(old != new for old, new in motion._carried)
    qtbot.waitUntil(lambda: not motion.is_moving)
    assert stage.grab().toImage() == end


def test_the_result_is_filled_row_by_row_once_its_factors_are_there(stage: Stage, theme_source: ThemeSource) -> None:
    end = still(stage, theme_source, 9)
    still(stage, theme_source, 8)
    show(stage, 9)
    stage.grab()
    motion, layout = stage._motion, stage.layout_now  # without an event loop its time stands still
    assert layout is not None
    result = layout.result
    assert result.rows > 2

    def are_there(passed: int) -> list[bool]:
        motion.setCurrentTime(passed)
        now = stage.grab().toImage()
        points = [result.cell_rect(0, row, 0).center().toPoint() for row in range(result.rows)]
        return [now.pixel(point) == end.pixel(point) for point in points]

    assert not any(are_there(MOVE_MS))
    half = are_there(MOVE_MS + FILL_MS // 2)
    assert half == [row < result.rows // 2 for row in range(result.rows)]
    assert all(are_there(MOVE_MS + FILL_MS - 1)[:-1])


def test_any_key_ends_it(qtbot: QtBot, stage: Stage, theme_source: ThemeSource) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    stage.setParent(page)
    MicroscopeKeys(page)
    page.show()
    still(stage, theme_source, 8)
    show(stage, 9)
    stage.grab()
    assert stage._motion.is_moving
    QTest.keyClick(page, Qt.Key.Key_F9)
    assert not stage._motion.is_moving
    stage.setParent(None)


def test_any_input_ends_it(stage: Stage, theme_source: ThemeSource) -> None:
    end = still(stage, theme_source, 9)
    still(stage, theme_source, 8)
    show(stage, 9)
    stage.grab()
    QTest.mouseMove(stage, QPoint(2, 2))
    QTest.mouseClick(stage, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert not stage._motion.is_moving
    assert stage.grab().toImage() == end


def test_the_same_stop_drawn_anew_does_not_move(stage: Stage, theme_source: ThemeSource) -> None:
    still(stage, theme_source, 9)
    show(stage, 9)
    stage.resize(1300, 236)
    stage.grab()
    assert not stage._motion.is_moving


def test_the_line_grows_to_the_chip(qtbot: QtBot, theme_source: ThemeSource) -> None:
    trace = traced([Flatten(), Dense(5, activation="relu"), head()])
    track = StepTrack(theme_source)
    qtbot.addWidget(track)
    track.resize(1258, 92)
    track.show_track(track_of(trace, stops_of(trace), 0), {})
    with qtbot.waitExposed(track):
        track.show()
    track.set_here(0)
    track.grab()
    track.set_here(6)
    assert track._motion.is_moving
    qtbot.waitUntil(lambda: not track._motion.is_moving)
    track.grab()
    reached = track._drawn_to
    theme_source.set_reduced_motion(True)
    track.set_here(0)
    track.set_here(6)
    track.grab()
    assert track._drawn_to == reached


def test_the_light_of_a_new_step_travels_once(qtbot: QtBot, theme_source: ThemeSource) -> None:
    flow = flow_of(traced([Flatten(), Dense(5, activation="sigmoid"), Dense(4, activation="sigmoid"), head()]), 0)
    view = FlowView(theme_source)
    qtbot.addWidget(view)
    view.resize(900, 500)
    with qtbot.waitExposed(view):
        view.show()
    view.show_flow(flow, ("0", "1", "2"))
    still = view.grab().toImage()
    view.show_flow(flow, ("0", "1", "2"), pulse=True)
    assert view._pulse.is_moving
    assert view.grab().toImage() != still
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not view._pulse.is_moving
    assert view.grab().toImage() == still
