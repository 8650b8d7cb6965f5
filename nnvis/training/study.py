"""Study: looks at a copy of the network in a thread of its own, for what takes longer than a frame.

A question is a plain function of the network, given to `ask` under a topic. Of each topic only the newest question
counts: an older one that is still waiting is dropped, and one that is being answered sees `unwanted()` become true.
The answer comes back by the signal `found`. The network here is never the one that trains: it is given copies of
parameters, as the window is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal
from threadpoolctl import threadpool_limits

from core.data import Scaling
from core.sequential import Sequential

WAIT_MS = 3000


@dataclass(frozen=True, eq=False)
class Look:
    """What a question is asked with. `model` holds the parameters asked about; it may be used, and trained on nothing.

    `unwanted` tells a long answer that nobody waits for it any more: it may then return anything.
    """

    model: Sequential
    scaling: Scaling
    unwanted: Callable[[], bool]

    def show(self, parameters: NDArray[np.float32]) -> None:
        """Look at other parameters of the same network."""
        np.copyto(self.model.parameters, parameters)


Question = Callable[[Look], Any]


@dataclass(frozen=True, eq=False)
class Finding:
    """The answer to the newest question of a topic; `error` instead of `value` when it failed."""

    topic: str
    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, eq=False)
class _Asked:
    topic: str
    question: Question
    parameters: NDArray[np.float32]


class Study(QThread):
    """Answers questions one after another. The thread starts with the first question, and rests between them."""

    found = Signal(object)  # Finding

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study")
        self._lock = threading.Condition()
        self._waiting: dict[str, _Asked] = {}
        self._newest: dict[str, _Asked] = {}
        self._network: tuple[Sequential, Scaling] | None = None
        self._closed = False

    def set_network(self, model: Sequential, scaling: Scaling) -> None:
        """Look at copies of this network from now on; open questions about the one before are dropped."""
        with self._lock:
            self._network = model, scaling
            self._waiting.clear()
            self._newest.clear()

    def ask(self, topic: str, parameters: NDArray[np.float32], question: Question) -> None:
        """Ask about the network with these parameters (a read-only copy)."""
        with self._lock:
            if self._closed or self._network is None:
                return
            asked = _Asked(topic, question, parameters)
            self._waiting.pop(topic, None)  # it goes to the end of the queue
            self._waiting[topic] = self._newest[topic] = asked
            self._lock.notify()
        if not self.isRunning():
            self.start(QThread.Priority.LowPriority)

    def drop(self, topic: str) -> None:
        """Nobody waits for this topic any more."""
        with self._lock:
            self._waiting.pop(topic, None)
            self._newest.pop(topic, None)

    def close(self) -> None:
        """End the thread; the question in hand is told that it is unwanted."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._newest.clear()
            self._lock.notify()
        self.wait(WAIT_MS)

    def run(self) -> None:
        """Answer until closed. No exception leaves this method."""
        copy: Sequential | None = None
        of: Sequential | None = None
        with threadpool_limits(1, user_api="blas"), np.errstate(all="ignore"):
            while (job := self._next()) is not None:
                asked, model, scaling = job
                try:
                    if copy is None or of is not model:
                        copy, of = model.clone(), model
                    look = Look(copy, scaling, lambda asked=asked: self._is_old(asked))  # type: ignore[misc]
                    look.show(asked.parameters)
                    finding = Finding(asked.topic, asked.question(look))
                except Exception as error:
                    finding = Finding(asked.topic, error=error)
                if not self._is_old(asked):
                    self.found.emit(finding)

    def _next(self) -> tuple[_Asked, Sequential, Scaling] | None:
        with self._lock:
            while not self._closed and not self._waiting:
                self._lock.wait()
            if self._closed or self._network is None:
                return None
            asked = self._waiting.pop(next(iter(self._waiting)))
            return asked, *self._network

    def _is_old(self, asked: _Asked) -> bool:
        with self._lock:
            return self._newest.get(asked.topic) is not asked
