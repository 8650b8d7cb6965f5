"""The backward face of the diagram is back-propagation itself: its numbers are those of the pass."""

import numpy as np
import pytest

from core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.sequential import Sequential
from nnvis.backward_diagram import backward_diagram
from nnvis.diagram import Diagram, Wish

NETWORKS: dict[str, tuple[Layer, ...]] = {
    "mlp": (Flatten(), Dense(20, activation="relu"), Dense(14, activation="relu"), Dense(10, activation="softmax")),
    "seed": (Flatten(), Dense(24, activation="tanh"), Dense(16, activation="tanh"), Dense(10, activation="softmax")),
    "cnn": (Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Conv2D(6, 3, activation="relu"), Flatten(),
            Dense(10, activation="softmax")),
}  # fmt: skip
LABEL = 4


def shown(name: str, wish: Wish | None = None) -> tuple[Sequential, Diagram]:
    model = Sequential([layer.replace() for layer in NETWORKS[name]], seed=5)
    model.build((28, 28, 1))
    model.compile(loss="sparse_categorical_crossentropy")
    X = np.random.default_rng(7).random((1, 28, 28, 1)).astype(np.float32)
    return model, backward_diagram(model, X, LABEL, wish or Wish(lines=60))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_answers_carry_p_minus_y(name: str) -> None:
    model, diagram = shown(name)
    expected = model.layers[-1].Y[0].copy()
    expected[LABEL] -= 1
    np.testing.assert_allclose(diagram.columns[-1].values, expected, atol=1e-6)
    assert diagram.leaders[0] == int(np.abs(expected).argmax())


@pytest.mark.parametrize("name", NETWORKS)
def test_every_column_carries_the_delta_of_its_layer(name: str) -> None:
    model, diagram = shown(name)
    for column in diagram.columns[1:]:
        delta = model.layers[column.layer].dZ[0]
        values = np.moveaxis(delta, -1, 0) if delta.ndim == 3 else delta
        np.testing.assert_array_equal(column.values, values[column.shown])
        assert column.is_signed


@pytest.mark.parametrize("name", ["mlp", "seed"])
def test_what_comes_back_times_the_slope_is_delta(name: str) -> None:
    """BP2: δ = (Σ w·δ of the next layer) * f'(z), for every unit of the hidden layers."""
    for column in (1, 2):
        units = len(shown(name)[1].columns[column].shown)
        for place in range(units):
            facts = shown(name, Wish(focus=(column, place)))[1].facts
            assert facts is not None
            numbers = dict(facts.numbers)
            assert numbers["Σ w·δ"] * numbers["slope"] == pytest.approx(numbers["δ"], abs=1e-6)
            if facts.inputs <= 24:
                assert facts.after.flow.sum() == pytest.approx(numbers["Σ w·δ"], abs=1e-6)


def test_behind_a_closed_gate_no_line_goes_on() -> None:
    model, diagram = shown("mlp", Wish(lines=200))
    hidden = diagram.columns[2]
    assert hidden.closed is not None
    assert hidden.closed.any()
    np.testing.assert_array_equal(hidden.closed, model.layers[2].Y[0] == 0)
    reached = set(diagram.edges[2].source.tolist())
    assert any(hidden.closed[place] for place in reached)  # lines end there
    assert not any(hidden.closed[place] for place in diagram.edges[1].target.tolist())
    assert hidden.caption.endswith(" closed")


def test_the_picture_is_the_gradient_by_the_pixels() -> None:
    model, diagram = shown("mlp")
    X = np.random.default_rng(7).random((1, 28, 28, 1)).astype(np.float32)
    expected = model.input_gradient(X, np.array([LABEL]))[0, ..., 0]
    np.testing.assert_allclose(diagram.columns[0].values[0], expected, atol=1e-7)
    assert diagram.columns[0].is_signed


def test_maps_pass_back_their_windows_weights_times_their_delta() -> None:
    model, diagram = shown("cnn", Wish(focus=(1, 2)))
    facts = diagram.facts
    assert facts is not None
    layer = model.layers[2]
    expected = layer.W[:, :, 2, :].sum(axis=(0, 1)) * layer.dZ[0].sum(axis=(0, 1))
    assert sorted(facts.after.flow) == pytest.approx(sorted(expected[expected != 0]), rel=1e-4, abs=1e-6)
    # without padding that is all that arrives at the map
    assert dict(facts.numbers)["Σ w·δ"] == pytest.approx(float(layer.dX[0, ..., 2].sum()), rel=1e-3, abs=1e-5)


def test_looking_back_moves_nothing() -> None:
    model, _ = shown("mlp")
    parameters = model.parameters.copy()
    needed = [layer.needs_input_gradient for layer in model.layers]
    backward_diagram(model, np.ones((1, 28, 28, 1), np.float32), 0, Wish())
    np.testing.assert_array_equal(model.parameters, parameters)
    assert [layer.needs_input_gradient for layer in model.layers] == needed
