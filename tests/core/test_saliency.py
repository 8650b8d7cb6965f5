"""Saliency: gradients are those of the score, integrated ones add up to it, and covering does what it says."""

import numpy as np
import pytest

from core import saliency
from core.layers import Activation, Conv2D, Dense, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.saliency import (
    METHODS,
    gradient_times_input,
    input_gradient,
    integrated_gradients,
    margin_gradient,
    occlusion,
    scores,
)
from core.sequential import Sequential

NETWORKS: dict[str, tuple[Layer, ...]] = {
    "mlp": (Flatten(), Dense(20, activation="tanh"), Dense(5, activation="softmax")),
    "cnn": (Conv2D(3, 3, activation="relu", padding="same"), MaxPooling2D(2), Flatten(),
            Dense(5, activation="softmax")),
    "linear": (Flatten(), Dense(5)),
    "apart": (Flatten(), Dense(12, activation="sigmoid"), Dense(5), Activation("softmax")),
}  # fmt: skip


@pytest.fixture(params=NETWORKS)
def model(request: pytest.FixtureRequest) -> Sequential:
    made = Sequential([layer.replace() for layer in NETWORKS[request.param]], seed=2, dtype="float64")
    made.build((12, 12, 1))
    return made


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(1).random((12, 12, 1))


BLANK = np.zeros((12, 12, 1))


def margin(model: Sequential, x: np.ndarray, first: int, second: int) -> float:
    both = scores(model, x[np.newaxis])[0]
    return float(both[first] - both[second])


def test_scores_are_those_before_the_softmax(model: Sequential, x: np.ndarray) -> None:
    z = scores(model, x[np.newaxis])[0]
    outputs = model.predict(x[np.newaxis])[0]
    if model.layers[-1].output_activation is None or outputs.min() < 0:
        np.testing.assert_allclose(z, outputs)
    else:
        np.testing.assert_allclose(np.exp(z - z.max()) / np.exp(z - z.max()).sum(), outputs, rtol=1e-6)


def test_the_gradient_is_that_of_the_difference_of_two_scores(model: Sequential, x: np.ndarray) -> None:
    gradient = margin_gradient(model, x[np.newaxis], 3, 1)[0]
    for place in ((0, 0, 0), (5, 7, 0), (11, 11, 0), (3, 9, 0)):
        step = np.zeros_like(x)
        step[place] = 1e-6
        slope = (margin(model, x + step, 3, 1) - margin(model, x - step, 3, 1)) / 2e-6
        assert gradient[place] == pytest.approx(slope, abs=1e-6)
    np.testing.assert_array_equal(input_gradient(model, x, BLANK, 3, 1).values, gradient)
    np.testing.assert_allclose(gradient_times_input(model, x, BLANK, 3, 1).values, gradient * x)


def test_integrated_gradients_add_up_to_the_difference_of_the_scores(model: Sequential, x: np.ndarray) -> None:
    found = integrated_gradients(model, x, BLANK, 2, 4, steps=400)
    assert found.score == pytest.approx(margin(model, x, 2, 4))
    assert found.blank_score == pytest.approx(margin(model, BLANK, 2, 4))
    assert found.values.sum() == pytest.approx(found.score - found.blank_score, abs=2e-3)


def test_what_is_covered_and_matters_has_a_value(model: Sequential) -> None:
    x = BLANK.copy()
    x[4:7, 4:7] = 1
    found = occlusion(model, x, BLANK, 0, 1)
    assert found.values.shape == x.shape
    hole = x.copy()
    hole[4:9, 4:9] = 0  # every patch that lies on the middle of the ink covers some of it, and this one all
    assert margin(model, hole, 0, 1) == pytest.approx(found.blank_score)
    assert abs(found.values[5, 5, 0]) > 1e-6
    assert found.values[11, 0, 0] == pytest.approx(0, abs=1e-12)  # far from any ink there is nothing to cover
    assert np.abs(occlusion(model, BLANK, BLANK, 0, 1).values).max() < 1e-12


def test_an_unwanted_map_is_not_finished(model: Sequential, x: np.ndarray) -> None:
    assert not occlusion(model, x, BLANK, 0, 1, unwanted=lambda: True).values.any()


def test_the_layers_are_left_as_they_were(model: Sequential, x: np.ndarray) -> None:
    before = [layer.needs_input_gradient for layer in model.layers]
    parameters = model.parameters.copy()
    integrated_gradients(model, x, BLANK, 0, 1)
    assert [layer.needs_input_gradient for layer in model.layers] == before
    np.testing.assert_array_equal(model.parameters, parameters)


def test_each_method_is_what_its_equation_says(model: Sequential, x: np.ndarray) -> None:
    first, second = 1, 3
    whole = margin(model, x, first, second)
    shares = (np.arange(32) + 0.5) / 32
    gradient = margin_gradient(model, x[np.newaxis], first, second)[0]
    on_the_way = np.stack([margin_gradient(model, share * x[np.newaxis], first, second)[0] for share in shares])
    row, column = 6, 5
    covered = []
    for top in range(-1, 10, 2):
        for left in range(-1, 10, 2):
            if top <= row < top + 5 and left <= column < left + 5:
                image = x.copy()
                image[max(0, top) : top + 5, max(0, left) : left + 5] = 0
                covered.append(margin(model, image, first, second))
    given = {"X": x, "X_0": BLANK, "S": whole, "S_c": np.array(covered)}
    for method in METHODS:
        G = on_the_way if method.name == "integrated_gradients" else gradient
        stated = method.equations[-1].evaluate({**given, "G": G})
        values = getattr(saliency, method.name)(model, x, BLANK, first, second).values
        found = values[row, column, 0] if method.name == "occlusion" else values
        np.testing.assert_allclose(found, stated, rtol=1e-9, atol=1e-12, err_msg=method.name)
