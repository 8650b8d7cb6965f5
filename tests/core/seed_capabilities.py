"""What the program that this one grew from could do: for each a function that shows it here, as good or better.

The list of them all, in words, is `test_seed_checklist.py`, which runs these.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest

import core.data
from core import Sequential, Trainer, gradient_check
from core.activations import ACTIVATIONS, Sigmoid, Softmax, Tanh, get
from core.data import ImageDataGenerator, ImageFolder
from core.errors import FileError, ShapeError
from core.layers import Dense, Flatten
from core.losses import LOSSES, BinaryCrossentropy, CategoricalCrossentropy, MeanSquaredError
from core.metrics import ConfusionMatrix, LabelScores
from core.optimizers import SGD
from core.training import EpochDone
from tests.core.seed_defects import data, network, picture

ROOT = Path(__file__).parents[2]


def sequential_of_any_depth() -> None:
    model = Sequential(seed=1)
    for _ in range(40):
        model.add(Dense(4, "relu"))
    model.build((3,))
    assert [layer.W.shape for layer in model.layers] == [(3, 4)] + [(4, 4)] * 39


def any_image_is_flattened_and_a_wrong_one_refused_in_words() -> None:
    for shape in ((28, 28, 1), (5, 7, 3), (1, 1, 1)):
        model = network(Flatten(), Dense(10, "softmax"), shape=shape)
        assert model.predict(np.zeros((2, *shape))).shape == (2, 10)
        with pytest.raises(ShapeError, match=r"expects X of shape .* rebuild the model"):
            model.predict(np.zeros((2, 9, 9, 9)))


def each_step_of_an_update_can_be_taken_alone() -> None:
    model, whole = network(), network()
    x, y = data()
    (hidden, output), T = model.layers, np.eye(10, dtype=np.float32)[y]
    Y = output.forward(hidden.forward(x))
    dX = output.backward(model.loss.gradient(Y, T))  # the long way, through the Jacobian of softmax
    assert dX is not None
    hidden.backward(dX)
    before = model.parameters.copy()
    model.optimizer.step(model.trainable, model.gradient)
    assert not np.array_equal(before, model.parameters)
    whole.train_on_batch(x, y)
    np.testing.assert_allclose(model.parameters, whole.parameters, rtol=1e-4, atol=1e-6)


def layers_keep_what_they_computed() -> None:
    model, (x, y) = network(), data()
    model.gradients(x, y)
    assert {"X", "Z", "Y", "dY", "dZ", "W", "b", "dW", "db"} <= model.layers[0].arrays().keys()
    for layer in model.layers:
        np.testing.assert_allclose(layer.dW, layer.X.T @ layer.dZ, rtol=1e-4, atol=1e-6)  # type: ignore[attr-defined]


def weights_move_only_when_the_whole_backward_pass_is_done() -> None:
    model, (x, y) = network(), data()
    before, seen = model.parameters.copy(), []

    class Watching(SGD):
        def step(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
            seen.append(np.array_equal(parameters, before) and bool(model.layers[0].dW.any()))  # type: ignore[attr-defined]
            super().step(parameters, gradient)

    model.compile(Watching(0.1))
    model.train_on_batch(x, y)
    assert seen == [True]
    assert not np.array_equal(model.parameters, before)


def activations_have_their_full_jacobian_and_are_found_by_name() -> None:
    Z = np.random.default_rng(1).normal(size=(3, 4))
    for kind in ACTIVATIONS:
        jacobian = get(kind.kind_name()).jacobian(Z)
        assert jacobian.shape == (3, 4, 4)
        nudged = [kind().forward(Z + 1e-6 * unit, np.empty_like(Z)) for unit in np.eye(4)]
        slopes = [(each - kind().forward(Z, np.empty_like(Z))) / 1e-6 for each in nudged]
        np.testing.assert_allclose(jacobian, np.stack(slopes, axis=2), atol=1e-4)
    with pytest.raises(ValueError, match="Unknown activation 'step'"):
        get("step")


def sigmoid_tanh_and_softmax_overflow_nowhere() -> None:
    Z = np.array([[-1e4, -100, 0, 100, 1e4]], np.float32)
    with np.errstate(all="raise", under="ignore"):
        for function in (Sigmoid(), Tanh(), Softmax()):
            assert np.isfinite(function.forward(Z, np.empty_like(Z))).all()


def losses_for_one_class_for_several_labels_and_for_numbers() -> None:
    assert CategoricalCrossentropy.fuses_with == "softmax"
    assert BinaryCrossentropy.fuses_with == "sigmoid"
    assert MeanSquaredError in LOSSES  # of which the sum of squares is half as many times as there are outputs
    Y, T = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
    assert MeanSquaredError().value(Y, T) == pytest.approx((4 + 9 + 16) / 4)


def cross_entropy_is_finite_and_its_general_gradient_goes_through_the_jacobian() -> None:
    rng = np.random.default_rng(1)
    Z, T = rng.normal(size=(5, 4)), np.eye(4)[[0, 1, 2, 3, 0]]
    Y = Softmax().forward(Z, np.empty_like(Z))
    loss = CategoricalCrossentropy()
    assert loss.value(Y, T) == pytest.approx(-np.log(Y[T == 1]).mean())
    assert np.isfinite(loss.value(np.round(Y), T))
    general = np.einsum("nij,ni->nj", Softmax().jacobian(Z), loss.gradient(Y, T))
    np.testing.assert_allclose(general, (Y - T) / 5, atol=1e-12)


def the_shortcut_is_taken_only_where_it_is_right() -> None:
    assert network().is_fused
    assert not network(Dense(10, "sigmoid")).is_fused
    assert not network(loss="mean_squared_error").is_fused


def optimizers_have_one_interface() -> None:
    parameters, gradient = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    SGD(0.1).step(parameters, gradient)
    np.testing.assert_allclose(parameters, [0.95, 2.1])


def a_run_is_recorded_batch_by_batch_and_epoch_by_epoch() -> None:
    from core.run_history import RunHistory

    history, model = RunHistory(), network()
    for event in Trainer(model, *data(), batch_size=25, epochs=3, validation_data=data(20)).run():
        history.add(event)
    assert (len(history.losses), len(history.validations), len(history.epochs)) == (12, 4, 3)
    assert model.optimizer.steps == 12, "a network that was trained can be told from one that was not"


def fit_reports_and_single_batches_can_be_trained_and_tested() -> None:
    model, (x, y) = network(), data()
    with contextlib.redirect_stdout(io.StringIO()) as told:
        model.fit(x, y, epochs=2, validation_data=(x, y))
    assert told.getvalue().count("val_accuracy") == 2
    before = model.test_on_batch(x, y)
    assert model.train_on_batch(x, y) == pytest.approx(before)
    assert model.test_on_batch(x, y)["loss"] < before["loss"]


def shapes_and_arrays_have_names_in_the_types() -> None:
    from core.buffers import Array
    from core.layers.base import Shape

    assert Dense.forward.__annotations__["X"] == "Array"
    assert Dense.output_shape.__annotations__["input_shape"] == "Shape"
    assert Array is not Shape


def metrics_are_streaming_and_defined_where_nothing_was_answered() -> None:
    whole, parts = ConfusionMatrix(3), ConfusionMatrix(3)
    true, answered = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 1, 0, 1])
    whole.update(true, answered)
    for piece in (slice(0, 2), slice(2, 6)):
        parts.update(true[piece], answered[piece])
    np.testing.assert_array_equal(whole.counts, parts.counts)
    # by hand: class 2 is never answered, so its precision is 0 / 0 = 0
    np.testing.assert_allclose(whole.precision_per_class(), [1 / 2, 2 / 4, 0])
    np.testing.assert_allclose(whole.recall_per_class(), [1 / 2, 1, 0])
    assert np.isnan(ConfusionMatrix(3).accuracy)


def outputs_are_cut_at_a_threshold_or_the_largest_answers() -> None:
    labels = LabelScores(2, threshold=0.3)
    labels.update(np.array([[1, 0], [1, 1]]), np.array([[0.4, 0.2], [0.1, 0.9]]))
    assert labels.accuracy == 3 / 4
    assert labels.precision("micro") == 1
    assert labels.recall("micro") == 2 / 3


def folders_of_classes_become_batches(folder: Path) -> None:
    for name, ending in (("cat", "png"), ("cat", "bmp"), ("dog", "jpeg"), ("dog", "jpg")):
        picture(folder / name / f"{ending}.{ending}", "RGB", (200, 200, 200), size=(9, 5))
    generator = ImageDataGenerator.from_directory(
        folder, height=4, width=6, color_mode="rgb", test_share=0, validation_share=0, batch_size=3
    )
    assert generator.class_names == ("cat", "dog")
    batches = list(generator.train)
    assert [x.shape for x, _ in batches] == [(3, 4, 6, 3), (1, 4, 6, 3)]  # the last short batch is kept
    assert all(abs(x - 200 / 255).max() < 0.02 for x, _ in batches)
    assert sorted(int(label) for _, y in batches for label in y) == [0, 0, 1, 1]
    model = network(Flatten(), Dense(2, "softmax"), shape=(4, 6, 3))
    assert np.isfinite(model.train_on_batch(*batches[0])["loss"])  # labels become one-hot where the loss wants it


def one_file_in_several_folders_has_several_labels(folder: Path) -> None:
    for name, shade in (("cat/1.png", 10), ("pet/1.png", 10), ("pet/2.png", 60), ("cat/3.png", 90)):
        picture(folder / name, "L", shade)
    dataset = ImageFolder(str(folder), 4, 4, test_share=0).load()
    assert dataset.class_names == ("cat", "pet")
    assert sorted(dataset.y_train.tolist()) == [[0, 1], [1, 0], [1, 1]]


def splits_are_seeded_and_a_test_folder_is_kept_apart(folder: Path) -> None:
    for part, count in (("train", 20), ("test", 4)):
        for index in range(count):
            picture(folder / part / str(index % 2) / f"{index}.png", "L", index)
    first, again, other = (
        ImageDataGenerator.from_directory(folder, validation_share=0.2, seed=seed) for seed in (1, 1, 2)
    )
    sizes = [sum(len(y) for _, y in part) for part in (first.train, first.validation, first.test)]
    assert sizes == [16, 4, 4]

    def validated(generator: ImageDataGenerator) -> list[float]:
        return [float(image.max()) for x, _ in generator.validation for image in x]

    assert validated(first) == validated(again) != validated(other)


def batches_come_again_and_again(folder: Path) -> None:
    for index in range(5):
        picture(folder / "a" / f"{index}.png", "L", index)
    generator = ImageDataGenerator.from_directory(folder, test_share=0, validation_share=0, batch_size=2)
    assert [len(list(generator.train)) for _ in range(4)] == [3, 3, 3, 3]


def a_file_describes_a_job_and_is_checked() -> None:
    from nnvis import cli
    from nnvis.project import Project

    arguments = cli.parser().parse_args(["train", "digits.json", "--epochs", "3"])
    assert (arguments.command, arguments.project, arguments.epochs) == ("train", "digits.json", 3)
    written = json.loads(Project.default().to_json())
    assert Project.from_json(json.dumps(written)) == Project.default()
    written["layers"][1]["units"] = "many"
    with pytest.raises(FileError, match="units cannot be 'many'"):
        Project.from_json(json.dumps(written))


def epochs_are_timed() -> None:
    events = list(Trainer(network(), *data(), epochs=2).run())
    assert [event.seconds > 0 for event in events if isinstance(event, EpochDone)] == [True, True]


def mnist_is_trained_by_a_few_lines() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "from core.data import" in text
    assert "mnist()" in text, "these lines are run by test_papers.py"
    (x, y), _ = core.data.mnist()
    model = network(Flatten(), Dense(10, "softmax"), shape=(28, 28, 1))
    assert model.train_on_batch(x[:50] / np.float32(255), y[:50])["loss"] > 0


def a_network_worked_out_by_hand() -> None:
    from tests.core import test_seed_network as paper

    model = Sequential([Dense(2, "tanh"), Dense(2, "softmax")], dtype="float64")
    model.build((3,))
    model.compile(SGD(paper.RATE), "categorical_crossentropy")
    model.set_weights([np.array(array) for array in (paper.W1, paper.B1, paper.W2, paper.B2)])
    gradients = model.gradients(np.array(paper.X), np.array(paper.T))
    for found, by_hand in zip(gradients, (paper.DW1, paper.DB1, paper.DW2, paper.DB2), strict=True):
        np.testing.assert_allclose(found, by_hand, rtol=1e-12)
    losses = [model.train_on_batch(np.array(paper.X), np.array(paper.T))["loss"] for _ in range(20)]
    assert losses[0] == pytest.approx(paper.LOSS)
    assert losses == sorted(losses, reverse=True)


def gradients_agree_with_differences() -> None:
    assert gradient_check(network(), *data(10)).passed


def the_simplified_and_the_general_delta_agree() -> None:
    model, (x, y) = network(), data()
    T = np.eye(10, dtype=np.float32)[y]
    model.forward_backward(x, T)
    short = model.gradient.copy()
    Y = model.forward(x)
    error: np.ndarray | None = model.loss.gradient(Y, T)
    for layer in reversed(model.layers):
        error = layer.backward(error)
    np.testing.assert_allclose(model.gradient, short, rtol=1e-3, atol=1e-6)


def a_batch_is_the_same_as_its_samples_one_by_one() -> None:
    model, (x, y) = network(), data(20)
    np.testing.assert_allclose(model.predict(x), np.concatenate([model.predict(each[None]) for each in x]), rtol=1e-4)
    whole = model.gradients(x, y)
    singles = [model.gradients(x[i : i + 1], y[i : i + 1]) for i in range(20)]
    for position, gradient in enumerate(whole):
        mean = np.mean([single[position] for single in singles], axis=0)
        np.testing.assert_allclose(gradient, mean, rtol=1e-3, atol=1e-6)


def the_theory_has_a_page_for_every_step() -> None:
    pages = {path.stem for path in (ROOT / "resources" / "theory").glob("*.md")}
    assert {"bp1", "bp2", "bp3", "bp4", "chain_rule", "cross_entropy", "squared_error", "activations", "jacobian",
            "gradient_descent", "softmax", "gradient_check"} <= pages  # fmt: skip
