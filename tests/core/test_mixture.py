"""Samples of another source in every batch of a training: as many as the share says, and the same ones each time."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from core import Sequential
from core.data import Augmentation, Scaling
from core.errors import ConfigError, ShapeError
from core.layers import Dense, Flatten
from core.mixture import Mixture
from core.optimizers import SGD
from core.samples import Batch
from core.training import BatchDone, Trainer

# Everything of the training set is 10 and class 0 or 1; what is mixed in is 200 and class 2.
X, Y = np.full((60, 4, 4, 1), 10, np.uint8), np.arange(60) % 2
OTHERS = np.full((9, 4, 4, 1), 200, np.uint8), np.full(9, 2)


def trainer(share: float | None = 0.25, loss: str = "sparse_categorical_crossentropy", **options: Any) -> Trainer:
    model = Sequential([Flatten(), Dense(3, activation="softmax")], seed=1)
    model.build((4, 4, 1))
    model.compile(SGD(0.05), loss)
    options = {"batch_size": 8, "epochs": 2, "scaling": Scaling.unit(), "seed": 4, **options}
    return Trainer(model, X, Y, mixed_in=None if share is None else Mixture(*OTHERS, share), **options)


def watched(run: Trainer) -> list[Batch]:
    """The batches that the run gets, as they are."""
    found: list[Batch] = []
    take = run.samples.batch

    def batch(*arguments: Any) -> Batch:
        found.append(Batch(*(None if part is None else part.copy() for part in take(*arguments))))
        return found[-1]

    run.samples.batch = batch  # type: ignore[method-assign]
    return found


def losses(run: Trainer) -> list[float]:
    return [event.loss for event in run.run() if isinstance(event, BatchDone)]


def mixed(batch: Batch) -> int:
    return int((batch.labels == 2).sum())


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_images_targets_and_labels_come_together(loss: str) -> None:
    run = trainer(0.25, loss)
    batches = watched(run)
    events = [event for event in run.run() if isinstance(event, BatchDone)]
    assert [event.size for event in events] == [8] * 7 + [4] + [8] * 7 + [4]
    assert {mixed(batch) for batch in batches if len(batch.labels) == 8} == {2}
    for batch in batches:
        is_other = batch.labels == 2
        np.testing.assert_allclose(batch.X[is_other], 200 / 255, rtol=1e-6)
        np.testing.assert_allclose(batch.X[~is_other], 10 / 255, rtol=1e-6)
        classes = batch.T if batch.T.ndim == 1 else batch.T.argmax(axis=1)
        np.testing.assert_array_equal(classes, batch.labels)


@pytest.mark.parametrize("batch_size", [1, 3, 7])
def test_the_share_is_right_on_average_for_every_batch_size(batch_size: int) -> None:
    run = trainer(0.2, batch_size=batch_size, epochs=40)
    batches = watched(run)
    losses(run)
    assert sum(mixed(batch) for batch in batches) / (40 * 60) == pytest.approx(0.2, abs=0.025)
    assert {mixed(batch) - int(0.2 * len(batch.labels)) for batch in batches} <= {0, 1}


def test_all_and_none() -> None:
    every, none = trainer(1.0), trainer(0.0)
    batches = watched(every)
    losses(every)
    assert all(mixed(batch) == len(batch.labels) for batch in batches)
    assert losses(none) == losses(trainer(None))


def test_the_seed_decides_who_comes() -> None:
    def places(seed: int) -> list[list[bool]]:
        run = trainer(0.4, seed=seed, shuffle=False)
        batches = watched(run)
        losses(run)
        return [(batch.labels == 2).tolist() for batch in batches]

    assert places(4) == places(4)
    assert places(4) != places(5)


def test_without_shuffling_no_sample_stays_away_for_ever() -> None:
    run = trainer(0.5, shuffle=False, epochs=12)
    batches = watched(run)
    losses(run)
    firsts = [batches[8 * epoch].labels for epoch in range(12)]
    assert (np.stack(firsts) != 2).any(axis=0).all()


def test_the_share_may_change_from_one_batch_to_the_next() -> None:
    run = trainer(0.25)
    batches = watched(run)
    for event in run.run():
        if isinstance(event, BatchDone) and event.step == 3:
            run.set_live(mixed_share=0.75)
    assert [mixed(batch) for batch in batches[:7]] == [2] * 3 + [6] * 4
    with pytest.raises(ConfigError, match=r"1\.5"):
        run.set_live(mixed_share=1.5)
    trainer(None).set_live(mixed_share=0.5)  # nothing to mix in: nothing happens


def test_the_first_epoch_draws_from_the_first_samples_only() -> None:
    others = np.repeat(np.arange(20, 200, 20, dtype=np.uint8), 16).reshape(9, 4, 4, 1)
    run = trainer(None, epochs=3)
    run = Trainer(
        run.model, X, Y, mixed_in=Mixture(others, OTHERS[1], 0.5, first=2), batch_size=8, epochs=3,
        scaling=Scaling.unit(), seed=4,
    )  # fmt: skip
    batches = watched(run)
    losses(run)
    seen = [{round(float(X[0, 0, 0]) * 255) for X in batch.X} - {10} for batch in batches]
    assert set().union(*seen[:8]) == {20, 40}
    assert len(set().union(*seen[8:16])) > 6
    assert run.samples.mixer is not None
    assert run.samples.mixer.choice == 9
    with pytest.raises(ConfigError, match="0 samples"):
        Mixture(*OTHERS, 0.5, first=0)


def test_they_are_not_augmented() -> None:
    run = trainer(0.5, augmentation=Augmentation(noise_std=0.1))
    batches = watched(run)
    losses(run)
    for batch in batches:
        is_other = batch.labels == 2
        np.testing.assert_allclose(batch.X[is_other], 200 / 255, rtol=1e-6)
        assert np.ptp(batch.X[~is_other]) > 0.05


def test_they_count_as_the_weight_of_their_class_says() -> None:
    run = trainer(0.5, class_weight={2: 3.0})
    batches = watched(run)
    losses(run)
    for batch in batches:
        assert batch.weights is not None
        np.testing.assert_array_equal(batch.weights, np.where(batch.labels == 2, 3, 1))


def test_floats_without_scaling() -> None:
    model = Sequential([Dense(3, activation="softmax")], seed=1)
    model.build((4,))
    model.compile(SGD(0.05), "sparse_categorical_crossentropy")
    x = np.zeros((20, 4), np.float32)
    run = Trainer(model, x, Y[:20], batch_size=10, mixed_in=Mixture(np.ones((5, 4), np.float32), OTHERS[1][:5], 0.4))
    batches = watched(run)
    losses(run)
    for batch in batches:
        np.testing.assert_array_equal(batch.X, np.repeat((batch.labels == 2)[:, np.newaxis], 4, axis=1))
    assert not x.any()


@pytest.mark.parametrize("left_at", [1, 5, 8, 11])
def test_a_training_goes_on_bit_for_bit(left_at: int) -> None:
    whole = trainer(0.3)
    expected = losses(whole)
    first = trainer(0.3)
    found = []
    for event in first.run():
        if isinstance(event, BatchDone):
            found.append(event.loss)
            if event.step == left_at:
                break
    arrays = {name: value for name, value in first.state().items() if isinstance(value, np.ndarray)}
    values = {name: value for name, value in first.state().items() if name not in arrays}
    second = trainer(0.3)
    second.model.parameters[...] = first.model.parameters
    second.restore({**json.loads(json.dumps(values)), **arrays})
    assert found + losses(second) == expected
    np.testing.assert_array_equal(second.model.parameters, whole.model.parameters)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(ConfigError, match="from 0 to 1"):
        Mixture(*OTHERS, share)


def test_what_does_not_fit_is_refused() -> None:
    for x, y in ((OTHERS[0], OTHERS[1][:3]), (OTHERS[0][:0], OTHERS[1][:0])):
        with pytest.raises(ShapeError, match="to mix in"):
            Mixture(x, y, 0.5)
    for x in (OTHERS[0][:, :3], OTHERS[0].astype(np.float32)):
        base = trainer(None)
        with pytest.raises(ShapeError, match="Bring them to one form"):
            Trainer(base.model, X, Y, scaling=Scaling.unit(), mixed_in=Mixture(x, OTHERS[1], 0.5))
