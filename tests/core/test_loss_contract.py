"""What every loss promises: its equations hold, the shortcut agrees with the long way, labels are understood."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

import core.losses
from core import activations
from core.errors import ConfigError, ShapeError
from core.hyper import from_dict
from core.losses import (
    LOSSES,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    get,
)
from tests.core.contract import assert_gradient, forgotten, identity, variants

SAMPLES, CLASSES = 5, 4
LABELS = np.array([0, 3, 1, 1, 2])

VARIANTS = [loss for kind in LOSSES for loss in variants(kind)]
every_loss = pytest.mark.parametrize("loss", VARIANTS, ids=identity)
every_fused_loss = pytest.mark.parametrize("loss", [loss for loss in VARIANTS if loss.fuses_with], ids=identity)


def outputs(loss: Loss) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores Z, outputs Y as the loss wants them, and targets T in the precision of the model."""
    Z = np.random.default_rng(1).normal(size=(SAMPLES, CLASSES))
    return Z, answers(loss, Z), targets(loss, LABELS)


def targets(loss: Loss, labels: np.ndarray) -> np.ndarray:
    T = loss.encode(labels, CLASSES)
    return T if T.dtype.kind in "iu" else T.astype(np.float64)


def answers(loss: Loss, Z: np.ndarray) -> np.ndarray:
    return activations.get(loss.fuses_with or "linear").forward(Z, np.empty_like(Z))


# --- mathematics ------------------------------------------------------------------------------------------------------


@every_loss
def test_equations_say_what_the_code_did(loss: Loss) -> None:
    Z, Y, T = outputs(loss)
    results = [(loss.value_equations, "L", loss.value(Y, T)), (loss.gradient_equations, "dY", loss.gradient(Y, T))]
    if loss.fuses_with:
        results.append((loss.fused_value_equations, "L", loss.fused_value(Z, Y, T)))
        results.append((loss.fused_equations, "dZ", loss.fused_gradient(Y, T)))
    for equations, symbol, result in results:
        values = {"Z": Z, **loss.arrays(Y, T)}
        for equation in equations:
            values[equation.symbol] = equation.evaluate(values)
        np.testing.assert_allclose(values[symbol], result, rtol=1e-12, err_msg=str(equation))


@every_loss
def test_gradient_is_the_slope_of_value(loss: Loss) -> None:
    _, Y, T = outputs(loss)
    assert_gradient("Y", lambda: loss.value(Y, T), Y, loss.gradient(Y, T).copy(), np.random.default_rng(2))


@every_fused_loss
def test_the_shortcut_is_the_slope_of_the_loss_by_the_scores(loss: Loss) -> None:
    Z, Y, T = outputs(loss)
    dZ = loss.fused_gradient(Y, T).copy()
    assert_gradient("Z", lambda: loss.fused_value(Z, answers(loss, Z), T), Z, dZ, np.random.default_rng(2))


@every_fused_loss
def test_the_shortcut_agrees_with_the_long_way_through_the_jacobian(loss: Loss) -> None:
    Z, Y, T = outputs(loss)
    assert loss.fused_value(Z, Y, T) == pytest.approx(loss.value(Y, T), rel=1e-12)
    shortcut, dY = loss.fused_gradient(Y, T).copy(), loss.gradient(Y, T)
    J = activations.get(loss.fuses_with or "").jacobian(Z)
    np.testing.assert_allclose(np.einsum("nij,ni->nj", J, dY), shortcut, rtol=1e-12, atol=1e-16)


