"""Pace: what need not come with the stroke itself is shown soon after it, and not more often than the eye follows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

AFTER_MS = 4  # so that the ink is painted first


class Pace(QObject):
    """Calls `show` soon after it was asked to, at most `hz` times a second; several requests become one call."""

    def __init__(self, show: Callable[[], None], hz: int, parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._every_ms = 1000 // hz
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_due)

    def request(self) -> None:
        """There is something new to show."""
        if not self._timer.isActive():
            waited = self._since.elapsed() if self._since.isValid() else self._every_ms
            self._timer.start(max(AFTER_MS, self._every_ms - waited))

    def _on_due(self) -> None:
        self._since.start()
        self._show()
