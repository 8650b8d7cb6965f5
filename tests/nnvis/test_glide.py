"""Markers glide, briefly and at little cost; with reduced motion they jump. The timeline has marks and keys."""

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from nnvis.session import RunState
from nnvis.widgets.glide import STEPS, Glide
from nnvis.widgets.health_row import HealthRow, gauge_place
from nnvis.widgets.health_table import HealthTable
from nnvis.widgets.timeline_bar import TimelineBar


def test_places_are_reached_in_even_steps(qtbot, theme_source):
    owner = QWidget()
    qtbot.addWidget(owner)
    glide = Glide(theme_source, owner)
    glide.go([0.2, 0.5])
    assert glide.places == [0.2, 0.5]  # the first time they are simply there
    glide.go([0.8, 0.5])
    seen = [glide.places[0]]
    glide.moved.connect(lambda: seen.append(glide.places[0]))
    qtbot.waitUntil(lambda: not glide.is_gliding)
    np.testing.assert_allclose(seen, np.linspace(0.2, 0.8, STEPS + 1))
    glide.go([0.8001, 0.5])
    assert not glide.is_gliding  # nobody would see it
    theme_source.set_reduced_motion(True)
    glide.go([0.1, 0.1])
    assert glide.places == [0.1, 0.1]
    assert not glide.is_gliding


def row(ratio: float) -> HealthRow:
    return HealthRow("Dense 10", ratio, np.array([ratio]), np.array([0.4, 0.3]))


def test_the_gauge_moves_between_two_measurements_and_only_it_is_painted(qtbot, theme_source):
    table = HealthTable(theme_source)
    qtbot.addWidget(table)
    table.resize(500, 200)
    table.set_rows((row(1e-4),))
    table.show()
    qtbot.waitExposed(table)
    table.set_rows((row(1e-2),))
    table.grab()
    before = table.painted_seconds
    painted = []
    original = table._paint_heads
    table._paint_heads = lambda *given: painted.append(1) or original(*given)
    qtbot.waitUntil(lambda: not table._glide.is_gliding)
    qtbot.waitUntil(lambda: table.painted_seconds > before)
    assert table._glide.places == pytest.approx([gauge_place(1e-2)])
    assert len(painted) <= 1  # at most the frame that was due anyway


def test_marks_on_the_timeline(qtbot, theme_source):
    bar = TimelineBar(theme_source)
    qtbot.addWidget(bar)
    bar.resize(400, 40)
    bar.set_run(4, 2.0, 100)
    bar.show()
    before = bar.grab().toImage()
    bar.set_marks([1.0])
    assert bar.grab().toImage() != before


def test_one_walks_from_moment_to_moment(qtbot, session):
    for step in (1, 2, 3):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: session.history.step == step and session.state is RunState.PAUSED)
    session.look_earlier()
    assert session.shown_step == 2
    session.look_earlier()
    session.look_earlier()
    session.look_earlier()
    assert session.shown_step == 0
    session.look_later()
    assert session.shown_step == 1
    for _ in range(4):
        session.look_later()
    assert session.is_live
