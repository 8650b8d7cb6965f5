"""How fast training may go: from one batch a second to as fast as the machine can."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from nnvis.theme import ThemeSource

FULL = 100  # the slider's right end
NOTCH = 12  # of the slider, for a key: about twice as fast, or half
SLOWEST, FASTEST = 1.0, 400.0  # batches a second, left end and just before "full"


def batches_per_second(position: int) -> float | None:
    """The limit that a place of the slider stands for: each step the same factor. None: no limit."""
    if position >= FULL:
        return None
    limit: float = SLOWEST * (FASTEST / SLOWEST) ** (position / (FULL - 1))
    return limit


def speed_text(limit: float | None) -> str:
    """`full`, `2.3/s` or `40/s`."""
    if limit is None:
        return "full"
    return f"{limit:.1f}/s" if limit < 10 else f"{limit:.0f}/s"


class SpeedSlider(QWidget):
    """A slider with its name and its value. The value is in batches a second; None means as fast as possible."""

    speed_changed = Signal(object)

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        name = QLabel("Speed")
        name.setProperty("role", "caption")
        name.setProperty("tone", "secondary")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("speedSlider")
        self._slider.setRange(0, FULL)
        self._slider.setPageStep(10)
        self._slider.setValue(FULL)
        self._slider.setAccessibleName("Speed")
        self._slider.setToolTip("Slow training down to watch single updates (, and .).")
        self._slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._value = QLabel(speed_text(None))
        self._value.setProperty("role", "caption")
        self._value.setProperty("tone", "secondary")
        self._value.setFixedWidth(36)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for part in (name, self._slider, self._value):
            row.addWidget(part)
        self._slider.valueChanged.connect(self._on_value_changed)
        theme_source.metrics_changed.connect(self._fit)
        self._fit()

    @property
    def speed(self) -> float | None:
        """The limit in batches a second, None without one."""
        return batches_per_second(self._slider.value())

    def slower(self) -> None:
        """Let training go at about half the pace."""
        self._slider.setValue(self._slider.value() - NOTCH)

    def faster(self) -> None:
        """Let training go at about twice the pace, in the end without a limit."""
        self._slider.setValue(self._slider.value() + NOTCH)

    def _fit(self) -> None:
        self._slider.setFixedWidth(self._theme_source.metrics.speed_slider)

    def _on_value_changed(self) -> None:
        words = speed_text(self.speed)
        self._value.setText(words)
        said = "as fast as possible" if self.speed is None else f"{words.removesuffix('/s')} batches a second"
        self._slider.setAccessibleDescription(said)
        self.speed_changed.emit(self.speed)
