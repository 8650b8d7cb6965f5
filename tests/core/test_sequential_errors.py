"""Whatever is wrong with a model or its data is said in three parts: what, where with which values, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core import Sequential
from core.errors import ConfigError, CoreError, ShapeError
from core.layers import Dense, Flatten

SHAPE = (4, 4, 1)
X, Y = np.zeros((12, *SHAPE), np.float32), np.arange(12) % 3


def model(loss: str = "categorical_crossentropy") -> Sequential:
    made = Sequential([Flatten(), Dense(3, "softmax")])
    made.build(SHAPE)
    made.compile("sgd", loss)
    return made


def unbuilt() -> Sequential:
    return Sequential([Dense(3)])


def one_object_twice() -> None:
    layer = Dense(3)
    Sequential([layer, layer]).build((3,))


ERRORS: dict[str, tuple[Callable[[], Any], type[CoreError], str]] = {
    "empty stack": (lambda: Sequential().build(SHAPE), ConfigError, r"The stack is empty\. Add at least one layer"),
    "nothing to pop": (lambda: Sequential().pop(), ConfigError, r"no layer to remove: the stack is empty"),
    "one object twice": (one_object_twice, ConfigError, r"twice\. Put layer.replace\(\)"),
    "not flat": (
        lambda: unbuilt().build(SHAPE), ShapeError,
        r"Dense 'dense' needs a flat input \(n\) but gets 4×4×1\. Insert Flatten before it\.",
    ),
    "not built": (lambda: unbuilt().get_weights(), ConfigError, r"not built yet\. Call build\(input_shape\)"),
    "layers not built": (lambda: unbuilt().forward(X), ConfigError, r"Dense is not built yet\. Call build"),
    "no optimizer": (lambda: unbuilt().optimizer, ConfigError, r"no optimizer yet\. Call compile"),
    "no loss": (lambda: unbuilt().loss, ConfigError, r"no loss yet\. Call compile"),
    "unknown metric": (lambda: model().compile(metrics=["auc"]), ConfigError, r"'auc'\. Known: accuracy, precision"),
    "unknown loss": (lambda: model("hinge"), ConfigError, r"loss 'hinge'\. Known: categorical"),
    "unknown optimizer": (lambda: model().compile("lion"), ConfigError, r"optimizer 'lion'\. Known: SGD"),
    "fewer labels": (lambda: model().train_on_batch(X, Y[:5]), ShapeError, r"12 samples but 5 labels\. Give one"),
    "no samples": (lambda: model().train_on_batch(X[:0], Y[:0]), ConfigError, r"no samples in this batch\. Give"),
    "nothing to evaluate": (lambda: model().evaluate(X[:0], Y[:0]), ConfigError, r"no samples to evaluate\. Give"),
    "another input": (
        lambda: model().predict(np.zeros((2, 5, 4, 1))), ShapeError,
        r"Flatten 'flatten' expects X of shape \(N, 4, 4, 1\) but got \(2, 5, 4, 1\)\. .* rebuild the model",
    ),
    "one sample alone": (lambda: model().predict(X[0]), ShapeError, r"without the batch axis: give X\[np.newaxis\]"),
    "label too large": (
        lambda: model().gradients(X, Y + 1), ConfigError,
        r"Labels run from 1 to 3, but the network has 3 outputs\. Labels must lie between 0 and 2",
    ),
    "label too large, sparse": (
        lambda: model("sparse_categorical_crossentropy").evaluate(X, Y + 1), ConfigError, r"Labels run from 1 to 3"
    ),
    "wrong one-hot": (
        lambda: model().evaluate(X, np.eye(4)[Y]), ShapeError,
        r"categorical cross-entropy compares outputs \(12, 3\) with targets \(12, 4\)\. Both must",
    ),
    "wrong one-hot, sparse": (
        lambda: model("sparse_categorical_crossentropy").evaluate(X, np.eye(4)[Y]), ShapeError,
        r"sparse categorical cross-entropy needs one whole-number label for each .* use categorical_crossentropy",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_says_what_where_and_what_to_do(case: str) -> None:
    call, kind, told = ERRORS[case]
    with pytest.raises(kind, match=told):
        call()
