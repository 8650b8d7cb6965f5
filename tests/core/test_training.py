"""The training loop: which events, in which order, on which samples, and the same bits each time."""

from __future__ import annotations

import dataclasses
import json
import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

from core import Sequential
from core.data import Scaling
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, ShapeError
from core.layers import Dense, Dropout, Flatten, Layer
from core.optimizers import Adam
from core.training import BatchDone, EpochDone, Trainer, TrainingDone, TrainingStarted, ValidationDone

SAMPLES, BATCH = 50, 8  # six full batches and one of two samples
BATCHES = 7


def model(*layers: Layer, seed: int = 3) -> Sequential:
    made = Sequential(layers or (Dense(5, "tanh"), Dropout(0.2), Dense(3, "softmax")), seed=seed)
    made.build((6,))
    made.compile(Adam(0.01), "categorical_crossentropy")
    return made


def trainer(network: Sequential | None = None, **options: Any) -> Trainer:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(SAMPLES, 6)).astype(np.float32), rng.integers(0, 3, SAMPLES)
    settings = {"batch_size": BATCH, "epochs": 2, "validation_data": (x[:20], y[:20]), **options}
    return Trainer(network or model(), x, y, **settings)


def timeless(events: Any) -> list[Any]:
    """Events without what a clock says, ready to be compared."""
    return [dataclasses.replace(event, seconds=0) if isinstance(event, EpochDone) else event for event in events]


# --- events -----------------------------------------------------------------------------------------------------------


def test_events_come_in_order_and_count_right() -> None:
    events = list(trainer().run())
    epoch = [BatchDone] * BATCHES + [ValidationDone, EpochDone]
    assert [type(event) for event in events] == [TrainingStarted, ValidationDone, *epoch, *epoch, TrainingDone]
    assert events[0] == TrainingStarted(epochs=2, batches_per_epoch=BATCHES, images=SAMPLES)
    assert events[-1] == TrainingDone(step=2 * BATCHES, epochs=2)
    batches = [event for event in events if isinstance(event, BatchDone)]
    assert [event.step for event in batches] == list(range(1, 2 * BATCHES + 1))
    assert [event.batch for event in batches] == [*range(1, BATCHES + 1)] * 2
    assert [event.epoch for event in batches] == [0] * BATCHES + [1] * BATCHES
    assert [event.size for event in batches] == [8, 8, 8, 8, 8, 8, 2] * 2, "the last short batch is kept"
    validations = [event for event in events if isinstance(event, ValidationDone)]
    assert [(event.step, event.epoch, event.count) for event in validations] == [(0, 0, 20), (7, 1, 20), (14, 2, 20)]


def test_an_epoch_sums_up_its_batches_and_repeats_its_last_validation() -> None:
    events = list(trainer(validations_per_epoch=3).run())
    for done in (event for event in events if isinstance(event, EpochDone)):
        batches = [event for event in events if isinstance(event, BatchDone) and event.epoch == done.epoch]
        assert done.loss == pytest.approx(sum(event.loss * event.size for event in batches) / SAMPLES)
        assert done.accuracy == pytest.approx(sum(event.accuracy * event.size for event in batches) / SAMPLES)
        last = [event for event in events if isinstance(event, ValidationDone) and event.step == done.step][-1]
        assert (done.val_loss, done.val_accuracy) == (last.loss, last.accuracy)


def test_without_validation_data_nothing_is_measured() -> None:
    events = list(trainer(validation_data=None).run())
    assert not any(isinstance(event, ValidationDone) for event in events)
    assert [(e.val_loss, e.val_accuracy) for e in events if isinstance(e, EpochDone)] == [(None, None)] * 2


@pytest.mark.parametrize(
    ("times", "steps"), [(1, [0, 7, 14]), (2, [0, 3, 7, 10, 14]), (3, [0, 2, 4, 7, 9, 11, 14]), (99, list(range(15)))]
)
def test_validations_are_spread_over_the_epoch_and_always_end_it(times: int, steps: list[int]) -> None:
    events = trainer(validations_per_epoch=times).run()
    assert [event.step for event in events if isinstance(event, ValidationDone)] == steps


def test_validation_is_what_evaluate_says_of_the_network_at_that_moment() -> None:
    run = trainer()
    x, y = run.validation_data or ((), ())
    for event in run.run():
        if isinstance(event, ValidationDone):
            run.model.metrics = ("accuracy",)
            assert run.model.evaluate(x, y) == [event.loss, event.accuracy]


