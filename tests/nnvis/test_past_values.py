"""Gradients, activations and deltas over the run: measured beside the window, at the moments that are kept."""

import numpy as np
import pytest

from nnvis.panels.learn import LearnPanel
from nnvis.past_values import PAST_VALUES, sampled
from nnvis.session import RunState


@pytest.fixture
def panel(qtbot, session, theme_source) -> LearnPanel:
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 820)
    panel.show()
    return panel


def test_a_sample_is_bounded_leaves_zeros_out_and_favours_no_column():
    values = np.tile(np.array([0.0, 1.0, 2.0, 3.0], np.float32), (20_000, 1))
    seen = sampled(values)
    assert 0 < len(seen) <= PAST_VALUES
    assert set(np.unique(seen)) == {1.0, 2.0, 3.0}
    assert len(sampled(np.zeros((3, 4), np.float32))) == 0


@pytest.mark.parametrize("kind", ["dW", "db", "a", "δ"])
def test_each_kind_gets_a_ridge_of_the_run(qtbot, panel, session, kind):
    session.set_training(session.project.training.replace(epochs=2))
    qtbot.waitUntil(lambda: session.history.planned_epochs == 2)
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None)
    panel.distributions.arrays_switch.set_current(kind)
    panel.distributions.arrays_switch.changed.emit(kind)
    column = panel.distributions.columns[0]
    wanted = len(panel.layers._past_moments(session.shown_step))
    assert wanted >= 2
    qtbot.waitUntil(lambda: len(column.ridge.past) == wanted, timeout=10_000)
    assert column.ridge.isVisible()
    # What stands at the start is what the untrained network gives, counted over the same axis.
    start = session.measure(kind, at_start=True).values["dense"]
    shown = start[start != 0]
    edges = column.histogram.now.edges
    expected = np.histogram(sampled(start), edges)[0] * (10_000 / len(sampled(start)))
    assert len(shown)
    row = column.ridge.past[0]
    assert row.step == 0
    assert np.abs(row.counts - expected).sum() <= 0.02 * 10_000
    # Looking back takes the ridge along.
    session.look_back(10)
    qtbot.waitUntil(lambda: column.ridge.now.step == session.shown_step)
    assert all(each.step < session.shown_step for each in column.ridge.past)
