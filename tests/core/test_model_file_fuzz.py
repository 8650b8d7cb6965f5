"""Saved models with random damage: refused with FileError, or read with every value right. Nothing else may happen."""

from __future__ import annotations

import contextlib
import json
import math
import random
import time
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Trainer, model_file
from core.data import AS_MNIST, Scaling
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, DivergenceError, FileError
from core.intake import Intake
from tests.core.model_files import assert_same, parts, signed, small_model

MEMORY, SECONDS = 64 * 2**20, 2.0
SEED = 20240229
both_lengths = pytest.mark.parametrize(
    "count", [2_000, pytest.param(100_000, marks=pytest.mark.slow)], ids=["short", "long"]
)
NUMBERS = [0, -1, 1, 2, 255, 2**31, 2**32, 2**63, 2**64, 10**30, 0.5, -0.0, 1e308, 5e-324, True, False, None, math.inf]
INTAKE = Intake(Scaling(0.13, 0.31), AS_MNIST, ("no", "yes"))
WORDS = ["", "\0", "../..", "Dense", "__class__", "float64", "9" * 400, "\ud800", "µ", "NaN"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.nnvis"


def begun() -> Trainer:
    """A training with everything in it that a file can hold."""
    rng = np.random.default_rng(1)
    x, y = rng.random((20, 2, 2, 1), dtype=np.float32), rng.integers(0, 2, 20)
    return Trainer(
        small_model(), x, y, batch_size=6, epochs=2, validation_data=(x[:5], y[:5]), schedule="ReduceLROnPlateau",
        early_stopping=EarlyStopping(),
    )  # fmt: skip


def save(path: Path) -> Trainer:
    trainer = begun()
    list(islice(trainer.run(), 9))  # in the second epoch
    model_file.save(
        trainer.model, path, project={"layers": [1, 2], "seed": 7}, history={"losses": np.ones(3), "epochs": [1, 2]},
        training=trainer.state(), intake=INTAKE,
    )  # fmt: skip
    return trainer


# --- damage that knows nothing of the file ----------------------------------------------------------------------------


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One to three random faults, as disks, networks and editors make them."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        place, length = rng.randrange(len(changed) + 1), rng.choice((1, 1, 2, 4, 8, 64))
        match rng.randrange(8):
            case 0:
                changed[place : place + 1] = bytes(byte ^ 1 << rng.randrange(8) for byte in changed[place : place + 1])
            case 1:
                changed[place : place + length] = rng.randbytes(length)
            case 2:
                del changed[place : place + length]
            case 3:
                changed[place:place] = rng.randbytes(length)
            case 4:
                changed[place : place + length] = bytes(length)
            case 5:  # a piece of the file itself at another place
                start = rng.randrange(len(changed) + 1)
                changed[place:place] = changed[start : start + length]
            case 6:
                sizes = (0, 1, len(data), 2**20, 2**32, 2**63, rng.randrange(2 * len(data)))
                changed[:8] = rng.choice(sizes).to_bytes(8, "little")
            case 7:  # a digit for a digit
                digits = [index for index, byte in enumerate(changed) if 48 <= byte <= 57]
                if digits:
                    changed[rng.choice(digits)] = rng.randrange(48, 58)
        if not changed:
            break
    return bytes(changed)


@both_lengths
def test_random_damage_is_refused_or_harmless(count: int, path: Path) -> None:
    trainer = save(path)
    whole, data = model_file.read(path), path.read_bytes()
    rng = random.Random(SEED)
    unharmed, unnamed, slowest, peak = 0, 0, 0.0, 0
    for number in range(count):
        path.write_bytes(damaged(data, rng))
        watched = number % 10 == 0  # watching the memory makes reading several times slower
        if watched:
            tracemalloc.start()
        started = time.process_time()
        try:
            read = model_file.read(path)
        except FileError as error:
            unnamed += repr(str(path)) not in str(error)
        else:  # damage in places that mean nothing, such as spaces, or none at all
            unharmed += 1
            assert_same(read.model, trainer.model)
            assert (read.project, repr(read.history)) == (whole.project, repr(whole.history))
            assert read.intake == INTAKE
            assert repr(read.training) == repr(whole.training)
        slowest = max(slowest, time.process_time() - started)
        if watched:
            peak = max(peak, tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert unnamed == 0
    assert unharmed < count / 20
    assert slowest < SECONDS
    assert peak < MEMORY


# --- damage with right checksums --------------------------------------------------------------------------------------


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every table or list within a JSON value, with every key or index in it."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def altered(description: Any, rng: random.Random) -> Any:
    """One to three random changes of what the description says."""
    description = json.loads(json.dumps(description))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        where, key = rng.choice(list(places(description)))
        old = where[key]
        match rng.randrange(6):
            case 0:
                where[key] = rng.choice(NUMBERS)
            case 1:
                where[key] = rng.choice(WORDS)
            case 2:
                where[key] = rng.choice(([], {}, [old], {"type": old}, [old, old]))
            case 3 if isinstance(old, int | float) and not isinstance(old, bool):
                where[key] = old + rng.choice((-1, 1, 0.5, -1000, 2**40))
            case 3 | 4:
                where[rng.choice(WORDS) if isinstance(where, dict) else key] = old
            case 5:
                del where[key]
    return description


@both_lengths
def test_lies_with_right_checksums_are_refused_or_make_a_sound_model(count: int, path: Path) -> None:
    model_file.save(small_model(), path, history={"losses": np.ones(3), "epochs": [1, 2]}, intake=INTAKE)
    header, description, arrays = parts(path)
    rng = random.Random(SEED)
    sound, slowest = 0, 0.0
    for _ in range(count // 8):
        path.write_bytes(signed(header, altered(description, rng), arrays))
        started = time.process_time()
        try:
            saved = model_file.read(path)
        except FileError:
            pass
        else:
            sound += 1
            model, intake = saved.model, saved.intake or Intake()
            assert np.isfinite(model.parameters).all()
            assert np.isfinite(intake.scaling.apply(np.array([0, 255], np.uint8))).all()
            assert Intake.from_dict(intake.to_dict()) == intake
            with np.errstate(all="ignore"):
                assert model.predict(np.zeros((1, *model.input_shape))).shape == (1, *model.output_shape)
            model_file.save(model, path)
            assert_same(model_file.load(path), model)
        slowest = max(slowest, time.process_time() - started)
    assert 0 < sound < count / 16
    assert slowest < SECONDS


@both_lengths
def test_lies_about_a_training_are_refused_or_can_be_gone_on_with(count: int) -> None:
    trainer = begun()
    list(islice(trainer.run(), 9))
    state = trainer.state()
    arrays = {name: value for name, value in state.items() if isinstance(value, np.ndarray)}
    values = {name: value for name, value in state.items() if name not in arrays}
    rng = random.Random(SEED)
    gone_on, refused = 0, 0
    for _ in range(count // 10):
        lie = altered(values, rng)
        resumed = begun()
        try:
            resumed.restore(lie | arrays)
        except ConfigError:
            refused += 1
            continue
        gone_on += 1
        with contextlib.suppress(DivergenceError):
            list(islice(resumed.run(), 12))
        resumed.state()
    assert gone_on
    assert refused > gone_on
