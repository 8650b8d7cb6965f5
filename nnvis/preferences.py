"""Preferences: the settings that a user chooses, how they take effect, and the sheet on which they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from nnvis.settings import SETTINGS, Settings
from nnvis.theme import ThemeSource
from nnvis.widgets.settings_sheet import SettingRow, SettingsSheet, Switch

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from nnvis.panels.learn import LearnPanel
    from nnvis.session import Session

MEGABYTE = 2**20


class Preferences(QObject):
    """Brings the stored settings into force at the start, and each change at once."""

    def __init__(
        self, window: QWidget, theme_source: ThemeSource, settings: Settings, session: Session, learn: LearnPanel
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme_source = theme_source
        self._settings = settings
        self._session = session
        self._learn = learn
        self.sheet: SettingsSheet | None = None
        learn.advice.silenced_changed.connect(self._on_silenced_changed)
        for row in SETTINGS:
            if row.name != "theme":  # the window was made with it
                self._apply(row.name)

    def open(self) -> None:
        """Show the settings."""
        from nnvis.hints import RULES  # here: the table of actions is read before NumPy is there

        rows = [
            SettingRow(row.name, row.title, row.help, row.options, self._settings.get(row.name))
            for row in SETTINGS if row.title
        ]  # fmt: skip
        silenced = self._settings.get("silenced_hints")
        switches = [Switch(rule.name, rule.title, rule.name not in silenced) for rule in RULES]
        self.sheet = SettingsSheet(self._theme_source, rows, switches, self._window)
        self.sheet.chosen.connect(self._on_chosen)
        self.sheet.switched.connect(self._on_switched)
        self.sheet.closed.connect(self._on_closed)
        self.sheet.open()

    def _apply(self, name: str) -> None:
        value = self._settings.get(name)
        if name == "theme":
            self._theme_source.set_mode(value)
        elif name == "motion":
            self._theme_source.set_reduced_motion(value == "reduced")
        elif name == "timeline_memory":
            self._session.set_timeline_memory(int(value) * MEGABYTE)
        elif name == "silenced_hints":
            self._learn.advice.set_silenced(value)

    def _on_chosen(self, name: str, value: str) -> None:
        self._settings.set(name, value)
        self._apply(name)

    def _on_switched(self, rule: str, on: bool) -> None:
        silenced = set(self._settings.get("silenced_hints")) - {rule}
        self._on_silenced_changed(sorted(silenced if on else silenced | {rule}))
        self._apply("silenced_hints")

    def _on_silenced_changed(self, names: list[str]) -> None:
        self._settings.set("silenced_hints", names)

    def _on_closed(self) -> None:
        self.sheet = None
