"""The line at the window's foot: what happens now, and a few facts at the right."""

from __future__ import annotations

from PySide6.QtWidgets import QStatusBar

from nnvis.theme import ThemeSource
from nnvis.widgets.labels import GivingLabel, text_label


class StatusLine(QStatusBar):
    """Captions only. The words at the left give way when it is narrow."""

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setFixedHeight(theme_source.metrics.status)
        self.setContentsMargins(6, 0, 6, 0)
        self._now = GivingLabel("", "caption", "secondary")
        self._now.setAccessibleName("What happens now")
        self._seed = text_label("", "caption", "faint")
        self.addWidget(self._now, 1)
        self.addPermanentWidget(self._seed)
        self.addPermanentWidget(text_label("  Press ? for all keys", "caption", "faint"))

    def say(self, now: str, seed: int) -> None:
        """Show what happens now, and the seed of every random number in it."""
        self._now.setText(now)
        self._seed.setText(f"seed {seed}")
