"""The histograms show the network's own weights, say what they leave out, and scroll when there are many."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from core.layers import Dense, Flatten
from core.sequential import Sequential
from nnvis.number_text import measure
from nnvis.widgets.distributions import GAP, PEEK, Distributions, column_width
from nnvis.widgets.histogram import starting_words
from nnvis.widgets.layer_column import LayerArrays, LayerColumn, ordinal


def network(*units: int) -> tuple[tuple[LayerArrays, ...], np.ndarray]:
    """The layers and the first weights of a stack of Dense layers on 28 by 28 images."""
    model = Sequential([Flatten(), *(Dense(size) for size in units)], seed=7)
    model.build((28, 28, 1))
    views = model.parameter_views()
    layers = tuple(
        LayerArrays(
            layer, f"Dense {model.layers[layer].units}", model.layers[layer].name,
            {view.name: view for view in views if view.layer == layer},
            {"W": "glorot_uniform", "b": "zeros"},
        )
        for layer in sorted({view.layer for view in views})
    )
    return layers, model.parameters.copy()


@pytest.fixture
def card(qtbot, theme_source) -> Distributions:
    card = Distributions(theme_source)
    qtbot.addWidget(card)
    card.resize(1200, 260)
    card.show()
    return card


def test_a_column_for_each_layer_with_its_own_weights(card):
    layers, initial = network(128, 64, 10)
    card.set_network(layers, initial)
    assert [column.arrays.title for column in card.columns] == ["Dense 128", "Dense 64", "Dense 10"]
    for column in card.columns:
        shown, view = column.histogram.now, column.view
        values = initial[view.start : view.stop][:: shown.stride]
        expected, _ = np.histogram(values, shown.edges)
        assert np.abs(shown.counts - expected).sum() <= 0.001 * len(values)
        assert column.histogram.start is None


def test_before_training_it_says_how_the_weights_were_drawn(card):
    layers, initial = network(128, 10)
    card.set_network(layers, initial)
    assert card.columns[0].value_text == "uniform ±0.08"
    assert card._key.isHidden()
    card.arrays_switch.set_current("b")
    assert card.columns[0].value_text == "all 0"
    assert starting_words(np.array([-0.1, 0.1]), "he_normal") == "σ 0.100"


def test_the_weights_of_now_over_the_outline_of_the_first(card, rng):
    layers, initial = network(128, 10)
    card.set_network(layers, initial)
    first = card.columns[0].histogram.now
    now = initial + rng.normal(0, 0.02, initial.shape).astype(np.float32)
    card.show_parameters(now)
    column = card.columns[0]
    assert column.histogram.start.counts.tolist() == first.counts.tolist()
    assert column.histogram.now.counts.tolist() != first.counts.tolist()
    weights = now[column.view.start : column.view.stop]
    assert column.value_text == f"mean {measure(float(weights.mean()))}, σ {weights.std():.3f}"
    assert not card._key.isHidden()


def test_the_axis_stands_still_for_the_run_unless_many_leave_it(card):
    layers, initial = network(10)
    card.set_network(layers, initial)
    column = card.columns[0]
    reach = column.histogram.now.reach
    for _ in range(3):
        card.show_parameters(initial * 1.5)
    assert column.histogram.now.reach == reach
    few = initial.copy()
    few[:20] = 5.0
    card.show_parameters(few)
    assert column.histogram.now.reach == reach
    assert column.note == f"20 beyond ±{reach}"
    card.show_parameters(initial * 10)
    assert column.histogram.now.reach > reach
    assert column.histogram.start.reach == column.histogram.now.reach
    assert column.note == ""


def test_sampling_is_said(card):
    layers, initial = network(128)
    card.set_network(layers, initial)
    assert card.columns[0].note == "every 7th value"
    assert "14,336 of 100,352 counted" in card.columns[0].histogram.accessibleDescription()
    assert [ordinal(number) for number in (2, 3, 4, 11, 12, 13, 21, 22, 103, 112)] == [
        "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "103rd", "112th",
    ]


def test_the_switch_shows_the_biases(card):
    layers, initial = network(128, 64)
    card.set_network(layers, initial)
    now = initial.copy()
    bias = layers[1].views["b"]
    now[bias.start : bias.stop] = 0.05
    card.show_parameters(now)
    card.arrays_switch.set_current("b")
    column = card.columns[1]
    assert column.view is bias
    counts, edges = column.histogram.now.counts, column.histogram.now.edges
    assert counts.sum() == counts.max() == 64
    fullest = int(counts.argmax())
    assert edges[fullest] <= 0.05 <= edges[fullest + 1]
    QApplication.processEvents()
    assert [each for each in card.findChildren(LayerColumn) if not each.isHidden()] == card.columns


def test_a_stale_vector_is_not_shown_as_another_network(card):
    layers, initial = network(10)
    card.set_network(layers, initial)
    before = card.columns[0].histogram.now
    card.show_parameters(np.zeros(5, np.float32))
    assert card.columns[0].histogram.now is before


def test_a_network_without_weights_says_so(card):
    card.set_network((), np.empty(0, np.float32))
    assert card._scroll.isHidden()
    assert not card._empty.isHidden()


@pytest.mark.parametrize(
    ("room", "columns", "shown"), [(802, 3, 3), (1216, 3, 3), (1216, 5, 5), (802, 2, 2), (1216, 1, 1)]
)
def test_columns_share_the_room_when_they_fit(room, columns, shown):
    width = column_width(room, columns)
    assert columns * width + (columns - 1) * GAP <= room < columns * (width + 1) + (columns - 1) * GAP


@pytest.mark.parametrize(("room", "columns"), [(802, 4), (802, 9), (1216, 6)])
def test_more_than_fit_leave_a_strip_of_the_next_in_sight(room, columns):
    width = column_width(room, columns)
    shown = (room - PEEK) // (width + GAP)
    assert width >= 230
    assert room - shown * (width + GAP) in range(PEEK, PEEK + shown + 1)


def test_the_fourth_layer_is_scrolled_to_and_only_the_seen_are_drawn(card):
    layers, initial = network(16, 16, 16, 16, 16, 16, 16)
    card.resize(822, 260)
    card.set_network(layers, initial)
    QApplication.processEvents()
    last = card.columns[-1]
    card.show_parameters(initial * 1.1)
    assert last.histogram.start is None  # out of sight: still as it was
    card.scroll_to(layers[-1].layer)
    QApplication.processEvents()
    assert not last.visibleRegion().isEmpty()
    assert last.histogram.start is not None


def test_pointing_at_a_bin_says_how_many(qtbot, card):
    layers, initial = network(10)
    card.set_network(layers, initial)
    QApplication.processEvents()
    plot = card.columns[0].histogram
    index = int(plot.now.counts.argmax())
    at = QPointF(plot.x_pixel(float(plot.now.edges[index : index + 2].mean())), plot.area().center().y())
    viewport = plot.viewport()
    event = QMouseEvent(QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton,
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)
    assert plot.bin == index
    assert f": {plot.now.counts[index]:,} (" in card.columns[0].note
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.bin == index + 1
    plot.leaveEvent(QEvent(QEvent.Type.Leave))
    assert card.columns[0].note == ""


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_theme_is_followed_live(card, theme_source, mode):
    layers, initial = network(10)
    card.set_network(layers, initial)
    theme_source.set_mode(mode)
    QApplication.processEvents()
    image = card.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(60, image.height(), 2)}
    assert {theme_source.theme.card.lower(), theme_source.theme.distribution.lower()} <= seen
