"""What every layer promises. No layer is known here by name: a new one in LAYERS falls under all of it."""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import Any

import numpy as np
import pytest

import core.layers
from core.errors import ConfigError, ShapeError
from core.hyper import from_dict
from core.layers import LAYERS
from core.layers.base import Layer, Shape
from core.stack import describe
from tests.core.contract import assert_gradient, forgotten, identity, variants

SHAPES: dict[int | None, tuple[Shape, ...]] = {1: ((5,),), 3: ((6, 5, 2),), None: ((5,), (4, 3, 2))}
SAMPLES = 3


def cases() -> list[Any]:
    """Each variant of each layer on each kind of input that it takes."""
    return [
        pytest.param(layer, shape, id=f"{identity(layer)}-on-{'x'.join(map(str, shape))}")
        for kind in LAYERS
        for shape in SHAPES[kind.input_rank]
        # a layer that is told its shape is told one that fits: the input's, read the other way round
        for layer in variants(kind, **{h.name: shape[::-1] for h in kind.hypers() if h.kind == "shape"})
    ]


every_variant = pytest.mark.parametrize(("config", "shape"), cases())
every_layer = pytest.mark.parametrize(
    ("config", "shape"), [next(case for case in cases() if type(case.values[0]) is kind) for kind in LAYERS]
)
both_modes = pytest.mark.parametrize("training", [False, True], ids=["answering", "training"])


def built(config: Layer, shape: Shape, dtype: type = np.float64, name: str = "") -> Layer:
    """A fresh layer with weights that are nowhere 0, and moving averages that have moved."""
    layer = config.replace(name=name)
    layer.build(shape, np.random.default_rng(11), dtype)
    rng = np.random.default_rng(12)
    for weights in layer.parameters.values():
        weights[...] = rng.normal(size=weights.shape)
    layer.forward(batch(shape, dtype=dtype), training=True)
    return layer


def batch(shape: Shape, samples: int = SAMPLES, dtype: type = np.float64, seed: int = 13) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(samples, *shape)).astype(dtype)


def both_passes(layer: Layer, X: np.ndarray, training: bool) -> tuple[np.ndarray, np.ndarray]:
    """Y, and the dY that was sent back."""
    Y = layer.forward(X, training)
    dY = batch(Y.shape[1:], len(Y), Y.dtype.type, seed=14)
    layer.backward(dY)
    return Y, dY


# --- what is said without building -----------------------------------------------------------------------------------


@every_variant
def test_shapes_and_counts_are_as_declared(config: Layer, shape: Shape) -> None:
    layer = config.replace()
    (report,) = describe([layer], shape)
    assert layer.build(shape, np.random.default_rng(0)) == layer.output_shape(shape) == report.output_shape
    assert layer.forward(batch(shape, dtype=np.float32)).shape == (SAMPLES, *layer.output_shape(shape))

    assert {name: value.shape for name, value in layer.parameters.items()} == layer.weight_shapes(shape)
    assert {name: value.shape for name, value in layer.states.items()} == layer.state_shapes(shape)
    assert {name: value.shape for name, value in layer.gradients.items()} == layer.weight_shapes(shape)
    assert report.parameters == sum(array.size for array in (*layer.parameters.values(), *layer.states.values()))
    assert isinstance(report.multiply_adds, int)
    assert report.multiply_adds >= 0


@every_variant
def test_an_unbuilt_layer_is_a_value(config: Layer, shape: Shape) -> None:
    layer = config.replace()
    layer.build(shape, np.random.default_rng(0))
    again = from_dict(LAYERS, json.loads(json.dumps(layer.to_dict())), "layer")
    assert again == config == layer
    assert type(again) is type(config)
    assert not again.built
    assert not layer.replace().built
    assert config.replace(name="other") != config


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_a_layer_introduces_itself(kind: type[Layer]) -> None:
    assert kind.sentence.endswith(".")
    assert (core.layers.__name__, kind.__name__) == (kind.__module__.rpartition(".")[0], kind.kind_name())
    assert all(declared.help for declared in kind.hypers()), "each hyperparameter has a help text"
    assert all(isinstance(chip, str) and chip for chip in kind().chips())


def test_every_layer_is_in_the_catalogue() -> None:
    modules = [importlib.import_module(f"core.layers.{m.name}") for m in pkgutil.iter_modules(core.layers.__path__)]
    assert forgotten(LAYERS, Layer, *modules) == []


# --- mathematics ------------------------------------------------------------------------------------------------------


@both_modes
@every_variant
def test_equations_say_what_the_code_did(config: Layer, shape: Shape, training: bool) -> None:
    assert_equations(config, shape, batch(shape), training)


@both_modes
@every_layer
def test_equations_hold_where_all_inputs_are_equal(config: Layer, shape: Shape, training: bool) -> None:
    for value in (0.0, 1.5):  # a gate just at its threshold, a window without a largest cell, no variance at all
        assert_equations(config, shape, np.full((SAMPLES, *shape), value), training)


