"""Timing functions against each other, in turn and round by round, so that a busy machine bothers all alike.

CPU time of the process: on one thread it is what the clock on the wall would show if nobody else were working. What
others do to the caches and to the clock rate stays in it, and is why ratios are taken round by round.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Step = Callable[[], object]


@dataclass(frozen=True)
class Rounds:
    """The seconds of CPU time that one call of each function took, in each round."""

    times: Mapping[str, list[float]]

    def seconds(self, name: str) -> float:
        """The median time of one call."""
        return statistics.median(self.times[name])

    def ratio(self, name: str, to: str) -> float:
        """How many times as long one takes as the other: the median over the rounds, in each of which both had luck."""
        return statistics.median(one / other for one, other in zip(self.times[name], self.times[to], strict=True))

    def ratio_of_best(self, name: str, to: str) -> float:
        """The same for the fastest round of each: what a quiet machine would show, if there was one quiet moment."""
        return min(self.times[name]) / min(self.times[to])


def measure(functions: Mapping[str, Step], rounds: int = 31, seconds_a_round: float = 0.02) -> Rounds:
    """Time all functions in every round, each round in the opposite order of the one before."""
    calls = {name: _calls_in(function, seconds_a_round) for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    order = list(functions)
    for _ in range(rounds):
        for name in order:
            started = time.process_time()
            for _ in range(calls[name]):
                functions[name]()
            times[name].append((time.process_time() - started) / calls[name])
        order.reverse()
    return Rounds(times)


def _calls_in(function: Step, seconds: float) -> int:
    function()  # the first call allocates
    started = time.process_time()
    function()
    return max(1, int(seconds / max(time.process_time() - started, 1e-7)))
