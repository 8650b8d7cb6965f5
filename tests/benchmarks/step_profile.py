"""Where the time of a training step goes: gathering the batch, each layer forward and backward, loss, update, the rest.

The parts are timed in the running training, each call by itself, in CPU time less what the clock itself costs. Of all
steps the fastest quarter counts, in which other programs bothered least, and of that the medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from core import Trainer
from core.kernels import ConvReluPool
from core.layers.base import Layer
from core.training import BatchDone
from tests.benchmarks import cnn_step, mlp_step
from tests.benchmarks.training_step import compiled, data

STEPS = 300


def clock_cost() -> float:
    """The seconds that timing nothing takes."""
    times = [time.thread_time() for _ in range(1001)]
    return statistics.median(later - earlier for earlier, later in pairwise(times))


class Stopwatch:
    """Times every call of the methods it was put on, and adds up what belongs to one step."""

    def __init__(self) -> None:
        self.steps: list[dict[str, float]] = []
        self._now: dict[str, float] = {}
        self._calls = 0
        self._cost = clock_cost()

    def put_on(self, owner: Any, method: str, part: str) -> None:
        """Time this method of this object from now on, as a part of that name."""
        plain: Callable[..., Any] = getattr(owner, method)

        def timed(*arguments: Any) -> Any:
            started = time.thread_time()
            result = plain(*arguments)
            self._now[part] = self._now.get(part, 0.0) + time.thread_time() - started - self._cost
            self._calls += 1
            return result

        setattr(owner, method, timed)

    def step_done(self, seconds: float) -> None:
        """The step took so long, two clocks a call included; what was not timed is its rest."""
        whole = seconds - (2 * self._calls + 1) * self._cost
        self.steps.append({**self._now, "rest": whole - sum(self._now.values()), "whole step": whole})
        self._now.clear()
        self._calls = 0

    def medians(self) -> dict[str, float]:
        """The median time of each part over the fastest quarter of the steps, in microseconds."""
        fastest = sorted(self.steps, key=lambda step: step["whole step"])[: len(self.steps) // 4]
        return {part: statistics.median(step[part] for step in fastest) * 1e6 for part in fastest[0]}


def profile(layers: Sequence[Layer], shape: tuple[int, ...], batch_size: int, optimizer: str) -> dict[str, float]:
    """The microseconds of each part of a step."""
    x, y = data(shape)
    model = compiled(layers, shape, optimizer)
    trainer = Trainer(model, x, y, batch_size=batch_size, epochs=10**6)
    events = trainer.run()
    for _ in range(4):
        next(events)  # whatever is laid out once is there now
    watch = Stopwatch()
    passes = model._training_pass
    watch.put_on(trainer.samples, "batch", "gather")
    names = iter(model.layer_names)
    for step in passes.steps[:-1]:
        name = next(names)
        if isinstance(step, ConvReluPool):
            name = f"{name}+{next(names)}"
        watch.put_on(step, "forward", f"{name} forward")
        watch.put_on(step, "backward", f"{name} backward")
    end, last = passes._end, passes._last
    assert end is not None
    assert last is not None
    watch.put_on(last, "scores", f"{last.layer.name} forward")
    watch.put_on(last, "backward_from_scores", f"{last.layer.name} backward")
    watch.put_on(end, "forward_backward", "softmax and loss")
    watch.put_on(model.optimizer, "step", "update")
    while len(watch.steps) < STEPS:
        started = time.thread_time()
        if isinstance(next(events), BatchDone):
            watch.step_done(time.thread_time() - started)
    return watch.medians()


def report() -> list[str]:
    """A line for each part, a column for each case."""
    lines: list[str] = []
    for name, layers, shape in (
        ("MLP", mlp_step.LAYERS, mlp_step.SIZES[:1]), ("CNN", cnn_step.LAYERS, cnn_step.SHAPE)
    ):  # fmt: skip
        cases = [(optimizer, batch_size) for batch_size in (32, 128) for optimizer in ("SGD", "Adam")]
        found = [profile(layers, shape, batch_size, optimizer) for optimizer, batch_size in cases]
        lines.append(f"Where a step of the {name} goes (microseconds; rest: the loop, its events, adding up pieces)")
        lines.append(" " * 34 + "".join(f"{optimizer + ' ' + str(size):>10}" for optimizer, size in cases))
        parts = sorted(found[0], key=_place)
        lines += [f"  {part:32}" + "".join(f"{each[part]:>10.1f}" for each in found) for part in parts]
        lines.append("")
    return lines[:-1]


def _place(part: str) -> int:
    order = ("gather", "forward", "loss", "backward", "update", "rest", "step")
    return order.index(part.split()[-1])
