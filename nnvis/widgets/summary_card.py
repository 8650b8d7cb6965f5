"""SummaryCard: the network as a table, to look at and to take along."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.labels import explain, hairline, text_label
from nnvis.widgets.overlay import Overlay

Index = QModelIndex | QPersistentModelIndex
Row = tuple[str, ...]

COLUMNS: Row = ("Layer", "Kind", "Output shape", "Parameters", "Multiply-adds")
_FIRST_NUMBER = 2  # from this column on, the text stands at the right
_ROW, _WIDTH, _MOST_ROWS = 28, 560, 14


class SummaryCard(Overlay):
    """Opened with the rows of the network; the last one is the total."""

    def __init__(self, theme_source: ThemeSource, window: QWidget) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("Summary of the network")
        self._rows = SummaryRows()
        self._facts = text_label("", "caption", "faint")
        self.table = QTableView()
        self.table.setModel(self._rows)
        self.table.setAccessibleName("Layers, shapes and counts")
        explain(self.table, "What each layer gives, and what it holds and computes; Copy takes the whole table.")
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        copy = Button(theme_source, "Copy", "outline", "duplicate", "Copy the table, for a spreadsheet or a report.")
        copy.clicked.connect(self.copy)
        close = Button(theme_source, "Close", tooltip="Go back to the window (Esc).")
        close.clicked.connect(self.dismiss)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(text_label("Summary", "title"))
        head.addStretch(1)
        head.addWidget(self._facts)
        foot.addStretch(1)
        foot.addWidget(copy)
        foot.addWidget(close)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(8)
        self.body.addLayout(head)
        self.body.addWidget(self.table)
        self.body.addWidget(hairline())
        self.body.addLayout(foot)

    def show_rows(self, rows: Sequence[Row], facts: str) -> None:
        """Open with these rows, and a few words about the whole."""
        self._rows.show_rows(rows)
        self._facts.setText(facts)
        header = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedSize(_WIDTH, header + _ROW * min(len(rows), _MOST_ROWS) + 2)
        self.open(self.table)

    def copy(self) -> None:
        """Put the table on the clipboard, columns parted by tabs."""
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in (COLUMNS, *self._rows.rows)))


class SummaryRows(QAbstractTableModel):
    """The texts of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][index.column()]
        return _alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= _FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