def test_events_cannot_be_changed() -> None:
    for event in trainer().run():
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(event, dataclasses.fields(event)[0].name, 0)


# --- samples ----------------------------------------------------------------------------------------------------------


def seen(**options: Any) -> list[list[tuple[float, int]]]:
    """What the network is given in each epoch: the number of each sample, and its label."""
    network = model(Dense(3, "softmax"))
    x = np.zeros((SAMPLES, 6), np.float32)
    x[:, 0] = np.arange(SAMPLES)
    batches: list[tuple[float, int]] = []
    forward_backward = network.fast_forward_backward

    def watched(X: np.ndarray, T: np.ndarray, weights: np.ndarray | None = None) -> Any:
        batches.extend(zip(X[:, 0].tolist(), T.argmax(axis=1).tolist(), strict=True))
        return forward_backward(X, T, weights)

    network.fast_forward_backward = watched  # type: ignore[method-assign]
    list(Trainer(network, x, np.arange(SAMPLES) % 3, batch_size=BATCH, epochs=3, **options).run())
    return [batches[start : start + SAMPLES] for start in range(0, len(batches), SAMPLES)]


def test_each_epoch_sees_each_sample_once_with_its_label_in_a_new_order() -> None:
    epochs = seen(seed=1)
    assert len(epochs) == 3
    for epoch in epochs:
        assert sorted(epoch) == [(number, number % 3) for number in range(SAMPLES)]
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]
    assert epochs == seen(seed=1) != seen(seed=2)


def test_without_shuffling_samples_come_as_they_lie() -> None:
    assert all(epoch == sorted(epoch) for epoch in seen(shuffle=False))


def test_pixels_scaled_batch_by_batch_train_as_pixels_scaled_before() -> None:
    rng = np.random.default_rng(2)
    pixels, y = rng.integers(0, 256, (SAMPLES, 4, 4, 1)).astype(np.uint8), rng.integers(0, 3, SAMPLES)
    results = []
    for scaling in (Scaling.unit(), Scaling.fit(pixels)):
        floats = scaling.apply(pixels)
        for x, how in ((pixels, scaling), (floats, None), (floats.astype(np.float64), None)):
            network = Sequential([Flatten(), Dense(3, "softmax")], seed=1)
            network.build((4, 4, 1))
            network.compile("sgd")
            events = list(Trainer(network, x, y, batch_size=BATCH, scaling=how, validation_data=(x, y)).run())
            results.append((timeless(events), network.parameters.tobytes()))
    assert results[0] == results[1] == results[2] != results[3] == results[4] == results[5]


# --- the same bits ----------------------------------------------------------------------------------------------------


def test_chosen_rows_train_as_a_copy_of_them_does_bit_for_bit() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(SAMPLES, 6)).astype(np.float32), rng.integers(0, 3, SAMPLES)
    rows = np.array([*range(3, 40, 2), 7, 7])  # one of them three times
    copied, chosen = model(), model()
    events = list(Trainer(copied, x[rows], y[rows], batch_size=BATCH, epochs=2).run())
    again = list(Trainer(chosen, x, y[rows], rows=rows, batch_size=BATCH, epochs=2).run())
    assert timeless(again) == timeless(events)
    np.testing.assert_array_equal(chosen.parameters, copied.parameters)
    with pytest.raises(ShapeError, match="5 samples but 4 labels"):
        Trainer(model(), x, y[:4], rows=np.arange(5))
    with pytest.raises(ShapeError, match=r"Choose among 0 to 49\."):
        Trainer(model(), x, y[:2], rows=np.array([0, SAMPLES]))


def test_same_seed_same_bits_and_another_seed_others() -> None:
    runs = [trainer(model(seed=a), seed=b) for a, b in ((3, 0), (3, 0), (3, 1), (4, 0))]
    events = [timeless(run.run()) for run in runs]
    assert events[0] == events[1]
    assert events[1] != events[2] != events[3] != events[0]
    np.testing.assert_array_equal(runs[0].model.parameters, runs[1].model.parameters)


def test_who_stops_asking_pauses_and_may_go_on_either_way() -> None:
    expected = timeless(trainer(validations_per_epoch=2).run())
    for pause in (1, 2, 4, 7, 12, 15):
        run = trainer(validations_per_epoch=2)
        events = run.run()
        first = [next(events) for _ in range(pause)]
        assert timeless([*first, *events]) == expected, "the same iterator goes on"

        run = trainer(validations_per_epoch=2)
        events = run.run()
        first = [next(events) for _ in range(pause)]
        events.close()
        start, *rest = timeless(run.run())
        assert start == expected[0], "a new one says that it starts"
        assert rest == expected[pause:], "and goes on where the other was left"


