"""Splitting a data set into a part to train on and a part to validate with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigError

Indices = NDArray[np.int64]


def stratified_split(labels: NDArray[Any], share: float, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Divide at random, every class in the same proportion: `(train_index, validation_index)`, both sorted.

    The validation part has round(share * N) examples, but never the last example of a class: that one is trained on.
    `labels` are whole numbers (N,), or rows of 0 and 1 (N, classes), where each combination counts as a class.
    Raises ConfigError for a share outside 0 to 1.
    """
    if not 0 <= share < 1:
        raise ConfigError(f"The validation share cannot be {share!r}. Give a number from 0 to below 1.")
    axis = 0 if labels.ndim == 2 else None
    groups, group_of, sizes = np.unique(labels, axis=axis, return_inverse=True, return_counts=True)
    counts = _shared_out(sizes, share)
    validation = np.zeros(len(labels), dtype=bool)
    for group, count in zip(range(len(groups)), counts, strict=True):
        members = np.flatnonzero(group_of.reshape(-1) == group)
        validation[rng.permutation(members)[:count]] = True
    return np.flatnonzero(~validation), np.flatnonzero(validation)


def _shared_out(sizes: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """How many of each class to take: whole numbers near `share * sizes` that add up to the rounded total.

    The classes with the largest fractions are rounded up (the method of largest remainders); ties go to the first.
    """
    exact = share * sizes
    counts: NDArray[np.int64] = np.floor(exact + 1e-9).astype(np.int64)  # 1e-9: 0.3 * 10 is a little below 3
    room = sizes - 1 - counts
    missing = round(share * int(sizes.sum())) - int(counts.sum())
    for group in np.argsort(-(exact - counts), kind="stable"):
        if missing > 0 and room[group] > 0:
            counts[group] += 1
            missing -= 1
    return counts


def balanced_weights(labels: NDArray[Any]) -> dict[int, float]:
    """How much the samples of each class count, so that all classes count alike: N / (classes * samples of the class).

    Raises ConfigError where samples have several labels.
    """
    if labels.ndim != 1:
        raise ConfigError("Classes can be balanced only where each image has one class. Let all images count alike.")
    classes, counts = np.unique(labels, return_counts=True)
    return {int(label): len(labels) / (len(classes) * int(count)) for label, count in zip(classes, counts, strict=True)}
