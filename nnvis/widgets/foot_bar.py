"""The strip above the status line, as wide as the window."""

from __future__ import annotations

from PySide6.QtWidgets import QToolBar


class FootBar(QToolBar):
    """A tool bar that stays where it is, for one widget."""

    def __init__(self) -> None:
        super().__init__("Timeline")
        self.setObjectName("footBar")
        self.setMovable(False)
        self.setFloatable(False)
