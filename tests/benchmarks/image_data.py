"""What the data costs: augmentation beside a training step, loading MNIST, a drawing in MNIST's form, pen digits."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from core import Sequential, Trainer
from core.data import Augmentation, Scaling, center_digit, mnist
from core.data.pen_digits import generate
from core.layers import Dense, Flatten
from core.optimizers import Adam
from tests.benchmarks.timing import Step, measure

LOAD = "import time; from core.data import mnist; t = time.perf_counter(); mnist(); print(time.perf_counter() - t)"


def training_step(batch_size: int, *units: int) -> Step:
    """The Trainer's step on MNIST, scaling included, nothing augmented."""
    (x, y), _ = mnist()
    model = Sequential([Flatten(), *(Dense(each, "relu") for each in units), Dense(10, "softmax")])
    model.build((28, 28, 1))
    model.compile(Adam(), "sparse_categorical_crossentropy")
    events = Trainer(model, x[:4096], y[:4096], batch_size=batch_size, epochs=10**6, scaling=Scaling.unit()).run()
    next(events)
    return lambda: next(events)


def augmentation_step(batch_size: int) -> Step:
    """The digits' augmentation of one batch."""
    images = mnist()[0][0][:batch_size].copy()
    augmentation, rng = Augmentation.digits(), np.random.default_rng(0)
    out = np.empty(images.shape, np.float32)
    return lambda: augmentation.apply(images, rng, out=out)


def drawing() -> np.ndarray:
    """A ring on a canvas of 280 x 280."""
    y, x = np.mgrid[:280, :280]
    return (np.abs(np.hypot(y - 150, x - 120) - 70) < 9).astype(np.uint8) * np.uint8(255)


def report() -> list[str]:
    """The figures as lines of text."""
    lines = ["Augmentation (Augmentation.digits) beside a training step (Adam), microseconds an image"]
    for batch_size in (32, 128):
        steps = {
            "augment": augmentation_step(batch_size),
            "784-128-64-10": training_step(batch_size, 128, 64),
            "784-512-256-10": training_step(batch_size, 512, 256),
        }
        rounds = measure(steps, rounds=9)
        found = {name: rounds.seconds(name) / batch_size * 1e6 for name in steps}
        figures = ", ".join(f"{name} {each:.1f}" for name, each in found.items())
        lines.append(f"  batch {batch_size:3}: {figures}")
    canvas = drawing()
    centred = measure({"center_digit": lambda: center_digit(canvas)}).seconds("center_digit")
    lines.append(f"A drawing of 280 x 280 to MNIST's form: {centred * 1e3:.2f} ms (at most 2)")
    loaded = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout
    lines.append(f"MNIST read, unpacked and checked: {float(loaded):.2f} s (well under 1)")
    generate(100)
    started = time.process_time()
    generate(8000)
    lines.append(f"60,000 pen digits drawn: {(time.process_time() - started) * 7.5:.1f} s of one core (at most 10)")
    return lines
