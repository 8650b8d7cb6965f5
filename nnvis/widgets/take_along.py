"""What every card offers: save as PNG, SVG or CSV, copy, and the whole screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF, QGuiApplication, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from core.errors import FileError
from core.safe_file import write_atomic
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.card import Card
from nnvis.widgets.full_screen import FullScreen

SCALE = 2  # pixels of a saved picture for each on the screen
_PADDING, _HEAD = 16, 30

Rows = Sequence[Sequence[Any]]


class TakeAlong(QObject):
    """The menu of a card. `rows` gives its numbers as a table, the first row being the names of the columns."""

    save_failed = Signal(str)

    def __init__(self, theme_source: ThemeSource, card: Card, name: str, rows: Callable[[], Rows]) -> None:
        super().__init__(card)
        self._theme_source = theme_source
        self._card, self._name, self._rows = card, name, rows
        self.full_screen = FullScreen(theme_source, card)
        self._menu = QMenu(card)
        card.installEventFilter(self)

    def table(self) -> str:
        """The numbers as CSV."""
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(self._rows())
        return stream.getvalue()

    def picture(self) -> QImage:
        """The card as an image, twice as fine as on an ordinary screen, with words instead of its controls."""
        size = self._size()
        image = QImage(size * SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SCALE)
        painter = QPainter(image)
        self._paint(painter, size)
        painter.end()
        return image

    def save_as(self, path: Path) -> None:
        """Save it; the ending of the name says how: .png, .svg or .csv."""
        make: dict[str, Callable[[], bytes]] = {
            ".png": self._png, ".svg": self._svg, ".csv": lambda: self.table().encode("utf-8"),
        }  # fmt: skip
        try:
            write_atomic(path, make[path.suffix.lower()]())
        except FileError as error:
            self.save_failed.emit(str(error))

    def fill_menu(self) -> QMenu:
        """The menu as it is now."""
        menu = self._menu
        menu.clear()
        for words, suffix, kind in (("Save PNG …", "png", "PNG picture"), ("Save SVG …", "svg", "SVG drawing"),
                                    ("Save CSV …", "csv", "CSV table")):  # fmt: skip
            menu.addAction(words, partial(self._ask_and_save, suffix, kind))
        menu.addSeparator()
        menu.addAction("Copy picture", lambda: QGuiApplication.clipboard().setImage(self.picture()))
        menu.addAction("Copy numbers", lambda: QGuiApplication.clipboard().setText(self.table().replace(",", "\t")))
        menu.addSeparator()
        words = "Leave the whole screen" if self.full_screen.is_on else "Whole screen"
        menu.addAction(words, self.full_screen.toggle)
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A right click, or the menu key, anywhere in the card opens the menu."""
        if watched is self._card and isinstance(event, QContextMenuEvent):
            self.fill_menu().popup(event.globalPos())
            return True
        return super().eventFilter(watched, event)

    def _ask_and_save(self, suffix: str, kind: str) -> None:
        name, _ = QFileDialog.getSaveFileName(self._card, "Save", f"{self._name}.{suffix}", f"{kind} (*.{suffix})")
        if name:
            path = Path(name)
            self.save_as(path if path.suffix.lower() == f".{suffix}" else path.with_name(f"{path.name}.{suffix}"))

    def _png(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(self.picture())
        return bytes(buffer.data().data())

    def _svg(self) -> bytes:
        size, buffer, generator = self._size(), QBuffer(), QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(size)
        generator.setViewBox(QRect(0, 0, size.width(), size.height()))
        generator.setTitle(self._card.accessibleName())
        generator.setDescription(self._card.accessibleDescription())
        painter = QPainter(generator)
        self._paint(painter, size)
        painter.end()
        return bytes(buffer.data().data())

    def _body(self) -> QRect:
        """Where the content of the card stands: all of it below its head."""
        head = self._card.title_label.parentWidget()
        top = head.geometry().bottom() + 1 if head is not None else 0
        return self._card.rect().adjusted(0, top, 0, 0)

    def _size(self) -> QSize:
        body = self._body()
        return QSize(body.width() + 2 * _PADDING, body.height() + _HEAD + 2 * _PADDING)

    def _paint(self, painter: QPainter, size: QSize) -> None:
        theme, card, body = self._theme_source.theme, self._card, self._body()
        painter.fillRect(QRect(QPoint(0, 0), size), color(theme.card))
        line = QRectF(_PADDING, _PADDING, size.width() - 2 * _PADDING, 24)
        left = line
        for text, wanted, tint in (
            (card.accessibleName(), font("body", 600), theme.text),
            (card.accessibleDescription(), font("caption"), theme.text_3),
        ):
            painter.setFont(wanted)
            painter.setPen(color(tint))
            painter.drawText(left, Qt.AlignmentFlag.AlignVCenter, text)
            left = left.adjusted(QFontMetricsF(wanted).horizontalAdvance(text) + 8, 0, 0, 0)
        painter.translate(_PADDING, _PADDING + _HEAD)
        card.render(painter, QPoint(0, 0), QRegion(body), QWidget.RenderFlag.DrawChildren)


def matrix_rows(names: Sequence[str], matrix: Any) -> list[list[Any]]:
    """A square matrix with its names at the top and at the left."""
    return [["", *names], *([name, *row] for name, row in zip(names, matrix.tolist(), strict=True))]
