"""The Microscope's keys: they belong to the page while it has the focus, and drive the run again when it has not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from nnvis.widgets.microscope.stage import Stage

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_NONE = Qt.KeyboardModifier.NoModifier
_Call = Callable[[Any], None]
KEYS: Final[dict[tuple[Qt.Key, Qt.KeyboardModifier], _Call]] = {
    (Qt.Key.Key_Right, _NONE): lambda page: page.next(),
    (Qt.Key.Key_Left, _NONE): lambda page: page.back(),
    (Qt.Key.Key_Right, _SHIFT): lambda page: page.go_along(1),
    (Qt.Key.Key_Left, _SHIFT): lambda page: page.go_along(-1),
    (Qt.Key.Key_Home, _NONE): lambda page: page.go_to(0),
    (Qt.Key.Key_End, _NONE): lambda page: page.go_to(len(page.stops) - 2),
    (Qt.Key.Key_1, _NONE): lambda page: page.go_to_kind("BP1"),
    (Qt.Key.Key_2, _NONE): lambda page: page.go_to_kind("BP2"),
    (Qt.Key.Key_3, _NONE): lambda page: page.go_to_kind("BP3"),
    (Qt.Key.Key_4, _NONE): lambda page: page.go_to_kind("BP4"),
    (Qt.Key.Key_Down, _NONE): lambda page: page.move_image(1),
    (Qt.Key.Key_Up, _NONE): lambda page: page.move_image(-1),
    (Qt.Key.Key_A, _NONE): lambda page: page.toggle_all_images(),
    (Qt.Key.Key_Space, _NONE): lambda page: page.toggle_play(),
    (Qt.Key.Key_F2, _NONE): lambda page: page.show_source(),
    (Qt.Key.Key_W, _NONE): lambda page: page.show_weight(),
    (Qt.Key.Key_L, _NONE): lambda page: page.toggle_long_way(),
    (Qt.Key.Key_E, _NONE): lambda page: page.change_pointed(),
    (Qt.Key.Key_R, _NONE): lambda page: page.reset_changes(),
    (Qt.Key.Key_N, _NONE): lambda page: page.toggle_numbers(),
    (Qt.Key.Key_M, _NONE): lambda page: page.toggle_scale(),
    (Qt.Key.Key_C, _CTRL): lambda page: page.copy_pointed(),
    (Qt.Key.Key_Escape, _NONE): lambda page: page.release(),
}


class MicroscopeKeys(QObject):
    """Sees to it that keys reach the page before the window's own shortcuts take them."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._stages = page.findChildren(Stage)
        for widget in (page, *self._stages):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what is the page's; in the stage, reached by Tab, the arrows move what is pointed at."""
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(event, QKeyEvent):
            return False
        for stage in self._stages:  # any key ends what moves
            stage.end_motion()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        call = KEYS.get((Qt.Key(event.key()), modifiers))
        if call is None:
            return False
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        own = isinstance(watched, Stage) and watched.focus_visible and event.key() in arrows
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if own:
            return False
        call(self._page)
        return True
