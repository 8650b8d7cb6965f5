"""The track of a deep network folds; whatever is on it keeps its place, can be read where the walk is, and clicked."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.layers import Dense, Dropout, Flatten
from core.layers.base import Layer
from nnvis.microscope.stops import stops_of
from nnvis.microscope.track import Track, track_of
from nnvis.theme import ThemeSource
from nnvis.widgets.microscope.step_track import StepTrack
from nnvis.widgets.microscope.track_places import DOT, SIDE, TrackPlaces
from tests.nnvis.microscope.stacks import head, traced


def track(depth: int) -> Track:
    hidden: list[Layer] = [Dense(4, activation="tanh") for _ in range(depth)]
    trace = traced([Flatten(), *hidden, Dropout(0.1), head()])
    return track_of(trace, stops_of(trace), 0)


def places(depth: int, here: int, width: float = 1286.0) -> TrackPlaces:
    return TrackPlaces(track(depth), width, 92.0, 21.0, 15.0, here)


def test_a_few_layers_are_all_open(qapp: QApplication) -> None:
    made = places(2, 3)
    assert list(made.tiles) == [0, 1, 2, 3]
    assert made.stacks == ()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_of_many_the_one_in_sight_and_its_neighbours_are_open(qapp: QApplication, share: float) -> None:
    wanted = track(14)
    here = round(share * (len(wanted.chips) - 1))
    made = TrackPlaces(wanted, 1286.0, 92.0, 21.0, 15.0, here)
    assert len(made.open_tiles) == 3
    tile = wanted.chips[here].tile
    assert tile is None or tile in made.tiles
    folded = sum(stack.last - stack.first + 1 for stack, _ in made.stacks)
    assert folded + len(made.tiles) == len(wanted.tiles)
    spans = sorted([*made.tiles.values(), *(rect for _, rect in made.stacks)], key=lambda rect: rect.left())
    assert all(left.right() < right.left() for left, right in pairwise(spans))
    assert made.chips[here].width() > DOT  # the stop of the walk has its symbol
    assert all(SIDE - 4 <= rect.left() and rect.right() <= 1286 for rect in made.chips)
    back = sorted((made.chips[chip.number] for chip in wanted.chips if chip.is_backward), key=lambda rect: rect.left())
    assert all(left.right() <= right.left() + 0.01 for left, right in pairwise(back))


def test_every_chip_is_found_where_it_is(qapp: QApplication) -> None:
    made = places(14, 20)
    for chip, rect in zip(made.track.chips, made.chips, strict=True):
        assert made.number_at(rect.center(), 3.0) == chip.number


def test_a_stack_opens_on_a_click_and_the_walk_brings_its_own_layers_back(
    qtbot: QtBot, theme_source: ThemeSource
) -> None:
    widget = StepTrack(theme_source)
    qtbot.addWidget(widget)
    widget.resize(1286, 92)
    wanted = track(14)
    widget.show_track(wanted, {})
    widget.set_here(2)
    with qtbot.waitExposed(widget):
        widget.show()
    assert list(widget.places.tiles) == [0, 1, 2]
    (stack, rect) = widget.places.stacks[0]
    assert stack.words == "13 layers"
    QTest.mouseMove(widget, rect.center().toPoint() + QPoint(1, 0))
    assert "Click to open" in widget.toolTip()
    with qtbot.assertNotEmitted(widget.stop_requested):
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    assert list(widget.places.tiles) == [3, 4, 5]
    assert not widget.grab().isNull()
    widget.set_here(3)
    assert list(widget.places.tiles) == [0, 1, 2]
