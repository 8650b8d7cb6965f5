"""The ridge shows the real weights of past moments, keeps its lines while a run grows, and paints the past once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnvis.panels.learn import LearnPanel
from nnvis.session import RunState
from nnvis.theme import COMPACT
from nnvis.widgets.ridge import Ridge, RidgeRow, ridge_steps


@given(st.integers(1, 100_000), st.integers(4, 24))
def test_steps_are_even_and_few_and_most_stay_when_the_run_grows(step, rows):
    steps = ridge_steps(step, rows)
    assert steps[0] == 0
    assert steps[-1] < step
    assert min(step, rows // 2) <= len(steps) <= rows
    assert len(set(np.diff(steps))) <= 1
    assert set(ridge_steps(step + 1, rows)) <= {*steps, step}


def row(step: int, middle: int = 30) -> RidgeRow:
    counts = np.zeros(61, np.intp)
    counts[middle - 5 : middle + 6] = 100
    return RidgeRow(step, step / 100, counts)


@pytest.fixture
def ridge(qtbot, theme_source) -> Ridge:
    ridge = Ridge(theme_source)
    qtbot.addWidget(ridge)
    ridge.resize(200, 160)
    ridge.show()
    return ridge


def test_old_lines_are_faint_and_the_newest_is_in_full_colour(ridge, theme_source):
    def columns_of(name: str) -> set[int]:
        image = ridge.grab().toImage()
        return {x for x in range(160) for y in range(image.height()) if image.pixelColor(x, y).name() == name}

    past = [row(0, 10), row(100, 10), row(200, 10)]
    for mode in ("dark", "light"):
        theme_source.set_mode(mode)
        ridge.show_rows(past, row(300, 50), 0.5)
        peak = columns_of(theme_source.theme.distribution.lower())
        assert peak  # its top is a straight line in the series' own colour
        assert min(peak) > 160 * 0.6
    assert ridge.accessibleDescription() == "From step 0 to step 300, 4 moments."


def test_the_past_is_painted_once(ridge, monkeypatch):
    painted = []
    paint_row = Ridge._paint_row
    monkeypatch.setattr(Ridge, "_paint_row", lambda self, painter, *rest: (
        painted.append(rest[0].step), paint_row(self, painter, *rest)))
    past = [row(0), row(100)]
    ridge.show_rows(past, row(150), 0.5)
    ridge.grab()
    assert painted == [0, 100, 150]
    painted.clear()
    ridge.show_rows(past, row(160), 0.5)
    ridge.grab()
    assert painted == [160]
    ridge.show_rows([*past, row(160)], row(170), 0.5)
    painted.clear()
    ridge.grab()
    assert painted == [0, 100, 160, 170]


def test_on_the_page_it_holds_the_weights_of_the_timeline(qtbot, session, theme_source):
    theme_source.set_metrics(COMPACT)
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1000, 700)
    panel.show()
    column = panel.distributions.columns[1]
    assert column.ridge.isHidden()
    for count in range(1, 9):
        session.step_batch()
        qtbot.waitUntil(lambda count=count: len(session.history) == count and session.state is RunState.PAUSED)
    ridge = column.ridge
    qtbot.waitUntil(lambda: ridge.now is not None and ridge.now.step == 8)
    assert ridge.isVisible()
    assert [past.step for past in ridge.past] == list(range(8))
    moment = session.timeline.nearest(3)
    values = moment.parameters[column.view.start : column.view.stop]
    edges = column.histogram.now.edges
    assert np.abs(ridge.past[3].counts - np.histogram(values, edges)[0]).sum() <= 4
    session.look_back(5)
    assert [past.step for past in ridge.past] == list(range(5))
    assert ridge.now.step == 5
    session.reset()
    qtbot.waitUntil(lambda: len(session.history) == 0)
    assert panel.distributions.columns[1].ridge.isHidden()
