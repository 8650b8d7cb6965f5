"""The box that says what this is."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from nnvis.paths import data_folder


def program_version() -> str:
    """The version that is installed."""
    try:
        return version("nnvis")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "from source"


def about_box(parent: QWidget) -> QMessageBox:
    """A box with version, licence, parts and places; not modal to anything but the window."""
    import numpy  # not above: the window imports this file before it shows, and NumPy takes its time

    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About nnvis")
    box.setText(f"nnvis {program_version()}")
    box.setInformativeText(
        "See a neural network learn: what you see is what ran.\n\n"
        f"Python {platform.python_version()}, NumPy {numpy.__version__}, PySide6 {PySide6.__version__}.\n"
        f"MIT licence. The font is Inter, under the SIL Open Font License.\n\n"
        f"Settings and logs: {data_folder()}"
    )
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return box