def assert_equations(config: Layer, shape: Shape, X: np.ndarray, training: bool) -> None:
    layer = built(config, shape)
    both_passes(layer, X, training)
    kept = layer.arrays()
    values = dict(kept)
    compared = set()
    for equation in (*layer.forward_equations(), *layer.backward_equations()):
        value = equation.evaluate(values, layer.equation_functions())
        if equation.symbol in kept:
            compared.add(equation.symbol)
            np.testing.assert_allclose(value, kept[equation.symbol], rtol=1e-9, atol=1e-12, err_msg=str(equation))
        values.setdefault(equation.symbol, value)  # what the code does not keep, later lines may need
        assert equation.latex
    assert compared >= {"Y", "dX", *(f"d{name}" for name in layer.parameters)}, "every result has its equation"


@both_modes
@every_variant
def test_backward_is_the_slope_of_forward(config: Layer, shape: Shape, training: bool) -> None:
    layer, X, rng = built(config, shape), batch(shape), np.random.default_rng(15)
    dice = layer.rng.bit_generator.state
    _, dY = both_passes(layer, X, training)
    assert layer.backward(dY) is not None
    gradients = {"dX": layer.backward(dY)} | layer.gradients
    gradients = {name: np.array(gradient) for name, gradient in gradients.items()}

    def function() -> float:
        layer.rng.bit_generator.state = dice  # the same units are dropped each time
        return float(np.vdot(layer.forward(X, training), dY)) + getattr(layer, "penalty", float)()

    assert_gradient("X", function, X, gradients["dX"], rng)
    for name, weights in layer.parameters.items():
        assert_gradient(name, function, weights, gradients[name], rng)


# --- manners ----------------------------------------------------------------------------------------------------------


@both_modes
@every_variant
def test_nothing_given_is_changed_and_float32_stays_float32(config: Layer, shape: Shape, training: bool) -> None:
    layer, X = built(config, shape, np.float32), batch(shape, dtype=np.float32)
    given = X.copy()
    Y = layer.forward(X, training)
    dY = batch(Y.shape[1:], dtype=np.float32, seed=14)
    sent = dY.copy()
    layer.backward(dY)
    np.testing.assert_array_equal(X, given)
    np.testing.assert_array_equal(dY, sent)
    arrays = {**layer.arrays(), **layer.gradients, **layer.states}
    wide = [name for name, a in arrays.items() if isinstance(a, np.ndarray) and a.dtype not in (np.float32, np.bool_)]
    assert wide == []


@every_layer
def test_same_seed_same_bits(config: Layer, shape: Shape) -> None:
    results = []
    for _ in range(2):
        layer = config.replace()
        layer.build(shape, np.random.default_rng(3))
        Y, _ = both_passes(layer, batch(shape, dtype=np.float32), training=True)
        results.append([Y.copy(), *(array.copy() for array in (*layer.parameters.values(), *layer.gradients.values()))])
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


@every_layer
def test_batches_of_any_size_follow_each_other(config: Layer, shape: Shape) -> None:
    layer, X = built(config, shape), batch(shape, samples=7)
    whole = layer.forward(X).copy()
    for rows in (slice(0, 1), slice(0, 4), slice(4, 7), slice(0, 7)):  # one sample, a full batch, the last short one
        Y, _ = both_passes(layer, X[rows], training=False)
        np.testing.assert_allclose(Y, whole[rows], rtol=1e-12)
        fresh = built(config, shape)
        both_passes(fresh, X[rows], training=False)
        for name in layer.gradients:
            np.testing.assert_array_equal(layer.gradients[name], fresh.gradients[name])


@every_layer
def test_building_again_starts_afresh(config: Layer, shape: Shape) -> None:
    layer = built(config, shape)
    other = (*shape[:-1], shape[-1] * 2)
    if not any(declared.kind == "shape" for declared in config.hypers()):
        layer.build(other, np.random.default_rng(0))
        assert layer.forward(batch(other)).shape == (SAMPLES, *layer.output_shape(other))


# --- what is wrong is said --------------------------------------------------------------------------------------------


@every_layer
def test_an_input_of_the_wrong_shape_is_named(config: Layer, shape: Shape) -> None:
    layer = built(config, shape, name="mine")
    wrong = batch((*shape[:-1], shape[-1] + 1))
    with pytest.raises(ShapeError) as told:
        layer.forward(wrong)
    text = str(told.value)
    assert f"{layer.kind_name()} 'mine'" in text
    assert str(wrong.shape) in text
    assert f"(N, {', '.join(map(str, shape))})" in text
    assert "rebuild the model" in text

    with pytest.raises(ShapeError, match=r"one sample without the batch axis: give X\[np.newaxis\]"):
        layer.forward(batch(shape)[0])


@every_layer
def test_a_layer_that_is_not_built_says_so(config: Layer, shape: Shape) -> None:
    with pytest.raises(ConfigError, match=rf"{config.kind_name()} is not built yet. Call build"):
        config.replace().forward(batch(shape))


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if kind.input_rank], ids=lambda kind: kind.__name__)
def test_an_input_with_too_many_or_too_few_axes_is_refused_before_building(kind: type[Layer]) -> None:
    for shape in ((), (5,), (4, 3), (4, 3, 2), (4, 3, 2, 2)):
        if len(shape) != kind.input_rank:
            with pytest.raises(ShapeError, match=rf"^{kind.__name__} needs .* but gets .*\. (Insert|Put) "):
                kind().output_shape(shape)
