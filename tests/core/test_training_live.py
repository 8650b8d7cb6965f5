"""A run that is under way can be changed from the next batch on: learning rate, layers, batch size, its length."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core import Sequential
from core.data import Augmentation, Scaling
from core.layers import Dense, Dropout, Flatten, GaussianNoise, Layer
from core.optimizers import SGD, Adam
from core.training import BatchDone, EpochDone, Trainer, TrainingDone, ValidationDone


@pytest.fixture
def trainer(rng: np.random.Generator) -> Trainer:
    """Six batches of 10, then of whatever is asked for, for two epochs."""
    x, y = rng.normal(size=(60, 4)).astype(np.float32), rng.integers(0, 3, 60)
    model = Sequential([Dense(units=3, activation="softmax")], seed=1)
    model.build((4,))
    model.compile(SGD(learning_rate=0.1))
    return Trainer(model, x, y, batch_size=10, epochs=2, validation_data=(x, y), validations_per_epoch=2, seed=3)


def of(kind: type[Any], events: list[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_learning_rate_holds_from_the_next_batch_on(trainer: Trainer) -> None:
    rates = []
    for event in trainer.run():
        if isinstance(event, BatchDone):
            rates.append(event.learning_rate)
            if event.step == 4:
                trainer.set_live(SGD(learning_rate=0.5))
    assert rates == [0.1] * 4 + [0.5] * 8


def test_an_optimizer_of_another_kind_does_not_slip_in(trainer: Trainer) -> None:
    trainer.set_live(Adam(learning_rate=0.5))
    assert trainer.model.optimizer == SGD(learning_rate=0.1)


def test_batch_size_holds_from_the_next_batch_on_and_positions_stay_right(trainer: Trainer) -> None:
    events, planned = [], []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, BatchDone):
            planned.append(trainer.batches_per_epoch)
            if event.step == 2:
                trainer.set_live(batch_size=25)
    batches = of(BatchDone, events)
    assert [event.size for event in batches] == [10, 10, 25, 15, 25, 25, 10]
    assert [event.batch for event in batches] == [1, 2, 3, 4, 1, 2, 3]
    assert planned == [6, 6, 4, 4, 3, 3, 3]
    np.testing.assert_allclose(
        [event.position * 60 for event in batches], np.cumsum([event.size for event in batches]), rtol=1e-12
    )
    assert [event.epoch * 60 for event in of(ValidationDone, events)] == pytest.approx([0, 20, 60, 85, 120])


def test_each_sample_is_seen_once_an_epoch_whatever_the_batch_size(trainer: Trainer) -> None:
    seen: list[int] = []
    take = trainer.samples.batch

    def watched(index: np.ndarray, *generators: np.random.Generator) -> Any:
        seen.extend(index)
        return take(index, *generators)

    trainer.samples.batch = watched  # type: ignore[method-assign]
    sizes = iter([7, 1, 30, 4, 100, 3] * 20)
    for event in trainer.run():
        if isinstance(event, BatchDone):
            trainer.set_live(batch_size=next(sizes))
    assert len(seen) == 120
    assert sorted(seen[:60]) == sorted(seen[60:]) == list(range(60))


def test_a_batch_size_beyond_the_samples_is_one_batch(trainer: Trainer) -> None:
    trainer.set_live(batch_size=1000)
    assert [event.size for event in of(BatchDone, list(trainer.run()))] == [60, 60]


def test_more_or_fewer_epochs(trainer: Trainer) -> None:
    events = trainer.run()
    for event in events:
        if isinstance(event, EpochDone):
            break
    trainer.set_live(epochs=3)
    assert len(of(EpochDone, list(events))) == 2

    trainer.set_live(epochs=5)
    events = trainer.run()
    for event in events:
        if isinstance(event, BatchDone):
            break
    trainer.set_live(epochs=1)  # the fourth has begun: it is brought to its end
    rest = list(events)
    assert len(of(EpochDone, rest)) == 1
    assert rest[-1] == TrainingDone(step=24, epochs=4)


def test_a_run_that_goes_on_is_the_run_that_was_longer_from_the_start(trainer: Trainer) -> None:
    x, y = trainer.samples.x, trainer.samples.labels
    other = trainer.model.clone()
    longer = Trainer(other, x, y, batch_size=10, epochs=4, validation_data=(x, y), validations_per_epoch=2, seed=3)
    expected = list(longer.run())

    events = list(trainer.run())
    trainer.set_live(epochs=4)
    events += list(trainer.run())

    for kind in (BatchDone, ValidationDone):
        assert of(kind, events) == of(kind, expected)
    np.testing.assert_array_equal(trainer.model.parameters, other.parameters)


def test_momentum_holds_from_the_next_batch_on(trainer: Trainer) -> None:
    """Without momentum a step is the gradient's alone; with it the last step rolls on."""
    weights = [trainer.model.parameters.copy()]
    gradients = []
    for event in trainer.run():
        if isinstance(event, BatchDone):
            weights.append(trainer.model.parameters.copy())
            gradients.append(trainer.model.gradient.copy())
            if event.step == 3:
                trainer.set_live(SGD(learning_rate=0.1, momentum=0.9))
    steps = np.diff(weights, axis=0)
    np.testing.assert_allclose(steps[:4], -0.1 * np.array(gradients[:4]), atol=1e-6)
    np.testing.assert_allclose(steps[4], 0.9 * steps[3] - 0.1 * gradients[4], atol=1e-6)