@pytest.mark.parametrize("left_after", range(1, 24))
def test_a_run_restored_from_its_state_goes_on_bit_for_bit(left_after: int) -> None:
    options: dict[str, Any] = {"validations_per_epoch": 2, "schedule": "ReduceLROnPlateau"}
    whole = trainer(**options, early_stopping=EarlyStopping(patience=5))
    expected = timeless(whole.run())
    assert len(expected) == 23

    left = trainer(**options, early_stopping=EarlyStopping(patience=5))
    events = left.run()
    before = [next(events) for _ in range(left_after)]
    state = saved(left.state())

    resumed = trainer(**options, early_stopping=EarlyStopping(patience=5))
    resumed.model.parameters[...] = left.model.parameters
    resumed.restore(state)
    after = timeless(resumed.run())
    assert after[0] == expected[0], "it says that it starts"
    assert [*timeless(before), *after[1:]] == (expected if left_after < 23 else [*expected, expected[-1]])
    np.testing.assert_array_equal(resumed.model.parameters, whole.model.parameters)


@pytest.mark.parametrize(
    "damage",
    [{"place": {}}, {"place": None}, {"order": {}}, {"order": None}, {"layers": []}, {"layers": 5}, {"schedule": 3},
     {"schedule": {}}, {"schedule": {"best": "low", "waited": 0, "factor": 1.0}}, {"early_stopping": {"best": 0.5}},
     {"last_validation": [1, 2]}, {"first_loss": "high"}, {"optimizer_steps": -1}, {"optimizer_steps": "many"},
     {"optimizer.m": np.zeros(3)}, {"best_weights": np.zeros(3)},
     {"augmentation": {"bit_generator": "PCG64", "state": {"state": -1, "inc": 1}}}],
    ids=str,
)  # fmt: skip
def test_a_state_that_does_not_fit_is_refused(damage: dict[str, Any]) -> None:
    options: dict[str, Any] = {"schedule": "ReduceLROnPlateau", "early_stopping": EarlyStopping()}
    run = trainer(**options)
    list(run.run())
    trainer(**options).restore(run.state())
    with pytest.raises(ConfigError, match="This training cannot be gone on with: its state does not fit"):
        trainer(**options).restore({**run.state(), **damage})


@pytest.mark.parametrize(
    "damage",
    [{"batch_size": 0}, {"batch_size": SAMPLES + 1}, {"batch": 1}, {"batch": "0"}, {"seen": SAMPLES + 1}, {"seen": -1},
     {"step": None}, {"step": -1}, {"epochs": 0}, {"epochs_done": 1.5}, {"loss_sum": "0"}, {"right": 0.5},
     {"stopped": 1}, {"else": 1}],
    ids=str,
)  # fmt: skip
def test_a_place_that_cannot_be_is_refused(damage: dict[str, Any]) -> None:
    state = trainer().state()
    with pytest.raises(ConfigError, match="This training cannot be gone on with: its state does not fit"):
        trainer().restore({**state, "place": {**state["place"], **damage}})


def test_a_state_of_other_data_is_refused() -> None:
    run = trainer()
    for event in run.run():
        if isinstance(event, BatchDone) and event.batch == 4:
            break
    x, y = run.samples.x[:30], run.samples.labels[:30]
    with pytest.raises(ConfigError, match="after sample 32 of an epoch, but there are 30 samples"):
        Trainer(model(), x, y, batch_size=BATCH).restore(run.state())


def test_numbers_to_be_met_have_no_accuracy_and_still_a_state() -> None:
    network = Sequential([Dense(1)])
    network.build((2,))
    network.compile("sgd", "mean_squared_error")
    x = np.random.default_rng(1).normal(size=(20, 2))
    run = Trainer(network, x, x[:, 0] + 0.5, batch_size=5, validation_data=(x, x[:, 0] + 0.5))
    events = list(run.run())
    assert math.isnan(events[-2].accuracy)
    run.restore(saved(run.state()))


