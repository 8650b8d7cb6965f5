"""Bars: the probability (or the raw output) of every class, the winner standing out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QEasingCurve, QElapsedTimer, QRect, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.number_text import measure, share
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, filled, focus_ring
from nnvis.widgets.written import write

_GAP = 8
_VALUE = 48
_GLIDE = 80
_HURRY = 120  # ms between two values; faster than that, bars do not glide


class Bars(PaintedWidget):
    """One row a class. Numbers change at once; bars follow within 80 ms and never overshoot.

    With the focus, arrow keys walk the rows, and the row's class and value are said.
    """

    def __init__(self, theme_source: ThemeSource, labels: Sequence[str] = tuple("0123456789"),
                 parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._labels = tuple(labels)
        self._values: tuple[float, ...] | None = None
        self._are_shares = True
        self._shown = [0.0] * len(self._labels)
        self._look: list[tuple[object, ...]] = []  # of each row, as it was last asked to be painted
        self._start = list(self._shown)
        self._row = -1
        self._since = QElapsedTimer()  # the last new values
        self._glide = QVariantAnimation(self)
        self._glide.setEasingCurve(QEasingCurve.Type.Linear)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.valueChanged.connect(self._on_glide)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Answer by class")
        self._tell()

    @property
    def values(self) -> tuple[float, ...] | None:
        """The probabilities shown, or None before there is an answer."""
        return self._values

    @property
    def winner(self) -> int | None:
        """The class with the highest probability."""
        return max(range(len(self._values)), key=self._values.__getitem__) if self._values else None

    def set_labels(self, labels: Sequence[str]) -> None:
        """Name other classes; the values are gone with the old ones."""
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            self._values = None
            self._look = []
            self._shown = [0.0] * len(self._labels)
            self._glide.stop()
            self._tell()
            self.updateGeometry()
            self.update()

    def set_values(self, values: Sequence[float] | None, *, are_shares: bool = True) -> None:
        """Show these probabilities, one per class; None empties the bars.

        Outputs that are no probabilities (`are_shares=False`) are written as numbers, and drawn relative to the
        largest; the negative ones have no bar.
        """
        new = None if values is None else tuple(float(value) for value in values)
        if new is not None and len(new) != len(self._labels):
            raise ValueError(f"{len(new)} values for {len(self._labels)} classes.")
        if (new, are_shares) == (self._values, self._are_shares):
            return
        # While the network trains, new values come faster than a bar could glide: then each frame shows the newest.
        hurried = self._since.isValid() and self._since.elapsed() < _HURRY
        self._since.start()
        before = self._look
        self._values, self._are_shares = new, are_shares
        self._look = after = self._looks()
        if hurried and after == before:  # not a pixel would change
            return
        self._tell()
        if hurried and len(after) == len(before):
            self._glide.stop()
            self._aim(1.0)
            for row in range(len(after)):
                if after[row] != before[row]:
                    self.update(self._row_rect(row))
            return
        duration = 0 if hurried else self.theme_source.duration(_GLIDE)
        self._glide.stop()
        self._start = list(self._shown)
        if duration and self.isVisible():
            self._glide.setDuration(duration)
            self._glide.start()
        else:
            self._on_glide(1.0)

    def sizeHint(self) -> QSize:
        """Rows as high as the size of the window allows."""
        return QSize(200, len(self._labels) * self.theme_source.metrics.bar_row)

    def minimumSizeHint(self) -> QSize:
        """Bars may become short, rows may not."""
        return QSize(self._label_width() + 2 * _GAP + _VALUE + 40, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the rows."""
        last = len(self._labels) - 1
        step = {Qt.Key.Key_Down: self._row + 1, Qt.Key.Key_Up: self._row - 1 if self._row > 0 else 0,
                Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._row = min(step, last)
        self._tell()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Label, track, bar and value of each class."""
        asked = event.rect()
        first, last = asked.top(), asked.top() + asked.height()
        theme, metrics, winner = self.theme, self.theme_source.metrics, self.winner
        painter = QPainter(self)
        label, row_height = self._label_width(), metrics.bar_row
        left, width = label + _GAP, self.width() - label - 2 * _GAP - _VALUE
        small = metrics.is_compact
        for row, name in enumerate(self._labels):
            top = row * row_height
            if not (first < top + row_height and top < last):
                continue
            won = row == winner
            painter.setPen(color(theme.text if won else theme.text_2))
            place = (0.0, top, label, row_height)
            write(painter, place, name, "body", 600 if won else 400, "middle", pixels=12 if small else None)
            bar_top = top + (row_height - metrics.bar) / 2
            track = (left, bar_top, width, metrics.bar)
            filled(painter, track, 2, theme.hover if self._values is None else theme.track)
            if self._shown[row] > 0.002:
                bar = (left, bar_top, max(2.0, width * self._shown[row]), metrics.bar)
                filled(painter, bar, 2, theme.text if won else theme.text_3)
            if self._values is not None:
                painter.setPen(color(theme.text if won else theme.text_3))
                place = (0.0, top, self.width(), row_height)
                write(painter, place, self._written(row), "caption", 600 if won else 400, "right")
            if self.focus_visible and row == max(self._row, 0):
                focus_ring(painter, QRectF(*track).adjusted(-3, -3, 3, 3), theme, 4)

    def _looks(self) -> list[tuple[object, ...]]:
        """What is painted in each row for the present values, to the pixel."""
        values, winner, largest = self._values or (), self.winner, self._largest()
        return [
            (self._written(row), row == winner, self._are_shares, round(250 * value / largest))
            for row, value in enumerate(values)
        ]

    def _row_rect(self, row: int) -> QRect:
        height = self.theme_source.metrics.bar_row
        return QRect(0, row * height, self.width(), height)

    def _largest(self) -> float:
        """What fills the whole track: 1, or of outputs that are no shares the largest one."""
        return 1.0 if self._are_shares or not self._values else max(1.0, *(abs(value) for value in self._values))

    def _on_glide(self, progress: float) -> None:
        self._aim(progress)
        self.update()

    def _aim(self, progress: float) -> None:
        """Move the bars from where they started to their values: 1 is all the way."""
        targets = self._values or (0.0,) * len(self._labels)
        if not self._are_shares:
            largest = self._largest()
            targets = tuple(max(0.0, value) / largest for value in targets)
        self._shown = [start + (target - start) * progress
                       for start, target in zip(self._start, targets, strict=True)]

    def _written(self, row: int) -> str:
        assert self._values is not None
        return share(self._values[row]) if self._are_shares else measure(self._values[row], 2)

    def _label_width(self) -> int:
        return _widest(self._labels)

    def _tell(self) -> None:
        if self._values is None:
            self.set_sentence("No answer yet.")
            return
        order = sorted(range(len(self._values)), key=self._values.__getitem__, reverse=True)
        said = [f"{self._labels[row]}, {self._written(row).replace(' %', ' percent')}" for row in order[:2]]
        sentence = "Answer " + "; next ".join(said) + "."
        if self._row >= 0:
            value = self._written(self._row).replace(" %", " percent")
            sentence = f"{self._labels[self._row]}: {value}. {sentence}"
        self.set_sentence(sentence)


@lru_cache(maxsize=8)  # asked for at every paint event
def _widest(labels: tuple[str, ...]) -> int:
    advance = QFontMetrics(font("body", 600)).horizontalAdvance
    return max(12, *(advance(name) for name in labels))


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        bars = Bars(source)
        bars.set_values([0, 0, 0.0002, 0.024, 0, 0, 0, 0.975, 0, 0.0008])
        return bars

    preview(_sample, 336)
