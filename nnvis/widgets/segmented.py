"""A segmented control: a few ways to look at one thing, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from nnvis.theme import ThemeSource, font
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring

_HEIGHT = 26
_PART = 20
_SIDE = 8


class _Part(QAbstractButton):
    """One part: a real button, so that keyboard and screen reader know what to do with it; painted by the control."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setFixedSize(QFontMetrics(font("caption", 500)).horizontalAdvance(text) + 2 * _SIDE, _PART)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words; the control paints the ground, which glides."""
        del event
        control = self.parent()
        assert isinstance(control, SegmentedControl)
        theme = control.theme
        painter = QPainter(self)
        painter.setFont(font("caption", 500))
        ink = theme.text if self.isChecked() or self.underMouse() else theme.text_2
        painter.setPen(ink if self.isEnabled() else theme.disabled)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), theme, 5)


class SegmentedControl(PaintedWidget):
    """`parts` are (key, words, sentence for the tooltip); `changed(key)` tells what was chosen."""

    changed = Signal(str)

    def __init__(self, theme_source: ThemeSource, name: str, parts: Sequence[tuple[str, str, str]],
                 parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Part] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3, 3, 3, 3)
        layout.setSpacing(0)
        for key, words, sentence in parts:
            button = _Part(words)
            button.setAccessibleName(words)
            explain(button, sentence)
            self._group.addButton(button)
            layout.addWidget(button)
            self._buttons[key] = button
        self._current = parts[0][0]
        self._buttons[self._current].setChecked(True)
        self._take_tab()
        self._pill = QRectF()
        self._glide = QVariantAnimation(self)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._on_glide)
        self._group.buttonToggled.connect(self._on_toggled)
        self.set_sentence(self._buttons[self._current].text())

    @property
    def current(self) -> str:
        """The key of the chosen part."""
        return self._current

    def set_current(self, key: str) -> None:
        """Choose a part; `changed` is emitted if it was not chosen already."""
        self._buttons[key].setChecked(True)

    def part(self, key: str) -> QAbstractButton:
        """The button of a part, for example to disable it."""
        return self._buttons[key]

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground and the chosen part's ground."""
        del event
        theme = self.theme
        painter = QPainter(self)
        edged_rect(painter, QRectF(self.rect()), 6, theme.segment, theme.segment_edge)
        if not self._pill.isNull():
            edged_rect(painter, self._pill, 5, theme.segment_chosen, theme.segment_edge)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chosen part's ground stays where its words are."""
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self._pill = QRectF(self._buttons[self._current].geometry())

    def sizeHint(self) -> QSize:
        """As wide as its parts."""
        return QSize(6 + sum(button.width() for button in self._buttons.values()), _HEIGHT)

    def _on_toggled(self, button: QAbstractButton, on: bool) -> None:
        if not on:
            return
        self._current = next(key for key, each in self._buttons.items() if each is button)
        self.set_sentence(button.text())
        self._take_tab()
        target = QRectF(button.geometry())
        self._glide.stop()
        duration = self.theme_source.duration(120)
        if duration and self.isVisible():
            self._glide.setDuration(duration)
            self._glide.setStartValue(self._pill)
            self._glide.setEndValue(target)
            self._glide.start()
        else:
            self._on_glide(target)
        self.changed.emit(self._current)

    def _take_tab(self) -> None:
        """Tab leads to the chosen part alone. From any other one, Qt's arrow keys would not choose."""
        for key, button in self._buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if key == self._current else Qt.FocusPolicy.NoFocus)

    def _on_glide(self, pill: QRectF) -> None:
        self._pill = pill
        self.update()


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: SegmentedControl(source, "Shown", (
        ("W", "W", "The weights."), ("b", "b", "The biases."), ("dW", "dW", "The gradient of the weights."))))
