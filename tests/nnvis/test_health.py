"""Health: measured against plain NumPy, thinned evenly, shown as it was at the step that is looked at."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent
from PySide6.QtWidgets import QApplication

from core.evaluation import evaluate
from core.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten
from core.optimizers import SGD
from core.sequential import Sequential
from core.training import BatchDone, Trainer
from nnvis.history import History, Records
from nnvis.layer_health import health_rows
from nnvis.panels.learn import LearnPanel
from nnvis.session import RunState
from nnvis.theme import COMPACT, font
from nnvis.training.beginning import LENGTH
from nnvis.training.health import INTERVAL, HealthMeter, HealthSample, LayerHealth, UnitWatch, watched_outputs
from nnvis.training.snapshot import Points, Snapshot
from nnvis.widgets.health import EASED, HEALTHY, Health
from nnvis.widgets.health_row import HealthRow, gauge_place
from nnvis.widgets.health_table import SPARK


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def built(*layers, optimizer=None) -> Sequential:
    model = Sequential(layers, seed=3)
    model.build((4, 4, 1))
    model.compile(optimizer or SGD(0.1), "sparse_categorical_crossentropy")
    return model


def trainer_of(model: Sequential) -> Trainer:
    rng = np.random.default_rng(5)
    return Trainer(model, rng.random((40, 4, 4, 1), dtype=np.float32), rng.integers(0, 3, 40), batch_size=8)


def test_one_update_is_measured_as_numpy_measures_it():
    model = built(Flatten(), Dense(6, activation="relu"), Dense(3, activation="softmax"))
    meter, events = HealthMeter(model, Clock()), trainer_of(model).run()
    next(events)
    before = model.get_weights()
    meter.before(1)
    sample = meter.after(next(events))
    after = model.get_weights()
    assert (sample.step, [layer.layer for layer in sample.layers]) == (1, ["dense", "dense_1"])
    for place, layer in enumerate(sample.layers):
        W, b = 2 * place, 2 * place + 1
        moved = np.abs(after[W] - before[W]).mean() / np.abs(before[W]).mean()
        assert layer.update_ratio == pytest.approx(moved, rel=1e-5)
        step = math.sqrt(sum(((after[index] - before[index]) ** 2).sum() for index in (W, b)))
        assert layer.gradient_norm == pytest.approx(step / 0.1, rel=1e-3)


def test_it_measures_at_most_ten_times_a_second_and_always_after_a_pause():
    model, clock = built(Flatten(), Dense(3, activation="softmax")), Clock()
    meter, events = HealthMeter(model, clock), trainer_of(model).run()
    next(events)

    def one_batch():
        meter.before(LENGTH)
        return meter.after(next(events))

    assert one_batch() is not None
    clock.now += INTERVAL / 2
    assert one_batch() is None
    clock.now += INTERVAL
    assert one_batch() is not None
    meter.resume()
    assert one_batch().step == 4


def test_in_the_beginning_it_measures_more_often():
    model = built(Flatten(), Dense(3, activation="softmax"))
    trainer = trainer_of(model)
    trainer.set_live(epochs=10)
    meter, measured = HealthMeter(model, Clock()), []
    meter.before(1)
    for event in trainer.run():
        if isinstance(event, BatchDone):
            sample = meter.after(event)
            measured += [sample.step] if sample is not None else []
            meter.before(event.step + 1)
    assert measured == [1, 2, 3, 4, 6, 8, 11, 15, 20, 26, 34, 45]


def test_weights_that_were_all_zero_are_off_the_scale():
    model = built(Flatten(), Dense(3, kernel_initializer="zeros", activation="softmax"))
    meter, events = HealthMeter(model, Clock()), trainer_of(model).run()
    next(events)
    meter.before(1)
    assert meter.after(next(events)).layers[0].update_ratio == math.inf


def test_dead_units_and_zeros_are_counted_over_all_pieces():
    model = built(Flatten(), Dense(6, activation="relu"), Dense(3, activation="softmax"))
    W, b, *rest = model.get_weights()
    W[:, 2] = 0
    b[2] = -1
    model.set_weights([W, b, *rest])
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(600, 4, 4, 1)).astype(np.float32), rng.integers(0, 3, 600)
    watch = UnitWatch(model)
    evaluate(model, x, y, observe=watch.look)
    (count,) = watch.take()
    Y = np.maximum(x.reshape(600, 16) @ W + b, 0)
    assert (count.layer, count.stuck, count.units) == ("dense", 1, 6)
    assert count.flat == pytest.approx((Y == 0).mean(), abs=1e-3)
    assert watch.take() == ()


def test_a_filter_is_dead_only_when_it_is_zero_everywhere():
    model = built(Conv2D(3, 3, activation="relu"), Flatten(), Dense(3, activation="softmax"))
    W, b, *rest = model.get_weights()
    W[..., 1] = 0
    b[:] = (0, -1, 0)
    model.set_weights([W, b, *rest])
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(300, 4, 4, 1)).astype(np.float32), rng.integers(0, 3, 300)
    watch = UnitWatch(model)
    zeros = []
    evaluate(model, x, y, observe=lambda: (watch.look(), zeros.append(model.layers[0].Y == 0)))
    zeros = np.concatenate([each.copy() for each in zeros])
    (count,) = watch.take()
    assert (count.stuck, count.units) == (1, 3)
    assert count.flat == pytest.approx(zeros.mean())


@pytest.mark.parametrize("kind", ["sigmoid", "tanh"])
def test_saturated_units_are_counted_where_the_slope_is_a_twentieth_of_the_steepest(kind):
    model = built(Flatten(), Dense(6, activation=kind), Dense(3, activation="sigmoid"))
    W, b, *rest = model.get_weights()
    W *= 3
    W[:, 2], b[2] = 0, -20
    W[:, 4], b[4] = 0, 20
    model.set_weights([W, b, *rest])
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(600, 4, 4, 1)).astype(np.float32), rng.integers(0, 3, 600)
    watch = UnitWatch(model)
    evaluate(model, x, y, observe=watch.look)
    (count,) = watch.take()  # the sigmoid that answers is not watched
    Z = x.reshape(600, 16) @ W + b
    slope = 4 * np.exp(-np.abs(Z)) / (1 + np.exp(-np.abs(Z))) ** 2 if kind == "sigmoid" else 1 / np.cosh(Z) ** 2
    assert (count.layer, count.stuck, count.units, count.saturates) == ("dense", 2, 6, True)
    assert 0.35 < count.flat < 0.95
    assert count.flat == pytest.approx((slope < 1 / 20).mean(), abs=0.01)


def test_the_table_says_whether_units_are_dead_or_saturated(card):
    relu, tanh = row(1e-3, stuck=1, units=8, flat=0.5), row(1e-3, stuck=2, units=8, flat=0.1, saturates=True)
    for rows, word, why in (
        ([relu, row(1e-3)], "dead", "no gradient reaches them any more"),
        ([tanh], "saturated", "at an end of sigmoid or tanh"),
        ([relu, tanh], "stuck", "dead (relu) or saturated (sigmoid, tanh)"),
    ):
        card.show_rows(rows, 5000)
        assert card.table._stuck.stuck == word
        card.table.setToolTip("")
        left, width = card.table.columns["stuck"]
        for at in (QPointF(2, 2), QPointF(left + width / 2, 30)):
            move = QMouseEvent(QEvent.Type.MouseMove, at, card.table.mapToGlobal(at), Qt.MouseButton.NoButton,
                               Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)  # fmt: skip
            QApplication.sendEvent(card.table, move)
        assert why in card.table.toolTip()
    assert tanh.sentence.endswith("2 of 8 units saturated, 10 % at the ends")


def test_relu_as_a_layer_of_its_own_speaks_for_the_layer_below():
    model = built(
        Conv2D(4, 3), BatchNormalization(), Activation("relu"), Dropout(0.2), Flatten(), Dense(5, activation="tanh"),
        Dense(3, activation="relu"),
    )  # fmt: skip
    assert [(name, layer.name, kind) for name, layer, kind in watched_outputs(model)] == [
        ("batch_normalization", "activation", "relu"), ("dense", "dense", "tanh"), ("dense_1", "dense_1", "relu"),
    ]  # fmt: skip


@dataclass(frozen=True)
class Found:
    step: int


def test_records_are_thinned_evenly_and_the_latest_is_always_there():
    records: Records[Found] = Records(most=8)
    for step in range(1, 102):
        records.extend([Found(step)])
        steps = [found.step for found in records.until(step)]
        assert (steps[0], steps[-1]) == (1, step)
        assert len(steps) <= 9
        assert len(set(np.diff(steps[:-1]))) <= 1
    assert records.until(0) == []
    assert all(found.step <= 50 for found in records.until(50))


def row(ratio: float, title: str = "Dense 4", **more) -> HealthRow:
    return HealthRow(title, ratio, np.full(5, ratio), np.array([0.9, 0.4]), **more)


@pytest.mark.parametrize(
    ("ratio", "place"), [(1e-5, 0.0), (1e-3, 0.5), (1e-1, 1.0), (0.0, 0.0), (5.0, 1.0), (math.inf, 1.0), (math.nan, 0)]
)
def test_the_gauge_is_logarithmic(ratio, place):
    assert gauge_place(ratio) == pytest.approx(place)


@pytest.fixture
def card(qtbot, theme_source) -> Health:
    card = Health(theme_source)
    qtbot.addWidget(card)
    card.resize(526, 312)
    card.show()
    return card


def test_the_chip_says_healthy_only_when_every_layer_is(card):
    card.show_rows([row(1e-3), row(2e-3)], 5000)
    assert card.chip.isVisible()
    assert card.chip.text == HEALTHY
    card.show_rows([row(1e-3), row(2e-2)], 5000)
    assert not card.chip.isVisible()


def test_off_the_scale_is_an_arrow_in_the_colour_of_errors(card, theme_source):
    def bad_pixels() -> int:
        image = card.table.grab().toImage()
        bad = theme_source.theme.bad.lower()
        return sum(
            image.pixelColor(x, y).name() == bad for x in range(image.width()) for y in range(image.height())
        )

    card.show_rows([row(1e-3)], 0)
    assert bad_pixels() == 0
    card.show_rows([row(0.5)], 0)
    assert bad_pixels() > 30
    theme_source.set_mode("light")
    assert bad_pixels() > 30


def test_small_updates_are_no_alarm_where_the_schedule_wants_them(card, theme_source):
    eased = row(1e-8, is_eased=True)
    assert eased.is_off_scale
    assert not eased.is_alarming
    assert row(1e-8).is_alarming
    assert row(0.5, is_eased=True).is_alarming  # too large is a fault at any rate
    card.show_rows([eased, eased], 5000)
    assert card.chip.isVisible()
    assert card.chip.text == EASED
    card.show_rows([eased, row(1e-3)], 5000)
    assert not card.chip.isVisible()


def test_rows_are_eased_once_the_rate_is_a_tenth_of_its_highest():
    history = History()
    points = Points(np.arange(1, 11), np.arange(1, 11) / 5, np.ones(10), np.ones(10), np.geomspace(1e-3, 1e-6, 10))
    samples = tuple(HealthSample(step, step / 5, (LayerHealth("dense", 1e-6, 0.1),)) for step in range(1, 11))
    history.extend(Snapshot(1, 10, 2.0, 5, 5, 5, points, (), (), np.empty(0, np.float32), None, 0.0, samples))
    eased = [health_rows(history, step, {"dense": "Dense 4"}, 50)[0].is_eased for step in range(1, 11)]
    assert eased == [False] * 4 + [True] * 6  # 10⁻³ falls by 10^(1/3) at each step


def test_words_of_any_length_have_room_of_their_own(card):
    card.show_rows([row(1e-3, stuck=1, units=128, flat=0.4)], 5000)
    tight = card.table.columns
    long = HealthRow("Dense 4", 1.5e-6, np.full(5, 1.5e-6), np.array([2e-4, 2.7e-4]), 1100, 1200, 0.5)
    card.show_rows([long], 5000)
    roomy = card.table.columns
    width = QFontMetrics(font("body")).horizontalAdvance
    assert roomy["norm"][1] >= SPARK.width() + 8 + width("2.7 · 10⁻⁴") > tight["norm"][1]
    assert roomy["stuck"][1] >= width("1,100 of 1,200") > tight["stuck"][1]
    ends = [left + room for left, room in roomy.values()]
    assert all(end < left for end, (left, _) in zip(ends, list(roomy.values())[1:], strict=False))


def test_each_column_explains_itself_and_the_card_can_be_heard(card):
    card.show_rows([row(1e-3, stuck=1, units=128, flat=0.48)], 5000)
    assert card.table.accessibleDescription() == (
        "Dense 4: update by weight 1.0 · 10⁻³, gradient norm 0.40, 1 of 128 units dead, 48 % zeros."
    )
    for name, words in (("ratio", "mean |W|"), ("stuck", "all 5,000 validation images"), ("flat", "exactly 0")):
        left, width = card.table.columns[name]
        at = QPointF(left + width / 2, 30)
        move = QMouseEvent(QEvent.Type.MouseMove, at, card.table.mapToGlobal(at), Qt.MouseButton.NoButton,
                           Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(card.table, move)
        assert words in card.table.toolTip()


def test_in_a_narrow_card_the_columns_stay_inside(card, theme_source):
    theme_source.set_metrics(COMPACT)
    card.show_rows([row(1e-3, "Convolution 32", stuck=1, units=128, flat=0.5)], 5000)
    for width in (462, 430, 394, 378):
        card.table.resize(width, 100)
        assert "flat" not in card.table.columns
        assert "stuck" in card.table.columns
        assert max(left + room for left, room in card.table.columns.values()) <= width


def test_before_the_first_batch_a_link_trains_one(qtbot, session, theme_source):
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 900)
    panel.show()
    assert panel.health.empty.isVisible()
    panel.health.empty.offer_taken.emit()
    qtbot.waitUntil(lambda: len(session.history) == 1 and session.state is RunState.PAUSED)
    assert not panel.health.empty.isVisible()
    assert [row.title for row in panel.health.rows] == ["Dense 128", "Dense 64", "Dense 10"]
    assert panel.health.rows[0].units == 128
    assert panel.health.rows[2].stuck is None
    session.reset()
    qtbot.waitUntil(lambda: len(session.history) == 0)
    assert panel.health.empty.isVisible()


def test_health_follows_the_timeline(qtbot, session, theme_source):
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 900)
    panel.show()
    ratios = []
    for step in (1, 2, 3):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: len(session.history) == step and session.state is RunState.PAUSED)
        ratios.append(panel.health.rows[0].ratio)
    assert len(set(ratios)) == 3
    session.look_back(2)
    assert session.shown_step == 2
    assert panel.health.rows[0].ratio == ratios[1]
    assert len(panel.health.rows[0].norms) == 2
    session.look_live()
    assert panel.health.rows[0].ratio == ratios[2]
