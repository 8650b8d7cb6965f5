"""A thousand runs in one sitting: one thread, and no memory that is never given back."""

from __future__ import annotations

import ctypes
import gc
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnvis.session import RunState, Session

MEMORY = Path("/proc/self/statm")
PAGE = 4096
WARM_UP, CYCLES = 200, 1000
EVERY, SAMPLES = 25, 8  # cycles from one look at the memory to the next; so many looks at each end
GROWTH = 5e6  # bytes


def resident() -> int:
    """Bytes of memory in use, without what Python and malloc only keep for the next time: that swings by 10 MB."""
    gc.collect()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
    return int(MEMORY.read_text().split()[1]) * PAGE


@pytest.mark.slow
@pytest.mark.skipif(not MEMORY.exists(), reason="reads its memory from /proc")
def test_start_and_stop_a_thousand_times(qtbot: QtBot, session: Session) -> None:
    session.set_training(session.project.training.replace(epochs=1000))
    qtbot.waitUntil(lambda: session.running_project == session.project)
    threads, memory = threading.active_count(), []
    for cycle in range(WARM_UP + CYCLES):
        if cycle >= WARM_UP and cycle % EVERY == 0:
            memory.append(resident())
        step = session.history.step
        session.train()
        qtbot.waitUntil(lambda before=step: session.history.step > before)
        session.stop()
        qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None)
        if cycle % 10 == 9:
            session.reset()
            qtbot.waitUntil(lambda: session.history.step == 0)
    # It is the lower envelope that counts: what is in use at one moment, by the other thread too, comes and goes.
    assert min(memory[-SAMPLES:]) - min(memory[:SAMPLES]) < GROWTH
    assert threading.active_count() <= threads
    session.shutdown()
    assert threading.active_count() <= threads
