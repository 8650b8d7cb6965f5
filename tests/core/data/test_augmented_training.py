"""The Trainer varies the images it trains on, and only those."""

from __future__ import annotations

import numpy as np
import pytest

from core import Sequential
from core.data import Augmentation, Scaling, mnist
from core.errors import ShapeError
from core.layers import Dense, Flatten
from core.optimizers import SGD
from core.training import BatchDone, Trainer, ValidationDone

VARIED = Augmentation.digits()


def trainer(augmentation: Augmentation | None, dtype: str = "float32", **more: object) -> Trainer:
    (x, y), _ = mnist()
    model = Sequential([Flatten(), Dense(10, activation="softmax")], seed=1, dtype=dtype)
    model.build((28, 28, 1))
    model.compile(optimizer=SGD(0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    options = {"batch_size": 16, "epochs": 1, "scaling": Scaling.unit(), **more}
    return Trainer(model, x[:60], y[:60], augmentation=augmentation, **options)


def losses(run: Trainer) -> list[float]:
    return [event.loss for event in run.run() if isinstance(event, BatchDone)]


def test_training_images_are_varied_and_the_seed_decides_how() -> None:
    plain, varied, again = losses(trainer(None)), losses(trainer(VARIED)), losses(trainer(VARIED))
    assert varied == again
    assert len(varied) == len(plain) == 4
    assert all(abs(first - second) > 1e-4 for first, second in zip(plain, varied, strict=True))
    assert losses(trainer(VARIED, seed=1)) != varied


def test_no_augmentation_and_one_that_does_nothing_are_the_same() -> None:
    assert losses(trainer(None)) == losses(trainer(Augmentation()))


def test_validation_is_of_the_images_as_they_are() -> None:
    (x, y), _ = mnist()
    first = [
        next(
            event
            for event in trainer(each, validation_data=(x[60:90], y[60:90])).run()
            if type(event) is ValidationDone
        )
        for each in (None, VARIED)
    ]
    assert first[0] == first[1]


def test_it_may_change_from_one_batch_to_the_next() -> None:
    run, plain = trainer(None), losses(trainer(None))
    found = []
    for event in run.run():
        if isinstance(event, BatchDone):
            found.append(event.loss)
            run.set_live(augmentation=VARIED)
    assert found[0] == plain[0]
    assert found[1] != plain[1]


def test_a_float64_model_and_float_images_are_varied_too() -> None:
    double = losses(trainer(VARIED, "float64"))
    np.testing.assert_allclose(double, losses(trainer(VARIED)), rtol=1e-4)
    run = trainer(VARIED)
    x, labels = run.samples.x / np.float32(255), run.samples.labels
    floats = Trainer(run.model, x, labels, batch_size=16, augmentation=VARIED)
    np.testing.assert_allclose(losses(floats), double, rtol=1e-4)


def test_only_images_can_be_varied() -> None:
    model = Sequential([Dense(2, activation="softmax")])
    model.build((4,))
    model.compile(optimizer=SGD(0.1), loss="sparse_categorical_crossentropy", metrics=[])
    with pytest.raises(ShapeError, match="Only images"):
        Trainer(model, np.zeros((8, 4), np.float32), np.zeros(8, int), augmentation=VARIED)
