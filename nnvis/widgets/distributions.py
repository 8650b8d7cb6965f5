"""The card with one histogram per layer, side by side; it scrolls sideways when there are more than fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.card import Card
from nnvis.widgets.chart_items import mixed
from nnvis.widgets.empty_state import EmptyState
from nnvis.widgets.labels import explain
from nnvis.widgets.layer_column import LayerArrays, LayerColumn, PastMoment, PastValues
from nnvis.widgets.painted import PaintedWidget
from nnvis.widgets.segmented import SegmentedControl

GAP = 24
NARROWEST = 220  # five of them stand beside each other in a window of 1920 px
PEEK = 24  # of the next column, when not all fit: it says that there is more

ARRAYS = (
    ("W", "W", "The weights: how strongly each input counts."),
    ("b", "b", "The biases: what each unit adds to its sum."),
    ("dW", "dW", "The gradient of the mean loss by each weight."),
    ("db", "db", "The gradient of the mean loss by each bias."),
    ("a", "a", "The activations: what each unit gives for each image."),
    ("δ", "δ", "The deltas: the gradient of an image's loss by each unit's weighted sum."),
)
MEASURED = ("dW", "db", "a", "δ")  # are no parameters: somebody has to measure them
_ROLES = {"W": ("W", "gamma"), "b": ("b", "beta")}  # the factors and the terms of a layer, whatever it calls them

Floats = NDArray[np.floating]


def column_width(room: int, columns: int) -> int:
    """Return how wide each of the columns is: they share the room, or leave a strip of the next in sight."""
    fitting = max(1, (room + GAP) // (NARROWEST + GAP))
    if columns <= fitting:
        return max(1, (room - (columns - 1) * GAP) // max(1, columns))
    shown = max(1, (room - PEEK) // (NARROWEST + GAP))
    return (room - PEEK - shown * GAP) // shown


class _Key(PaintedWidget):
    """The two marks: filled is what is shown, dashed is the start."""

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__(theme_source)
        self._shown = "now"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_shown(None)

    def set_shown(self, step: int | None) -> None:
        """Say which step the filled histograms are of; None: the present."""
        self._shown = "now" if step is None else f"at step {number_text.count(step)}"
        self.setAccessibleName(f"Filled: {self._shown}. Dashed: at step 0.")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as both marks with their words."""
        return QSize(self._dashed_left() + 76, 24)

    def _dashed_left(self) -> int:
        return 20 + QFontMetrics(font("caption")).horizontalAdvance(self._shown) + 10

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the marks and their words."""
        del event
        theme, middle = self.theme, 12
        painter = QPainter(self)
        painter.fillRect(
            QRectF(0, middle - 4, 16, 8), mixed(color(theme.card), color(theme.distribution), theme.distribution_alpha)
        )
        painter.setPen(QPen(color(theme.distribution), 1))
        painter.drawLine(QLineF(0, middle - 4, 15, middle - 4))
        pen = QPen(color(theme.text_3), 1)
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        dashed = self._dashed_left()
        painter.drawLine(QLineF(dashed, middle, dashed + 16, middle))
        painter.setPen(color(theme.text_3))
        painter.setFont(font("caption"))
        painter.drawText(QRectF(20, 0, dashed - 20, 24), Qt.AlignmentFlag.AlignVCenter, self._shown)
        painter.drawText(QRectF(dashed + 20, 0, 60, 24), Qt.AlignmentFlag.AlignVCenter, "at step 0")


class Distributions(Card):
    """Histograms of the weights or the biases of every layer that has some."""

    array_changed = Signal(str)

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, "Distributions by layer", parent=parent)
        self.columns: list[LayerColumn] = []
        self._measured_now: Mapping[str, Floats] = {}
        self._measured_past: tuple[Sequence[PastValues], int, float] = ((), 0, 0.0)
        self._layers: tuple[LayerArrays, ...] = ()
        self._initial: Floats = np.empty(0, np.float32)
        self._now: Floats | None = None
        self._past: tuple[Sequence[PastMoment], int, float] = ((), 0, 0.0)
        self._moment: int | None = None  # the step that is looked back at
        self._key = _Key(theme_source)
        explain(self._key, "The filled histogram is the one that is shown; the dashed outline is before any training.")
        self.arrays_switch = SegmentedControl(theme_source, "Which weights are shown", ARRAYS)
        self.arrays_switch.changed.connect(self._on_array_changed)
        self.insert_in_head(self._key)
        self.add_to_head(self.arrays_switch)
        self._row = QWidget()
        self._row.setObjectName("scrolled")
        self._row_layout = QHBoxLayout(self._row)
        self._row_layout.setContentsMargins(0, 0, 0, 0)
        self._row_layout.setSpacing(GAP)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._row)
        self._scroll.viewport().installEventFilter(self)
        self._scroll.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        self._empty = EmptyState(theme_source, "No layer of this network has weights to look at.")
        self._empty.hide()
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self._empty, 1)
        explain(self.title_label, "How many weights have which value, layer by layer: training spreads and bends them.")
        self._key.hide()

    def set_network(self, layers: Sequence[LayerArrays], initial: Floats) -> None:
        """Show the layers of a fresh network; ``initial`` is its flat parameter vector."""
        self._layers, self._initial, self._now = tuple(layers), initial, None
        self._past = ((), 0, 0.0)
        self._measured_now = {}
        self._build_columns()

    def show_past(self, past: Sequence[PastMoment], step: int, epoch: float) -> None:
        """Say what the weights were on the way to what ``show_parameters`` shows next, after ``step`` updates."""
        self._past = (past, step, epoch)

    def show_parameters(self, parameters: Floats) -> None:
        """Show the weights of now. Columns out of sight are left as they are until they are scrolled in."""
        if parameters.shape != self._initial.shape:
            return
        self._now = parameters
        if self.measured_kind is not None:
            return
        self._key.show()
        for column in self._in_sight():
            column.show_now(parameters, self._initial)
            column.show_past(*self._past, is_live=self._moment is None)

    def show_moment(self, step: int | None) -> None:
        """Say that what is shown next is of an earlier step; None: of the present."""
        if step != self._moment:
            self._moment = step
            self._key.set_shown(step)

    @property
    def measured_kind(self) -> str | None:
        """What has to be measured for this card, if it shows no parameters."""
        return self.arrays_switch.current if self.arrays_switch.current in MEASURED else None

    def start_measured(self, start: Mapping[str, Floats]) -> None:
        """Build the columns for values that are no parameters; ``start``, by layer, are of the untrained network."""
        kind = self.measured_kind
        if kind is None:
            return
        self._measured_now = {}
        self._clear_columns()
        for layer in self._layers:
            if layer.name in start:
                column = LayerColumn(self._theme_source, layer)
                column.choose_measured(kind, start[layer.name])
                self._add_column(column)
        self._columns_are_built()

    def show_measured(
        self, values: Mapping[str, Floats], past: Sequence[PastValues] = (), step: int = 0, epoch: float = 0.0
    ) -> None:
        """Show the values of now, after ``step`` updates, by layer, and those of the past as far as they are known.

        Columns out of sight are left as they are until they are scrolled in.
        """
        if self.measured_kind is None:
            return
        self._measured_now, self._measured_past = values, (past, step, epoch)
        self._key.show()
        for column in self._in_sight():
            if column.arrays.name in values:
                column.show_measured(values[column.arrays.name])
                column.show_past_values(past, step, epoch, is_live=self._moment is None)

    def scroll_to(self, layer: int) -> None:
        """Bring the column of a layer into sight."""
        for column in self.columns:
            if column.arrays.layer == layer:
                self._scroll.ensureWidgetVisible(column, 0, 0)

    def painted_seconds(self) -> float:
        """Return the time spent so far in painting the histograms of this network."""
        return sum(column.painted_seconds() for column in self.columns)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the columns to the room."""
        if event.type() == QEvent.Type.Resize and watched is self._scroll.viewport():
            self._fit_columns()
        return bool(super().eventFilter(watched, event))

    def _build_columns(self) -> None:
        self._clear_columns()
        role = self.arrays_switch.current
        if role in MEASURED:  # built when they have been measured
            return
        for layer in self._layers:
            array = next((name for name in _ROLES[role] if name in layer.views), None)
            if array is None:
                continue
            column = LayerColumn(self._theme_source, layer)
            column.choose(array, self._initial)
            self._add_column(column)
        self._columns_are_built()
        if self._now is not None:
            self.show_parameters(self._now)

    def _clear_columns(self) -> None:
        for column in self.columns:
            self._row_layout.removeWidget(column)
            column.hide()  # it is deleted only when the event loop comes round
            column.deleteLater()
        self.columns = []

    def _add_column(self, column: LayerColumn) -> None:
        self._row_layout.addWidget(column)
        self.columns.append(column)

    def _columns_are_built(self) -> None:
        self._empty.setVisible(not self.columns)
        self._scroll.setVisible(bool(self.columns))
        self._key.setVisible(self._now is not None)
        self._fit_columns()

    def _fit_columns(self) -> None:
        width = column_width(self._scroll.viewport().width(), len(self.columns))
        for column in self.columns:
            column.setFixedWidth(width)

    def _in_sight(self) -> list[LayerColumn]:
        left = self._scroll.horizontalScrollBar().value()
        right = left + self._scroll.viewport().width()
        return [column for column in self.columns if column.x() < right and column.x() + column.width() > left]

    def _on_array_changed(self, role: str) -> None:
        self._build_columns()
        self.array_changed.emit(role)

    def _on_scrolled(self, _value: int) -> None:
        if self.measured_kind is not None:
            self.show_measured(self._measured_now, *self._measured_past)
        elif self._now is not None:
            self.show_parameters(self._now)


if __name__ == "__main__":
    from core.layers import Dense, Flatten
    from core.sequential import Sequential
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        model = Sequential([Flatten(), Dense(units=128), Dense(units=64), Dense(units=10)], seed=7)
        model.build((28, 28, 1))
        first = model.parameters.copy()
        layers = []
        for index, layer in enumerate(model.layers[1:], start=1):
            views = {view.name: view for view in model.parameter_views() if view.layer == index}
            layers.append(LayerArrays(index, f"Dense {layer.output_shape(layer.input_shape)[0]}", layer.name, views))
        card = Distributions(source)
        card.setMinimumSize(802, 220)
        card.set_network(layers, first)
        moved = np.random.default_rng(7).normal(0, 0.05, len(first))
        card.show_parameters(first + moved.astype(np.float32))
        return card

    preview(_sample, 838, 260)
