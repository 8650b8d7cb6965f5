"""Metrics: how good the answers are, counted as the field counts them, batch by batch.

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


class ClassScores:
    """Precision, recall and F1 from three counts for each class: how often it was there, was answered, was right."""

    @property
    def total(self) -> int:
        """How many samples were counted."""
        raise NotImplementedError

    @property
    def accuracy(self) -> float:
        """Share of right answers; NaN before the first sample."""
        raise NotImplementedError

    @property
    def right(self) -> Array:
        """How often each class was answered rightly. Shape (classes,)."""
        raise NotImplementedError

    @property
    def answered(self) -> Array:
        """How often each class was answered. Shape (classes,)."""
        raise NotImplementedError

    @property
    def there(self) -> Array:
        """How often each class should have been answered. Shape (classes,)."""
        raise NotImplementedError

    def precision_per_class(self) -> Array:
        """Of the answers "class k", the share that was right; 0 where k was never answered. Shape (classes,)."""
        return _ratio(self.right, self.answered)

    def recall_per_class(self) -> Array:
        """Of the samples of class k, the share that was found; 0 where there were none. Shape (classes,)."""
        return _ratio(self.right, self.there)

    def f1_per_class(self) -> Array:
        """The harmonic mean of precision and recall, class by class; 0 where both are 0."""
        return _ratio(2 * self.right, self.answered + self.there)

    def precision(self, average: Average = "macro") -> float:
        """Precision: macro (classes count alike), micro (answers count alike) or weighted by class size."""
        return self._average(self.precision_per_class(), self.answered.sum(), average)

    def recall(self, average: Average = "macro") -> float:
        """Recall over all classes; see `precision` for the averages."""
        return self._average(self.recall_per_class(), self.there.sum(), average)

    def f1(self, average: Average = "macro") -> float:
        """F1 over all classes; see `precision` for the averages."""
        return self._average(self.f1_per_class(), (self.answered.sum() + self.there.sum()) / 2, average)

    def _average(self, per_class: Array, of: float, average: Average) -> float:
        if average not in ("macro", "micro", "weighted"):
            raise ConfigError(f"Unknown average {average!r}. Known: macro, micro, weighted.")
        if not self.total:
            return math.nan
        if average == "macro":
            return float(per_class.mean())
        if average == "micro":
            return float(self.right.sum() / of) if of else 0.0
        return float(per_class @ self.there / max(1, self.there.sum()))


class ConfusionMatrix(ClassScores):
    """Counts of (true class, answered class), where each sample has one class and gets one answer."""

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
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        return float(np.trace(self.counts)) / self.total if self.total else math.nan

    @property
    def right(self) -> Array:
        return np.diag(self.counts)

    @property
    def answered(self) -> Array:
        return self.counts.sum(axis=0)

    @property
    def there(self) -> Array:
        return self.counts.sum(axis=1)


class LabelScores(ClassScores):
    """The same where a sample may have several labels or none: each output is a yes or no of its own."""

    def __init__(self, labels: int, threshold: float = 0.5) -> None:
        if labels < 1 or not 0 < threshold < 1:
            raise ConfigError(f"{labels} labels cannot be cut at {threshold:g}. Give at least 1, and a share of 1.")
        self.threshold = threshold
        self._right, self._answered, self._there = (np.zeros(labels, np.int64) for _ in range(3))
        self._total = self._agreed = self._exact = 0

    def update(self, T: Array, Y: Array) -> None:
        """Count one batch of targets 0 or 1 and of outputs. Shapes: both (N, labels)."""
        if T.shape != Y.shape or T.shape[1:] != self._right.shape:
            raise ShapeError(f"Targets {T.shape} and outputs {Y.shape} must both be (N, {len(self._right)}).")
        true, said = T > 0.5, Y > self.threshold
        self._right += (true & said).sum(axis=0)
        self._answered += said.sum(axis=0)
        self._there += true.sum(axis=0)
        self._total += len(T)
        self._agreed += int((true == said).sum())
        self._exact += int((true == said).all(axis=1).sum())

    @property
    def total(self) -> int:
        return self._total

    @property
    def accuracy(self) -> float:
        """Share of right answers, a no where no label is being one of them; NaN before the first sample."""
        return self._agreed / (self._total * len(self._right)) if self._total else math.nan

    @property
    def exact_match(self) -> float:
        """Share of the samples whose labels were all found, and no other; NaN before the first sample."""
        return self._exact / self._total if self._total else math.nan

    @property
    def right(self) -> Array:
        return self._right

    @property
    def answered(self) -> Array:
        return self._answered

    @property
    def there(self) -> Array:
        return self._there


class TopK:
    """How often the true class is among the k largest outputs; of equal outputs the first counts as the larger."""

    def __init__(self, k: int) -> None:
        if k < 1:
            raise ConfigError(f"The true class cannot be among the largest {k} outputs. Give at least 1.")
        self.k = k
        self.total = self.right = 0

    def update(self, labels: Array, Y: Array) -> None:
        """Count one batch. Shapes: labels (N,), outputs Y (N, n)."""
        if len(labels) != len(Y):
            raise ShapeError(f"{len(labels)} labels cannot be compared with {len(Y)} answers: give one each.")
        true = np.take_along_axis(Y, labels.reshape(-1, 1), axis=1)
        before = np.arange(Y.shape[1]) < labels.reshape(-1, 1)
        rank = ((Y > true) | ((Y == true) & before)).sum(axis=1)
        # where an output is not a number there is no order, and nothing is found
        self.right += int(((rank < self.k) & ~np.isnan(Y).any(axis=1)).sum())
        self.total += len(labels)

    @property
    def accuracy(self) -> float:
        """Share of the samples; NaN before the first one."""
        return self.right / self.total if self.total else math.nan


def _ratio(numerator: Array, denominator: Array) -> Array:
    """Element-wise quotient, with 0 / 0 = 0 as scikit-learn's zero_division=0 has it."""
    result = np.zeros(len(numerator))
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
