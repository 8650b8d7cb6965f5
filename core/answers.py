"""How the outputs of a network are read as answers, and how many of them are right.

Each sample has one class (the largest output answers), or several labels (each output is a yes or no of its own), or
there are only numbers to be met. Which it is follows from the loss and from the form of the targets.
"""

from __future__ import annotations

import math

import numpy as np

from core.buffers import Array
from core.losses import Loss
from core.metrics import ClassScores, ConfusionMatrix, LabelScores, are_classes, predicted_classes, true_classes


class Answers:
    """Base: numbers to be met. Nothing is right or wrong, and there is no accuracy."""

    per_sample = 0  # answers that a sample asks for

    def labels(self, y: Array) -> Array:
        """The right answers, from targets `y`, sample by sample."""
        return np.zeros(len(y), np.int64)

    def right(self, Y: Array, labels: Array) -> int:
        """How many answers of one batch are right."""
        return 0

    def accuracy(self, right: int, samples: int) -> float:
        """The share of right answers; NaN where there is no right and wrong."""
        return right / (samples * self.per_sample) if self.per_sample else math.nan

    def scores(self) -> ClassScores:
        """An empty count of scores."""
        return ConfusionMatrix(2)

    def count(self, scores: ClassScores, Y: Array, labels: Array) -> None:
        """Add one batch to the scores."""


class OneClass(Answers):
    """Each sample has one class: the largest output is the answer, or a single output cut at one half."""

    per_sample = 1

    def __init__(self, outputs: int) -> None:
        self.classes = max(2, outputs)

    def labels(self, y: Array) -> Array:
        return true_classes(y)

    def right(self, Y: Array, labels: Array) -> int:
        return int(np.count_nonzero(predicted_classes(Y) == labels))

    def scores(self) -> ClassScores:
        return ConfusionMatrix(self.classes)

    def count(self, scores: ClassScores, Y: Array, labels: Array) -> None:
        assert isinstance(scores, ConfusionMatrix)
        scores.update(labels, predicted_classes(Y))


class SeveralLabels(Answers):
    """Each sample has any number of labels: every output beyond one half says yes."""

    THRESHOLD = 0.5

    def __init__(self, outputs: int) -> None:
        self.per_sample = outputs

    def labels(self, y: Array) -> Array:
        return y > self.THRESHOLD

    def right(self, Y: Array, labels: Array) -> int:
        return int(np.count_nonzero((Y > self.THRESHOLD) == labels))

    def scores(self) -> ClassScores:
        return LabelScores(self.per_sample, self.THRESHOLD)

    def count(self, scores: ClassScores, Y: Array, labels: Array) -> None:
        assert isinstance(scores, LabelScores)
        scores.update(labels, Y)


def answers_for(loss: Loss, y: Array, outputs: int) -> Answers:
    """How to read the answers of a network with so many outputs that is trained with `loss` towards `y`."""
    is_table = y.ndim == 2 and y.shape[1] > 1
    if is_table and loss.asks_each_output:
        return SeveralLabels(outputs)
    # a row of targets names a class if it holds shares of 1; without a loss for classes it could be any numbers
    if is_table and not loss.wants_probabilities and not np.isin(y, (0, 1)).all():
        return Answers()
    return OneClass(outputs) if are_classes(y, outputs) else Answers()
