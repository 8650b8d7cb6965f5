"""Where the program's own files lie, and where it may write."""

import contextlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def asset(name: str) -> Path:
    """A file of the look: an icon, a font."""
    return _ROOT / "assets" / name


def resource(name: str) -> Path:
    """A file of what the program says and loads."""
    return _ROOT / "resources" / name


def data_folder() -> Path:
    """The user's folder for projects, runs and settings of nnvis; made when it is missing."""
    return _writable("data")


def own_digits_folder() -> Path:
    """Where the drawings that the user keeps lie."""
    return data_folder() / "my digits"


def cache_folder() -> Path:
    """The user's folder for what can be made again at any time; made when it is missing."""
    return _writable("cache")


def _writable(kind: str) -> Path:
    # Qt is needed only here: the command line finds its resources without it.
    from PySide6.QtCore import QStandardPaths

    location = QStandardPaths.StandardLocation
    # The generic places with our own name do not change with QApplication.applicationName(), as AppDataLocation does.
    place = location.GenericDataLocation if kind == "data" else location.GenericCacheLocation
    folder = Path(QStandardPaths.writableLocation(place)) / "nnvis"
    with contextlib.suppress(OSError):  # a read-only home: whoever writes there says so, with the reason
        folder.mkdir(parents=True, exist_ok=True)
    return folder
