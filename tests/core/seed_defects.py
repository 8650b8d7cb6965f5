"""The defects of the program that this one grew from: for each a function that fails when it comes back.

The list of them all, in words, is `test_seed_checklist.py`, which runs these.
"""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import core
import core.data
from core import Sequential, Trainer, gradient_check
from core.activations import ACTIVATIONS, Softmax
from core.data import ImageDataGenerator, ImageFolder
from core.errors import ConfigError
from core.layers import LAYERS, Dense, Dropout, Flatten
from core.losses import LOSSES, BinaryCrossentropy, CategoricalCrossentropy
from core.metrics import ConfusionMatrix, accuracy
from core.optimizers import OPTIMIZERS, SGD, Adam
from core.stack import describe
from core.training import BatchDone, EpochDone, ValidationDone

ROOT = Path(__file__).parents[2]


def picture(path: Path, mode: str, color: Any, size: tuple[int, int] = (6, 6)) -> None:
    """Write a picture of one colour; the ending of `path` says in which format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path)


def network(*layers: Any, shape: tuple[int, ...] = (8,), loss: str = "categorical_crossentropy") -> Sequential:
    model = Sequential(layers or (Dense(6, "tanh"), Dense(10, "softmax")), seed=1)
    model.build(shape)
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


def data(samples: int = 100, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.normal(size=(samples, 8)).astype(np.float32), rng.integers(0, classes, samples)


def defect_01_accuracy_is_not_counted_one_against_the_rest() -> None:
    guesses, labels = np.random.default_rng(1).random((10_000, 10)), np.arange(10_000) % 10
    assert accuracy(guesses, labels) == pytest.approx(0.1, abs=0.02)  # there: 0.82


def defect_02_equal_outputs_are_not_several_answers() -> None:
    model = network()
    model.parameters[...] = 0
    model.compile(metrics=["precision", "recall"])
    scores = model.evaluate(*data(), return_dict=True)
    share = np.mean(data()[1] == 0)
    assert scores["recall"] == pytest.approx(0.1)  # there: 1.0
    assert scores["precision"] == pytest.approx(share / 10)


def defect_03_each_average_is_another_number_and_no_other_is_accepted() -> None:
    matrix = ConfusionMatrix(3)
    matrix.update(np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 1]))
    assert len({matrix.precision("macro"), matrix.precision("micro"), matrix.precision("weighted")}) == 3
    with pytest.raises(ConfigError, match="Unknown average"):
        matrix.precision("samples")  # type: ignore[arg-type]


def defect_04_predict_predicts() -> None:
    outputs = network().predict(data()[0])
    assert outputs.shape == (100, 10)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)


def defect_05_every_picture_becomes_grey_or_coloured_as_asked(folder: Path) -> None:
    colours = {"RGB": (250, 20, 20), "RGBA": (20, 250, 20, 255), "L": 130, "P": 3, "CMYK": (9, 9, 9, 9)}
    for mode, colour in colours.items():
        picture(folder / "a" / f"{mode}.{'jpg' if mode == 'CMYK' else 'png'}", mode, colour)
    for color_mode, channels in (("grayscale", 1), ("rgb", 3)):
        dataset = ImageFolder(str(folder), 6, 6, color_mode, test_share=0).load()
        assert dataset.x_train.shape == (5, 6, 6, channels)  # there: an error, or four channels
        assert not dataset.skipped


def defect_06_a_grey_picture_keeps_its_channel_when_it_is_resized(folder: Path) -> None:
    picture(folder / "a" / "one.png", "L", 90, size=(40, 30))
    assert ImageFolder(str(folder), 28, 28, test_share=0).load().x_train.shape == (1, 28, 28, 1)  # there: (1, 28, 28)


def defect_07_height_is_height_and_width_is_width(folder: Path) -> None:
    image = Image.new("L", (40, 20), 0)
    image.paste(255, (0, 0, 40, 10))  # the upper half is white
    (folder / "a").mkdir()
    image.save(folder / "a" / "one.png")
    (pixels,) = ImageFolder(str(folder), height=64, width=32, test_share=0).load().x_train
    assert pixels.shape == (64, 32, 1)  # there: 32 x 64
    assert pixels[:31].min() > 200
    assert pixels[33:].max() < 50


def defect_08_a_sample_may_have_several_labels_and_a_label_of_0_has_its_gradient() -> None:
    Y, T = np.array([[0.9, 0.2, 0.6]]), np.array([[1.0, 0, 1]])
    assert (BinaryCrossentropy().gradient(Y, T) != 0).all()
    x = data()[0]
    labels = np.stack([x[:, 0] > 0, x[:, 1] > 0, x[:, 0] > x[:, 1]], axis=1)
    model = network(Dense(16, "tanh"), Dense(3, "sigmoid"), loss="binary_crossentropy")
    model.compile("adam", "binary_crossentropy")
    model.fit(x, labels, epochs=150, verbose=0)
    assert ((model.predict(x) > 0.5) == labels).mean() > 0.95


def defect_09_regression_has_losses_and_trains() -> None:
    x = data()[0]
    for loss in ("mean_squared_error", "mean_absolute_error", "huber"):
        model = network(Dense(1), loss=loss)
        model.compile(Adam(0.05), loss)
        before = model.evaluate(x, x[:, 0])
        model.fit(x, x[:, 0], epochs=60, verbose=0)
        assert model.evaluate(x, x[:, 0]) < before / 2


def defect_10_classes_have_the_same_number_in_training_and_test(folder: Path) -> None:
    for part, classes in (("test", ("cherry", "apple")), ("train", ("cherry", "banana", "apple"))):
        for name in classes:
            picture(folder / part / name / f"{name}.png", "L", {"apple": 10, "banana": 100, "cherry": 200}[name])
    dataset = ImageFolder(str(folder), 4, 4).load()
    assert dataset.class_names == ("apple", "banana", "cherry")
    for x, y in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        assert [{10: 0, 100: 1, 200: 2}[int(pixels.max())] for pixels in x] == y.tolist()


def defect_11_and_12_the_order_is_new_each_epoch_and_the_same_for_the_same_seed() -> None:
    def orders(seed: int) -> list[list[float]]:
        model = network()
        events = Trainer(model, *data(20), batch_size=1, epochs=2, seed=seed).run()
        losses = [event.loss for event in events if isinstance(event, BatchDone)]
        return [losses[:20], losses[20:]]

    first, second = orders(1)
    assert np.argsort(first).tolist() != np.argsort(second).tolist()
    assert orders(1) == [first, second] != orders(2)


def defect_13_every_epoch_is_whole() -> None:
    events = list(Trainer(network(), *data(50), batch_size=8, epochs=5).run())
    assert sum(event.size for event in events if isinstance(event, BatchDone)) == 5 * 50  # there: 3 batches in all


def defect_14_pictures_are_found_in_any_spelling_and_decoded_once(folder: Path) -> None:
    for name in ("a.PNG", "b.Jpg", "c.JPEG", "d.bmp", "e.GIF", "f.WebP"):
        picture(folder / "a" / name, "RGB", (9, 9, 9))
    decoded = 0

    class Counting(ImageFolder):
        def decode(self, path: Path) -> np.ndarray:
            nonlocal decoded
            decoded += 1
            return super().decode(path)

    generator = ImageDataGenerator(Counting(str(folder), 4, 4, test_share=0).load(), validation_share=0)
    for _ in range(3):
        assert sum(len(x) for x, _ in generator.train) == 6
    assert decoded == 6  # there: once in every epoch


def defect_15_softmax_subtracts_the_largest_score_of_each_row() -> None:
    Z = np.array([[1e4, 0], [1.0, 2.0]], np.float32)
    Y = Softmax().forward(Z, np.empty_like(Z))
    np.testing.assert_allclose(Y, [[1, 0], [0.26894142, 0.73105858]], rtol=1e-6)  # there: NaN in the second row


def defect_16_a_layer_may_have_a_single_unit() -> None:
    for activation in (kind.kind_name() for kind in ACTIVATIONS):
        model = network(Dense(1, activation), Dense(10, "softmax"))
        x, y = data()
        assert np.isfinite(model.train_on_batch(x, y)["loss"])
        assert np.isfinite(model.train_on_batch(x[:1], y[:1])["loss"])
        assert model.predict(x[:1]).shape == (1, 10)


def defect_17_element_wise_activations_need_no_jacobian_to_train() -> None:
    model = network(Dense(256, "tanh"), Dense(128, "relu"), Dense(10, "softmax"))
    x, y = data(32)
    tracemalloc.start()
    try:
        model.train_on_batch(x, y)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32 * 256 * 256 * 4 / 8  # one Jacobian for each of 32 samples would be eight times that


def defect_18_signals_neither_fade_nor_explode_through_ten_layers() -> None:
    for activation, initializer in (("tanh", "glorot_uniform"), ("relu", "he_normal")):
        layers = [Dense(100, activation, kernel_initializer=initializer) for _ in range(10)]
        model = network(*layers, Dense(10, "softmax"))
        x, y = data()
        gradients = model.gradients(x, y)
        assert all(np.all(layer.b == 0) for layer in layers)
        top, bottom = (np.abs(gradients[index]).mean() for index in (-4, 2))
        assert 0.1 < bottom / top < 10  # there: under 1e-12


def defect_19_a_probability_of_0_gives_no_infinite_gradient() -> None:
    Y, T = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    assert np.isfinite(CategoricalCrossentropy().gradient(Y, T)).all()
    assert np.isfinite(CategoricalCrossentropy().value(Y, T))


def defect_20_what_belongs_to_an_epoch_comes_once_an_epoch() -> None:
    events = list(Trainer(network(), *data(), epochs=4, validation_data=data(20)).run())
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [0, 1, 2, 3]
    history = network().fit(*data(), epochs=4, validation_data=data(20), verbose=0)
    assert {len(values) for values in history.history.values()} == {4}


def defect_21_a_running_average_is_not_passed_off_as_a_measurement() -> None:
    x, y = data()
    trainer = Trainer(network(), x, y, epochs=1, validation_data=(x, y))
    trainer.model.optimizer.learning_rate = 1.0
    events = list(trainer.run())
    measured, done = events[-3], events[-2]
    assert isinstance(measured, ValidationDone)
    assert isinstance(done, EpochDone)
    loss, share = trainer.model.evaluate(x, y)
    assert (measured.loss, measured.accuracy) == (done.val_loss, done.val_accuracy) == (loss, share)
    assert done.loss != loss, "the average over the epoch is another number, and stands in another field"


def defect_22_the_loss_that_is_reported_is_the_loss_of_the_model() -> None:
    x, y = data()
    for loss in (kind() for kind in LOSSES):
        model = network(Dense(10, loss.fuses_with or "linear"), loss=loss.kind_name())
        assert model.evaluate(x, y)[0] == pytest.approx(loss.value(model.predict(x), loss.encode(y, 10)), rel=1e-5)


def defect_23_the_benchmark_compares_the_same_network() -> None:
    from tests.benchmarks import mlp_step

    there = SimpleNamespace(Linear=lambda inputs, units: (inputs, units), ReLU=lambda: "relu", Sequential=lambda *a: a)
    pytorchs = [each for each in mlp_step.network(there) if each != "relu"]
    shapes = [report.input_shape + report.output_shape for report in describe(mlp_step.LAYERS, mlp_step.SIZES[:1])]
    assert pytorchs == shapes  # there: 16 hidden units beside 32 and 16


def defect_24_catalogues_hold_classes_and_unknown_names_raise() -> None:
    for catalogue in (LAYERS, LOSSES, OPTIMIZERS, ACTIVATIONS):
        assert all(isinstance(kind, type) for kind in catalogue)
    for wrong in ({"optimizer": "sdg"}, {"loss": "cce"}, {"metrics": ["acc"]}):
        with pytest.raises(ConfigError, match="Unknown"):
            network().compile(**wrong)


def defect_25_the_core_needs_no_framework_and_no_windows() -> None:
    program = (
        "import sys, core.data, core.model_file\n"
        "print([name for name in ('tensorflow', 'torch', 'cv2') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    pinned = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "C:\\" not in pinned
    assert "vc=" not in pinned


def defect_26_the_gradient_check_runs_is_central_and_looks_at_biases() -> None:
    model, (x, y) = network(), data(10)
    report = gradient_check(model, x, y)
    assert report.passed
    assert {check.name for check in report.checks} == {"W", "b"}
    # The slope of a cubic at 1 is 3; a forward difference of width 1 would say 7.
    at = np.array([1.0])
    from core.gradient_check import central_difference

    assert central_difference(lambda: float(at[0] ** 3), at, 0, 1e-5) == pytest.approx(3, rel=1e-9)


def defect_27_what_is_called_gives_its_result_and_nothing_grows() -> None:
    model, (x, y) = network(), data()
    history = model.fit(x, y, epochs=3, verbose=0)
    assert len(history.history["loss"]) == 3
    sizes = []
    for _ in range(2):
        for _ in range(50):
            model.train_on_batch(x, y)
        sizes.append(sum(len(vars(each)) for each in (model, *model.layers)))
        sizes.append(sum(len(value) for each in (model, *model.layers) for value in vars(each).values()
                         if isinstance(value, list | dict)))  # fmt: skip
    assert sizes[:2] == sizes[2:]  # there: a list of costs and a count of layers that grew with every call


def defect_28_float32_with_dropout_momentum_and_a_stratified_split() -> None:
    model = network(Dense(6, "relu"), Dropout(0.5), Dense(10, "softmax"))
    model.compile(SGD(0.1, momentum=0.9))
    model.train_on_batch(*data())
    assert {array.dtype for array in (*model.get_weights(), model.gradient, model.predict(data()[0]))} == {
        np.dtype(np.float32)
    }
    labels = np.repeat([0, 1], [90, 10])
    _, validation = core.data.stratified_split(labels, 0.2, np.random.default_rng(1))
    assert labels[validation].tolist() == [0] * 18 + [1] * 2


def defect_29_mnist_needs_no_network_and_no_other_program() -> None:
    (x, y), (x_test, y_test) = core.data.mnist()
    assert (x.shape, x_test.shape) == ((60_000, 28, 28, 1), (10_000, 28, 28, 1))
    model = network(Flatten(), Dense(10, "softmax"), shape=(28, 28, 1))
    model.fit(x[:1000] / np.float32(255), y[:1000], epochs=3, verbose=0)
    assert model.evaluate(x_test[:500] / np.float32(255), y_test[:500])[1] > 0.6
