"""The curves of a run survive their model file exactly, and nothing else becomes a history."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Sequential, model_file
from core.errors import ConfigError
from core.events import EpochDone, ValidationDone
from core.layers import Dense
from core.optimizers import SGD
from core.run_history import RunHistory
from core.training import BatchDone, Trainer


@pytest.fixture
def run() -> tuple[Sequential, RunHistory, list[BatchDone]]:
    model = Sequential([Dense(3, activation="softmax")], seed=1)
    model.build((4,))
    model.compile(SGD(0.05), "sparse_categorical_crossentropy", ["accuracy"])
    x, y = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32), np.arange(30) % 3
    history, batches = RunHistory(), []
    for event in Trainer(model, x, y, batch_size=8, epochs=2, validation_data=(x[:9], y[:9])).run():
        history.add(event)
        if isinstance(event, BatchDone):
            batches.append(event)
    return model, history, batches


def test_it_gathers_what_happens(run: tuple[Sequential, RunHistory, list[BatchDone]]) -> None:
    _, history, batches = run
    assert len(history) == len(batches) == 8
    assert history.steps.tolist() == [batch.step for batch in batches]
    assert history.positions.tolist() == [batch.position for batch in batches]
    assert history.losses.tolist() == [batch.loss for batch in batches]
    assert history.accuracies.tolist() == [batch.accuracy for batch in batches]
    assert history.rates.tolist() == [0.05] * 8
    assert history.seconds == sum(event.seconds for event in history.epochs) > 0
    assert [event.step for event in history.validations] == [0, 4, 8]
    assert [event.epoch for event in history.epochs] == [0, 1]


def test_a_model_file_keeps_it(run: tuple[Sequential, RunHistory, list[BatchDone]], tmp_path: Path) -> None:
    model, history, _ = run
    path = tmp_path / "model.safetensors"
    model_file.save(model, path, history=history.state())
    saved = model_file.read(path).history
    assert saved is not None
    again = RunHistory.restored(saved)
    for name in ("steps", "positions", "losses", "accuracies", "rates"):
        np.testing.assert_array_equal(getattr(again, name), getattr(history, name))
    assert again.validations == history.validations
    assert again.epochs == history.epochs


def test_what_is_not_finite_stays_so_and_what_is_missing_too() -> None:
    history = RunHistory()
    history.validations.append(ValidationDone(0, 0.0, math.nan, 0.5, 10))
    history.epochs.append(EpochDone(0, 5, 0.5, 0.5, None, None, 1.0))
    json.dumps(history.state()["validations"], allow_nan=False)
    again = RunHistory.restored(history.state())
    assert math.isnan(again.validations[0].loss)
    assert again.epochs == history.epochs
    assert len(again) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"steps": ...},
        {"more": 1},
        {"steps": np.arange(1.0, 9.0)},
        {"losses": np.arange(8)},
        {"losses": np.ones(7)},
        {"steps": np.arange(8, 0, -1)},
        {"steps": np.arange(8)},
        {"steps": np.ones((8, 1), np.int64)},
        {"validations": None},
        {"validations": [{"step": 1}]},
        {"validations": [{"step": -1, "epoch": 0.0, "loss": 1.0, "accuracy": 1.0, "count": 1}]},
        {"epochs": ["a"]},
        {"epochs": [{}] * 100_001},
    ],
)
def test_anything_else_is_refused(
    run: tuple[Sequential, RunHistory, list[BatchDone]], change: dict[str, Any]
) -> None:
    state = {**run[1].state(), **change}
    with pytest.raises(ConfigError):
        RunHistory.restored({name: value for name, value in state.items() if value is not ...})


def test_a_run_without_right_and_wrong_comes_back_too(tmp_path: Path) -> None:
    x = np.random.default_rng(1).random((20, 3))
    model = Sequential([Dense(1)])
    model.build((3,))
    model.compile("sgd", "mean_squared_error")
    history = RunHistory()
    for event in Trainer(model, x, x[:, :1], epochs=2).run():
        history.add(event)
    model_file.save(model, tmp_path / "model", history=history.state())
    saved = model_file.read(tmp_path / "model").history
    assert saved is not None
    again = RunHistory.restored(saved)
    np.testing.assert_array_equal(again.losses, history.losses)
    assert np.isnan(again.accuracies).all()
    assert len(again) == len(again.accuracies) == 2
