"""The card that asks how far to train: until an epoch, a loss, an accuracy, or for some time."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.until import Kind, Until
from nnvis.widgets.buttons import Button
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.segmented import SegmentedControl

WIDTH = 360
KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("epoch", "Epoch", "Pause when this epoch is done."),
    ("loss", "Training loss", "Pause when the running average over 100 batches is as low as this."),
    ("accuracy", "Validation accuracy", "Pause at the first validation that answers so many images rightly."),
    ("time", "Time", "Pause after so many seconds of training."),
)
# first value, lowest, highest, decimals, step, unit
_FIELDS: dict[Kind, tuple[float, float, float, int, float, str]] = {
    "epoch": (1, 1, 1000, 0, 1, ""),
    "loss": (0.1, 0.0001, 1000, 4, 0.05, ""),
    "accuracy": (97, 1, 100, 1, 0.5, " %"),
    "time": (10, 1, 86_400, 0, 5, " s"),
}


class UntilCard(Overlay):
    """Opens under the button that asked for it; Enter trains, Escape closes."""

    chosen = Signal(object)  # Until

    def __init__(self, theme_source: ThemeSource, window: QWidget) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("Train until")
        self._anchor = QRect()
        self._values = {kind: field[0] for kind, field in _FIELDS.items()}
        self.kinds = SegmentedControl(theme_source, "Train until", KINDS)
        self.field = QDoubleSpinBox()
        self.field.setAccessibleName("Value")
        self.field.setFixedWidth(120)
        self.field.lineEdit().setTextMargins(6, 0, 0, 0)
        explain(self.field, "The value at which training pauses.")
        self.sentence = text_label("", "body", "secondary", wrap=True)
        self.train_button = Button(theme_source, "Train", "primary", "train", "Train until this is reached (Enter).")
        self.body.setContentsMargins(16, 12, 16, 16)
        self.body.setSpacing(12)
        self.body.addWidget(text_label("Train until", "title"))
        self.body.addWidget(self.kinds)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field)
        row.addStretch(1)
        row.addWidget(self.train_button)
        self.body.addLayout(row)
        self.body.addWidget(self.sentence)
        self.kinds.changed.connect(self._on_kind_changed)
        self.field.valueChanged.connect(self._on_value_changed)
        self.train_button.clicked.connect(self._choose)
        self._on_kind_changed(self.kinds.current)

    def open_under(self, anchor: QRect, next_epoch: int) -> None:
        """Open below `anchor` (in the window). An epoch that is over is not offered."""
        self._anchor = anchor
        self._values["epoch"] = max(self._values["epoch"], next_epoch)
        self._on_kind_changed(self.kinds.current)
        self.open(self.field)
        self.field.selectAll()

    @property
    def until(self) -> Until:
        """What is asked for."""
        kind = self._kind
        value = self.field.value()
        return Until(kind, value / 100 if kind == "accuracy" else value)

    def corner(self, size: QSize) -> QPoint:
        """Below what asked, wholly in the window."""
        left = min(self._anchor.left(), self.width() - size.width() - 8)
        return QPoint(max(8, left), self._anchor.bottom() + 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter trains."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
            event.accept()
        else:
            super().keyPressEvent(event)

    @property
    def _kind(self) -> Kind:
        return next(kind for kind, _, _ in KINDS if kind == self.kinds.current)

    def _on_kind_changed(self, _kind: str) -> None:
        kind = self._kind
        _, low, high, decimals, step, unit = _FIELDS[kind]
        self.field.blockSignals(True)
        self.field.setDecimals(decimals)
        self.field.setRange(low, high)
        self.field.setSingleStep(step)
        self.field.setSuffix(unit)
        self.field.setValue(self._values[kind])
        self.field.blockSignals(False)
        self._say()

    def _on_value_changed(self, value: float) -> None:
        self._values[self._kind] = value
        self._say()

    def _say(self) -> None:
        self.sentence.setText(f"It trains until {self.until.words}, then pauses; or to the end of the run.")
        self.fit()

    def _choose(self) -> None:
        self.field.interpretText()
        until = self.until
        self.dismiss()
        self.chosen.emit(until)
