"""Sequential: Keras's verbs on one flat vector, and errors that say what to do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core import Sequential
from core.errors import ConfigError, ShapeError
from core.evaluation import PIECE
from core.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D
from core.losses import CategoricalCrossentropy
from core.optimizers import SGD, Adam
from tests.core.contract import assert_gradient

SHAPE = (4, 4, 1)


def data(samples: int = 12, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(samples, *SHAPE)).astype(np.float32), rng.integers(0, 3, samples)


def compiled(
    *layers: Layer, dtype: str = "float32", seed: int = 5, loss: str = "categorical_crossentropy"
) -> Sequential:
    default = (Flatten(), Dense(6, "tanh"), Dense(3, "softmax"))
    model = Sequential(layers or default, seed=seed, dtype=dtype)
    model.build(SHAPE)
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


# --- Keras's words ----------------------------------------------------------------------------------------------------


def test_the_example_of_the_architecture() -> None:
    model = Sequential(
        [Conv2D(4, 3, padding="same", activation="relu"), MaxPooling2D(2), Flatten(), Dense(8, activation="relu"),
         Dense(3, activation="softmax")], seed=0,
    )  # fmt: skip
    model.build(SHAPE)
    model.compile(optimizer=Adam(1e-2), loss="categorical_crossentropy", metrics=["accuracy"])
    x, y = data(40)
    history = model.fit(x, y, batch_size=16, epochs=30, validation_data=data(7, seed=2), verbose=0)
    assert history.history.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history.epoch == list(range(30))
    assert history.history["loss"][-1] < history.history["loss"][0] / 2, "it learns forty images by heart"
    loss, accuracy = model.evaluate(x, y)
    assert accuracy > 0.8
    assert model.evaluate(x, y, return_dict=True) == {"loss": loss, "accuracy": accuracy}
    assert model.count_params() == 3 * 3 * 4 + 4 + 16 * 8 + 8 + 8 * 3 + 3
    assert [array.shape for array in model.gradients(x, y)] == [array.shape for array in model.get_weights()]


def test_fit_builds_by_the_data_and_prints_a_line_for_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    model = Sequential([Flatten(), Dense(3, "softmax")])
    model.compile()
    history = model.fit(*data(), epochs=2)
    assert history.history.keys() == {"loss"}, "accuracy only when it was asked for"
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Epoch 1/2 - ")
    assert second.endswith(f"loss: {history.history['loss'][1]:.4f}")


def test_fit_called_again_shuffles_anew_and_the_same_way_each_time() -> None:
    def orders() -> list[list[float]]:
        model, seen = compiled(), list[float]()
        forward_backward = model.fast_forward_backward
        model.fast_forward_backward = lambda X, *rest: (seen.append(X.item(0)), forward_backward(X, *rest))[1]  # type: ignore[method-assign]
        for _ in range(2):
            model.fit(*data(12), batch_size=1, verbose=0)
        return [seen[:12], seen[12:]]

    first, second = orders()
    assert sorted(first) == sorted(second)
    assert first != second
    assert orders() == [first, second]


def test_one_hot_and_whole_numbers_and_both_losses_train_alike() -> None:
    x, y = data()
    results = []
    for loss, labels in (("categorical_crossentropy", y), ("categorical_crossentropy", np.eye(3)[y]),
                         ("categorical_crossentropy", np.eye(3, dtype=int)[y]),
                         ("sparse_categorical_crossentropy", y), ("sparse_categorical_crossentropy", y[:, None]),
                         ("sparse_categorical_crossentropy", np.eye(3)[y])):  # fmt: skip
        model = compiled(loss=loss)
        model.fit(x, labels, epochs=2, verbose=0)
        results.append(model.parameters.copy())
    for result in results[1:]:
        np.testing.assert_allclose(result, results[0], rtol=1e-5, atol=1e-7)


def test_train_on_batch_tells_of_the_batch_before_the_update() -> None:
    model, (x, y) = compiled(), data()
    before = model.test_on_batch(x, y)
    assert model.train_on_batch(x, y) == before
    after = model.test_on_batch(x, y)
    assert after["loss"] < before["loss"]
    assert after == model.test_on_batch(x, y), "testing moves nothing"


def test_evaluate_counts_every_sample_once_whatever_the_pieces() -> None:
    model, (x, y) = compiled(), data(2 * PIECE + 3)
    Y = model.predict(x)
    loss, accuracy = model.evaluate(x, y)
    assert loss == pytest.approx(-np.log(Y[np.arange(len(y)), y]).mean(), rel=1e-5)
    assert accuracy == np.mean(Y.argmax(axis=1) == y)


def test_evaluate_gives_what_was_compiled() -> None:
    model, (x, y) = compiled(), data()
    model.compile(metrics=["precision", "recall", "f1", "accuracy"])
    scores = model.evaluate(x, y, return_dict=True)
    assert list(scores) == ["loss", "precision", "recall", "f1", "accuracy"]
    assert all(0 <= scores[name] <= 1 for name in list(scores)[1:])
    model.compile()
    assert model.evaluate(x, y) == pytest.approx(scores["loss"])


def test_numbers_may_be_met_as_well_as_classes() -> None:
    x = data(30)[0]
    y = 3 + x.reshape(30, -1).sum(axis=1)
    model = compiled(Flatten(), Dense(1), loss="mean_squared_error")
    before = model.evaluate(x, y, return_dict=True)
    assert math.isnan(before["accuracy"]), "there are no right answers to count"
    model.compile(SGD(0.1), "mean_squared_error", ["accuracy"])
    model.fit(x, y, epochs=200, verbose=0, validation_data=(x, y))
    assert model.evaluate(x, y, return_dict=True)["loss"] < 1e-3 < before["loss"]


def test_predict_gives_fresh_arrays_and_takes_no_more_at_once_than_told() -> None:
    model, (x, _) = compiled(), data(10)
    seen: list[int] = []
    forward = model.forward
    model.forward = lambda X, training=False: (seen.append(len(X)), forward(X, training))[1]  # type: ignore[method-assign]
    first = model.predict(x, batch_size=4)
    assert seen == [4, 4, 2]
    kept = first.copy()
    second = model.predict(-x)
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, kept)
    assert first.dtype == np.float32
    assert model.predict(x[:0]).shape == (0, 3)
    np.testing.assert_allclose(model.predict(x.astype(np.float64)), kept, rtol=1e-6)


# --- one flat vector --------------------------------------------------------------------------------------------------


def test_all_weights_are_views_of_one_vector_without_gap_or_overlap() -> None:
    model = compiled(Conv2D(2, 3), BatchNormalization(), Flatten(), Dense(4), BatchNormalization(), Dense(3, "softmax"))
    views = model.parameter_views()
    places = sorted((view.start, view.stop) for view in views)
    assert [start for start, _ in places] == [0, *(stop for _, stop in places[:-1])]
    assert places[-1][1] == model.parameters.size
    assert model.parameters.ctypes.data % 64 == model.gradient.ctypes.data % 64 == 0
    model.parameters[...] = np.arange(model.parameters.size)
    model.gradient[...] = -np.arange(model.gradient.size)
    copy = model.parameters.copy()
    for view in views:
        layer = model.layers[view.layer]
        mine = layer.parameters[view.name] if view.trainable else layer.states[view.name]
        assert np.shares_memory(mine, model.parameters)
        np.testing.assert_array_equal(mine, view.of(copy))
        if view.trainable:
            np.testing.assert_array_equal(layer.gradients[view.name], -view.of(copy))
    assert {view.layer_name for view in views} == {
        "conv2d", "batch_normalization", "dense", "batch_normalization_1", "dense_1",
    }  # fmt: skip


def test_what_is_not_trained_lies_behind_and_no_optimizer_touches_it() -> None:
    model = compiled(Flatten(), BatchNormalization(center=False, scale=False), Dense(3, "softmax"))
    assert model.trainable.size == model.gradient.size == 16 * 3 + 3
    assert model.parameters.size == model.trainable.size + 2 * 16
    model.compile(SGD(weight_decay=0.5))
    model.train_on_batch(data()[0] * 0 + 7, data()[1])
    np.testing.assert_allclose(model.layers[1].states["moving_mean"], 0.07, rtol=1e-5)
    only_averages = compiled(Flatten(), BatchNormalization(center=False, scale=False))
    assert (only_averages.parameters.size, only_averages.gradient.size) == (32, 0)


def test_weights_come_in_keras_order_as_copies() -> None:
    model = compiled(Flatten(), Dense(4), BatchNormalization(), Dense(3, "softmax"))
    names = [(view.layer_name, view.name) for view in model.parameter_views()]
    assert names == [
        ("dense", "W"), ("dense", "b"), ("batch_normalization", "gamma"), ("batch_normalization", "beta"),
        ("batch_normalization", "moving_mean"), ("batch_normalization", "moving_variance"), ("dense_1", "W"),
        ("dense_1", "b"),
    ]  # fmt: skip
    weights = model.get_weights()
    before = model.parameters.copy()
    for array in weights:
        array += 1
    np.testing.assert_array_equal(model.parameters, before)
    model.set_weights(weights)
    np.testing.assert_allclose(model.parameters, before + 1)
    np.testing.assert_array_equal(model.layers[1].W, weights[0])


def test_weights_that_do_not_fit_change_nothing() -> None:
    model = compiled()
    before, weights = model.parameters.copy(), [array + 1 for array in model.get_weights()]
    with pytest.raises(ShapeError, match=r"b of 'dense_1' has shape \(3,\), but the given array \(4,\)\. Weights fit"):
        model.set_weights([*weights[:3], np.zeros(4)])
    with pytest.raises(ShapeError, match=r"has 4 weight arrays but 3 were given\. Give as many"):
        model.set_weights(weights[:3])
    np.testing.assert_array_equal(model.parameters, before)


def test_same_seed_same_weights_whatever_else_is_drawn() -> None:
    np.testing.assert_array_equal(compiled().parameters, compiled().parameters)
    assert not np.array_equal(compiled(seed=6).parameters, compiled().parameters)
    model = compiled()
    model.fit(*data(), verbose=0)
    model.build(SHAPE)
    np.testing.assert_array_equal(model.parameters, compiled().parameters)


# --- gradients --------------------------------------------------------------------------------------------------------


def test_gradients_move_nothing_and_are_means_over_the_batch() -> None:
    model, (x, y) = compiled(dtype="float64"), data()
    before = model.parameters.copy()
    single = model.gradients(x, y)
    double = model.gradients(np.concatenate([x, x]), np.concatenate([y, y]))
    for one, two in zip(single, double, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(model.parameters, before)
    assert model.optimizer.steps == 0
    assert not any(np.shares_memory(array, model.gradient) for array in single)


def test_sgd_moves_the_weights_by_the_gradients() -> None:
    model, (x, y) = compiled(dtype="float64"), data()
    model.compile(SGD(0.5), "categorical_crossentropy")
    weights, gradients = model.get_weights(), model.gradients(x, y)
    model.train_on_batch(x, y)
    for now, before, gradient in zip(model.get_weights(), weights, gradients, strict=True):
        np.testing.assert_allclose(now, before - 0.5 * gradient, rtol=1e-12)


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "mean_squared_error"], ids=["shortcut", "long way"])
def test_the_gradient_of_the_input(loss: str) -> None:
    layers = (Flatten(), BatchNormalization(), Dense(6, "tanh"), Dropout(), Dense(3, "softmax"))
    model, (x, y) = compiled(*layers, dtype="float64", loss=loss), data()
    x = x.astype(np.float64)
    gradient = model.input_gradient(x, y)
    assert gradient.shape == x.shape
    assert not np.shares_memory(gradient, model.input_gradient(x, y))
    assert_gradient("x", lambda: model.test_on_batch(x, y)["loss"], x, gradient, np.random.default_rng(1))


def test_nobody_computes_what_the_pixels_should_have_been() -> None:
    model, (x, y) = compiled(), data()
    model.input_gradient(x, y)  # here somebody asked: once
    model.forward_backward(x, model.targets(y))
    first, second = model.layers[1], model.layers[2]
    assert first.dX is None
    assert second.dX is not None


def test_large_weights_cost_what_l2_says() -> None:
    plain, (x, y) = compiled(), data()
    model = compiled(Flatten(), Dense(6, "tanh", l2=0.1), Dense(3, "softmax", l2=0.01))
    W, V = model.layers[1].W, model.layers[2].W
    expected = plain.test_on_batch(x, y)["loss"] + 0.1 * np.square(W).sum() + 0.01 * np.square(V).sum()
    assert model.test_on_batch(x, y)["loss"] == pytest.approx(expected, rel=1e-6)
    difference = model.gradients(x, y)[0] - plain.gradients(x, y)[0]
    np.testing.assert_allclose(difference, 0.2 * W, rtol=1e-4, atol=1e-6)


def test_the_shortcut_needs_the_right_function_at_the_very_end() -> None:
    assert compiled().is_fused
    assert compiled(Flatten(), Dense(3), Activation("softmax")).is_fused
    assert not compiled(Flatten(), Dense(3, "softmax"), Dropout()).is_fused
    assert not compiled(loss="mean_squared_error").is_fused
    assert not compiled(loss="binary_crossentropy").is_fused


# --- life -------------------------------------------------------------------------------------------------------------


def test_a_clone_is_equal_and_lives_its_own_life() -> None:
    model, (x, y) = compiled(Flatten(), BatchNormalization(), Dense(3, "softmax")), data()
    model.compile(Adam(0.1), CategoricalCrossentropy(0.1), ["accuracy"])
    model.fit(x, y, epochs=2, verbose=0)
    twin = model.clone()
    np.testing.assert_array_equal(twin.predict(x), model.predict(x))
    assert twin.evaluate(x, y) == model.evaluate(x, y)
    assert (twin.layers, twin.optimizer, twin.loss) == (model.layers, model.optimizer, model.loss)
    before = model.parameters.copy()
    twin.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.parameters, before)
    wide = model.clone("float64")
    assert wide.predict(x).dtype == np.float64
    np.testing.assert_allclose(wide.predict(x), model.predict(x), rtol=1e-5)


def test_a_changed_stack_must_be_built_again() -> None:
    model, (x, _) = compiled(), data()
    assert model.pop() == Dense(3, "softmax", name="dense_1")
    model.add(Dense(2, "softmax"))
    with pytest.raises(ConfigError, match=r"not built yet\. Call build"):
        model.predict(x)
    model.build(SHAPE)
    assert model.predict(x).shape == (12, 2)


def test_a_build_that_is_refused_leaves_no_half_built_model() -> None:
    model = compiled()
    with pytest.raises(ShapeError):
        Sequential([*model.layers[1:]]).build(SHAPE)
    model.layers.append(Conv2D())
    with pytest.raises(ShapeError, match="Conv2D 'conv2d' needs an image"):
        model.build(SHAPE)
    assert not model.built


def test_summary_says_what_the_model_is(capsys: pytest.CaptureFixture[str]) -> None:
    compiled().summary()
    told = capsys.readouterr().out
    assert "4×4×1" not in told
    assert "dense_1" in told
    assert f"{16 * 6 + 6 + 6 * 3 + 3}" in told.splitlines()[-1]


def test_check_tells_the_problems_of_this_stack_and_loss() -> None:
    model = Sequential([Flatten(), Dense(5, "softmax")])
    model.compile()
    (problem,) = model.check(SHAPE, classes=3)
    assert problem.text == "There are 3 classes, but the last layer gives 5 numbers."
