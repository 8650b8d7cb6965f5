"""The Learn page with a real session: it begins with real numbers and moves with every snapshot."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from core.layers import BatchNormalization, Dense, Dropout, Flatten
from core.losses import CategoricalCrossentropy, MeanSquaredError
from nnvis.colour_maps import signed_indices
from nnvis.panels.learn import LearnPanel, curves, layers
from nnvis.panels.learn.curves import loss_by_chance, short_title
from nnvis.panels.learn.layers import layer_arrays
from nnvis.session import RunState, Session
from nnvis.theme import COMPACT
from nnvis.widgets.card import SeriesKey
from nnvis.widgets.chip import Chip
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.first_layer import as_pictures
from nnvis.widgets.ridge import Ridge


@pytest.fixture
def panel(qtbot, session: Session, theme_source) -> LearnPanel:
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 820)
    panel.show()
    return panel


def train(qtbot, session: Session, epochs: int = 2) -> None:
    session.set_training(session.project.training.replace(epochs=epochs))
    qtbot.waitUntil(lambda: session.history.planned_epochs == epochs)
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None)


def test_it_begins_with_what_the_untrained_network_can_do(panel, session):
    first = session.history.validations[0]
    assert not panel.invitation.isHidden()
    assert panel.invitation.headline == "This network has never seen a digit."
    assert f"{100 * first.accuracy:.1f} % of 107 validation images" in panel.invitation.sentence
    for card, value in ((panel.loss_card, first.loss), (panel.accuracy_card, first.accuracy)):
        assert card.chart.run.validation_values.tolist() == [value]
        assert card.chart.viewRange()[0] == [0.0, 5.0]
        assert card.train_key.isHidden()
    assert panel.loss_card.chart.chance.text == "guessing: ln 10 = 2.30"
    assert panel.accuracy_card.chart.chance.text == "guessing: 10 %"
    assert [column.arrays.title for column in panel.distributions.columns] == ["Dense 128", "Dense 64", "Dense 10"]
    assert panel.distributions._caption.text() == "at step 0: glorot_uniform, seed 7. Training spreads and bends them."


@pytest.mark.parametrize("trained", [False, True])
def test_everything_explains_itself_and_can_be_heard(qtbot, panel, session, trained):
    if trained:
        train(qtbot, session, epochs=1)
        panel.budget.run_now()
        QApplication.processEvents()
    explained = (QAbstractButton, ColorBar, SeriesKey, Chip, Ridge)
    seen = [widget for widget in panel.findChildren(QWidget) if widget.isVisible()]
    assert sum(isinstance(widget, explained) for widget in seen) >= (15 if trained else 8)
    for widget in seen:
        name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if isinstance(widget, explained):
            assert widget.toolTip(), (type(widget), name)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
            assert name, type(widget)
    for card in (panel.loss_card, panel.accuracy_card, panel.distributions, panel.health, panel.first_layer):
        assert card.title_label.toolTip(), card.accessibleName()


def test_the_plots_are_found_by_name(panel):
    assert panel.findChild(QWidget, "lossPlot") is panel.loss_card.chart
    assert panel.findChild(QWidget, "accuracyPlot") is panel.accuracy_card.chart


def test_one_batch_moves_everything_and_the_invitation_leaves(qtbot, panel, session):
    panel.invitation.step_button.click()
    qtbot.waitUntil(lambda: len(session.history) == 1 and session.state is RunState.PAUSED)
    assert panel.invitation.isHidden()
    assert panel.loss_card.chart.run.series.values.tolist() == session.history.train_losses.tolist()
    assert panel.loss_card.train_key.value == panel.loss_card.chart.measure.words(session.history.train_losses[0])
    assert "train over 1 batch, validation over 107" in panel.accuracy_card._caption.text()
    view = panel.distributions.columns[2].view
    shown = panel.distributions.columns[2].histogram.now
    expected, _ = np.histogram(session.parameters[view.start : view.stop], shown.edges)
    assert np.abs(shown.counts - expected).sum() <= 2
    assert panel.distributions.columns[2].histogram.start is not None


def test_after_a_run_the_page_shows_all_of_it(qtbot, panel, session):
    train(qtbot, session)
    history = session.history
    for card, values in (
        (panel.loss_card, history.train_losses),
        (panel.accuracy_card, history.train_accuracies),
    ):
        np.testing.assert_array_equal(card.chart.run.series.values, values)
        np.testing.assert_array_equal(card.chart.run.epochs, history.train_epochs)
        assert len(card.chart.run.validation_values) == len(history.validations)
        assert card.chart.viewRange()[0] == [0.0, pytest.approx(2.0)]
    result = session.test_result
    assert panel.test_chip.text == f"test {100 * result.accuracy:.1f} % of 300"
    assert not panel.test_chip.isHidden()
    assert f"test {100 * result.accuracy:.1f} %" in panel.accuracy_card.chart.accessibleDescription()
    words = panel.loss_card.chart.measure.words
    assert panel.loss_card.validation_key.value == words(history.validations[-1].loss)


def test_reset_brings_the_invitation_back(qtbot, panel, session):
    train(qtbot, session, epochs=1)
    session.reset()
    qtbot.waitUntil(lambda: len(session.history) == 0 and len(session.history.validations) == 1)
    assert not panel.invitation.isHidden()
    assert panel.test_chip.isHidden()
    assert not panel.loss_card.chart.has_batches
    first = [session.history.validations[0].loss]
    qtbot.waitUntil(lambda: panel.loss_card.chart.run.validation_values.tolist() == first)
    assert panel.distributions.columns[0].histogram.start is None


def test_another_stack_has_other_columns(qtbot, panel, session):
    session.replace_layer(1, Dense(32, activation="relu"))
    qtbot.waitUntil(lambda: len(session.views) > 0 and session.views[0].shape == (784, 32))
    assert [column.arrays.title for column in panel.distributions.columns] == ["Dense 32", "Dense 64", "Dense 10"]


def test_a_stack_that_cannot_be_built_offers_no_training(panel, session):
    session.remove_layer(0)
    assert not panel.invitation.train_button.isEnabled()
    assert "cannot be trained yet" in panel.invitation.sentence
    session.undo()
    assert panel.invitation.train_button.isEnabled()


def test_a_hidden_page_costs_nothing_and_catches_up(qtbot, panel, session):
    panel.hide()
    before = {part.name: part.draws for part in panel.budget.parts}
    train(qtbot, session, epochs=1)
    assert {part.name: part.draws for part in panel.budget.parts} == before
    assert not panel._later.isActive()
    panel.show()
    assert len(panel.loss_card.chart.run) == len(session.history)
    assert panel.distributions.columns[0].histogram.start is not None


def test_pointing_at_one_chart_points_at_both(qtbot, panel, session):
    train(qtbot, session, epochs=1)
    panel.loss_card.chart.hover_moved.emit(0.5)
    assert panel.accuracy_card.chart.hover == 0.5
    step = panel.accuracy_card.chart.run.reading_at(0.5).step
    expected = session.history.train_accuracies[:step].mean()
    assert panel.accuracy_card.train_key.value == panel.accuracy_card.chart.measure.words(expected)
    panel.loss_card.chart.hover_moved.emit(None)
    assert panel.accuracy_card.chart.hover is None


def test_looking_back_moves_the_curves_and_the_words_too(qtbot, panel, session):
    for step in (1, 2, 3):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: len(session.history) == step and session.state is RunState.PAUSED)
    losses, accuracies = session.history.train_losses, session.history.train_accuracies
    session.look_back(2)
    for card, values in ((panel.loss_card, losses), (panel.accuracy_card, accuracies)):
        assert card.chart.moment_reading.step == 2
        assert card.train_key.value == card.chart.measure.words(values[:2].mean())
        assert card._caption.text() == "at step 2"
        assert f" at epoch {session.history.train_epochs[1]:.2f}: train" in card.chart.accessibleDescription()
    assert panel.distributions._key.accessibleName() == "Filled: at step 2. Dashed: at step 0."
    assert all(not column.ridge.is_live for column in panel.distributions.columns)
    card.chart.hover_moved.emit(session.history.train_epochs[0])  # what is pointed at comes first
    assert panel.loss_card.train_key.value == panel.loss_card.chart.measure.words(losses[0])
    card.chart.hover_moved.emit(None)
    session.look_back(0)
    assert panel.loss_card.train_key.value == ""
    session.look_live()
    for card, values in ((panel.loss_card, losses), (panel.accuracy_card, accuracies)):
        assert card.chart.moment_reading is None
        assert card.train_key.value == card.chart.measure.words(values.mean())
    assert panel.distributions._key.accessibleName() == "Filled: now. Dashed: at step 0."
    assert all(column.ridge.is_live for column in panel.distributions.columns)


def test_a_fresh_network_gives_the_third_row_its_small_height_back(qtbot, panel, session):
    panel.inspection.arrange()
    resting = panel.inspection.height()
    train(qtbot, session, epochs=1)
    assert panel.inspection.height() > resting
    session.reset()
    qtbot.waitUntil(lambda: len(session.history) == 0 and not panel.health.rows)
    assert panel.inspection.height() == resting


def test_the_caption_says_over_how_many_batches_the_mean_really_goes(qtbot, panel, session):
    for step in (1, 2):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: len(session.history) == step and session.state is RunState.PAUSED)
    panel.budget.run_now()
    assert "over 2 batches" in panel.accuracy_card._caption.text()
    panel.curves.next_smoothing()
    train(qtbot, session, epochs=5)
    panel.budget.run_now()
    assert "train over 95 batches" in panel.accuracy_card._caption.text()


def test_the_first_batch_moves_all_of_the_page_at_once(qtbot, panel, session):
    drawn = {}

    def remember() -> None:
        drawn.update({part.name: part.draws for part in panel.budget.parts})

    remember()
    before = dict(drawn)
    session.snapshot_arrived.connect(remember)
    session.step_batch()
    qtbot.waitUntil(lambda: len(session.history) == 1 and session.state is RunState.PAUSED)
    assert {name for name in drawn if drawn[name] > before[name]} >= {"curves", "histograms", "tiles", "health"}


def test_the_key_l_toggles_the_log_scale(qtbot, panel, session):
    train(qtbot, session, epochs=1)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    assert panel.loss_card._caption.text() == "cross-entropy, log scale, train over 19 batches"
    qtbot.keyClick(panel, Qt.Key.Key_L)
    assert not panel.loss_card.chart.log
    assert panel.loss_card._caption.text() == "cross-entropy, linear scale, train over 19 batches"


def test_selecting_a_layer_brings_its_column_into_sight(qtbot, panel, session):
    session.set_layers((Flatten(), *(Dense(16) for _ in range(7)), Dense(10, activation="softmax")), "many layers")
    qtbot.waitUntil(lambda: len(panel.distributions.columns) == 8)
    QApplication.processEvents()
    last = panel.distributions.columns[-1]
    assert last.visibleRegion().isEmpty()
    session.select_layer(8)
    QApplication.processEvents()
    assert not last.visibleRegion().isEmpty()


def test_a_chart_that_cannot_be_saved_is_told_by_a_message(qtbot, panel, session, tmp_path):
    with qtbot.waitSignal(session.message_posted) as posted:
        panel.loss_card.save_as(tmp_path / "missing" / "loss.csv")
    assert posted.args[0].title == "The chart was not saved."


@pytest.mark.parametrize(("size", "below"), [((838, 592), 0), ((784, 520), 48)])
def test_the_compact_page_fits_without_a_clipped_value(qtbot, panel, session, theme_source, size, below):
    theme_source.set_metrics(COMPACT)
    panel.resize(*size)
    train(qtbot, session, epochs=1)
    QApplication.processEvents()
    page = panel.loss_card.parentWidget()
    assert page.height() <= panel.height() + below
    for card in (panel.loss_card, panel.accuracy_card):
        for key in (card.train_key, card.validation_key):
            assert key.width() == key.sizeHint().width()
            assert key.mapTo(card, QPoint(key.width(), 0)).x() <= card.width()
    assert panel.test_chip.isHidden()


def test_the_first_layer_is_shown_as_pictures_of_the_real_weights(qtbot, panel, session):
    card = panel.first_layer
    assert card.isVisible()
    assert card.shows == "W"
    assert card._caption.text() == "still noise: 20 of 128 units"
    train(qtbot, session, epochs=1)
    assert card.shows == "change"
    view = session.views[0]
    change = view.of(session.parameters) - view.of(session.initial_parameters)
    place = 5
    shown = card.tiles._pixels[place].ravel()
    np.testing.assert_array_equal(shown, signed_indices(change[:, card.units[place]], card.top))


def test_a_first_layer_without_pictures_leaves_the_page(qtbot, panel, session):
    session.set_layers((Flatten(), Dense(10, activation="softmax")), "one layer")
    qtbot.waitUntil(lambda: session.views[0].shape == (784, 10))
    assert panel.first_layer._caption.text() == "still noise: 10 units"
    assert as_pictures(session.views[0], (28, 28, 3)) is None
    assert as_pictures(session.views[0], (14, 14, 1)) is None


def test_layers_are_called_as_on_their_cards(session):
    layers = (Flatten(), Dense(64), Dropout(0.2), Dense(64, name="reader"), Dense(10))
    named = [type("View", (), {"layer": index, "name": "W", "layer_name": name})
             for index, name in ((1, "dense"), (3, "reader"), (4, "dense_1"))]
    assert [(found.layer, found.title) for found in layer_arrays(named, layers)] == [
        (1, "Dense 64"), (3, "reader"), (4, "Dense 10"),
    ]


def test_layers_that_look_alike_can_be_told_apart(session):
    layers = (Flatten(), Dense(64), Dense(64), BatchNormalization(), Dense(64), Dense(10))
    named = [type("View", (), {"layer": index, "name": "W", "layer_name": f"dense_{index}"}) for index in range(1, 6)]
    titles = [found.title for found in layer_arrays(named, layers)]
    assert titles == ["Dense 64 (1st)", "Dense 64 (2nd)", "BatchNorm", "Dense 64 (3rd)", "Dense 10"]


def test_guessing_is_worked_out_for_each_loss():
    assert loss_by_chance(CategoricalCrossentropy(), 4).value == math.log(4)
    guess, truth = np.full(10, 0.1), np.eye(10)[3]
    assert loss_by_chance(MeanSquaredError(), 10).value == pytest.approx(((guess - truth) ** 2).mean())
    assert short_title(CategoricalCrossentropy()) == "cross-entropy"


def test_while_it_trains_the_curves_move_and_the_numbers_can_be_read(qtbot, panel, session, monkeypatch):
    session.set_training(session.project.training.replace(epochs=1000))
    qtbot.waitUntil(lambda: session.history.planned_epochs == 1000)
    session.train()
    qtbot.waitUntil(lambda: panel.loss_card.chart.has_batches)
    said = []
    refresh = panel.loss_card.refresh
    monkeypatch.setattr(panel.loss_card, "refresh", lambda *, say: said.append(say) or refresh(say=say))
    monkeypatch.setattr(curves, "READABLE_MS", 0)
    qtbot.waitUntil(lambda: len(said) >= 4)
    assert all(said)
    monkeypatch.setattr(curves, "READABLE_MS", 10**6)
    said.clear()
    qtbot.waitUntil(lambda: len(said) >= 4)
    assert not any(said)
    session.pause()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    assert said[-1]
    shown = panel.loss_card.chart.run.reading_at()
    assert panel.loss_card.train_key.value == panel.loss_card.chart.measure.words(shown.train)


def test_lines_of_the_past_are_looked_for_now_and_then(qtbot, panel, session, monkeypatch):
    train(qtbot, session, epochs=5)
    row = panel.layers
    monkeypatch.setattr(type(session), "is_training", property(lambda _session: True))
    now = [1000.0]
    monkeypatch.setattr(layers.time, "monotonic", lambda: now[0])
    first = row._past_moments(session.shown_step)
    assert len(first) >= 2
    monkeypatch.setattr(layers, "FEW_LINES", len(first) + 1)
    assert row._past_moments(session.shown_step) is not first  # so few are looked for each time
    monkeypatch.setattr(layers, "FEW_LINES", 2)
    first = row._past_moments(session.shown_step)
    now[0] += 0.9 * layers.PAST_FOR
    assert row._past_moments(session.shown_step) is first
    now[0] += 0.2 * layers.PAST_FOR
    assert row._past_moments(session.shown_step) is not first
    monkeypatch.setattr(type(session), "is_live", property(lambda _session: False))
    assert row._past_moments(first[-1].step)[-1].step < first[-1].step  # who looks back sees only what was before
