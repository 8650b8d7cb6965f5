"""Metrics, counted by hand: accuracy is the share of right answers, and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.errors import ConfigError, ShapeError
from core.metrics import ConfusionMatrix, accuracy, are_classes, predicted_classes, true_classes

# Ten answers by hand. Class 0: four samples, three found. Class 1: four samples, two found. Class 2: two samples, none.
TRUE = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
ANSWERED = np.array([0, 0, 0, 1, 1, 1, 0, 2, 0, 1])
# So "0" was said five times (three right), "1" four times (two right), "2" once (wrong).
PRECISION, RECALL = [3 / 5, 2 / 4, 0], [3 / 4, 2 / 4, 0]


def matrix(true: np.ndarray = TRUE, answered: np.ndarray = ANSWERED, classes: int = 3) -> ConfusionMatrix:
    made = ConfusionMatrix(classes)
    made.update(true, answered)
    return made


def test_counts_stand_in_the_row_of_the_truth_and_the_column_of_the_answer() -> None:
    np.testing.assert_array_equal(matrix().counts, [[3, 1, 0], [1, 2, 1], [1, 1, 0]])


def test_scores_by_hand() -> None:
    made = matrix()
    assert made.accuracy == 0.5
    np.testing.assert_allclose(made.precision_per_class(), PRECISION)
    np.testing.assert_allclose(made.recall_per_class(), RECALL)
    f1 = [2 * p * r / (p + r) if p + r else 0 for p, r in zip(PRECISION, RECALL, strict=True)]
    np.testing.assert_allclose(made.f1_per_class(), f1)
    assert made.precision("macro") == pytest.approx((0.6 + 0.5 + 0) / 3)
    assert made.recall() == pytest.approx((0.75 + 0.5 + 0) / 3), "macro unless told otherwise"
    assert made.f1("macro") == pytest.approx(sum(f1) / 3)
    assert made.precision("weighted") == pytest.approx(0.6 * 0.4 + 0.5 * 0.4 + 0)
    assert made.recall("weighted") == pytest.approx(0.5), "weighted recall is accuracy"


def test_with_one_answer_each_all_micro_averages_are_the_accuracy() -> None:
    made = matrix()
    assert made.precision("micro") == made.recall("micro") == made.f1("micro") == made.accuracy == 0.5


def test_batches_add_up() -> None:
    streamed = ConfusionMatrix(3)
    for start in range(0, 10, 3):
        streamed.update(TRUE[start : start + 3], ANSWERED[start : start + 3])
    np.testing.assert_array_equal(streamed.counts, matrix().counts)
    assert streamed.total == 10


def test_what_was_never_answered_or_never_there_scores_0() -> None:
    made = matrix(np.array([0, 0]), np.array([1, 1]))
    for scores in (made.precision_per_class(), made.recall_per_class(), made.f1_per_class()):
        np.testing.assert_array_equal(scores, [0, 0, 0])


def test_before_the_first_sample_there_is_no_score() -> None:
    made = ConfusionMatrix(3)
    assert all(math.isnan(score) for score in (made.accuracy, made.precision(), made.recall("micro"), made.f1()))


def test_guessing_among_ten_is_right_one_time_in_ten(rng: np.random.Generator) -> None:
    true, answered = rng.integers(0, 10, 20_000), rng.integers(0, 10, 20_000)
    assert matrix(true, answered, 10).accuracy == pytest.approx(0.1, abs=0.01)
    outputs = rng.random((20_000, 10))
    assert accuracy(outputs, true) == pytest.approx(0.1, abs=0.01)


def test_equal_outputs_are_one_answer_not_several() -> None:
    outputs = np.full((10, 10), 0.1)
    assert predicted_classes(outputs).tolist() == [0] * 10
    made = matrix(np.arange(10), predicted_classes(outputs), 10)
    assert (made.total, made.accuracy, made.recall(), made.precision()) == (10, 0.1, 0.1, pytest.approx(0.01))


def test_one_output_answers_yes_or_no() -> None:
    outputs = np.array([[0.2], [0.5], [0.51], [0.9]])
    assert predicted_classes(outputs).tolist() == [0, 0, 1, 1]
    assert accuracy(outputs, np.array([0, 1, 1, 0])) == 0.5
    assert accuracy(outputs, np.array([[0], [0], [1], [1]])) == 1


def test_labels_are_understood_in_any_form() -> None:
    labels = np.array([2, 0, 1])
    for form in (labels, labels[:, None], np.eye(3)[labels], np.eye(3, dtype=bool)[labels], labels.astype(np.float32)):
        np.testing.assert_array_equal(true_classes(form), labels)


def test_numbers_to_be_met_are_told_from_classes() -> None:
    assert are_classes(np.array([0, 1, 2]), 3)
    assert are_classes(np.eye(3), 3)
    assert are_classes(np.array([[0.0], [1.0]]), 1)
    assert not are_classes(np.array([0.5, 1]), 1)
    assert not are_classes(np.array([0, 7]), 1)
    assert not are_classes(np.array([np.nan, 1]), 1)
    assert math.isnan(accuracy(np.array([[0.3], [4.0]]), np.array([0.5, 4.0])))


@pytest.mark.parametrize("average", ["Macro", "none", ""])
def test_an_unknown_average_is_not_silently_another(average: str) -> None:
    with pytest.raises(ConfigError, match=rf"Unknown average '{average}'. Known: macro, micro, weighted"):
        matrix().precision(average)  # type: ignore[arg-type]


def test_what_cannot_be_counted_is_named_and_changes_nothing() -> None:
    made = matrix()
    before = made.counts.copy()
    with pytest.raises(ShapeError, match="2 labels cannot be compared with 3 answers: give one each"):
        made.update(np.array([0, 1]), np.array([0, 1, 2]))
    for true, answered in (([0, 3], [0, 0]), ([0, 0], [0, 3]), ([-1, 0], [2, 2]), ([0, 0], [-1, 0])):
        with pytest.raises(ConfigError, match="outside 0 to 2"):
            made.update(np.array(true), np.array(answered))
    np.testing.assert_array_equal(made.counts, before)
    with pytest.raises(ConfigError, match="at least 2 classes, not 1"):
        ConfusionMatrix(1)
