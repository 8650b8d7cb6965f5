"""The real program, and a pipe beside it: questions come in as lines of JSON on stdin, answers go out on stdout.

Started by screen.py in a process of its own, so that mouse and keys reach it only as they reach any program: through
the screen. It is told nothing but questions.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from PySide6.QtCore import QObject, QPoint, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget

from nnvis.app import create
from nnvis.main_window import MainWindow
from nnvis.widgets.banner import Banner


class Informer(QObject):
    """Answers questions about the window between two events."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._unread = b""
        self._wanted: tuple[str, Any] | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(20)
        self._clock.timeout.connect(self._look)
        self._input = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._input.activated.connect(self._read)

    def state(self) -> dict[str, Any]:
        """Everything the tests look at."""
        session, window = self._window.session, self._window
        canvas = window.findChild(QWidget, "paintCanvas")
        digit = window.findChild(QLabel, "predictedDigit")
        banner = window.findChild(Banner)
        corner = canvas.mapToGlobal(QPoint(0, 0))
        focus = QApplication.focusWidget()
        answer = session.answer
        fills_screen = window.width() == window.screen().availableSize().width()
        return {
            "settled": session.state.name == "READY" and window.isActiveWindow() and fills_screen,
            "state": session.state.name,
            "step": session.history.step,
            "size": [window.width(), window.height()],
            "canvas": [corner.x(), corner.y(), canvas.width(), canvas.height()],
            "digit": digit.text(),
            "answer_step": answer.step if answer else 0,
            "probabilities": [float(share) for share in answer.probabilities] if answer else [],
            "has_ink": session.drawing is not None,
            "focus": type(focus).__name__ if focus else "",
            "active": window.isActiveWindow(),
            "full_screen": window.isFullScreen(),
            "message": banner.messages[-1].title if banner.messages else "",
            "units": [layer.values().get("units") for layer in session.project.layers],
            "network_width": window.findChild(QWidget, "networkDock").width(),
            "question": isinstance(QApplication.activeModalWidget(), QMessageBox),
            "theme": window.theme_source.theme.name,
        }

    def place_of(self, name: str) -> list[int]:
        """The middle of a widget, on the screen."""
        widget = self._window.findChild(QWidget, name)
        middle = widget.mapToGlobal(widget.rect().center())
        return [middle.x(), middle.y()]

    def wait_for(self, name: str, value: Any) -> None:
        """Answer once the state is that far."""
        self._wanted = name, value
        self._clock.start()

    def _read(self) -> None:
        self._unread += os.read(sys.stdin.fileno(), 65536)
        while b"\n" in self._unread:
            line, self._unread = self._unread.split(b"\n", 1)
            self._answer(json.loads(line))

    def _answer(self, question: dict[str, Any]) -> None:
        if question["ask"] == "wait":
            self.wait_for(question["name"], question["value"])
        elif question["ask"] == "place":
            say({"place": self.place_of(question["name"])})
        else:
            say(self.state())

    def _look(self) -> None:
        assert self._wanted is not None
        (name, wanted), state = self._wanted, self.state()
        counts_up = isinstance(wanted, int) and not isinstance(wanted, bool)
        if state[name] == wanted or (counts_up and state[name] >= wanted):
            self._clock.stop()
            say(state)


def say(answer: dict[str, Any]) -> None:
    """Write one answer."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Open the window and stay until it is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=0, help="a run of another length than the default project's")
    options = parser.parse_args()
    app, window = create(sys.argv[:1])
    informer = Informer(window)
    if options.epochs:
        window.session.set_training(window.session.project.training.replace(epochs=options.epochs))
    window.showMaximized()
    informer.wait_for("settled", True)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
