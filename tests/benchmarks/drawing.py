"""What one move of the pen costs the window's thread while a network trains: the stroke, its picture, the answer.

Wall time and CPU time of the thread. On a machine that is busy with other things only the second says something.
"""

from __future__ import annotations

import importlib.util
import itertools
import math
import time

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from nnvis.app import create
from nnvis.examples import EXAMPLES
from nnvis.main_window import MainWindow
from nnvis.session import RunState
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.dock import Dock

MOVES, STROKES = 60, 8
REQUIRED_MS = 8.0
APART = 0.005  # seconds between two moves: a mouse reports 125 to 200 times a second


def report() -> list[str]:
    """The costs as lines of a table; says so when there is no Qt."""
    if importlib.util.find_spec("PySide6") is None:
        return ["Drawing: not measured, PySide6 is not installed."]
    lines = [f"One move of the pen while a network trains, ms of the window's thread (required p95 {REQUIRED_MS:.0f})"]
    networks = (("784-128-64-10", None), ("the CNN of the examples", EXAMPLES[0].path))
    for (name, path), wide in itertools.product(networks, (False, True)):
        app, window = create(["nnvis"])
        window.resize(1366, 768)
        window.show()
        _until(app, lambda window=window: window.session.state is RunState.READY)
        if path is not None:
            window.session.open_model(path)
            _until(app, lambda window=window: window.session.test_result is not None)
        window.session.set_training(window.session.project.training.replace(epochs=1000))
        window.session.train()
        _until(app, lambda window=window: window.session.is_training and window.session.history.step > 0)
        if wide:
            dock = next(dock for dock in window.findChildren(Dock) if dock.objectName() == "drawDock")
            dock.setFloating(True)
            dock.resize(1280, 768)
        wall, cpu = _moves(app, window)
        window.close()
        title = f"{name}, wide" if wide else name
        lines.append(f"  {title:30s} wall median {_at(wall, 50):5.2f}  p95 {_at(wall, 95):5.2f}"
                     f"   CPU median {_at(cpu, 50):5.2f}  p95 {_at(cpu, 95):5.2f}")  # fmt: skip
    return lines


def _moves(app: QApplication, window: MainWindow) -> tuple[list[float], list[float]]:
    """Wall and CPU time of each move: the event and the picture it makes, in seconds."""
    canvas = window.findChild(PaintCanvas)
    wall, cpu = [], []
    for stroke in range(STROKES):
        for step in range(MOVES):
            angle = 2 * math.pi * step / MOVES
            radius = canvas.width() * (0.18 + 0.02 * stroke)
            middle = canvas.width() / 2
            place = QPointF(middle + radius * math.cos(angle), middle + radius * math.sin(angle))
            kind = QEvent.Type.MouseButtonPress if step == 0 else QEvent.Type.MouseMove
            started, used = time.perf_counter(), time.thread_time()
            _send(app, canvas, kind, place)
            canvas.repaint()
            wall.append(time.perf_counter() - started)
            cpu.append(time.thread_time() - used)
            until = time.perf_counter() + APART
            while time.perf_counter() < until:
                app.processEvents()
        _send(app, canvas, QEvent.Type.MouseButtonRelease, place)
    return wall, cpu


def _send(app: QApplication, canvas: PaintCanvas, kind: QEvent.Type, place: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind is QEvent.Type.MouseMove else left
    held = none if kind is QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    app.sendEvent(canvas, event)


def _until(app: QApplication, done: object) -> None:
    end = time.perf_counter() + 60
    while not done() and time.perf_counter() < end:  # type: ignore[operator]
        app.processEvents()


def _at(seconds: list[float], percent: float) -> float:
    return 1000 * float(np.percentile(seconds, percent))
