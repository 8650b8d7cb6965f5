"""See one widget or panel alone: `python -m nnvis.widgets.bars --theme light --size compact`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from nnvis.theme import COMPACT, LARGE, REGULAR, ThemeSource


def preview(make: Callable[[ThemeSource], QWidget], width: int = 0, height: int = 0,
            margin: int = 16) -> None:
    """Show what `make` builds, in a window of its own, until it is closed; `--png FILE` saves a picture instead."""
    parser = argparse.ArgumentParser(description="Show one part of the window alone.")
    parser.add_argument("--theme", choices=("system", "dark", "light"), default="dark")
    parser.add_argument("--size", choices=("compact", "regular", "large"), default="regular")
    parser.add_argument("--png", metavar="FILE", help="save a picture and end")
    parser.add_argument("--after", type=float, default=0.1, metavar="SECONDS", help="how long the picture waits")
    options = parser.parse_args()

    if options.png:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a picture needs no screen
    application = QApplication([])
    source = ThemeSource(options.theme)
    source.apply(application)
    source.set_metrics({"compact": COMPACT, "regular": REGULAR, "large": LARGE}[options.size])
    window = QWidget()
    layout = QVBoxLayout(window)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.addWidget(make(source))
    if margin:
        layout.addStretch(1)
    if width or height:
        window.resize(width or window.sizeHint().width(), height or window.sizeHint().height())
    window.show()
    if options.png:
        QTimer.singleShot(round(1000 * options.after), lambda: (window.grab().save(options.png), application.quit()))
    application.exec()
