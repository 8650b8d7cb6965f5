"""What the program remembers: SETTINGS, one row per setting, kept as JSON; and the window's place, kept by Qt.

To add a setting, add a row. Its default, check and storage follow from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QByteArray, QSettings

VERSION: Final = 1
RECENT_LIMIT: Final = 8


@dataclass(frozen=True)
class Setting:
    """One thing that is remembered: its name in the file, its default, and whether a stored value can be used.

    What a user chooses on the sheet of settings has a title and options, each a value and its words.
    """

    name: str
    default: Any
    accepts: Callable[[Any], bool]
    help: str
    title: str = ""
    options: tuple[tuple[str, str], ...] = ()


def _choice(name: str, default: str, title: str, help: str, *options: tuple[str, str]) -> Setting:
    values = [value for value, _ in options]
    return Setting(name, default, lambda value: value in values, help, title, options)


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


SETTINGS: Final = (
    _choice("theme", "system", "Theme", "Colours of the window.",
            ("system", "As the system"), ("dark", "Dark"), ("light", "Light")),
    _choice("motion", "full", "Motion", "Whether bars, gauges and cards glide to their new place, or jump.",
            ("full", "Full"), ("reduced", "Reduced")),
    _choice("timeline_memory", "64", "Memory for the timeline",
            "How much memory past moments of a run may take; with less, there are fewer of them.",
            ("32", "32 MB"), ("64", "64 MB"), ("128", "128 MB"), ("256", "256 MB"), ("512", "512 MB")),
    Setting("silenced_hints", [], _is_list_of_texts, "Rules whose hints are not to be shown."),
    Setting("theory_read", [], _is_list_of_texts, "Pages of the theory that were read."),
    Setting("recent_projects", [], _is_list_of_texts, "Projects opened or saved lately, newest first."),
)  # fmt: skip


class Settings:
    """The current values of SETTINGS, stored in one file. A damaged file means defaults, never an error at start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = {row.name: row for row in SETTINGS}
        self._unknown: dict[str, Any] = {}  # a newer nnvis may have written more; keep it
        self._values = {row.name: row.default for row in SETTINGS}
        self._load()

    def get(self, name: str) -> Any:
        """The value of the setting `name`."""
        return self._values[name]

    def set(self, name: str, value: Any) -> bool:
        """Change a setting and store it. False: it holds for now, but could not be stored (a read-only home).

        Raises: ValueError for a value the setting does not accept.
        """
        if not self._rows[name].accepts(value):
            raise ValueError(f"The setting {name} cannot be {value!r}.")
        if self._values[name] == value:
            return True
        self._values[name] = value
        return self._store()

    def add_recent(self, path: Path) -> None:
        """Put a project at the head of the recent ones."""
        text = str(path.absolute())
        others = [known for known in self.get("recent_projects") if known != text]
        self.set("recent_projects", [text, *others][:RECENT_LIMIT])

    def _load(self) -> None:
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return
        if not isinstance(stored, dict):
            return
        for name, value in stored.items():
            if name not in self._rows and name != "version":
                self._unknown[name] = value
            elif name in self._rows and self._rows[name].accepts(value):
                self._values[name] = value

    def _store(self) -> bool:
        text = json.dumps({**self._unknown, "version": VERSION, **self._values}, indent=2, ensure_ascii=False)
        # Here, not above: `core` brings NumPy, and the settings are read before the window first shows.
        from core.errors import FileError
        from core.safe_file import write_atomic

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path, text.encode() + b"\n")
        except (OSError, FileError):
            return False
        return True


class WindowPlace:
    """Where the window and its docks were left. Only Qt can write and read these bytes, hence QSettings."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def read(self, name: str) -> QByteArray:
        """The bytes kept under `name`, empty if there are none."""
        value = self._store.value(name, QByteArray(), type=QByteArray)
        return value if isinstance(value, QByteArray) else QByteArray()

    def write(self, name: str, value: QByteArray) -> None:
        """Keep `value` under `name`."""
        self._store.setValue(name, value)

    def clear(self) -> None:
        """Forget everything: the next window has its first layout again."""
        self._store.clear()
