"""The sheet of settings: a row of choices for each, and the things that can be switched off one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.labels import explain, hairline, text_label
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.segmented import SegmentedControl

COLUMNS = 2


@dataclass(frozen=True)
class SettingRow:
    """One setting: its name, its title, one sentence on it, its values with their words, and the present one."""

    name: str
    title: str
    help: str
    options: tuple[tuple[str, str], ...]
    current: str


@dataclass(frozen=True)
class Switch:
    """One thing that can be switched off: its name, its words, and whether it is on."""

    name: str
    title: str
    on: bool


class SettingsSheet(Overlay):
    """Every choice holds at once; there is nothing to confirm."""

    chosen = Signal(str, str)  # setting, value
    switched = Signal(str, bool)

    def __init__(
        self, theme_source: ThemeSource, rows: Sequence[SettingRow], switches: Sequence[Switch], window: QWidget
    ) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("Settings")
        self.closed.connect(self.deleteLater)
        self.controls: dict[str, SegmentedControl] = {}
        self.boxes: dict[str, QCheckBox] = {}
        self.body.setContentsMargins(24, 16, 24, 20)
        self.body.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(text_label("Settings", "title"))
        head.addStretch(1)
        head.addWidget(text_label("Esc closes", "caption"))
        self.body.addLayout(head)
        self.body.addWidget(hairline())
        self.body.addLayout(self._choices(theme_source, rows))
        if switches:
            self.body.addWidget(hairline())
            self.body.addWidget(text_label("Hints that may be shown", "caption"))
            self.body.addLayout(self._switches(switches))

    def _choices(self, theme_source: ThemeSource, rows: Sequence[SettingRow]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(40)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(0, 1)
        for place, row in enumerate(rows):
            title = text_label(row.title)
            explain(title, row.help)
            control = SegmentedControl(theme_source, row.title, tuple((value, words, row.help) for value, words in
                                                                      row.options))  # fmt: skip
            control.set_current(row.current)
            control.changed.connect(partial(self.chosen.emit, row.name))
            self.controls[row.name] = control
            grid.addWidget(title, place, 0)
            grid.addWidget(control, place, 1)
        return grid

    def _switches(self, switches: Sequence[Switch]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(40)
        grid.setVerticalSpacing(4)
        for place, switch in enumerate(switches):
            box = QCheckBox(switch.title)
            box.setChecked(switch.on)
            explain(box, f"Whether the hint about this may be shown: {switch.title[:1].lower()}{switch.title[1:]}.")
            box.toggled.connect(partial(self.switched.emit, switch.name))
            self.boxes[switch.name] = box
            grid.addWidget(box, place // COLUMNS, place % COLUMNS)
        return grid
