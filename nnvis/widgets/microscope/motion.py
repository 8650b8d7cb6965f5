"""Motion: a share that runs from 0 to 1 once, when the walk goes on. With reduced motion it is 1 at once.

Nothing loops, nothing moves while somebody reads, and any input ends it in its final state.
"""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QVariantAnimation, Signal
from PySide6.QtWidgets import QWidget

from nnvis.theme import ThemeSource


class Motion(QVariantAnimation):
    """Belongs to a widget, and moves only while that is seen."""

    moved = Signal()

    def __init__(
        self, theme_source: ThemeSource, widget: QWidget, curve: QEasingCurve.Type = QEasingCurve.Type.InOutQuad
    ) -> None:
        super().__init__(widget)
        self._theme_source = theme_source
        self._widget = widget
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setEasingCurve(curve)
        self.valueChanged.connect(self._on_value)

    @property
    def share(self) -> float:
        """How far it is; 1 when nothing moves."""
        return float(self.currentValue()) if self.is_moving else 1.0

    @property
    def is_moving(self) -> bool:
        """Whether it is on its way."""
        return bool(self.state() == QVariantAnimation.State.Running)

    def begin(self, milliseconds: int) -> None:
        """Run once."""
        self.stop()
        duration = self._theme_source.duration(milliseconds)
        if duration and self._widget.isVisible():
            self.setDuration(duration)
            self.start()

    def end(self) -> None:
        """Be done with it."""
        if self.is_moving:
            self.stop()
            self.moved.emit()

    def _on_value(self, value: object) -> None:
        del value
        self.moved.emit()
