"""The whole window, with every plot in sight: trained for minutes, closed in mid-run fifty times, and hit by faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnvis.app import create
from nnvis.history import MOST_BATCHES
from nnvis.main_window import MainWindow
from nnvis.project import NO_PEN_DIGITS
from nnvis.session import RunState
from tests.nnvis.test_session_endurance import MEMORY, resident

ROOT = Path(__file__).parents[2]
MINUTES = float(os.environ.get("NNVIS_SOAK_MINUTES", "5"))
EVERY = 10.0  # seconds
GROWTH = 1e6 / 600  # bytes a second: a megabyte in ten minutes
SWING = 0.8e6  # bytes that come and go from one look to the next, however long one looks
LONG = round(2.2 * MOST_BATCHES)  # batches after which every record has had all the memory that it will ever have
STRETCHES = 2  # a leak grows in each of them; what only warms up comes to an end
SHORTEST = 100.0  # seconds of one: in less, what comes and goes looks like growth
BYTES_PER_PLACE = 4000  # kept with each moment: where its batch lies and with which dice it was drawn


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    _, window = create([])
    window.resize(1366, 768)
    window.show()
    qtbot.waitUntil(lambda: window.session.state is RunState.READY, timeout=20_000)
    yield window
    window.close()
    window.deleteLater()
    qapp.setStyleSheet("")


def held(window: MainWindow) -> int:
    """Bytes in use, without the ring of moments: it fills up and is thinned, again and again."""
    session, timeline = window.session, window.session.timeline
    moments = len(timeline) * (session.parameters.nbytes + BYTES_PER_PLACE) if timeline is not None else 0
    return resident() - moments


@pytest.mark.slow
@pytest.mark.skipif(not MEMORY.exists(), reason="reads its memory from /proc")
def test_minutes_of_training_with_all_plots_take_no_more_memory(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    training = session.project.training.replace(epochs=1000)
    session.set_project(replace(session.project, training=training, pen_digits=NO_PEN_DIGITS))
    session.set_drawing(np.full((28, 28), 128, np.uint8))
    session.train()
    started = time.monotonic()
    qtbot.waitUntil(lambda: session.history.step >= LONG, timeout=1_200_000)
    stretch = max(SHORTEST, 60 * MINUTES - (time.monotonic() - started))
    growths: list[float] = []
    while len(growths) < STRETCHES and not any(growth < 0 for growth in growths):
        growths.append(growth_in(qtbot, window, stretch))
    assert min(growths) < 0, f"it grows for as long as one looks, that is no warming up: {growths} bytes"


def growth_in(qtbot: QtBot, window: MainWindow, stretch: float) -> float:
    """Bytes that were not given back in so many seconds, beyond those that may be.

    It is the lower envelope that counts: what is in use at the moment, a picture or a message, comes and goes.
    """
    seconds, used = [], []
    for number in range(max(3, round(stretch / EVERY))):
        seconds.append(EVERY * number)
        used.append(float(held(window)))
        if not window.session.is_training:  # a thousand epochs are over: another thousand
            window.session.train()
        qtbot.wait(round(1000 * EVERY))
    third = len(used) // 3
    return min(used[-third:]) - min(used[:third]) - SWING - GROWTH * (seconds[-1] - seconds[0])


PREAMBLE = """
import json, sys, time
from nnvis.app import create
from nnvis.session import RunState

def spin(app, condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.002)
    assert condition()
"""

CLOSINGS = PREAMBLE + """
from dataclasses import replace
from nnvis.project import NO_PEN_DIGITS
times = []
for _ in range(50):
    app, window = create([])
    window.resize(1366, 768)
    window.show()
    session = window.session
    training = session.project.training.replace(epochs=1000)
    session.set_project(replace(session.project, training=training, pen_digits=NO_PEN_DIGITS))
    spin(app, lambda: session.running_project == session.project)
    session.train()
    spin(app, lambda: session.history.step > 20)
    started = time.monotonic()
    window.close()
    times.append(time.monotonic() - started)
    assert session._worker.isFinished()
    window.deleteLater()
    app.processEvents()
print(json.dumps({"slowest": max(times), "closed": len(times)}))
"""

FAULTS = PREAMBLE + """
from nnvis.main_window import MainWindow
from nnvis.panels.timeline import TimelinePanel
from nnvis.widgets.banner import Banner
from nnvis.widgets.progress_segments import TrainingProgress

def broken_paint(self, painter, top, width):
    raise RuntimeError("a broken paint")

def broken_slot(self):
    raise RuntimeError("a broken slot")

def show_fault(self, error, doing, shown=MainWindow.show_fault):
    told.append(str(error))
    shown(self, error, doing)

told = []
MainWindow.show_fault = show_fault
TrainingProgress._paint_segments = broken_paint
TimelinePanel._on_snapshot_arrived = broken_slot
app, window = create([])
window.resize(1366, 768)
window.show()
session = window.session
spin(app, lambda: session.state is RunState.READY)
session.set_training(session.project.training.replace(epochs=1000))
spin(app, lambda: session.state is RunState.READY)
session.train()
spin(app, lambda: session.history.step > 300 and len(told) > 1)
labels = [action.label for message in window.findChild(Banner).messages for action in message.actions]
still = session.is_training
window.close()
print(json.dumps({"told": told, "labels": labels, "training": still}))
"""


def run(program: str, home: Path) -> tuple[dict[str, Any], str]:
    """What the program says at its end, and what it wrote to stderr; it must end with code 0."""
    own = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    environment = {**os.environ, **own, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=home, env=environment, capture_output=True, text=True, timeout=1500,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said, done.stderr


@pytest.mark.slow
def test_closing_in_mid_training_fifty_times(tmp_path: Path) -> None:
    said, errors = run(CLOSINGS, tmp_path)
    assert said["closed"] == 50
    assert said["slowest"] < 2
    assert "Traceback" not in errors


def test_a_fault_in_a_paint_event_and_in_a_slot_is_told_once_each_and_the_run_goes_on(tmp_path: Path) -> None:
    said, errors = run(FAULTS, tmp_path)
    assert said["training"]
    assert "active painter" not in errors
    assert sorted(said["told"]) == ["a broken paint", "a broken slot"]
    assert said["labels"] == ["Copy report"]
    log = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.log"))
    for fault in said["told"]:
        assert log.count(f"RuntimeError: {fault}") > 1  # each time
