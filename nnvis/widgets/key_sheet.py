"""The sheet of keys: every key of the program on one page, in the groups of its menus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.key_cap import KeyCap
from nnvis.widgets.labels import hairline, text_label
from nnvis.widgets.overlay import Overlay

COLUMNS = 3  # or one more, where the window is too low for them
ROW, REST = 26, 130  # px: a line; head, margins and headings


class KeySheet(Overlay):
    """All keys at once. `groups` maps a heading to (what it does, keys) pairs."""

    def __init__(
        self, theme_source: ThemeSource, groups: Mapping[str, Sequence[tuple[str, Sequence[str]]]], window: QWidget
    ) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("All keys")
        self._theme_source = theme_source
        self.closed.connect(self.deleteLater)
        self.body.setContentsMargins(24, 16, 24, 20)
        self.body.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(text_label("All keys", "title"))
        head.addStretch(1)
        head.addWidget(text_label("Esc closes", "caption"))
        self.body.addLayout(head)
        self.body.addWidget(hairline())
        columns = QHBoxLayout()
        columns.setSpacing(40)
        lengths = {name: len(rows) for name, rows in groups.items()}
        shares = _shared_out(lengths, COLUMNS)
        highest = max(sum(lengths[name] + 2 for name in names) for names in shares)
        if highest * ROW + REST > window.height():
            shares = _shared_out(lengths, COLUMNS + 1)
            columns.setSpacing(28)
        for names in shares:
            column = QVBoxLayout()
            column.setSpacing(16)
            for name in names:
                column.addLayout(self._group(name, groups[name]))
            column.addStretch(1)
            columns.addLayout(column)
        self.body.addLayout(columns)

    def _group(self, name: str, rows: Sequence[tuple[str, Sequence[str]]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        grid.setHorizontalSpacing(24)
        grid.setColumnStretch(0, 1)
        grid.addWidget(text_label(name, "caption"), 0, 0)
        for row, (words, keys) in enumerate(rows, start=1):
            grid.addWidget(text_label(words), row, 0)
            caps = QHBoxLayout()
            caps.setSpacing(4)
            caps.addStretch(1)
            for key in keys:
                caps.addWidget(KeyCap(self._theme_source, key))
            grid.addLayout(caps, row, 1)
        return grid


def _shared_out(lengths: Mapping[str, int], count: int) -> list[list[str]]:
    """Put the groups, longest first, each into the column that is shortest so far."""
    columns: list[list[str]] = [[] for _ in range(count)]
    heights = [0] * count
    for name in sorted(lengths, key=lambda name: -lengths[name]):
        shortest = heights.index(min(heights))
        columns[shortest].append(name)
        heights[shortest] += lengths[name] + 2
    return columns