@every_loss
def test_each_sample_counts_by_its_weight(loss: Loss) -> None:
    Z, Y, T = outputs(loss)
    weights = np.array([0.0, 2, 1, 0.5, 3])
    each = np.array([loss.value(Y[n : n + 1], T[n : n + 1]) for n in range(SAMPLES)])
    assert loss.value(Y, T) == pytest.approx(each.mean(), rel=1e-12)
    assert loss.value(Y, T, weights) == pytest.approx((each * weights).sum() / SAMPLES, rel=1e-12)
    if loss.fuses_with:
        assert loss.fused_value(Z, Y, T, weights) == pytest.approx(loss.value(Y, T, weights), rel=1e-12)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_cross_entropy_by_hand() -> None:
    Y, T = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4]]), np.array([[1.0, 0, 0], [0, 0, 1]])
    assert CategoricalCrossentropy().value(Y, T) == pytest.approx(-(math.log(0.7) + math.log(0.4)) / 2)
    np.testing.assert_allclose(CategoricalCrossentropy().gradient(Y, T), [[-1 / 1.4, 0, 0], [0, 0, -1 / 0.8]])
    # A tenth of each target spread over three classes: 0.9 + 0.1 / 3 for the true one, 0.1 / 3 for the others.
    smooth = -sum(t * math.log(y) for t, y in zip([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3], Y[0], strict=True))
    assert CategoricalCrossentropy(label_smoothing=0.1).value(Y[:1], T[:1]) == pytest.approx(smooth)


def test_binary_cross_entropy_has_a_gradient_for_each_label_also_for_a_no() -> None:
    Y, T = np.array([[0.9, 0.2]]), np.array([[1.0, 0]])
    assert BinaryCrossentropy().value(Y, T) == pytest.approx(-(math.log(0.9) + math.log(0.8)) / 2)
    np.testing.assert_allclose(BinaryCrossentropy().gradient(Y, T), [[-1 / 0.9 / 2, 1 / 0.8 / 2]])


def test_regression_losses_by_hand() -> None:
    Y, T = np.array([[1.0, 5.0]]), np.array([[1.5, 2.0]])  # off by -0.5 and 3
    expected = {"mean_squared_error": (0.25 + 9) / 2, "mean_absolute_error": (0.5 + 3) / 2, "huber": (0.125 + 2.5) / 2}
    for kind in LOSSES:
        if not kind.wants_probabilities:
            assert kind().value(Y, T) == pytest.approx(expected[kind.kind_name()]), kind


@pytest.mark.parametrize("loss", [CategoricalCrossentropy(), SparseCategoricalCrossentropy()])
def test_the_loss_is_exact_where_softmax_has_become_0(loss: Loss) -> None:
    Z = np.array([[0, -200], [1000, 0]], np.float32)
    Y = answers(loss, Z)
    T = loss.encode(np.array([1, 1]), 2)
    assert Y[0, 1] == Y[1, 1] == 0, "e^-200 is too small for float32"
    assert loss.fused_value(Z, Y, T) == (200 + 1000) / 2
    np.testing.assert_array_equal(loss.fused_gradient(Y, T), [[0.5, -0.5], [0.5, -0.5]])


def test_the_loss_is_exact_where_sigmoid_has_become_0_or_1() -> None:
    loss, Z = BinaryCrossentropy(), np.array([[-200.0, 1000]], np.float32)
    T = np.array([[1, 0]], np.float32)
    assert loss.fused_value(Z, answers(loss, Z), T) == (200 + 1000) / 2
    np.testing.assert_array_equal(loss.fused_gradient(answers(loss, Z), T), [[-0.5, 0.5]])


@every_loss
def test_an_answer_of_exactly_0_or_1_costs_much_but_not_infinity(loss: Loss) -> None:
    Y = np.array([[0, 1, 0, 0], [0, 0, 0, 1]], np.float32)
    T = loss.encode(np.array([0, 3]), CLASSES)
    assert np.isfinite(loss.value(Y, T))
    dY = loss.gradient(Y, T)
    assert dY.dtype == np.float32
    assert np.isfinite(dY).all()


# --- labels -----------------------------------------------------------------------------------------------------------

ONE_HOT = np.eye(CLASSES)[LABELS]
FORMS: dict[str, np.ndarray] = {
    "labels": LABELS, "small labels": LABELS.astype(np.uint8), "whole floats": LABELS.astype(np.float32),
    "one-hot": ONE_HOT, "one-hot integers": ONE_HOT.astype(np.int64), "one-hot bytes": ONE_HOT.astype(np.uint8),
    "one-hot truth": ONE_HOT.astype(bool),
}  # fmt: skip