@pytest.mark.parametrize(("layers", "changed"), [
    ([Dropout(0.5), Dense(3, "softmax")], [Dropout(0.0), Dense(3, "softmax")]),
    ([GaussianNoise(0.5), Dense(3, "softmax")], [GaussianNoise(0.0), Dense(3, "softmax")]),
    ([Dense(3, "softmax", l2=0.1)], [Dense(3, "softmax")]),
])  # fmt: skip
def test_layers_can_be_calmed_in_mid_run(layers: list[Layer], changed: list[Layer]) -> None:
    """From the moment on in which dropout, noise or penalty end, a step is the same as without them."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(30, 4)).astype(np.float32), rng.integers(0, 3, 30)
    model = Sequential([layer.replace() for layer in layers], seed=1)
    model.build((4,))
    model.compile(SGD(0.1))
    trainer = Trainer(model, x, y, batch_size=10, epochs=1, shuffle=False)
    losses = []
    for event in trainer.run():
        if isinstance(event, BatchDone):
            losses.append(event.loss)
            if event.step == 2:
                trainer.set_live(layers=changed)
                plain = Sequential([Dense(3, "softmax")])
                plain.build((4,))
                plain.compile()
                plain.set_weights(model.get_weights())
                expected = plain.test_on_batch(x[20:], y[20:])["loss"]
    assert losses[2] == pytest.approx(expected, rel=1e-6)
    assert [layer.replace(name="") for layer in model.layers] == changed


def test_other_layers_do_not_slip_in(trainer: Trainer) -> None:
    before = [layer.replace() for layer in trainer.model.layers]
    for others in ([], [Dropout(0.5)], [Dense(3, "softmax"), Dense(3)], [Dense(5, "relu")]):
        trainer.set_live(layers=others)
        assert [layer.replace() for layer in trainer.model.layers] == before


def test_the_same_changes_at_the_same_batches_give_the_same_bits() -> None:
    def trained() -> tuple[list[Any], np.ndarray]:
        rng = np.random.default_rng(3)
        x, y = rng.integers(0, 256, (70, 6, 6, 1), dtype=np.uint8), rng.integers(0, 3, 70)
        model = Sequential([Flatten(), Dropout(0.2), Dense(3, "softmax")], seed=4)
        model.build((6, 6, 1))
        model.compile(Adam(0.01))
        trainer = Trainer(model, x, y, batch_size=9, epochs=3, seed=5, scaling=Scaling.unit())
        changes: dict[int, dict[str, Any]] = {
            3: {"batch_size": 20}, 5: {"optimizer": Adam(0.1)}, 6: {"augmentation": Augmentation(rotation_range=20)},
            8: {"layers": [Flatten(), Dropout(0.7), Dense(3, "softmax")], "batch_size": 7}, 12: {"epochs": 2},
        }  # fmt: skip
        events = []
        for event in trainer.run():
            events.append(dataclasses.replace(event, seconds=0) if isinstance(event, EpochDone) else event)
            if isinstance(event, BatchDone):
                trainer.set_live(**changes.get(event.step, {}))
        return events, model.parameters

    (events, parameters), (again, same) = trained(), trained()
    assert events == again
    np.testing.assert_array_equal(parameters, same)
    assert len(of(EpochDone, events)) == 2
