"""The toolbar: the run's transport keys, how far it is, how fast it may go, and a few things at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolBar, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.labels import hairline
from nnvis.widgets.painted import stand_on
from nnvis.widgets.progress_segments import TrainingProgress
from nnvis.widgets.search_button import SearchButton
from nnvis.widgets.speed_slider import SpeedSlider
from nnvis.widgets.transport_button import TransportButton

TRANSPORT: Final = (
    ("trainAction", "pauseAction", "trainUntilAction"), ("stepBatchAction", "stepEpochAction"),
    ("stopAction", "resetAction", "reseedAction"),
)  # fmt: skip
SMALL: Final = ("trainUntilAction", "reseedAction")  # an icon without words
EDITS: Final = ("undoAction", "redoAction")
AT_HAND: Final = ("themeAction", "keysAction")


@dataclass(frozen=True)
class RunText:
    """The words of the progress and of the pace, and the epochs done. Empty where there is nothing to say."""

    title: str
    percent: str = ""
    note: str = ""
    epochs: int = 1
    done: float = 0.0
    left: str = ""
    rate: str = ""


class RunToolbar(QToolBar):
    """Given the actions by name; told what to say by `show_run`."""

    speed_changed = Signal(object)

    def __init__(
        self, theme_source: ThemeSource, action: Callable[[str], QAction], icon_name: Callable[[str], str]
    ) -> None:
        super().__init__()
        self.setObjectName("runToolbar")
        self.setWindowTitle("Run")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._theme_source = theme_source
        # One widget with a layout, and not the toolbar's own, which would hide keys in an overflow menu.
        content = QWidget()
        self._row = QHBoxLayout(content)
        self._row.setContentsMargins(12, 0, 12, 0)
        self._row.setSpacing(0)
        self.transport: dict[str, TransportButton] = {}
        for group in TRANSPORT:
            for name in group:
                if name in SMALL:
                    self._row.addWidget(self._tool(action(name), icon_name(name)))
                    continue
                self.transport[name] = TransportButton(theme_source, action(name), icon_name(name))
                self._row.addWidget(self.transport[name])
                self._row.addSpacing(2)
            self._add_line()
        self._progress = TrainingProgress(theme_source)
        stand_on(self._progress, "panel")
        self._row.addWidget(self._progress)
        self._row.addSpacing(8)
        self.speed = SpeedSlider(theme_source)
        self.speed.speed_changed.connect(self.speed_changed)
        self._row.addWidget(self.speed)
        self._row.addStretch(1)
        self._edits = QWidget()  # hidden as one: a button mirrors its action, which stays visible in the menu
        edits = QHBoxLayout(self._edits)
        edits.setContentsMargins(0, 0, 8, 0)
        edits.setSpacing(4)
        for name in EDITS:
            edits.addWidget(self._tool(action(name), icon_name(name)))
        self._row.addWidget(self._edits)
        self._search = SearchButton(theme_source, action("paletteAction"))
        self._row.addWidget(self._search)
        for name in AT_HAND:
            self._row.addSpacing(4)
            self._row.addWidget(self._tool(action(name), icon_name(name)))
        self.addWidget(content)
        self._content = content
        theme_source.metrics_changed.connect(self._fit)
        self._fit()

    def show_run(self, text: RunText, primary: str) -> None:
        """Say where the run is; `primary` is the action that is filled."""
        self._progress.set_words(text.title, text.percent, text.note, text.left, text.rate)
        self._progress.set_progress(text.epochs, text.done)
        for name, button in self.transport.items():
            button.set_primary(name == primary)

    @contextmanager
    def focus_kept(self) -> Iterator[None]:
        """Around a change of state: a transport key that had the focus and is disabled hands it to the primary one."""
        focused = next((button for button in self.transport.values() if button.hasFocus()), None)
        yield
        if focused is not None and not focused.isEnabled():
            for button in self.transport.values():
                if button.is_primary:
                    button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tool(self, action: QAction, icon_name: str) -> ToolButton:
        button = ToolButton(self._theme_source, icon_name, action.toolTip())
        button.setAccessibleName(action.text())
        button.setObjectName(action.objectName().removesuffix("Action") + "Button")
        button.mirror(action)
        return button

    def _add_line(self) -> None:
        line = hairline(vertical=True)
        line.setFixedHeight(20)
        self._row.addSpacing(8)
        self._row.addWidget(line)
        self._row.addSpacing(12)

    def _fit(self) -> None:
        metrics = self._theme_source.metrics
        layout = self.layout()
        if layout is not None:  # Fusion's own margins would cut the buttons
            layout.setContentsMargins(0, 0, 0, 0)
        self.setFixedHeight(metrics.toolbar)
        self._content.setFixedHeight(metrics.toolbar - 1)  # a hairline below
        self._edits.setHidden(metrics.is_compact)
        self._search.set_compact(metrics.is_compact)
