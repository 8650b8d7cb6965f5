"""The first layer's pictures: the right weights, places that stay, a scale that stands still."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from core.layers import Conv2D, Dense, Flatten
from core.sequential import Sequential, WeightView
from nnvis.colour_maps import hex_color, signed_colors, signed_indices
from nnvis.theme import COMPACT
from nnvis.widgets.first_layer import FirstLayer, as_pictures
from nnvis.widgets.unit_ranking import CLEARLY, strongest


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=40), st.integers(1, 50))
def test_without_a_history_the_strongest_are_shown(strength, places):
    values = np.array(strength)
    chosen = strongest(values, [], places)
    assert len(chosen) == len(set(chosen)) == min(places, len(values))
    assert sorted(values[chosen]) == sorted(values)[-len(chosen) :]


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_units_keep_their_places_unless_another_is_clearly_stronger(seed, places):
    rng = np.random.default_rng(seed)
    before = rng.uniform(1, 2, 40)
    shown = strongest(before, [], places)
    now = before * rng.uniform(0.7, 1.4, 40)
    chosen = strongest(now, shown, places)
    assert len(set(chosen)) == places
    kept = set(shown) & set(chosen)
    assert all(shown.index(unit) == chosen.index(unit) for unit in kept)
    outside = [now[unit] for unit in range(40) if unit not in chosen]
    assert max(outside, default=0) <= CLEARLY * min(now[unit] for unit in chosen) + 1e-12
    assert strongest(now, chosen, places) == chosen


@pytest.fixture
def model() -> Sequential:
    model = Sequential([Flatten(), Dense(128), Dense(10)], seed=7)
    model.build((28, 28, 1))
    return model


@pytest.fixture
def card(qtbot, theme_source, model) -> FirstLayer:
    card = FirstLayer(theme_source)
    qtbot.addWidget(card)
    card.tiles.set_rows(2)
    card.resize(1248, 180)
    card.show()
    card.set_network(model.parameter_views()[0], (28, 28), model.parameters.copy())
    return card


def test_before_training_it_shows_the_first_weights(card, model):
    assert card.switch.isHidden()
    assert card.units == list(range(40))
    for place in (0, 37):
        expected = signed_indices(model.layers[1].parameters["W"][:, place].reshape(28, 28), card.top)
        np.testing.assert_array_equal(card.tiles._pixels[place], expected)


def test_while_training_it_shows_the_change_of_the_strongest(card, model):
    now = model.parameters.copy()
    view = model.parameter_views()[0]
    view.of(now)[:, 100] += 0.11
    view.of(now)[300, 101] -= 0.05
    card.show_parameters(now)
    assert card.units[:2] == [100, 101]
    assert set(card.tiles._pixels[0].ravel()) == {127 + round(0.11 / card.top * 127)}
    assert card.tiles._pixels[1].ravel()[300] < 127
    assert card._caption.text() == "40 strongest of 128 units"
    top = card.top
    card.show_parameters(model.parameters * 5)
    assert card.top == top
    card.switch.set_current("W")
    assert card.top > top


def test_the_screen_shows_those_colours(card, model):
    now = model.parameters.copy()
    view = model.parameter_views()[0]
    view.of(now)[:, 100] += 10.0
    card.show_parameters(now)
    QApplication.processEvents()
    at = card.tiles.mapTo(card, card.tiles.tile_rect(0).center().toPoint())
    assert card.grab().toImage().pixelColor(at).name().upper() == hex_color(signed_colors()[-1])


def test_pointing_says_the_unit_and_its_span(qtbot, card, model):
    now = model.parameters.copy()
    view = model.parameter_views()[0]
    view.of(now)[0, 100] += 0.31
    view.of(now)[1, 100] -= 0.12
    card.show_parameters(now)
    at = card.tiles.tile_rect(0).center()
    event = QMouseEvent(QEvent.Type.MouseMove, at, card.tiles.mapToGlobal(at), Qt.MouseButton.NoButton,
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(card.tiles, event)
    assert card._caption.text() == "unit 100 of 128: −0.12 to +0.31"
    qtbot.keyClick(card.tiles, Qt.Key.Key_Right)
    assert card.tiles.place == 1
    QApplication.sendEvent(card.tiles, QEvent(QEvent.Type.Leave))
    assert card._caption.text() == "40 strongest of 128 units"


def test_fewer_tiles_where_there_is_less_room(card, theme_source, model):
    card.show_parameters(model.parameters * 1.5)
    card.resize(600, 180)
    QApplication.processEvents()
    assert card.tiles.count == card.tiles.capacity == len(card.units) == 18
    theme_source.set_metrics(COMPACT)
    card.tiles.set_rows(1)
    QApplication.processEvents()
    assert card.tiles.count == card.tiles.capacity == 9
    rects = [card.tiles.tile_rect(place) for place in range(9)]
    assert all(card.tiles.rect().toRectF().contains(rect) for rect in rects)
    assert not any(a.intersects(b) for a, b in itertools.pairwise(rects))


def test_kernels_of_a_convolution_on_grey_images_are_pictures_too(card):
    model = Sequential([Conv2D(8, 5), Flatten(), Dense(10)], seed=1)
    model.build((28, 28, 1))
    view = model.parameter_views()[0]
    assert as_pictures(view, (28, 28, 1)) == (5, 5)
    card.set_network(view, (5, 5), model.parameters.copy())
    assert card.tiles.count == 8
    kernel = model.layers[0].parameters["W"][:, :, 0, 3]
    np.testing.assert_array_equal(card.tiles._pixels[3], signed_indices(kernel, card.top))
    assert card.tiles.tile_rect(3).width() == 115  # whole multiples of five pixels; few are as large as the room allows


def test_weights_on_colours_or_on_hidden_units_are_no_pictures():
    assert as_pictures(WeightView(1, "conv2d", "W", 0, 75, (5, 5, 3, 1)), (28, 28, 1)) is None
    assert as_pictures(WeightView(1, "dense", "W", 0, 640, (64, 10)), (28, 28, 1)) is None
    assert as_pictures(WeightView(1, "dense", "W", 0, 640, (64, 10)), (64,)) is None
