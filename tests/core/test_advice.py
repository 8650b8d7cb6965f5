"""Advice on stacks that can be trained, and layers that are left out of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from core import Sequential
from core.advice import advise
from core.layers import LAYERS, Activation, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D
from core.losses import CategoricalCrossentropy
from core.stack import check, describe

IMAGE = (28, 28, 1)
OUTPUT = Dense(units=10, activation="softmax")
HIDDEN = Dense(units=64, activation="relu")

CASES: dict[str, tuple[tuple[Layer, ...], int, str, str | None]] = {
    "gaps": ((Conv2D(8, 3, 5, activation="relu"), Flatten(), OUTPUT), 0, "strides", "Move by 3×3"),
    "gaps in pooling": ((MaxPooling2D(2, strides=3), Flatten(), HIDDEN, OUTPUT), 0, "strides", "Move by 2×2"),
    "linear": ((Flatten(), Dense(64), Dropout(), OUTPUT), 1, "activation", "Use relu"),
    "equal": ((Flatten(), HIDDEN.replace(kernel_initializer="zeros"), OUTPUT), 1, "kernel_initializer",
              "Use glorot_uniform"),
    "lost scores": ((Flatten(), HIDDEN, Dense(10, "relu"), Activation("softmax")), 2, "activation", "Use linear"),
    "bottleneck": ((Flatten(), Dense(1, "relu"), OUTPUT), 1, "units", "Use 32 units"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_hardly_meant_is_told_and_cured(case: str) -> None:
    layers, layer, hyper, label = CASES[case]
    (problem,) = advise(layers, IMAGE)
    assert (problem.layer, problem.hyper, problem.severity) == (layer, hyper, "warning")
    assert problem.text.endswith(".")
    assert problem.remedy is not None
    assert problem.remedy.label == label
    assert advise(problem.remedy.layers, IMAGE) == ()
    assert check(problem.remedy.layers, IMAGE, 10, CategoricalCrossentropy()) == ()


def test_softmax_regression_is_noted_and_nothing_else() -> None:
    (note,) = advise((Flatten(), OUTPUT), IMAGE)
    assert (note.layer, note.severity, note.remedy) == (1, "note", None)


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten(), HIDDEN, OUTPUT),
        (Conv2D(8, activation="relu"), MaxPooling2D(), Flatten(), HIDDEN, OUTPUT),
        (Flatten(), Dense(64), Activation("relu"), Dense(10), Activation("softmax")),
    ],
)
def test_a_good_stack_gets_no_advice(layers: Sequence[Layer]) -> None:
    assert advise(layers, IMAGE) == ()


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_can_be_left_out(kind: type[Layer]) -> None:
    layer = kind(enabled=False)
    report = describe((layer, Flatten()), IMAGE)[0]
    assert report.output_shape == IMAGE
    assert (report.parameters, report.multiply_adds) == (0, 0)
    assert kind.kind_name() not in [other.kind_name() for other in Sequential([layer]).layers]
    assert layer.replace(enabled=True) == kind()


def test_a_network_is_what_it_would_be_without_the_layers_left_out(rng: np.random.Generator) -> None:
    x = rng.random((3, *IMAGE), dtype=np.float32)
    whole = Sequential([Flatten(), Dense(7, enabled=False), HIDDEN.replace(), OUTPUT.replace()], seed=3)
    whole.add(Dropout(enabled=False))
    bare = Sequential([Flatten(), HIDDEN.replace(), OUTPUT.replace()], seed=3)
    for model in (whole, bare):
        model.build(IMAGE)
    np.testing.assert_array_equal(whole.predict(x), bare.predict(x))


def test_a_remedy_keeps_what_is_left_out_where_it_was() -> None:
    spare = Dense(99, enabled=False)
    layers = (spare, Dense(16, "relu"), Dropout(enabled=False), Dense(10, "softmax"))
    (problem,) = check(layers, IMAGE, 10, CategoricalCrossentropy())
    assert problem.layer == 1
    assert problem.remedy is not None
    kinds = [layer.kind_name() for layer in problem.remedy.layers]
    assert kinds == ["Dense", "Flatten", "Dense", "Dropout", "Dense"]
    assert problem.remedy.layers[0] is spare
    (advice,) = advise((Flatten(), spare, Dense(1, "relu"), OUTPUT), IMAGE)
    assert advice.layer == 2
    assert advice.remedy is not None
    assert [layer.enabled for layer in advice.remedy.layers] == [True, False, True, True]


def test_a_stack_of_nothing_but_layers_left_out_is_empty() -> None:
    (problem,) = check((Dense(3, enabled=False),), IMAGE, 10, CategoricalCrossentropy())
    assert problem.layer is None
    assert "empty" in problem.text
