"""The gradient check as an instrument: every layer agrees, a mistake is seen, the curve has its valley."""

from __future__ import annotations

import numpy as np
import pytest

from core import Sequential
from core.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from nnvis.microscope.gradient_study import EPSILONS, SMALL, GradientStudy, Twin


def study(*layers: Layer, loss: str = "categorical_crossentropy") -> GradientStudy:
    model = Sequential(layers, seed=1)
    model.build((8, 8, 1))
    model.compile(loss=loss)
    rng = np.random.default_rng(0)
    return GradientStudy(model, rng.random((4, 8, 8, 1), np.float32), np.array([0, 1, 2, 0]))


@pytest.fixture(scope="module")
def mlp() -> GradientStudy:
    return study(Flatten(), Dense(units=12, activation="tanh"), Dense(units=3, activation="softmax"))


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "mean_squared_error"])
def test_every_gradient_has_its_twin(loss: str) -> None:
    found = study(
        Conv2D(filters=3, kernel_size=(3, 3), activation="relu"), MaxPooling2D(), Flatten(),
        Dense(units=8, activation="sigmoid"), Dense(units=3, activation="softmax"), loss=loss,
    ).scatter(1e-5)  # fmt: skip
    assert found is not None
    assert {twin.layer for twin in found.twins} == {0, 1, 2}
    assert {twin.verdict for twin in found.twins} <= {"good", "small", "kink"}
    assert found.weights == 3 * 9 + 3 + 27 * 8 + 8 + 8 * 3 + 3
    assert found.twin_seconds > found.backprop_seconds > 0


def test_a_forgotten_slope_is_seen_in_its_layer_only(mlp: GradientStudy) -> None:
    scatter = mlp.scatter(1e-5)
    assert scatter is not None
    (mistake,) = mlp.mistakes(scatter)
    assert (mistake.layer, mistake.name) == (0, "dense")
    assert any(twin.verdict == "bad" for twin in mistake.twins if twin.layer == 0)
    assert all(twin.verdict in ("good", "small") for twin in mistake.twins if twin.layer == 1)


def test_every_hidden_layer_may_forget_its_slope() -> None:
    hidden = (Dense(units=6, activation="tanh") for _ in range(3))
    deep = study(Flatten(), *hidden, Dense(units=3, activation="softmax"))
    scatter = deep.scatter(1e-5)
    assert scatter is not None
    for number, mistake in enumerate(deep.mistakes(scatter)):
        bad = {twin.layer for twin in mistake.twins if twin.verdict == "bad"}
        assert max(bad, default=-1) == number, "what lies nearer to the loss is not touched"


def test_the_check_speaks_of_the_layers_that_are_chosen(mlp: GradientStudy) -> None:
    scatter = mlp.scatter(1e-5)
    assert scatter is not None
    last = scatter.of({1})
    assert {twin.layer for twin in last.twins} == {1}
    assert (last.weights, scatter.weights) == (12 * 3 + 3, 64 * 12 + 12 + 12 * 3 + 3)
    assert last.twin_seconds < scatter.twin_seconds
    nudged = mlp._telling(24, {1})
    assert min(nudged, default=0) >= 64 * 12 + 12, "the curve nudges weights of the chosen layer alone"
    curve = mlp.curve(chosen={1})
    assert curve is not None
    assert curve.weights == len(nudged)
    assert mlp.curve(chosen=set()) is None


def test_without_a_hidden_activation_there_is_nothing_to_forget() -> None:
    flat = study(Flatten(), Dense(units=3, activation="softmax"))
    scatter = flat.scatter(1e-5)
    assert scatter is not None
    assert flat.mistakes(scatter) == ()


def test_the_curve_has_a_valley_between_round_off_and_truncation(mlp: GradientStudy) -> None:
    curve = mlp.curve()
    assert curve is not None
    best64, best32 = int(np.argmin(curve.float64)), int(np.argmin(curve.float32))
    assert 0 < best64 < best32 < len(EPSILONS) - 1
    assert curve.float64[best64] < 1e-8 < curve.float32[best32]


def test_what_nobody_waits_for_is_given_up(mlp: GradientStudy) -> None:
    assert mlp.scatter(1e-5, unwanted=lambda: True) is None
    assert mlp.curve(unwanted=lambda: True) is None


def test_the_network_is_left_as_it_was(mlp: GradientStudy) -> None:
    before = mlp.model.parameters.copy()
    mlp.scatter(1e-3)
    assert np.array_equal(mlp.model.parameters, before)


def test_a_kink_is_no_mistake() -> None:
    assert Twin(0, "W[0]", 1.0, 0.5, crosses_kink=True).verdict == "kink"
    assert Twin(0, "W[0]", 1.0, 0.5, crosses_kink=False).verdict == "bad"
    assert Twin(0, "W[0]", SMALL / 2, SMALL / 4, crosses_kink=False).verdict == "small"
    assert Twin(0, "W[0]", 1.0, 1.0 + 1e-5, crosses_kink=False).verdict == "look"
    assert Twin(0, "W[0]", 0.0, 0.0, crosses_kink=False).verdict == "good"


def test_a_relu_that_opens_within_the_nudge_is_noticed() -> None:
    made = study(Flatten(), Dense(units=12, activation="relu"), Dense(units=3, activation="softmax"))
    scatter = made.scatter(0.3)
    assert scatter is not None
    assert any(twin.crosses_kink for twin in scatter.twins)
