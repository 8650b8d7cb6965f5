"""Metrics: how good the answers are, counted as the field counts them.

Accuracy of a multi-class problem is the share of right answers. (Counting every class one against the rest adds the
true negatives and calls random guessing among ten classes "82 % accurate".)
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from core.buffers import Array
from core.errors import ConfigError, ShapeError

Average = Literal["macro", "micro", "weighted"]


def predicted_classes(Y: Array) -> Array:
    """The class of each row of outputs: the largest, the first of equals; one output alone is cut at one half.

    Shapes: (N, n) -> (N,).
    """
    return (Y[:, 0] > 0.5).astype(np.int64) if Y.shape[1] == 1 else Y.argmax(axis=1)


def true_classes(T: Array) -> Array:
    """Integer labels from labels (N,), (N, 1) or one-hot targets (N, n)."""
    if T.ndim == 2 and T.shape[1] > 1:
        return T.argmax(axis=1)
    return T.reshape(-1).astype(np.int64)


def are_classes(T: Array, outputs: int) -> bool:
    """Whether these targets name classes of a network with so many outputs, and are not just numbers to be met."""
    return T[0].size > 1 or bool(np.isin(T, np.arange(max(2, outputs))).all())


def accuracy(Y: Array, T: Array) -> float:
    """The share of right answers, for labels or one-hot targets T; NaN where T are no classes. Shapes: Y (N, n)."""
    if not are_classes(T, Y.shape[1]):
        return math.nan
    return float(np.mean(predicted_classes(Y) == true_classes(T)))


class ConfusionMatrix:
    """Counts of (true class, answered class), fed batch by batch; every score follows from it."""

    def __init__(self, classes: int) -> None:
        if classes < 2:
            raise ConfigError(f"A confusion matrix needs at least 2 classes, not {classes}.")
        self.classes = classes
        self.counts = np.zeros((classes, classes), np.int64)

    def update(self, true: Array, answered: Array) -> None:
        """Count one batch. Shapes: both (N,), integers from 0 to classes - 1."""
        if true.shape != answered.shape:
            raise ShapeError(f"{len(true)} labels cannot be compared with {len(answered)} answers: give one each.")
        pairs = true.astype(np.int64) * self.classes + answered
        if len(pairs) and (min(true.min(), answered.min()) < 0 or max(true.max(), answered.max()) >= self.classes):
            raise ConfigError(f"A label or answer lies outside 0 to {self.classes - 1}.")
        self.counts += np.bincount(pairs, minlength=self.classes**2).reshape(self.classes, self.classes)

    @property
    def total(self) -> int:
        """How many samples were counted."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        """Share of right answers; NaN before the first sample."""
        return float(np.trace(self.counts)) / self.total if self.total else math.nan

    def precision_per_class(self) -> Array:
        """Of the answers "class k", the share that was right; 0 where k was never answered. Shape (classes,)."""
        return _ratio(np.diag(self.counts), self.counts.sum(axis=0))

    def recall_per_class(self) -> Array:
        """Of the samples of class k, the share that was found; 0 where there were none. Shape (classes,)."""
        return _ratio(np.diag(self.counts), self.counts.sum(axis=1))

    def f1_per_class(self) -> Array:
        """The harmonic mean of precision and recall, class by class; 0 where both are 0."""
        precision, recall = self.precision_per_class(), self.recall_per_class()
        return _ratio(2 * precision * recall, precision + recall)

    def precision(self, average: Average = "macro") -> float:
        """Precision: macro (classes count alike), micro (samples count alike) or weighted by class size."""
        return self._average(self.precision_per_class(), average)

    def recall(self, average: Average = "macro") -> float:
        """Recall over all classes; see `precision` for the averages."""
        return self._average(self.recall_per_class(), average)

    def f1(self, average: Average = "macro") -> float:
        """F1 over all classes; see `precision` for the averages."""
        return self._average(self.f1_per_class(), average)

    def _average(self, per_class: Array, average: Average) -> float:
        if not self.total:
            return math.nan
        if average == "macro":
            return float(per_class.mean())
        if average == "micro":
            return self.accuracy  # with one answer per sample, every miss is one false positive and one false negative
        if average == "weighted":
            return float(per_class @ self.counts.sum(axis=1)) / self.total
        raise ConfigError(f"Unknown average {average!r}. Known: macro, micro, weighted.")


def _ratio(numerator: Array, denominator: Array) -> Array:
    """Element-wise quotient, with 0 / 0 = 0 as scikit-learn's zero_division=0 has it."""
    result = np.zeros(len(numerator))
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
