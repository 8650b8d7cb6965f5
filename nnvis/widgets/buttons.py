"""Buttons with a tinted icon that follows the theme, and that may mirror an action of the program."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.labels import explain, restyle

Kind = Literal["", "primary", "outline", "remedy", "link", "small_link", "quiet", "dashed", "transport", "small"]

_GAP = 4  # with the 4 px of Qt, words stand 8 px off their icon


class _Tinted:
    """Keeps an icon in the colour that its button's kind asks for."""

    def __init__(self, theme_source: ThemeSource, button: QAbstractButton, icon_name: str, kind: Kind) -> None:
        self.theme_source, self.button, self.icon_name, self.kind = theme_source, button, icon_name, kind
        button.setProperty("kind", kind)
        self.paint()

    def set_kind(self, kind: Kind) -> None:
        if kind != self.kind:
            self.kind = kind
            self.button.setProperty("kind", kind)
            restyle(self.button)
            self.paint()

    def set_icon_name(self, icon_name: str) -> None:
        if icon_name != self.icon_name:
            self.icon_name = icon_name
            self.paint()

    def paint(self) -> None:
        if self.icon_name:
            theme = self.theme_source.theme
            tints: dict[str, str] = {"primary": theme.on_accent, "remedy": theme.on_bad, "link": theme.accent,
                                     "small_link": theme.accent, "outline": theme.text, "transport": theme.text}
            trailing = _GAP if self.button.text() else 0
            tint = tints.get(self.kind, "")
            self.button.setIcon(self.theme_source.icon(self.icon_name, tint, trailing=trailing))
            self.button.setIconSize(QSize(16 + trailing, 16))


class ToolButton(QToolButton):
    """A flat button: an icon of 16 px in an area of 28, with words beside it if `text` is given."""

    def __init__(self, theme_source: ThemeSource, icon_name: str, tooltip: str = "", text: str = "",
                 kind: Kind = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self._tinted = _Tinted(theme_source, self, icon_name, kind)
        self._action: QAction | None = None
        theme_source.theme_changed.connect(self._on_theme_changed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        self.setToolButtonStyle(beside if text else alone)
        self.setAccessibleName(text or tooltip.rstrip("."))
        if tooltip:
            explain(self, tooltip)

    def set_kind(self, kind: Kind) -> None:
        """Look like another kind of button from now on: Train is primary only while it is the next step."""
        self._tinted.set_kind(kind)

    def set_icon_name(self, icon_name: str) -> None:
        """Show another icon."""
        self._tinted.set_icon_name(icon_name)

    def mirror(self, action: QAction) -> None:
        """Trigger `action`, and be enabled, visible and checked as it is."""
        self._action = action
        self.setCheckable(action.isCheckable())
        self.clicked.connect(action.trigger)
        action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    def _on_action_changed(self) -> None:
        action = self._action
        if action is not None:
            self.setEnabled(action.isEnabled())
            self.setVisible(action.isVisible())
            self.setChecked(action.isChecked())

    def _on_theme_changed(self) -> None:
        self._tinted.paint()


class Button(QPushButton):
    """A button with words: `primary`, `outline`, `remedy`, `link` or plain."""

    def __init__(self, theme_source: ThemeSource, text: str, kind: Kind = "", icon_name: str = "",
                 tooltip: str = "", *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        if small:
            self.setProperty("small", True)  # "size" is a property that Qt has already
        self._tinted = _Tinted(theme_source, self, icon_name, kind)
        theme_source.theme_changed.connect(self._on_theme_changed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if tooltip:
            explain(self, tooltip)

    def set_kind(self, kind: Kind) -> None:
        """Look like another kind of button from now on."""
        self._tinted.set_kind(kind)

    def _on_theme_changed(self) -> None:
        self._tinted.paint()


class GivingLink(Button):
    """A small link beside something that matters more: it gives way as a whole where there is no room for its words."""

    def __init__(self, theme_source: ThemeSource, text: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, text, "small_link", tooltip=tooltip, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """No width of its own to insist on."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if self._fits else Qt.FocusPolicy.NoFocus)

    def hitButton(self, position: QPoint) -> bool:
        """What cannot be read cannot be clicked."""
        return self._fits and super().hitButton(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._fits:
            super().paintEvent(event)

    @property
    def _fits(self) -> bool:
        return self.width() >= self.sizeHint().width()
