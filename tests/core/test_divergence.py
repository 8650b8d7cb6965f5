"""A run that explodes stops at once, says why, and leaves weights that one can go on with."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import Sequential
from core.errors import DivergenceError
from core.layers import Dense
from core.optimizers import SGD, Adam, Optimizer
from core.training import BatchDone, Trainer, ValidationDone

rng = np.random.default_rng(1)
X, LABELS = rng.normal(size=(200, 6)).astype(np.float32), rng.integers(0, 3, 200)


def model(optimizer: Optimizer, *, loss: str = "categorical_crossentropy", seed: int = 0) -> Sequential:
    last = Dense(3, "softmax" if loss == "categorical_crossentropy" else "linear")
    made = Sequential([Dense(16, "relu"), Dense(16, "relu"), last], seed=seed)
    made.build((6,))
    made.compile(optimizer, loss)
    return made


def explode(network: Sequential, x: np.ndarray = X, **options: object) -> tuple[DivergenceError, list[BatchDone]]:
    """Train until it fails; the error, and the batches that were done."""
    run = Trainer(network, x, LABELS[: len(x)], batch_size=20, **{"epochs": 20, **options})  # type: ignore[arg-type]
    batches: list[BatchDone] = []
    with pytest.raises(DivergenceError) as told:
        batches.extend(event for event in run.run() if isinstance(event, BatchDone))
    assert np.isfinite(network.parameters).all()
    assert not network.optimizer.state or network.optimizer.steps == 0, "the optimizer has forgotten the explosion"
    return told.value, batches


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", ["categorical_crossentropy", "mean_squared_error"])
@pytest.mark.parametrize("optimizer", [SGD(1000), SGD(1000, momentum=0.9), SGD(1000, momentum=0.9, nesterov=True)])
def test_a_learning_rate_of_1000(optimizer: Optimizer, loss: str, seed: int) -> None:
    error, batches = explode(model(optimizer.replace(), loss=loss, seed=seed))
    assert error.step == len(batches) + 1 <= 20
    assert math.isfinite(error.first_loss)
    assert not error.loss <= 1e5 * error.first_loss
    assert str(error) == (
        f"The loss went from {error.first_loss:.3g} to {error.loss:.3g} at batch {error.step}, with learning rate 1000"
        f". Set a smaller learning rate and start again."
    )


def test_a_loss_that_grows_without_end_is_stopped_long_before_infinity() -> None:
    network = Sequential([Dense(3)])
    network.build((6,))
    network.compile(SGD(5), "mean_squared_error")
    error, batches = explode(network)
    assert 1e6 * error.first_loss < error.loss < 1e12 * error.first_loss
    assert [event.loss for event in batches] == sorted(event.loss for event in batches)


def test_one_may_go_on_with_a_smaller_rate() -> None:
    network = model(SGD(1000))
    explode(network)
    network.build((6,))
    network.optimizer.learning_rate = 0.1
    history = network.fit(X, LABELS, epochs=3, verbose=0)
    assert all(math.isfinite(loss) for loss in history.history["loss"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 57, 199])
def test_a_value_that_is_no_number_is_found_in_its_batch(value: float, place: int) -> None:
    x = X.copy()
    x[place, 3] = value
    network = model(Adam(0.01))
    error, batches = explode(x=x, network=network, shuffle=False)
    assert error.step == place // 20 + 1 == len(batches) + 1
    what = f"The samples of batch {error.step} contain values that are not finite numbers. Remove or replace them"
    assert str(error) == f"{what} and start again."


def test_weights_that_are_far_too_large_from_the_start() -> None:
    network = model(SGD(0.01))
    network.parameters *= 1e20
    error, batches = explode(network)
    assert batches == []
    assert math.isnan(error.first_loss)
    assert "The first loss is" in str(error)
    assert "the first weights are far too large. Draw smaller ones and start again." in str(error)


@pytest.mark.parametrize("validated", [False, True])
def test_an_explosion_in_the_very_last_update_is_noticed_too(validated: bool) -> None:
    network = Sequential([Dense(3)])
    network.build((6,))
    network.compile(SGD(1e6), "mean_squared_error")
    x = X * np.float32(1e34)
    network.parameters *= 1e-34
    before = network.parameters.copy()
    validation = (x, LABELS) if validated else None
    events = Trainer(network, x, LABELS, batch_size=200, epochs=1, validation_data=validation).run()
    measured: list[ValidationDone] = []
    with pytest.raises(DivergenceError, match=r"Update 1 made weights infinite, with learning rate 1e\+06\. Set a"):
        measured.extend(event for event in events if isinstance(event, ValidationDone))
    np.testing.assert_array_equal(network.parameters, before)
    assert all(math.isfinite(event.loss) for event in measured)


def test_the_last_finite_weights_are_those_before_the_explosion() -> None:
    network = model(SGD(1000), loss="mean_squared_error")
    events = Trainer(network, X, LABELS, batch_size=20, epochs=20).run()
    finite: list[np.ndarray] = []
    with pytest.raises(DivergenceError):
        finite.extend(network.parameters.copy() for _ in events if np.isfinite(network.parameters).all())
    assert any(np.array_equal(network.parameters, weights) for weights in finite)


@settings(max_examples=40, deadline=None)
@given(batch=st.integers(1, 30), value=st.sampled_from([math.nan, math.inf, -math.inf]))
def test_bad_data_in_any_batch_keep_the_weights_of_the_batch_before(batch: int, value: float) -> None:
    network, x = model(Adam(0.01)), X.copy()
    kept = [network.parameters.copy()]

    def train() -> None:
        x[...] = value if batch == 1 else X
        for event in Trainer(network, x, LABELS, batch_size=20, epochs=3).run():
            if isinstance(event, BatchDone):
                kept.append(network.parameters.copy())
                x[...] = value if event.step == batch - 1 else X

    with pytest.raises(DivergenceError) as failed:
        train()
    assert (failed.value.step, failed.value.cause) == (batch, "data")
    np.testing.assert_array_equal(network.parameters, kept[-1])


@settings(max_examples=40, deadline=None)
@given(batch=st.integers(1, 26), rate=st.sampled_from([1e4, 1e5, 1e6]))
def test_an_explosion_at_any_batch_leaves_finite_weights(batch: int, rate: float) -> None:
    network = model(SGD(0.01), loss="mean_squared_error")
    trainer = Trainer(network, X, LABELS, batch_size=20, epochs=3)

    def train() -> None:
        for event in trainer.run():
            if isinstance(event, BatchDone) and event.step == batch:
                trainer.set_live(SGD(rate))

    with pytest.raises(DivergenceError) as failed:
        train()
    assert failed.value.cause == "rate"
    assert batch < failed.value.step <= batch + 3
    assert np.isfinite(network.parameters).all()


@settings(max_examples=40, deadline=None)
@given(
    batch=st.integers(0, 29), rate=st.sampled_from([1e3, 1e4, 1e5, 1e6]), per_epoch=st.sampled_from([1, 4, 10]),
    loss=st.sampled_from(["mean_squared_error", "categorical_crossentropy"]),
)  # fmt: skip
def test_an_explosion_before_any_validation_leaves_finite_weights_and_measures(
    batch: int, rate: float, per_epoch: int, loss: str
) -> None:
    """Also in the first batch, the last of an epoch, the last of all, and where a validation comes next."""
    network = model(SGD(rate if batch == 0 else 0.01), loss=loss)
    trainer = Trainer(
        network, X, LABELS, batch_size=20, epochs=3, validation_data=(X, LABELS), validations_per_epoch=per_epoch
    )
    measured: list[ValidationDone] = []

    def train() -> None:
        for event in trainer.run():
            if isinstance(event, BatchDone) and event.step == batch:
                trainer.set_live(SGD(rate))
            elif isinstance(event, ValidationDone):
                measured.append(event)

    # A run can end before the loss has exploded, and where softmax saturates it stays finite.
    may_survive = batch >= 26 or loss == "categorical_crossentropy"
    with contextlib.suppress(DivergenceError) if may_survive else pytest.raises(DivergenceError):
        train()
    assert np.isfinite(network.parameters).all()
    assert all(math.isfinite(event.loss) for event in measured)
