"""Early stopping: it waits as long as it was told, and gives back the best weights it saw."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.early_stopping import EarlyStopping
from core.errors import ConfigError


def watch(stopping: EarlyStopping, losses: list[float], accuracies: list[float] | None = None) -> int | None:
    """The epoch after which the run is ended; None when it never is. The weights of an epoch are its number."""
    for epoch, loss in enumerate(losses):
        accuracy = 0.0 if accuracies is None else accuracies[epoch]
        if stopping.observe(epoch, loss, accuracy, np.full(3, float(epoch))):
            return epoch
    return None


def best(stopping: EarlyStopping) -> tuple[int | None, float | None]:
    """The best epoch, and the weights that were kept of it."""
    weights = stopping.best_weights
    return stopping.best_epoch, None if weights is None else float(weights[0])


@pytest.mark.parametrize(("patience", "ended"), [(1, 2), (2, 5), (3, 6), (4, None)])
def test_it_waits_for_its_patience_and_counts_anew_after_each_improvement(patience: int, ended: int | None) -> None:
    losses = [1.0, 0.8, 0.9, 0.7, 0.75, 0.71, 0.8]
    stopping = EarlyStopping(patience=patience)
    assert watch(stopping, losses) == ended
    assert best(stopping) == ((1, 1.0) if patience == 1 else (3, 3.0))


def test_too_little_is_no_improvement() -> None:
    losses = [1.0, 0.95, 0.91, 0.85]
    assert watch(EarlyStopping(patience=2, min_delta=0.1), losses) == 2
    assert watch(EarlyStopping(patience=2, min_delta=0.04), losses) is None
    assert watch(EarlyStopping(patience=1), [1.0, 1.0]) == 1, "nor is the same once more"


def test_accuracy_improves_upwards() -> None:
    stopping = EarlyStopping(monitor="val_accuracy", patience=2)
    assert watch(stopping, [1, 2, 3, 4, 5], [0.5, 0.6, 0.6, 0.55, 0.9]) == 3
    assert best(stopping) == (1, 1.0)


def test_the_best_weights_can_be_kept_without_ending_the_run() -> None:
    stopping = EarlyStopping(patience=1, stop=False)
    assert watch(stopping, [1.0, 0.5, 0.9, 0.9, 0.4, 0.6]) is None
    assert best(stopping) == (4, 4.0)


def test_the_run_can_be_ended_without_keeping_weights() -> None:
    stopping = EarlyStopping(patience=1, restore_best_weights=False)
    assert watch(stopping, [1.0, 0.5, 0.9]) == 2
    assert best(stopping) == (1, None)


def test_weights_are_copied_when_they_are_best() -> None:
    stopping, weights = EarlyStopping(), np.zeros(2)
    stopping.observe(0, 1.0, 0.0, weights)
    weights[:] = 9
    stopping.observe(1, 2.0, 0.0, weights)
    assert stopping.best_weights is not None
    np.testing.assert_array_equal(stopping.best_weights, [0, 0])


def test_what_is_not_a_number_is_worse_than_any() -> None:
    stopping = EarlyStopping(patience=2)
    assert watch(stopping, [math.nan, math.inf, 3.0, math.nan, 2.0, math.inf, math.nan]) == 6
    assert best(stopping) == (4, 4.0)


def test_it_goes_on_from_its_state() -> None:
    losses = [1.0, 0.8, 0.9, 0.85, 0.7, 0.8, 0.9, 0.75]
    whole = EarlyStopping(patience=3)
    assert watch(whole, losses) == 7
    for cut in range(len(losses)):
        begun, rest = EarlyStopping(patience=3), EarlyStopping(patience=3)
        watch(begun, losses[:cut])
        rest.restore(begun.state(), begun.best_weights)
        ended = [rest.observe(epoch, losses[epoch], 0.0, np.full(3, float(epoch))) for epoch in range(cut, len(losses))]
        assert ended == [False] * (len(losses) - cut - 1) + [True]
        assert best(rest) == best(whole)


@pytest.mark.parametrize("state", [None, {}, {"best": 1, "best_epoch": 0}, {"best": "x", "best_epoch": 0, "waited": 0},
                                   {"best": 1.0, "best_epoch": -1, "waited": 0}])  # fmt: skip
def test_a_state_that_is_none(state: object) -> None:
    with pytest.raises(ConfigError):
        EarlyStopping().restore(state, None)
