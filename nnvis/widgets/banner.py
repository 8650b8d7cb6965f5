"""The banner under the tabs: what happened, where, and the remedy as a button. It waits, it never blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, icon_pixmap
from nnvis.widgets.buttons import Button, Kind, ToolButton
from nnvis.widgets.labels import restyle, text_label

BannerTone = Literal["error", "warning", "info"]
_UNBOUNDED = 16777215  # QWIDGETSIZE_MAX, which PySide6 does not export


@dataclass(frozen=True)
class BannerAction:
    """A way out: the words on the button, what it does, and whether it is the remedy that is proposed."""

    label: str
    callback: Callable[[], object]
    primary: bool = False
    icon_name: str = ""


@dataclass(frozen=True)
class BannerMessage:
    """Sentence one: what happened, with values. Sentence two: where and why."""

    tone: BannerTone
    title: str
    text: str = ""
    actions: tuple[BannerAction, ...] = ()


class Banner(QFrame):
    """One message at a time: the newest is shown, closing it shows the one before."""

    closed = Signal()  # the last message has gone

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._theme_source = theme_source
        self._messages: list[BannerMessage] = []
        self._icon = QLabel()
        self._title = text_label(role="title", wrap=True)
        self._text = text_label(tone="secondary", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._text)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(12)
        close = ToolButton(theme_source, "close", "Close this message.")
        close.setAccessibleName("Close this message")
        close.clicked.connect(self.close_message)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addLayout(words, 1)
        layout.addLayout(self._buttons)
        layout.addWidget(close)
        self._slide = QPropertyAnimation(self, b"maximumHeight", self)
        self._slide.finished.connect(self._on_slid)
        theme_source.theme_changed.connect(self._paint_icon)
        self.hide()

    @property
    def messages(self) -> tuple[BannerMessage, ...]:
        """What is shown (last) and what waits behind it."""
        return tuple(self._messages)

    def post(self, message: BannerMessage) -> None:
        """Show the message now; one with the same title is replaced, not repeated."""
        self._messages = [each for each in self._messages if each.title != message.title]
        self._messages.append(message)
        self._show_newest()

    def close_message(self) -> None:
        """Put the shown message away."""
        if self._messages:
            self._messages.pop()
        self._show_newest()

    def clear(self) -> None:
        """Put all messages away: what they spoke of is over."""
        self._messages.clear()
        self._show_newest()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it while one of its buttons has the focus."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_message()
        else:
            super().keyPressEvent(event)

    def _show_newest(self) -> None:
        if not self._messages:
            if not self.isHidden():
                self._slide_to(0, 120, QEasingCurve.Type.InCubic)
                self.closed.emit()
            return
        message = self._messages[-1]
        self.setProperty("tone", message.tone)
        restyle(self)
        self._title.setText(message.title)
        self._text.setText(message.text)
        self._text.setVisible(bool(message.text))
        self._paint_icon()
        self._fill_buttons(message)
        self.setAccessibleName(message.title)
        self.setAccessibleDescription(message.text)
        hidden = self.isHidden()
        self.show()
        if hidden:
            self.setMaximumHeight(0)
            self._slide_to(self._full_height(), 200, QEasingCurve.Type.OutCubic)
        else:
            self._slide.stop()
            self.setMaximumHeight(_UNBOUNDED)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _fill_buttons(self, message: BannerMessage) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for action in message.actions:
            remedy: Kind = "remedy" if message.tone == "error" else "primary"
            button = Button(self._theme_source, action.label, remedy if action.primary else "outline",
                            action.icon_name)
            button.clicked.connect(self.close_message)
            button.clicked.connect(lambda _=False, callback=action.callback: callback())
            self._buttons.addWidget(button)

    def _paint_icon(self) -> None:
        if self._messages:
            theme = self._theme_source.theme
            name, tint = {"error": ("warning", theme.bad), "warning": ("warning", theme.warn),
                          "info": ("hint", theme.accent)}[self._messages[-1].tone]
            self._icon.setPixmap(icon_pixmap(name, tint, 20, self.devicePixelRatioF()))

    def _full_height(self) -> int:
        width = self.width() if self.width() > 100 else self.sizeHint().width()
        return max(self.heightForWidth(width), self.sizeHint().height())

    def _slide_to(self, height: int, milliseconds: int, curve: QEasingCurve.Type) -> None:
        self._slide.stop()
        duration = self._theme_source.duration(milliseconds)
        if not duration or not self.isVisible():
            self.setMaximumHeight(height)
            self._on_slid()
            return
        self._slide.setDuration(duration)
        self._slide.setEasingCurve(curve)
        self._slide.setStartValue(min(self.height(), self.maximumHeight()))
        self._slide.setEndValue(height)
        self._slide.start()

    def _on_slid(self) -> None:
        if not self._messages:
            self.hide()
        self.setMaximumHeight(_UNBOUNDED)


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        banner = Banner(source)
        source.set_reduced_motion(True)
        banner.post(BannerMessage(
            "error", "The loss exploded: from 2.3 to 1.1 · 10¹¹ in 8 batches.",
            "Learning rate 5.0 is too large for SGD on this network. "
            "Training has stopped with the last finite weights; nothing is lost.",
            (BannerAction("Set 0.05 and restart", lambda: None, primary=True, icon_name="reset"),
             BannerAction("Go back to batch 1", lambda: None))))
        return banner

    preview(_sample, 1060)
