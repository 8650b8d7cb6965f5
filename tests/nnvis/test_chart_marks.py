"""What stands on a chart beside its lines: changes in mid-run, the best point, the learning rate, the smoothing."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from core.schedules import Constant, CosineDecay
from nnvis.panels.learn import LearnPanel
from nnvis.session import RunState
from nnvis.widgets.chart import LineChart
from nnvis.widgets.chart_marks import STRIP, STRIP_GAP, Mark, best_place, best_words
from nnvis.widgets.chart_measure import AccuracyMeasure, LossMeasure


@pytest.fixture
def chart(qtbot, theme_source) -> LineChart:
    chart = LineChart(theme_source, LossMeasure())
    qtbot.addWidget(chart)
    chart.resize(500, 240)
    chart.show()
    epochs = np.arange(1, 401) / 100
    chart.run.set_batches(epochs, np.exp(-epochs))
    chart.run.set_validation(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([2.3, 0.5, 0.2, 0.3, 0.4]))
    chart.refresh()
    return chart


def columns_of(chart: LineChart, color: str) -> set[int]:
    image, area = chart.grab().toImage(), chart.area()
    middle = round(area.center().y())
    wanted = [x for x in range(image.width()) if image.pixelColor(x, middle).name() == color.lower()]
    return {x for x in wanted if area.left() <= x <= area.right()}


def test_a_mark_is_a_line_at_its_moment_and_says_what_changed(chart):
    mark = Mark(2.5, "learning rate 0.01 → 0.001 at step 250")
    before = columns_of(chart, chart.theme.text_3)
    chart.set_marks((mark,))
    chart.refresh()
    fresh = columns_of(chart, chart.theme.text_3) - before
    assert any(abs(x - chart.x_pixel(2.5)) <= 1 for x in fresh)
    chart.set_hover(2.5 + 2 / chart.area().width())
    assert chart.mark_pointed_at is mark
    chart.set_hover(1.0)
    assert chart.mark_pointed_at is None
    chart.clear_run()
    assert chart.marks == ()


def test_the_best_point_is_the_lowest_loss_and_the_highest_accuracy():
    values = np.array([0.5, 0.2, math.nan, 0.3])
    assert best_place(values, LossMeasure().low_is_best) == 1
    assert best_place(values, AccuracyMeasure().low_is_best) == 0
    assert best_place(values[:2], True) is None
    assert best_place(np.full(5, math.nan), True) is None


def test_the_best_value_is_written_where_no_line_runs(qtbot, theme_source):
    for measure, trained, measured in (
        (LossMeasure(), 0.2, [2.3, 0.3, 0.29, 0.3, 0.3]),
        (AccuracyMeasure(), 0.97, [0.1, 0.95, 0.96, 0.95, 0.95]),
    ):
        chart = LineChart(theme_source, measure)
        qtbot.addWidget(chart)
        chart.resize(500, 240)
        epochs = np.arange(1, 401) / 100
        chart.run.set_validation(np.arange(5.0), np.array(measured))
        chart.set_log(False)
        for level in (trained, 1 - trained if measure.can_log else trained):
            chart.run.set_batches(epochs, np.full(400, level))
            chart.refresh()
            at = QPointF(chart.x_pixel(2.0), chart.y_pixel(measured[2]))
            place = QRectF(*best_words(chart, at, 60.0))
            assert chart.area().contains(place)
            assert abs(place.center().y() - at.y()) < 50
            lines = [y[(x > place.left()) & (x < place.right())] for x, y in chart.lines_in_pixels()]
            assert not any(((place.top() < y) & (y < place.bottom())).any() for y in lines)


def test_while_the_past_is_shown_its_moment_is_marked_and_what_came_after_is_veiled(chart):
    def tints(epoch: float) -> set[str]:
        image, x = chart.grab().toImage(), round(chart.x_pixel(epoch))
        rows = range(round(chart.area().top()), round(chart.area().bottom()))
        return {image.pixelColor(column, y).name() for column in (x, x + 1) for y in rows}

    accent, train = chart.theme.accent.lower(), chart.theme.train.lower()
    assert accent not in tints(2.0)
    assert train in tints(3.5)
    chart.set_moment(2.0)
    chart.refresh()
    assert accent in tints(2.0)
    assert train in tints(1.5)
    assert train not in tints(3.5)
    assert chart.moment_reading == chart.run.reading_at(2.0)
    chart.set_moment(None)
    chart.refresh()
    assert accent not in tints(2.0)
    assert train in tints(3.5)


def test_a_strip_below_shows_the_learning_rate_and_takes_its_room_from_the_plot(chart):
    height = chart.area().height()
    chart.set_rates(np.linspace(0.01, 0.0001, 400))
    chart.refresh()
    assert chart.area().height() == height - STRIP - STRIP_GAP
    chart.grab()
    chart.set_rates(None)
    assert chart.area().height() == height


def test_smoothing_changes_the_mean_and_leaves_the_raw_batches(chart):
    raw = chart._raw.getData()[1].copy()
    assert chart.run.reading_at().window == 100
    chart.set_smoothing(1)
    np.testing.assert_array_equal(chart._raw.getData()[1], raw)
    assert chart.run.reading_at().train == chart.run.series.values[-1]
    chart.set_smoothing(20)
    assert chart.run.reading_at().train == pytest.approx(chart.run.series.values[-20:].mean())
    assert "train_loss_mean_of_20" in chart.run.columns()


def test_the_page_smooths_with_s_and_shows_rates_where_they_vary(qtbot, session, theme_source):
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 820)
    panel.show()
    panel.activateWindow()
    session.set_schedule(CosineDecay())
    qtbot.waitUntil(lambda: session.running_project == session.project)
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1 and session.state is RunState.PAUSED)
    assert panel.loss_card.chart.rates is not None
    qtbot.waitUntil(panel.isActiveWindow)
    panel.setFocus()
    for window in (500, 1, 20, 100):
        QTest.keyClick(panel, Qt.Key.Key_S)
        assert panel.curves.smoothing == window
        assert panel.accuracy_card.chart.run.series.window == window
    session.set_optimizer(session.project.optimizer.replace(learning_rate=0.02))
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 2)
    (mark,) = panel.loss_card.chart.marks
    assert "→ 0.02 at step 1" in mark.words
    session.set_schedule(Constant())
    session.reset()
    qtbot.waitUntil(lambda: session.history.step == 0)
    assert panel.loss_card.chart.rates is None
