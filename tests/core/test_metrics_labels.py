"""Several labels a sample, and the true class among the largest k: counted by hand and by plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core import Sequential, Trainer
from core.answers import Answers, OneClass, SeveralLabels, answers_for
from core.errors import ConfigError, ShapeError
from core.evaluation import evaluate
from core.layers import Dense
from core.losses import LOSSES, BinaryCrossentropy, CategoricalCrossentropy, MeanSquaredError
from core.metrics import LabelScores, TopK
from core.optimizers import Adam
from core.training import BatchDone, EpochDone, ValidationDone

# Three labels, five samples by hand. Label 0: there 3 times, said 3 times, right 2. Label 1: there once, said never.
# Label 2: never there, said once.
TARGETS = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]], np.float32)
OUTPUTS = np.array([[0.9, 0.1, 0.2], [0.8, 0.4, 0.1], [0.7, 0.5, 0.0], [0.2, 0.0, 0.6], [0.1, 0.2, 0.3]], np.float32)


def scores() -> LabelScores:
    made = LabelScores(3)
    made.update(TARGETS[:2], OUTPUTS[:2])
    made.update(TARGETS[2:], OUTPUTS[2:])
    return made


def test_label_scores_by_hand() -> None:
    made = scores()
    np.testing.assert_allclose(made.precision_per_class(), [2 / 3, 0, 0])
    np.testing.assert_allclose(made.recall_per_class(), [2 / 3, 0, 0])
    np.testing.assert_allclose(made.f1_per_class(), [2 / 3, 0, 0])
    assert made.precision("micro") == pytest.approx(2 / 4), "of four yeses two were right"
    assert made.recall("micro") == pytest.approx(2 / 4), "of four labels two were found"
    assert made.f1("micro") == pytest.approx(2 / 4)
    assert made.precision("macro") == pytest.approx(2 / 9)
    assert made.recall("weighted") == pytest.approx(2 / 3 * 3 / 4)
    assert made.accuracy == pytest.approx(11 / 15), "four of fifteen answers are wrong"
    assert made.exact_match == pytest.approx(2 / 5)


def test_exactly_one_half_is_no_and_the_threshold_can_be_moved() -> None:
    made = LabelScores(1, threshold=0.4)
    made.update(np.array([[1.0], [1.0]]), np.array([[0.4], [0.41]]))
    assert made.recall() == 0.5
    half = LabelScores(1)
    half.update(np.array([[1.0]]), np.array([[0.5]]))
    assert half.recall() == 0


def test_before_the_first_sample_there_is_no_score() -> None:
    empty = LabelScores(2)
    assert all(math.isnan(score) for score in (empty.accuracy, empty.exact_match, empty.precision(), empty.f1("micro")))


def test_with_no_label_anywhere_scores_are_0_and_not_an_error() -> None:
    made = LabelScores(2)
    made.update(np.zeros((3, 2)), np.zeros((3, 2)))
    for average in ("macro", "micro", "weighted"):
        assert (made.precision(average), made.recall(average), made.f1(average)) == (0, 0, 0)
    assert made.accuracy == made.exact_match == 1


@pytest.mark.parametrize("arguments", [(0, 0.5), (2, 0.0), (2, 1.0), (2, math.nan)])
def test_labels_that_cannot_be_counted(arguments: tuple[int, float]) -> None:
    with pytest.raises(ConfigError, match="cannot be cut at"):
        LabelScores(*arguments)


def test_targets_and_outputs_of_other_shapes_are_named() -> None:
    with pytest.raises(ShapeError, match=r"Targets \(5, 3\) and outputs \(5, 2\) must both be \(N, 3\)"):
        scores().update(TARGETS, OUTPUTS[:, :2])


# --- top k ------------------------------------------------------------------------------------------------------------


def test_top_k_against_sorting(rng: np.random.Generator) -> None:
    Y, labels = rng.random((200, 7)), rng.integers(0, 7, 200)
    for k in (1, 2, 3, 7, 9):
        made = TopK(k)
        for start in range(0, 200, 60):
            made.update(labels[start : start + 60], Y[start : start + 60])
        expected = [label in np.argsort(-row)[:k] for row, label in zip(Y, labels, strict=True)]
        assert made.accuracy == np.mean(expected)
        assert made.total == 200


def test_of_equal_outputs_the_first_is_the_larger() -> None:
    Y = np.full((4, 4), 0.25)
    for k in range(1, 5):
        made = TopK(k)
        made.update(np.arange(4), Y)
        assert made.right == k, "guessing finds no more than k of 4"


def test_top_1_is_accuracy(rng: np.random.Generator) -> None:
    Y, labels = rng.integers(0, 3, (300, 5)).astype(float), rng.integers(0, 5, 300)
    made = TopK(1)
    made.update(labels, Y)
    assert made.accuracy == np.mean(Y.argmax(axis=1) == labels)


def test_what_is_not_a_number_finds_nothing() -> None:
    made = TopK(3)
    made.update(np.array([0, 1]), np.array([[np.nan, 1, 0], [0.1, 0.2, 0.7]]))
    assert made.right == 1


def test_top_k_that_makes_no_sense() -> None:
    assert math.isnan(TopK(2).accuracy)
    with pytest.raises(ConfigError, match="largest 0 outputs"):
        TopK(0)
    with pytest.raises(ShapeError, match="3 labels cannot be compared with 2 answers"):
        TopK(1).update(np.zeros(3, int), np.zeros((2, 4)))


def test_top_k_is_reported_where_it_is_asked_for(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(60, 4)).astype(np.float32), rng.integers(0, 6, 60)
    model = Sequential([Dense(6, "softmax")])
    model.build((4,))
    model.compile(metrics=["accuracy", "top_2", "top_k_categorical_accuracy", "top_6"])
    told = model.evaluate(x, y, return_dict=True)
    ranked = np.argsort(-model.predict(x), axis=1)
    for name, k in (("top_2", 2), ("top_k_categorical_accuracy", 5), ("top_6", 6)):
        assert told[name] == np.mean([label in row[:k] for row, label in zip(ranked, y, strict=True)])
    for wrong in ("top_0", "top_", "top_-1", "top_2 ", "TOP_2"):
        with pytest.raises(ConfigError, match="Unknown metric"):
            model.compile(metrics=[wrong])


# --- which question is asked ------------------------------------------------------------------------------------------


def test_loss_and_targets_decide_how_answers_are_read() -> None:
    table = np.array([[1, 0, 1], [0, 0, 0]])
    assert isinstance(answers_for(BinaryCrossentropy(), table, 3), SeveralLabels)
    assert isinstance(answers_for(BinaryCrossentropy(), np.array([0, 2]), 3), OneClass)
    assert isinstance(answers_for(BinaryCrossentropy(), np.array([[0], [1]]), 1), OneClass)
    assert isinstance(answers_for(CategoricalCrossentropy(), np.array([[0.9, 0.1]]), 2), OneClass)
    assert isinstance(answers_for(MeanSquaredError(), np.eye(3), 3), OneClass)
    assert type(answers_for(MeanSquaredError(), np.array([[0.5, 2.0]]), 2)) is Answers
    assert type(answers_for(MeanSquaredError(), np.array([0.5, 2.0]), 1)) is Answers
    assert {kind.kind_name() for kind in LOSSES if kind.asks_each_output} == {"binary_crossentropy"}


def test_several_labels_are_learned_each_by_itself() -> None:
    """Label k is there where feature k is positive: any of the eight combinations occurs, none of them is a class."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(400, 3)).astype(np.float32)
    y = (x > 0).astype(np.float32)
    model = Sequential([Dense(3, "sigmoid")], seed=1)
    model.build((3,))
    model.compile(Adam(0.1), "binary_crossentropy", ["accuracy", "precision", "recall", "f1"])
    trainer = Trainer(model, x[:300], y[:300], batch_size=32, epochs=12, validation_data=(x[300:], y[300:]))
    events = list(trainer.run())
    batches = [event.accuracy for event in events if isinstance(event, BatchDone)]
    assert batches[0] < 0.75, "a network that knows nothing answers half of the questions rightly"
    assert max(batches) > 0.95
    (done,) = [event for event in events if isinstance(event, EpochDone) and event.epoch == 11]
    assert done.accuracy > 0.95

    told = model.evaluate(x[300:], y[300:], return_dict=True)
    result = evaluate(model, x[300:], y[300:])
    assert result.labels is not None
    said, true = model.predict(x[300:]) > 0.5, y[300:] > 0.5
    assert told["accuracy"] == result.accuracy == np.mean(said == true) == events[-3].accuracy
    assert isinstance(events[-3], ValidationDone)
    assert result.labels.exact_match == np.mean((said == true).all(axis=1))
    assert told["precision"] == pytest.approx(np.mean((said & true).sum(axis=0) / said.sum(axis=0)))
    assert told["recall"] == pytest.approx(np.mean((said & true).sum(axis=0) / true.sum(axis=0)))
    assert model.test_on_batch(x[300:], y[300:])["accuracy"] == pytest.approx(told["accuracy"])


def test_class_weights_need_one_class_each() -> None:
    model = Sequential([Dense(2, "sigmoid")])
    model.build((3,))
    model.compile(loss="binary_crossentropy")
    with pytest.raises(ConfigError, match="Class weights need samples of one class each"):
        Trainer(model, np.zeros((4, 3), np.float32), np.ones((4, 2)), class_weight={0: 2.0})
