"""Timing functions against each other: interleaved rounds, medians, so that a busy machine bothers all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Step = Callable[[], object]


def medians(functions: Mapping[str, Step], rounds: int = 25, seconds_a_round: float = 0.02) -> dict[str, float]:
    """The median time of one call of each function, in seconds."""
    calls = {name: _calls_in(function, seconds_a_round) for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            started = time.perf_counter()
            for _ in range(calls[name]):
                function()
            times[name].append((time.perf_counter() - started) / calls[name])
    return {name: statistics.median(values) for name, values in times.items()}


def _calls_in(function: Step, seconds: float) -> int:
    function()  # the first call allocates
    started = time.perf_counter()
    function()
    return max(1, int(seconds / max(time.perf_counter() - started, 1e-7)))