@every_loss
@pytest.mark.parametrize("form", FORMS)
def test_labels_in_any_form_mean_the_same(loss: Loss, form: str) -> None:
    _, Y, T = outputs(loss)
    same = targets(loss, FORMS[form])
    assert loss.value(Y, same) == pytest.approx(loss.value(Y, T), rel=1e-12)
    np.testing.assert_allclose(loss.gradient(Y, same), loss.gradient(Y, T).copy(), rtol=1e-12)


def test_whole_numbers_and_one_hot_are_one_loss() -> None:
    Z, Y, T = outputs(CategoricalCrossentropy())
    one_hot, sparse = CategoricalCrossentropy(), SparseCategoricalCrossentropy()
    assert sparse.value(Y, LABELS) == pytest.approx(one_hot.value(Y, T), rel=1e-12)
    assert sparse.fused_value(Z, Y, LABELS[:, None]) == pytest.approx(one_hot.fused_value(Z, Y, T), rel=1e-12)
    np.testing.assert_allclose(sparse.gradient(Y, LABELS), one_hot.gradient(Y, T), rtol=1e-12)
    np.testing.assert_allclose(sparse.fused_gradient(Y, LABELS), one_hot.fused_gradient(Y, T), rtol=1e-12, atol=1e-16)


@every_loss
@pytest.mark.parametrize(("labels", "told"), [
    ([0, 4], "Labels run from 0 to 4, but the network has 4 outputs. .*as many units as there are classes"),
    ([-1, 2], "Labels run from -1 to 2, but"),
    ([0.7, 1], "Labels must be whole numbers, but 0.7 is among them"),
])  # fmt: skip
def test_labels_that_no_output_stands_for_are_named(loss: Loss, labels: list[float], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        loss.encode(np.array(labels), CLASSES)


@every_loss
def test_targets_of_another_shape_are_named_with_what_to_do(loss: Loss) -> None:
    Y = np.full((3, CLASSES), 0.25)
    for T in (np.ones((3, 2)), np.ones((2, CLASSES)), np.ones(3)):
        for function in (loss.value, loss.gradient):
            with pytest.raises(ShapeError) as told:
                function(Y, T)
            assert loss.title in str(told.value)
            assert str(T.shape) in str(told.value)
            assert "categorical_crossentropy" in str(told.value)


def test_numbers_to_be_met_are_no_labels() -> None:
    T = MeanSquaredError().encode(np.array([0.3, -7.5]), 1)
    np.testing.assert_array_equal(T, [[0.3], [-7.5]])


# --- manners ----------------------------------------------------------------------------------------------------------


@every_loss
def test_nothing_given_is_changed(loss: Loss) -> None:
    Z, Y, T = outputs(loss)
    calls: list[Callable[[], object]] = [lambda: loss.value(Y, T), lambda: loss.gradient(Y, T)]
    if loss.fuses_with:
        calls += [lambda: loss.fused_value(Z, Y, T), lambda: loss.fused_gradient(Y, T)]
    before = [array.copy() for array in (Z, Y, T)]
    for call in calls:
        call()
        for array, copy in zip((Z, Y, T), before, strict=True):
            np.testing.assert_array_equal(array, copy)


@every_loss
def test_a_loss_is_a_value(loss: Loss) -> None:
    assert from_dict(LOSSES, json.loads(json.dumps(loss.to_dict())), "loss") == loss


def test_every_loss_is_in_the_catalogue() -> None:
    assert forgotten(LOSSES, Loss, core.losses) == []
    for kind in LOSSES:
        assert type(get(kind.kind_name())) is kind
        assert kind.sentence.endswith(".")
        assert all(declared.help for declared in kind.hypers())
    with pytest.raises(ConfigError, match=r"Unknown loss 'hinge'. Known: categorical_crossentropy, "):
        get("hinge")
