"""What pen digits are for: networks that have trained with them read drawings in styles that MNIST does not know."""

from __future__ import annotations

import numpy as np
import pytest

from core import Sequential
from core.data import PenMixture, Scaling, mnist
from core.evaluation import evaluate
from core.layers import Dense, Flatten
from core.mixture import Mixture
from core.optimizers import Adam
from core.training import Trainer
from tests.drawings import DIGITS, PLACES, centred


def trained(units: tuple[int, ...], images: int, epochs: int, schedule: str, mixed_in: Mixture | None) -> Sequential:
    (x, y), _ = mnist()
    layers = [Flatten(), *(Dense(each, activation="relu") for each in units), Dense(10, activation="softmax")]
    model = Sequential(layers, seed=1)
    model.build((28, 28, 1))
    model.compile(Adam(), "sparse_categorical_crossentropy")
    for _ in Trainer(
        model, x[:images], y[:images], batch_size=64, epochs=epochs, schedule=schedule, scaling=Scaling.unit(), seed=1,
        mixed_in=mixed_in,
    ).run():  # fmt: skip
        pass
    return model


@pytest.fixture(scope="module")
def drawings() -> tuple[np.ndarray, np.ndarray]:
    images, labels, _ = centred()
    return images, labels


def test_the_drawings_are_of_every_digit_in_several_styles(drawings: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = drawings
    assert min(len(styles) for styles in DIGITS) >= 8
    assert len(images) == len(PLACES) * sum(len(styles) for styles in DIGITS)
    assert np.bincount(labels).min() >= 8 * len(PLACES)
    assert images.reshape(len(images), -1).max(axis=1).min() > 200


def test_more_drawings_are_read_after_training_with_pen_digits(drawings: tuple[np.ndarray, np.ndarray]) -> None:
    value = PenMixture(share=0.25, count=5000)
    plain, mixed = (
        evaluate(trained((64,), 15_000, 2, "Constant", mixture), *drawings, Scaling.unit()).accuracy
        for mixture in (None, value.mixture(value.digits()))
    )
    assert plain < 0.88
    assert mixed > plain + 0.05


def test_the_first_network_reads_drawings_and_still_mnist(drawings: tuple[np.ndarray, np.ndarray]) -> None:
    value = PenMixture()
    model = trained((128, 64), 60_000, 8, "CosineDecay", value.mixture(value.digits()))
    assert evaluate(model, *drawings, Scaling.unit()).accuracy > 0.97
    assert evaluate(model, *mnist()[1], Scaling.unit()).accuracy > 0.974  # from run to run it varies by 0.001
