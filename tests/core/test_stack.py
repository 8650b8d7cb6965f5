"""Looking at a stack without building it: names, shapes, and problems whose remedies really cure them."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core.memory
from core import Sequential, Trainer
from core.data import Scaling
from core.layers import (
    LAYERS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Reshape,
)
from core.losses import LOSSES, BinaryCrossentropy, CategoricalCrossentropy, Loss, MeanSquaredError
from core.memory import free_memory, needs, physical_memory, readable
from core.optimizers import SGD, Adam, Optimizer
from core.stack import LARGEST_NETWORK, Problem, check, describe, layer_names, obstacle, snake_case, summary_text

IMAGE = (28, 28, 1)
CROSS_ENTROPY = CategoricalCrossentropy()
GOOD = (Flatten(), Dense(16, "relu"), Dense(10, "softmax"))


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "snake"),
    [("Dense", "dense"), ("Conv2D", "conv2d"), ("MaxPooling2D", "max_pooling2d"), ("ReLU", "re_lu"),
     ("BatchNormalization", "batch_normalization"), ("GlobalAveragePooling2D", "global_average_pooling2d"),
     ("GRU", "gru"), ("UpSampling2D", "up_sampling2d")],
)  # fmt: skip
def test_kinds_are_spelt_as_keras_does(name: str, snake: str) -> None:
    assert snake_case(name) == snake


def test_layers_are_numbered_as_keras_does() -> None:
    layers = (Conv2D(), Dense(1), Conv2D(), Dense(2), Dense(3))
    assert layer_names(layers) == ("conv2d", "dense", "conv2d_1", "dense_1", "dense_2")


def test_a_name_that_was_given_is_kept_and_no_other_takes_it() -> None:
    assert layer_names((Dense(1), Dense(1, name="dense"), Dense(1, name="out"))) == ("dense_1", "dense", "out")
    assert layer_names((Dense(1, name="a"), Dense(1, name="a"))) == ("a", "a_1")


@given(st.lists(st.sampled_from(["", "", "dense", "dense_1", "dense_2", "x", "x_1"]), max_size=12))
def test_names_are_unique_and_the_first_owner_keeps_his(given_names: list[str]) -> None:
    layers = [Dense(1, name=name) for name in given_names]
    names = layer_names(layers)
    assert len(set(names)) == len(names)
    for index, name in enumerate(given_names):
        if name and name not in given_names[:index]:
            assert names[index] == name


# --- shapes and counts ------------------------------------------------------------------------------------------------


def test_describe_counts_as_one_does_by_hand() -> None:
    layers = (Conv2D(8, 3), MaxPooling2D(), BatchNormalization(), Flatten(), Dense(10))
    reports = describe(layers, IMAGE)
    assert [report.output_shape for report in reports] == [(26, 26, 8), (13, 13, 8), (13, 13, 8), (1352,), (10,)]
    assert [report.parameters for report in reports] == [3 * 3 * 8 + 8, 0, 4 * 8, 0, 1352 * 10 + 10]
    assert reports[0].multiply_adds == 26 * 26 * 3 * 3 * 8
    assert reports[4].multiply_adds == 13520


def test_behind_a_layer_that_cannot_stand_nothing_is_known() -> None:
    reports = describe((Dense(4), Conv2D(), Dense(5)), (7,))
    assert [(report.input_shape, report.output_shape) for report in reports] == [
        ((7,), (4,)), ((4,), None), (None, None),
    ]  # fmt: skip
    assert reports[2].parameters == 0


def test_summary_has_a_line_for_each_layer_and_the_total() -> None:
    lines = summary_text("digits", GOOD, describe(GOOD, IMAGE)).splitlines()
    assert lines[0] == 'Model "digits"'
    assert lines[4].split() == ["dense", "Dense", "16", "12,560", "12,544"]
    assert lines[-1].split() == ["Total", "12,730", "12,704"]
    assert len({len(line) for line in lines[1:]}) == 1, "the columns stand below each other"


def test_an_obstacle_says_why_a_layer_cannot_be_put_somewhere() -> None:
    assert obstacle(Dense(), IMAGE) == "needs a flat input; here: 28×28×1"
    assert obstacle(Conv2D(), (784,)) == "needs an image; here: 784 numbers"
    assert obstacle(Conv2D(kernel_size=5), (3, 3, 1)) == "too large for 3×3×1"
    assert obstacle(Flatten(), (784,)) == "already flat: 784 numbers"
    assert obstacle(Reshape((28, 28, 1)), (10,)) == "does not fit 10 numbers"
    assert obstacle(Dense(), (784,)) == obstacle(Dense(), None) == ""


# --- problems and remedies --------------------------------------------------------------------------------------------

PROBLEMS = {
    "empty": ((), CROSS_ENTROPY, None, "", "The stack is empty", "Add an output layer"),
    "not flat": ((Dense(10, "softmax"),), CROSS_ENTROPY, 0, "", "Dense needs a flat input but gets 28×28×1",
                 "Insert Flatten"),
    "flat too early": ((Flatten(), Conv2D(), Flatten(), Dense(10, "softmax")), CROSS_ENTROPY, 1, "",
                       "Conv2D needs an image (height, width, channels) but gets 784.", "Remove Conv2D"),
    "window too large": ((MaxPooling2D(16), MaxPooling2D(2), *GOOD), CROSS_ENTROPY, 1, "",
                         "has a window of 2×2 but its input is only 1×1", "Remove MaxPooling2D"),
    "ends in an image": ((Conv2D(10, activation="softmax"),), CROSS_ENTROPY, 0, "",
                         "ends in 26×26×10, but needs 10 numbers", "Add Flatten, Dense"),
    "units": ((Flatten(), Dense(7, "softmax")), CROSS_ENTROPY, 1, "units",
              "There are 10 classes, but the last layer gives 7 numbers.", "Use 10 units"),
    "units below": ((Flatten(), Dense(7), Dropout(), Activation("softmax")), CROSS_ENTROPY, 1, "units",
                    "There are 10 classes, but this layer gives 7 numbers.", "Use 10 units"),
    "no dense": ((Conv2D(7), GlobalAveragePooling2D()), CROSS_ENTROPY, 1, "", "the last layer gives 7 numbers",
                 "Add Dense 10"),
    "relu": ((Flatten(), Dense(10, "relu")), CROSS_ENTROPY, 1, "activation",
             "Cross-entropy needs probabilities, but relu gives any number from 0 upwards.", "Use softmax"),
    "sigmoid": ((Flatten(), Dense(10, "sigmoid")), CROSS_ENTROPY, 1, "activation", "do not add up to 1",
                "Use softmax"),
    "no activation": ((Flatten(), Dense(10), BatchNormalization()), CROSS_ENTROPY, 2, "",
                      "needs probabilities, but the last layer gives any number", "Add softmax"),
    "dropout last": ((*GOOD, Dropout()), CROSS_ENTROPY, 3, "", "Dropout behind softmax changes the probabilities",
                     "Remove Dropout"),
    "binary": ((Flatten(), Dense(10, "tanh")), BinaryCrossentropy(), 1, "activation",
               "but tanh gives numbers from −1 to 1", "Use sigmoid"),
    "binary softmax": ((Flatten(), Dense(10, "softmax")), BinaryCrossentropy(), 1, "activation",
                       "asks about each class by itself", "Use sigmoid"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROBLEMS)
def test_each_problem_is_told_on_its_layer_and_cured_by_its_remedy(case: str) -> None:
    layers, loss, layer, hyper, text, label = PROBLEMS[case]
    (problem,) = check(layers, IMAGE, 10, loss)
    assert (problem.layer, problem.hyper or "") == (layer, hyper)
    assert text in problem.text
    assert problem.text.endswith(".")
    assert problem.severity == ("warning" if case in ("sigmoid", "binary softmax") else "error")
    assert problem.remedy is not None
    assert problem.remedy.label == label
    assert problem not in check(problem.remedy.layers, IMAGE, 10, loss)
    if case in ("units", "units below", "not flat", "relu", "sigmoid", "dropout last", "binary", "empty"):
        assert check(problem.remedy.layers, IMAGE, 10, loss) == ()


@pytest.mark.parametrize("loss", [kind() for kind in LOSSES], ids=lambda loss: loss.kind_name())
def test_a_sound_stack_has_no_problem(loss: Loss) -> None:
    assert check((Flatten(), Dense(10, loss.fuses_with or "relu")), IMAGE, 10, loss) == ()


def test_a_regression_loss_takes_any_numbers() -> None:
    assert check((Flatten(), Dense(10, "tanh")), IMAGE, 10, MeanSquaredError()) == ()


any_layer = st.sampled_from(
    [kind() for kind in LAYERS]
    + [Dense(10, "softmax"), Dense(3, "tanh"), Conv2D(4, 5, 2), MaxPooling2D(7), Activation("softmax"), Reshape(784)]
)


def cures(layers: tuple[Layer, ...], loss: Loss) -> tuple[Problem, ...]:
    """Press the first remedy that is offered, again and again; what is left."""
    for _ in range(12):
        problems = check(layers, IMAGE, 10, loss)
        offering = next((problem for problem in problems if problem.remedy), None)
        if offering is None or offering.remedy is None:
            return problems
        layers = offering.remedy.layers
        assert offering not in check(layers, IMAGE, 10, loss), "a remedy removes the problem that offered it"
    raise AssertionError("the remedies go round in circles")


@settings(max_examples=150)
@given(st.lists(any_layer, max_size=6), st.sampled_from([kind() for kind in LOSSES]))
def test_pressing_remedies_ends_in_a_network_that_can_be_built(layers: list[Layer], loss: Loss) -> None:
    assert cures(tuple(layers), loss) == ()


@settings(max_examples=60)
@given(st.lists(any_layer, min_size=1, max_size=5))
def test_check_and_build_agree_on_what_can_be_built(layers: list[Layer]) -> None:
    model = Sequential([layer.replace() for layer in layers])
    reports = describe(layers, (8, 8, 1))
    if all(report.output_shape for report in reports):
        model.build((8, 8, 1))
        assert model.output_shape == reports[-1].output_shape
        assert model.count_params() == sum(report.parameters for report in reports)
        assert model.predict(np.zeros((2, 8, 8, 1))).shape == (2, *model.output_shape)
    else:
        with pytest.raises(ValueError, match=r".* .*\. .*"):  # what is wrong, and what to do
            model.build((8, 8, 1))
        assert not model.built


# --- too large --------------------------------------------------------------------------------------------------------


def test_a_network_of_a_thousand_million_units_is_refused_at_once_and_without_allocating() -> None:
    layers = (Flatten(), Dense(8192, "relu"), Dense(10, "softmax"))
    tracemalloc.start()
    try:
        started = time.perf_counter()
        (problem,) = check(layers, (31623, 31623, 1), 10, CROSS_ENTROPY)
        seconds = time.perf_counter() - started
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (problem.layer, problem.hyper, problem.severity) == (1, "units", "error")
    assert f"{31623**2 * 8192 + 8192 + 8192 * 10 + 10:,} parameters need about 163,842.3 GB in training" in problem.text
    assert "Give it fewer units." in problem.text
    assert problem.remedy is None, "one unit alone would have a thousand million weights"
    assert seconds < 0.1
    assert peak < 1_000_000


HEAVY = (Conv2D(1024), Conv2D(1024), GlobalAveragePooling2D(), Dense(10, "softmax"))


def test_what_a_network_computes_counts_not_only_its_parameters() -> None:
    assert sum(report.parameters for report in describe(HEAVY, IMAGE)) < LARGEST_NETWORK
    started = time.perf_counter()
    (problem,) = check(HEAVY, IMAGE, 10, CROSS_ENTROPY, batch_size=64, free=8 << 30)
    assert time.perf_counter() - started < 0.1
    assert (problem.layer, problem.hyper, problem.severity) == (1, "filters", "error")
    assert "needs about 14.1 GB of memory, 11.6 GB of it in this Conv2D; half of the 8.6 GB" in problem.text
    assert problem.text.endswith("Give it fewer filters.")
    assert problem.remedy is not None
    assert problem.remedy.label == "Make 2 layers smaller"
    assert check(problem.remedy.layers, IMAGE, 10, CROSS_ENTROPY, batch_size=64, free=8 << 30) == ()


def test_the_batch_the_optimizer_and_the_free_memory_decide() -> None:
    wide = (Flatten(), Dense(8192, "relu"), Dense(4096, "relu"), Dense(10, "softmax"))

    def fits(batch_size: int, optimizer: Optimizer, free: int) -> bool:
        return check(wide, IMAGE, 10, CROSS_ENTROPY, batch_size=batch_size, optimizer=optimizer, free=free) == ()

    assert fits(32, SGD(), 1750 << 20)
    assert not fits(4096, SGD(), 1750 << 20)
    assert not fits(32, Adam(), 1750 << 20)
    assert fits(4096, Adam(), 8 << 30)
    (problem,) = check(wide, IMAGE, 10, CROSS_ENTROPY, batch_size=4096, optimizer=SGD(), free=1750 << 20)
    assert problem.text.endswith("Give it fewer units, or take a smaller batch.")


def test_where_no_layer_alone_is_too_wide_several_are_made_smaller() -> None:
    layers = (Flatten(), *(Dense(4096, "relu") for _ in range(3)), Dense(10, "softmax"))
    (problem,) = check(layers, IMAGE, 10, CROSS_ENTROPY, free=100 << 20)
    assert problem.remedy is not None
    assert problem.remedy.label == "Make 3 layers smaller"
    assert check(problem.remedy.layers, IMAGE, 10, CROSS_ENTROPY, free=100 << 20) == ()
    assert problem.remedy.layers[-1] == layers[-1], "the answers stay as many"


@pytest.mark.parametrize("layers", [
    (Flatten(), Dense(256, "relu"), Dense(10, "softmax")),
    (Conv2D(8, 3, padding="same", activation="relu"), MaxPooling2D(), Conv2D(16, 3), Flatten(), Dense(10, "softmax")),
    (Conv2D(8, 3), BatchNormalization(), Activation("relu"), Dropout(), GlobalAveragePooling2D(), Dense(10, "softmax")),
], ids=["dense", "convolutional", "normalised"])  # fmt: skip
def test_the_estimate_is_what_training_really_takes(layers: tuple[Layer, ...]) -> None:
    x, y = np.zeros((600, *IMAGE), np.uint8), np.arange(600) % 10
    tracemalloc.start()
    try:
        model = Sequential(layers)
        model.build(IMAGE)
        model.compile(Adam(), CROSS_ENTROPY)
        trainer = Trainer(model, x, y, batch_size=256, scaling=Scaling.unit(), validation_data=(x / np.float32(1), y))
        trainer.observe_validation = lambda: None  # somebody looks at what the layers give, as the window does
        for _ in trainer.run():
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    samples = 2 * x.size * 4  # those that were made here, and batches of them
    estimate = sum(needs(layers, describe(layers, IMAGE), 256, Adam()))
    assert 0.5 < estimate / (peak - samples) < 3


def test_free_memory_is_less_than_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 << 20 < free_memory() <= physical_memory()
    monkeypatch.setattr(core.memory, "CONTAINER", tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    unlimited = free_memory()
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert free_memory() == 600_000 < unlimited


def test_sizes_are_said_as_people_say_them() -> None:
    assert [readable(size) for size in (1000, 2.5e6, 9.994e8, 1.25e9, 1e15)] == [
        "1 kB", "2 MB", "999 MB", "1.2 GB", "1,000,000.0 GB",
    ]  # fmt: skip
