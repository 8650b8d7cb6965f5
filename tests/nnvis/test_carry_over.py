"""A changed stack takes over the trained weights of the layers that still have them, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.data import Dataset
from core.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.layers.base import Layer
from nnvis.carry_over import carry_over
from nnvis.session import RunState, Session

SHAPE = (28, 28, 1)
MLP = (Flatten(), Dense(units=12, activation="relu"), Dense(units=8, activation="relu"), Dense(units=10))


@pytest.mark.parametrize(("after", "pairs", "total"), [
    (MLP, ["dense>dense", "dense_1>dense_1", "dense_2>dense_2"], 3),
    ((*MLP[:2], Dropout(rate=0.5), *MLP[2:]), ["dense>dense", "dense_1>dense_1", "dense_2>dense_2"], 3),
    ((MLP[0], Dense(units=12, activation="tanh"), *MLP[2:]), ["dense>dense", "dense_1>dense_1", "dense_2>dense_2"], 3),
    ((MLP[0], MLP[1], Dense(units=9), MLP[3]), ["dense>dense"], 3),
    ((MLP[0], MLP[1], Dense(units=12), *MLP[2:]), ["dense>dense", "dense_1>dense_2", "dense_2>dense_3"], 4),
    ((MLP[0], MLP[1], MLP[2].replace(enabled=False), Dense(units=10)), ["dense>dense"], 2),
    ((MLP[0], MLP[1], BatchNormalization(), *MLP[2:]), ["dense>dense", "dense_1>dense_1", "dense_2>dense_2"], 4),
    ((Conv2D(filters=2), Flatten(), Dense(units=10)), [], 2),
])  # fmt: skip
def test_layers_of_one_kind_and_shape_keep_their_weights(
    after: tuple[Layer, ...], pairs: list[str], total: int
) -> None:
    found = carry_over(MLP, SHAPE, after, SHAPE)
    assert [">".join(pair) for pair in found.pairs] == pairs
    assert found.total == total


def weights(session: Session, layer: str) -> list[np.ndarray]:
    return [view.of(session.initial_parameters).copy() for view in session.views if view.layer_name == layer]


def test_training_goes_on_with_the_weights_that_fit(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    old = (Conv2D(filters=3, kernel_size=3), BatchNormalization(), MaxPooling2D(), Flatten(),
           Dense(units=10, activation="softmax"))  # fmt: skip
    session.set_layers(old)
    session.train()
    qtbot.waitUntil(lambda: session.history.step >= 3)
    session.pause()
    kept = session.kept_run()
    assert kept is not None
    trained = {
        (view.layer_name, view.name): view.of(kept.keepsake.parameters).copy() for view in session.views
    }  # fmt: skip
    assert session.carry_over is None  # nothing was changed
    session.insert_layer(4, Dense(units=20, activation="relu"))
    found = session.carry_over
    assert found is not None
    assert (len(found.pairs), found.total) == (2, 4)
    session.set_training(session.project.training.replace(epochs=1))
    with qtbot.waitSignal(session.history_cleared):
        session.train_carried_over()
    assert session.is_training
    fresh = session.project.build_model(digits)
    for view in fresh.parameter_views():
        before = trained.get((view.layer_name, view.name))
        expected = before if before is not None and view.layer_name != "dense" else view.of(fresh.parameters)
        shown = next(one for one in session.views if (one.layer_name, one.name) == (view.layer_name, view.name))
        np.testing.assert_array_equal(shown.of(session.initial_parameters), expected)
    qtbot.waitUntil(lambda: session.state is RunState.DONE)
    assert session.history.train_steps[0] == 1


def test_carried_over_in_mid_run_it_is_the_network_of_that_very_batch(qtbot: QtBot, session: Session) -> None:
    kept = []
    session.run_kept.connect(kept.append)
    session.train()
    qtbot.waitUntil(lambda: session.history.step >= 2)
    session.insert_layer(2, Dropout(rate=0.2))
    with qtbot.waitSignal(session.history_cleared):
        session.train_carried_over()
    np.testing.assert_array_equal(session.initial_parameters, kept[-1].keepsake.parameters)


def test_nothing_is_carried_from_an_untrained_network_nor_into_one_that_cannot_be(
    qtbot: QtBot, session: Session
) -> None:
    session.insert_layer(2, Dropout(rate=0.2))
    assert session.carry_over is None
    session.train_carried_over()
    assert session.state is RunState.READY
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1)
    session.remove_layer(0)
    assert session.carry_over is None
