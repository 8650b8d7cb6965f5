"""Pictures of the Learn page: enlarged with every value, and the feature maps of the drawing."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.layers import Activation, BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from core.sequential import Sequential
from nnvis.panels.learn import LearnPanel
from nnvis.panels.learn.maps import feature_maps
from nnvis.session import RunState

CNN = (
    Conv2D(filters=6, kernel_size=5, padding="same", activation="relu"), MaxPooling2D(),
    Conv2D(filters=4, kernel_size=3, use_bias=False), BatchNormalization(), Activation(activation="relu"),
    Flatten(), Dense(units=10, activation="softmax"),
)  # fmt: skip


@pytest.fixture
def panel(qtbot, session, theme_source) -> LearnPanel:
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 820)
    panel.show()
    return panel


def step(qtbot, session) -> None:
    before = session.history.step
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == before + 1 and session.state is RunState.PAUSED)


def test_a_unit_is_enlarged_with_its_values_and_follows_the_training(qtbot, panel, session):
    step(qtbot, session)
    tiles = panel.first_layer.tiles
    QTest.mouseClick(tiles, Qt.MouseButton.LeftButton, pos=tiles.tile_rect(3).center().toPoint())
    view = panel.first_layer._large
    unit = panel.first_layer.units[3]
    assert view.isVisible()
    assert view.title == f"What unit {unit} of 128 has learnt, W − W₀"
    first = next(each for each in session.views if each.name == "W")
    change = first.of(session.parameters) - first.of(session.initial_parameters)
    np.testing.assert_array_equal(view.picture.values, change[:, unit].reshape(28, 28))
    QTest.mouseMove(view.picture, QPoint(5 * 16 + 3, 9 * 16 + 3))
    assert view.picture.cell == (9, 5)
    assert view.words.startswith("row 9, column 5: ")
    before = view.picture.values
    step(qtbot, session)
    assert not np.array_equal(view.picture.values, before)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.title.startswith("What unit ")
    assert not view.title.startswith(f"What unit {unit} ")
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.isHidden()


def test_the_maps_are_what_the_convolutions_gave(rng):
    model = Sequential(list(CNN), seed=3)
    model.build((28, 28, 1))
    X = rng.random((1, 28, 28, 1)).astype(np.float32)
    first, second = feature_maps(model, X)
    assert first.values.shape == (28, 28, 6)
    assert second.values.shape == (12, 12, 4)
    np.testing.assert_array_equal(first.values, model.layers[0].Y[0])
    np.testing.assert_array_equal(second.values, model.layers[4].Y[0])  # behind normalisation and relu


def test_the_maps_follow_the_drawing_and_the_training(qtbot, panel, session):
    assert not panel.inspection.maps.isVisible()  # no convolution: no maps
    session.set_project(replace(session.project, layers=CNN))
    qtbot.waitUntil(lambda: session.running_project == session.project)
    step(qtbot, session)
    panel.inspection.show_view("maps")
    maps = panel.inspection.maps
    assert maps.isVisible()
    qtbot.waitUntil(lambda: maps.tiles.count == 6)
    assert maps.accessibleDescription() == "6 maps of 28×28, the first image"
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 12:16] = 255
    session.set_drawing(image)
    qtbot.waitUntil(lambda: maps.accessibleDescription() == "6 maps of 28×28, your drawing")
    (of_first, _) = session.look(feature_maps)
    np.testing.assert_allclose(maps._maps["conv2d"].values, of_first.values)
    shown = maps._maps["conv2d"].values
    step(qtbot, session)
    qtbot.waitUntil(lambda: not np.array_equal(maps._maps["conv2d"].values, shown))
    maps.switch.set_current("conv2d_1")
    maps.switch.changed.emit("conv2d_1")
    assert maps.tiles.count == 4
    maps.tiles.opened.emit(1)
    assert maps._view.title == "Filter 1 of 4, your drawing"
    QTest.keyClick(maps._view, Qt.Key.Key_Left)
    assert maps._view.title == "Filter 0 of 4, your drawing"
    maps._view.dismiss()
