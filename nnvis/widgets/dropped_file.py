"""What somebody drops on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDropEvent

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".heic", ".svg")  # by their names


def holds_picture(data: QMimeData) -> bool:
    """Whether a picture is dragged, or one file whose name says that it is one, whether or not it can be read."""
    urls = data.urls()
    if urls:
        return len(urls) == 1 and urls[0].isLocalFile() and urls[0].toLocalFile().lower().endswith(PICTURES)
    return bool(data.hasImage())


def dropped_file(event: QDropEvent) -> Path | None:
    """The single local file that is dragged or dropped, if it is one."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
