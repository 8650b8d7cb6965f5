"""The order in which Tab walks through the window: as one reads it, not as it was put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def order_focus(areas: Sequence[QWidget]) -> None:
    """Let Tab visit the areas one after the other; within each its own order stays."""
    chain = [areas[0]]
    while (following := chain[-1].nextInFocusChain()) is not None and following is not chain[0]:
        chain.append(following)
    ordered = [widget for area in areas for widget in chain if area.isAncestorOf(widget)]
    reachable = [widget for widget in ordered if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
    for before, after in pairwise(reachable):
        QWidget.setTabOrder(before, after)
