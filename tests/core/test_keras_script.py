"""A script as a Keras user writes it for a small convolutional network. Only its import lines were changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import keras as our_keras
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, ShapeError
from core.schedules import ReduceLROnPlateau

KERAS_IMPORTS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
"""
OUR_IMPORTS = """\
import numpy as np
from core import keras
from core.keras import layers
"""

SCRIPT = """\
def prepare(images, labels, count):
    pixels = images[:count].astype("float32") / 255.0
    return np.expand_dims(pixels, axis=-1), keras.utils.to_categorical(labels[:count], 10)


(train_images, train_labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
x, y = prepare(train_images, train_labels, 3000)
x_test, y_test = prepare(test_images, test_labels, 500)

net = keras.Sequential(name="digits")
net.add(keras.Input(shape=x.shape[1:]))
for filters in (8, 16):
    net.add(layers.Conv2D(filters, kernel_size=(3, 3), padding="same", activation="relu"))
    net.add(layers.MaxPooling2D(pool_size=(2, 2)))
net.add(layers.Flatten())
net.add(layers.Dropout(0.3))
net.add(layers.Dense(10, activation="softmax"))
net.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
net.summary()

history = net.fit(x, y, batch_size=64, epochs=4, validation_split=0.1)
score = net.evaluate(x_test, y_test, verbose=0)
print(f"on test images: loss {score[0]:.3f}, accuracy {score[1]:.3f}")
"""

ANOTHER = """\
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_test = x_train[:2000].reshape(-1, 28, 28, 1) / 255.0, x_test[:300].reshape(-1, 28, 28, 1) / 255.0
y_train, y_test = y_train[:2000], y_test[:300]

model = keras.models.Sequential()
model.add(layers.Conv2D(6, 3, strides=2, padding="same", activation="relu", input_shape=(28, 28, 1)))
model.add(layers.BatchNormalization())
model.add(layers.MaxPool2D(2))
model.add(layers.Flatten())
model.add(layers.Dense(32, activation="relu", kernel_initializer="he_normal", name="hidden"))
model.add(layers.Dense(10, activation="softmax"))
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=3e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=["accuracy"],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True, verbose=1)
slow_down = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=1)
history = model.fit(
    x_train, y_train, batch_size=50, epochs=5, validation_data=(x_test, y_test), callbacks=[stop, slow_down],
    class_weight={digit: 1.0 for digit in range(10)}, verbose=2, shuffle=True,
)
loss, accuracy = model.evaluate(x_test, y_test, verbose=2)
probabilities = model.predict(x_test[:5])
digits = np.argmax(probabilities, axis=1)
weights = model.get_weights()
model.save(path)
again = keras.models.load_model(path)
again.set_weights(weights)
first_kernel, first_bias = model.layers[0].get_weights()
named = [layer.name for layer in model.layers]
parameters = model.count_params()
"""


def run(script: str, **given: object) -> dict[str, object]:
    """The names that the script leaves, run with our imports before it."""
    names: dict[str, object] = dict(given)
    exec(compile(OUR_IMPORTS + script, "<a Keras user's script>", "exec"), names)
    return names


def test_the_imports_are_all_that_was_changed() -> None:
    assert KERAS_IMPORTS.count("\n") == OUR_IMPORTS.count("\n") == 3
    assert not [line for line in (SCRIPT + ANOTHER).splitlines() if "import" in line]


def test_a_small_convolutional_network(capsys: pytest.CaptureFixture[str]) -> None:
    names = run(SCRIPT)
    assert names["score"][1] > 0.85  # type: ignore[index]
    history = names["history"].history  # type: ignore[attr-defined]
    assert history.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert [len(values) for values in history.values()] == [4] * 4
    told = capsys.readouterr().out
    assert "conv2d_1" in told, "the summary"
    assert "Epoch 4/4" in told
    assert "on test images: loss 0." in told


def test_an_older_style_with_callbacks_and_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.keras"
    names = run(ANOTHER, path=path)
    model, again = names["model"], names["again"]
    assert isinstance(model, our_keras.Sequential)
    assert isinstance(again, our_keras.Sequential)
    assert names["accuracy"] > 0.8  # type: ignore[operator]
    assert names["probabilities"].shape == (5, 10)  # type: ignore[attr-defined]
    np.testing.assert_allclose(names["probabilities"].sum(axis=1), 1, rtol=1e-5)  # type: ignore[attr-defined]
    assert names["digits"].shape == (5,)  # type: ignore[attr-defined]
    assert [array.shape for array in model.get_weights()] == [
        (3, 3, 1, 6), (6,), (6,), (6,), (6,), (6,), (294, 32), (32,), (32, 10), (10,),
    ]  # fmt: skip
    assert names["named"] == ["conv2d", "batch_normalization", "max_pooling2d", "flatten", "hidden", "dense"]
    assert names["parameters"] == sum(array.size for array in model.get_weights())
    assert names["first_kernel"].shape == (3, 3, 1, 6)  # type: ignore[attr-defined]
    assert (again.layers, again.optimizer, again.loss) == (model.layers, model.optimizer, model.loss)
    np.testing.assert_array_equal(again.parameters, model.parameters)
    assert "Epoch 1/5" in capsys.readouterr().out


# --- the words one by one ---------------------------------------------------------------------------------------------