def saved(state: dict[str, Any]) -> dict[str, Any]:
    """What comes back of a state that was written to a file."""
    arrays = {name: value.copy() for name, value in state.items() if isinstance(value, np.ndarray)}
    values = {name: value for name, value in state.items() if name not in arrays}
    return json.loads(json.dumps(values, allow_nan=False)) | arrays


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_a_long_run_keeps_nothing_of_its_batches() -> None:
    events = trainer(epochs=200).run()
    tracemalloc.start()
    try:
        for _ in range(400):
            next(events)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(800):
            next(events)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 20_000


def test_the_learning_rate_follows_its_schedule() -> None:
    rates = [event.learning_rate for event in trainer(schedule="StepDecay", epochs=4).run() if hasattr(event, "batch")]
    assert rates == [0.01] * 2 * BATCHES + [0.005] * 2 * BATCHES
    fast, slow = (trainer(model(Dense(3, "softmax")), schedule=name, epochs=1) for name in (None, "ExponentialDecay"))
    first = fast.model.parameters.copy()
    for run in (fast, slow):
        list(run.run())
    moved = [np.abs(run.model.parameters - first).max() for run in (fast, slow)]
    assert moved[0] > 1.5 * moved[1], "and the steps follow it, too"


def test_early_stopping_ends_the_run_and_brings_the_best_weights_back() -> None:
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(30, 6)), rng.integers(0, 3, 30)
    run = trainer(epochs=60, validation_data=noise, early_stopping=EarlyStopping(patience=3))
    kept: list[np.ndarray] = []
    losses: list[float] = []
    for event in run.run():
        if isinstance(event, EpochDone):
            kept.append(run.model.parameters.copy())
            losses.append(event.val_loss or 0)
    assert isinstance(event, TrainingDone)
    assert event.stopped_early
    assert event.epochs == len(losses) < 60
    assert event.best_epoch == int(np.argmin(losses)) == len(losses) - 4
    np.testing.assert_array_equal(run.model.parameters, kept[event.best_epoch])


def test_a_class_counts_as_much_as_its_weight_says() -> None:
    run = trainer(model(Dense(3, "softmax")), class_weight={0: 0.0, 2: 5.0}, batch_size=SAMPLES, epochs=1)
    network = run.model.clone()
    labels = run.samples.labels
    weights = np.array([0, 1, 5])[labels]
    Y = network.predict(run.samples.x)
    expected = -(weights * np.log(Y[np.arange(SAMPLES), labels])).mean()
    (batch,) = (event for event in run.run() if isinstance(event, BatchDone))
    assert batch.loss == pytest.approx(expected, rel=1e-5)


x, y = np.zeros((4, 6), np.float32), np.zeros(4, int)


@pytest.mark.parametrize(
    ("make", "kind", "told"),
    [
        (lambda: Trainer(model(), x, y[:3]), ShapeError, r"4 samples but 3 labels\. Give one"),
        (lambda: Trainer(model(), x[:0], y[:0]), ConfigError, r"no samples to train on\. Give"),
        (lambda: Trainer(model(), x, y, batch_size=0), ConfigError, r"Batch size 0 and epochs 1 must both be at least"),
        (lambda: Trainer(model(), x, y, epochs=0), ConfigError, r"Batch size 32 and epochs 0 must"),
        (lambda: Trainer(model(), x[:, :5], y), ShapeError, r"built for samples of shape \(6,\) but gets \(5,\)"),
        (lambda: Trainer(model(), x, y + 3), ConfigError, r"Labels run from 3 to 3, but the network has 3 outputs"),
        (lambda: Trainer(Sequential([Dense(3)]), x, y), ConfigError, r"not built yet\. Call build"),
        (lambda: Trainer(model(), x, y, class_weight={3: 1}), ConfigError, r"Class 3 cannot have weight 1\. Classes"),
        (lambda: Trainer(model(), x, y, early_stopping=EarlyStopping()), ConfigError, r"validation data, but there is"),
        (lambda: Trainer(model(), x, y, schedule="Cosine"), ConfigError, r"Unknown schedule 'Cosine'\. Known: "),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_before_anything_moves(make: Any, kind: Any, told: str) -> None:
    with pytest.raises(kind, match=told):
        make()


def test_validation_data_that_do_not_fit_are_found_before_the_first_batch() -> None:
    run = trainer(validation_data=(x[:, :5], y))
    before = run.model.parameters.copy()
    with pytest.raises(ShapeError, match=r"expects X of shape \(N, 6\) but got \(4, 5\)"):
        list(run.run())
    assert run.step == 0
    np.testing.assert_array_equal(run.model.parameters, before)
