"""Rail: a narrow strip at a side of the window, with a button for each dock that is folded away there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton

WIDTH, WIDTH_COMPACT = 44, 40


class Rail(QWidget):
    """There only while it holds a button."""

    opened = Signal(str)  # the name of the dock to bring back

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme_source = theme_source
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 12, 0, 0)
        self._column.setSpacing(8)
        self._column.addStretch(1)
        self.buttons: dict[str, ToolButton] = {}
        theme_source.metrics_changed.connect(self._fit)
        self._fit()
        self.hide()

    def offer(self, name: str, icon_name: str, title: str) -> None:
        """Show a button that brings this dock back."""
        if name not in self.buttons:
            button = ToolButton(self._theme_source, icon_name, f"Show {title} beside this page.")
            button.setObjectName(f"{name}RailButton")
            button.clicked.connect(lambda: self.opened.emit(name))
            self._column.insertWidget(self._column.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
            self.buttons[name] = button
        self.show()

    def withdraw(self, name: str) -> None:
        """Take its button away."""
        button = self.buttons.pop(name, None)
        if button is not None:
            button.hide()
            button.deleteLater()
        self.setVisible(bool(self.buttons))

    def _fit(self) -> None:
        self.setFixedWidth(WIDTH_COMPACT if self._theme_source.metrics.is_compact else WIDTH)
