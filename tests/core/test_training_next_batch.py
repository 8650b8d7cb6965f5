"""The batch of the next update can be looked at before it is trained on, and looking changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from core import Sequential
from core.data import Augmentation, Scaling
from core.layers import Dense, Dropout, Flatten
from core.mixture import Mixture
from core.optimizers import SGD
from core.schedules import StepDecay
from core.training import BatchDone, Trainer, TrainingDone


def trainer(rng: np.random.Generator, **options: object) -> Trainer:
    """Seven batches in each of three epochs, the last one short; everything random is switched on."""
    x, y = rng.integers(0, 256, (66, 6, 6, 1), np.uint8), rng.integers(0, 3, 66)
    model = Sequential([Flatten(), Dropout(0.5), Dense(units=3, activation="softmax")], seed=1)
    model.build((6, 6, 1))
    model.compile(SGD(learning_rate=0.1))
    settings: dict[str, object] = {
        "batch_size": 10, "epochs": 3, "seed": 3, "scaling": Scaling.unit(), "schedule": StepDecay(0.5, 1),
        "augmentation": Augmentation(rotation_range=10), "mixed_in": Mixture(x[::-1].copy(), y[::-1].copy(), 0.3),
        "class_weight": {1: 2.0},
    }  # fmt: skip
    return Trainer(model, x, y, **(settings | options))  # type: ignore[arg-type]


def test_it_is_the_batch_that_is_trained_on(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    made = trainer(rng)
    taken = []
    given = made.samples.batch

    def batch(*arguments: object) -> object:
        taken.append(given(*arguments))  # type: ignore[arg-type]
        return taken[-1]

    monkeypatch.setattr(made.samples, "batch", batch)
    events, compared = made.run(), 0
    next(events)
    while True:
        coming = made.next_batch()
        assert coming is not None
        event = next(events)
        while not isinstance(event, BatchDone | TrainingDone):
            event = next(events)
        if isinstance(event, TrainingDone):
            break
        compared += 1
        for seen, trained in zip(coming[0], taken[-1], strict=True):
            np.testing.assert_array_equal(seen, trained)
        assert coming[1] * 0.1 == pytest.approx(event.learning_rate)
    assert compared == 21


def test_looking_leaves_the_training_as_it_is() -> None:
    looked_at, left_alone = trainer(np.random.default_rng(5)), trainer(np.random.default_rng(5))
    for _ in looked_at.run():
        looked_at.next_batch()
    for _ in left_alone.run():
        pass
    np.testing.assert_array_equal(looked_at.model.parameters, left_alone.model.parameters)


def test_what_is_stopped_has_no_next_batch(rng: np.random.Generator) -> None:
    made = trainer(rng)
    made.stopped = True
    assert made.next_batch() is None


def test_every_batch_of_a_run_can_be_drawn_again_later(rng: np.random.Generator) -> None:
    made = trainer(rng)
    places, seen = [], []
    for _ in made.run():
        place = made.place()
        if place is not None and (not places or places[-1].step != place.step):
            places.append(place)
            seen.append(made.batch_at(place))
        else:  # the end of an epoch lies between
            places[-1] = place or places[-1]
        if len(places) == 8:  # changed under way, as in the window
            louder = Augmentation(zoom_range=0.2)
            made.set_live(SGD(learning_rate=0.02), batch_size=5, mixed_share=0.6, augmentation=louder)
            changed = made.place()
            assert changed is not None
            places[-1], seen[-1] = changed, made.batch_at(changed)
    assert len(places) > 20
    assert {place.epoch for place in places} >= {0, 1, 2}
    for place, first in zip(places, seen, strict=True):
        for then, now in zip(first, made.batch_at(place), strict=True):
            np.testing.assert_array_equal(then, now)
    assert places[3].optimizer.learning_rate == 0.1
    assert places[-1].optimizer.learning_rate == 0.02
