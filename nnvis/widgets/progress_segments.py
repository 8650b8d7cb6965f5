"""The toolbar's progress: epoch and share in words, one segment per epoch, time left and speed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource, color
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget, filled
from nnvis.widgets.written import text_width, write

_GAP = 3
_BAR = 6
_HEIGHT = 34
_MOST_SEGMENTS = 10
_SIDE_BLOCK = 84
_USUAL_EPOCHS = 5


class TrainingProgress(PaintedWidget):
    """Two lines of words and a row of segments. It keeps its width, whatever the numbers are."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Training progress")
        explain(self, "How much of the planned epochs is trained, how long the rest will take, and how fast it goes.")
        self._words = ("", "", "", "", "")
        self._epochs, self._done = 1, 0.0

    def set_words(self, title: str, share: str = "", detail: str = "", left: str = "", speed: str = "") -> None:
        """Title (`Epoch 3 of 5`), share (`61 %`), detail (`batch 524 of 860`), and beside them time left and speed."""
        words = (title, share, detail, left, speed)
        if words != self._words:
            self._words = words
            self.set_sentence(", ".join(word for word in words if word))
            self.update()

    def set_progress(self, epochs: int, done: float) -> None:
        """`done` epochs (2.61) of `epochs`."""
        if (epochs, done) != (self._epochs, self._done):
            self._epochs, self._done = max(1, epochs), done
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the segments of a usual run, and the words beside them."""
        return QSize(self._bar_width() + 16 + _SIDE_BLOCK, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """It never gives way."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words above, segments below, time and speed at the right."""
        del event
        title, share, detail, left, speed = self._words
        theme, width = self.theme, self._bar_width()
        painter = QPainter(self)
        top = (self.height() - _HEIGHT) / 2
        line = (0.0, top + 1, width, 20.0)
        painter.setPen(color(theme.text))
        write(painter, line, title, "body", 600)
        after = text_width(title, "body", 600) + 8
        ends = after + text_width(share) + 8
        if ends + text_width(detail, "caption") <= width:  # the batch says the same, more exactly
            painter.setPen(color(theme.text_2))
            write(painter, (after, top + 1, width - after, 20), share)
        painter.setPen(color(theme.text_3))
        write(painter, line, detail, "caption", side="right")
        self._paint_segments(painter, top + 24, width)
        side = width + 16
        time, _, word = left.partition(" ")
        painter.setPen(color(theme.text))
        write(painter, (side, top + 1, _SIDE_BLOCK, 18), time, "body", 500)
        painter.setPen(color(theme.text_2))
        write(painter, (side + text_width(time, "body", 500) + 4, top + 1, _SIDE_BLOCK, 18), word)
        painter.setPen(color(theme.text_3))
        below = 17 if left else 1  # alone it stands in the first line
        write(painter, (side, top + below, _SIDE_BLOCK, 18), speed, "caption")

    def _paint_segments(self, painter: QPainter, top: float, width: float) -> None:
        count = self._epochs if self._epochs <= _MOST_SEGMENTS else 1
        done = self._done if self._epochs <= _MOST_SEGMENTS else self._done / self._epochs
        each = (width - _GAP * (count - 1)) / count
        for segment in range(count):
            area = (segment * (each + _GAP), top, each, _BAR)
            filled(painter, area, 3, self.theme.track)
            share = min(max(done - segment, 0.0), 1.0)
            if share > 0:
                painter.save()
                painter.setClipRect(QRectF(area[0], top, each * share, _BAR))
                filled(painter, area, 3, self.theme.text)
                painter.restore()

    def _bar_width(self) -> int:
        return _USUAL_EPOCHS * self.theme_source.metrics.progress_segment + (_USUAL_EPOCHS - 1) * _GAP


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        progress = TrainingProgress(source)
        progress.set_words("Epoch 3 of 5", "61 %", "batch 524 of 860", "0:03 left", "52k images/s")
        progress.set_progress(5, 2.61)
        return progress

    preview(_sample)
