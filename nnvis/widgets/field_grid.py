"""FieldGrid lays cells out in one column or two; MoreButton shows those that are seldom needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from nnvis.widgets.field_cell import FieldCell
from nnvis.widgets.schedule_curve import ScheduleCurve

GridItem = FieldCell | ScheduleCurve  # `wide` says whether it takes both columns


class FieldGrid(QWidget):
    """Cells in one column, or in two with wide cells across both."""

    def __init__(self, columns: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
            self._grid.setColumnMinimumWidth(column, 40)

    def set_spacing(self, pixels: int) -> None:
        """The room between rows."""
        self._grid.setVerticalSpacing(pixels)

    def set_cells(self, cells: Iterable[GridItem], hidden: Iterable[QWidget] = ()) -> None:
        """Lay these cells out, in this order, and walk through them with Tab in this order; keep `hidden` for later."""
        while self._grid.count():
            self._grid.takeAt(0)
        for cell in hidden:
            cell.setParent(self)
            cell.hide()
        row = column = 0
        previous: QWidget | None = None
        for cell in cells:
            span = self._columns if cell.wide else 1
            if column + span > self._columns:
                row, column = row + 1, 0
            self._grid.addWidget(cell, row, column, 1, span, Qt.AlignmentFlag.AlignTop)
            cell.show()
            if isinstance(cell, FieldCell):
                if previous is not None:
                    QWidget.setTabOrder(previous, cell.field)
                previous = cell.field
            column += span


class MoreButton(QPushButton):
    """Shows the advanced hyperparameters; tells when one of them is not at its default."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setProperty("kind", "link")
        self.setToolTip("Show the settings that are seldom changed.")
        self.toggled.connect(self._name)
        self._changes = 0
        self._name()

    def set_changes(self, cells: Sequence[FieldCell]) -> None:
        """The cells behind the button."""
        self.setVisible(bool(cells))
        self._changes = sum(cell.value != cell.field.declared.default for cell in cells)
        self._name()

    def _name(self) -> None:
        changes = f" · {self._changes} changed" if self._changes and not self.isChecked() else ""
        self.setText("Less" if self.isChecked() else f"More{changes}")