def toy(samples: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.normal(size=(samples, 5)).astype(np.float32), rng.integers(0, 3, samples)


def toy_model(*layers: object) -> our_keras.Sequential:
    model = our_keras.Sequential([*layers, our_keras.layers.Dense(3, "softmax")], seed=2)
    model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"])
    return model


def test_an_input_builds_the_network_as_it_grows() -> None:
    model = our_keras.Sequential([our_keras.Input(shape=(5,))])
    assert not model.built
    model.add(our_keras.layers.Dense(4))
    assert model.count_params() == 24
    model.add(our_keras.layers.Dense(2))
    assert model.count_params() == 34
    model.pop()
    assert model.count_params() == 24
    assert [layer.name for layer in model.layers] == ["dense"]
    with pytest.raises(ConfigError, match="An Input can only stand first"):
        model.add(our_keras.Input(shape=(5,)))


def test_an_input_shape_on_the_first_layer_builds_too_and_is_not_a_hyperparameter() -> None:
    Dense = our_keras.layers.Dense
    layer = Dense(4, input_shape=(5,))
    assert layer == Dense(4)
    assert "input_shape" not in layer.to_dict()
    assert our_keras.Sequential([layer, Dense(2)]).count_params() == 34
    assert not our_keras.Sequential([Dense(4), Dense(2, input_shape=(4,))]).built


@pytest.mark.parametrize("shape", [(), (0,), (2.0, 3), "28", (True,), (None, 28), 28])
def test_a_shape_that_is_none(shape: object) -> None:
    with pytest.raises(ConfigError, match="shape of a sample cannot be"):
        our_keras.Input(shape)  # type: ignore[arg-type]


def test_a_validation_split_takes_the_last_samples() -> None:
    x, y = toy()
    split, given = toy_model(), toy_model()
    told = split.fit(x, y, epochs=3, validation_split=0.25, verbose=0).history
    expected = given.fit(x[:30], y[:30], epochs=3, validation_data=(x[30:], y[30:]), verbose=0).history
    assert told == expected
    np.testing.assert_array_equal(split.parameters, given.parameters)
    overruled = toy_model().fit(x, y, validation_split=0.25, validation_data=(x, y), verbose=0).history
    assert overruled == toy_model().fit(x, y, validation_data=(x, y), verbose=0).history


@pytest.mark.parametrize("share", [-0.1, 1.0, 5.0, 0.999])
def test_a_validation_split_that_leaves_nothing(share: float) -> None:
    with pytest.raises(ConfigError, match="validation_split of"):
        toy_model().fit(*toy(), validation_split=share, verbose=0)


def test_arguments_may_be_given_in_kerass_order() -> None:
    x, y = toy()
    assert toy_model().fit(x, y, 8, 2, 0).history == toy_model().fit(x, y, batch_size=8, epochs=2, verbose=0).history


def test_callbacks_are_used_afresh_in_each_fit() -> None:
    x, y = toy()
    noise = np.random.default_rng(5).integers(0, 3, 40)
    model = toy_model()
    stopping = EarlyStopping(patience=1)
    lengths = [
        len(model.fit(x, y, epochs=50, validation_data=(x, noise), callbacks=[stopping], verbose=0).epoch)
        for _ in range(2)
    ]
    assert max(lengths) < 50
    assert stopping.best_epoch is None


def test_kerass_early_stopping_has_kerass_defaults() -> None:
    assert our_keras.callbacks.EarlyStopping() == EarlyStopping(patience=1, restore_best_weights=False)
    given = our_keras.callbacks.EarlyStopping("val_accuracy", 0.01, 4, 1, "max", restore_best_weights=True)
    assert given == EarlyStopping(monitor="val_accuracy", min_delta=0.01, patience=4, restore_best_weights=True)


@pytest.mark.parametrize(
    "callbacks", [["EarlyStopping"], [ReduceLROnPlateau(), ReduceLROnPlateau()], [lambda epoch, logs: None]]
)
def test_a_callback_that_is_none_of_ours(callbacks: list[object]) -> None:
    with pytest.raises(ConfigError, match=r"fit cannot take the callback .* go through the events of Trainer.run"):
        toy_model().fit(*toy(), validation_split=0.5, callbacks=callbacks, verbose=0)  # type: ignore[arg-type]


def test_weights_of_one_layer_can_be_read_and_written() -> None:
    model = toy_model(our_keras.Input(shape=(5,)), our_keras.layers.BatchNormalization())
    layer = model.layers[0]
    changed = [array + 1 for array in layer.get_weights()]
    layer.set_weights(changed)
    np.testing.assert_array_equal(np.concatenate(layer.get_weights()), np.concatenate(changed))
    np.testing.assert_array_equal(np.concatenate(model.get_weights()[:4]), np.concatenate(changed))
    with pytest.raises(ShapeError, match="'batch_normalization' has arrays of shapes"):
        layer.set_weights(changed[:3])


def test_short_names_of_losses() -> None:
    for short, long in (("mse", "mean_squared_error"), ("mae", "mean_absolute_error")):
        model = our_keras.Sequential([our_keras.layers.Dense(1)])
        model.compile(loss=short)
        assert model.loss.kind_name() == long


def test_to_categorical_counts_the_classes_unless_told() -> None:
    np.testing.assert_array_equal(our_keras.utils.to_categorical([0, 2]), [[1, 0, 0], [0, 0, 1]])
    assert our_keras.utils.to_categorical([[0], [2]], 4).shape == (2, 4)
