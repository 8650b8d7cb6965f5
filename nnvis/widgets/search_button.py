"""The way to the command palette: a field-like button where there is room, an icon where there is not."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from nnvis.theme import ThemeSource, font, paint_icon
from nnvis.widgets.key_cap import HEIGHT as KEY_HEIGHT
from nnvis.widgets.key_cap import key_width, paint_key
from nnvis.widgets.labels import restyle

WIDTH, TALL, SMALL = 216, 30, 28


class SearchButton(QToolButton):
    """Runs the action that opens the palette, and shows its key."""

    def __init__(self, theme_source: ThemeSource, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._words = action.text()
        self._keys = action.shortcut().toString().replace("+", " ")
        self._compact = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(action.text())
        self.setToolTip(action.toolTip())
        self.clicked.connect(action.trigger)
        theme_source.theme_changed.connect(self.update)

    def set_compact(self, compact: bool) -> None:
        """Only the icon, or icon, words and key."""
        self._compact = compact
        self.setProperty("kind", "" if compact else "outline")
        restyle(self)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """A tool like the others when there is only the icon."""
        return QSize(SMALL, SMALL) if self._compact else QSize(WIDTH, TALL)

    def minimumSizeHint(self) -> QSize:
        """The same: its two sizes are chosen, not squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style draws the edge; what is in it is drawn here."""
        super().paintEvent(event)
        theme = self._theme_source.theme
        painter = QPainter(self)
        left = (self.width() - 16) / 2 if self._compact else 10
        paint_icon(painter, "search", QRectF(left, (self.height() - 16) / 2, 16, 16), theme.text_2)
        if self._compact:
            return
        painter.setFont(font("body"))
        painter.setPen(QColor(theme.text_2))
        painter.drawText(self.rect().adjusted(34, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words)
        wide = key_width(self._keys)
        key = QRectF(self.width() - wide - 6, (self.height() - KEY_HEIGHT) / 2, wide, KEY_HEIGHT)
        paint_key(painter, key, self._keys, theme.outline, theme.text_2)
