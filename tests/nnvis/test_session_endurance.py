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
WARM_UP, CYCLES = 100, 1000
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
    threads, memory = threading.active_count(), 0
    for cycle in range(WARM_UP + CYCLES):
        if cycle == WARM_UP:
            memory = resident()
        step = session.history.step
        session.train()
        qtbot.waitUntil(lambda before=step: session.history.step > before)
        session.stop()
        qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None)
        if cycle % 10 == 9:
            session.reset()
            qtbot.waitUntil(lambda: session.history.step == 0)
    assert resident() - memory < GROWTH
    assert threading.active_count() <= threads
    session.shutdown()
    assert threading.active_count() <= threads
