"""The look as the program uses it: fonts, the theme in force, and the switch between themes."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPen
from PySide6.QtWidgets import QApplication, QWidget

from nnvis.icons import icon, icon_pixmap, paint_icon, svg_text
from nnvis.metrics import COMPACT, LARGE, REGULAR, Metrics, metrics_for
from nnvis.paths import asset
from nnvis.style_sheet import ARROWS, palette, style_sheet
from nnvis.tokens import DARK, LIGHT, Theme

__all__ = [
    "COMPACT", "DARK", "LARGE", "LIGHT", "REGULAR", "Metrics", "Mode", "Role", "Theme", "ThemeSource",
    "code_font", "color", "font", "icon", "icon_pixmap", "load_fonts", "metrics_for", "paint_icon", "pen", "prose_font",
]

Mode = Literal["system", "dark", "light"]
Role = Literal["caption", "body", "value", "display"]

_PIXELS: dict[Role, int] = {"caption": 11, "body": 13, "value": 15, "display": 40}
_WEIGHTS: dict[Role, int] = {"caption": 400, "body": 400, "value": 600, "display": 600}


def load_fonts() -> None:
    """Make the bundled fonts known to Qt, once for each application."""
    application = QCoreApplication.instance()
    if application is None or application.property("fontsLoaded"):
        return
    for path in sorted(asset("fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))
    application.setProperty("fontsLoaded", True)


@cache  # painters ask for fonts hundreds of times a second, and each call of a setter makes Qt look for the font again
def font(role: Role = "body", weight: int | None = None, *, pixels: int | None = None) -> QFont:
    """Inter in one of the four sizes, with figures of equal width; `pixels` for the compact display size.

    All who ask share the one font: who needs another copies it first.
    """
    result = QFont("Inter")
    result.setPixelSize(pixels or _PIXELS[role])
    result.setWeight(QFont.Weight(weight or _WEIGHTS[role]))
    result.setFeature(QFont.Tag("tnum"), 1)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # the drawn shapes, at every scale
    return result


@cache
def code_font(pixels: int = 13) -> QFont:
    """JetBrains Mono, for lines of source and shapes of arrays; without ligatures: what stands there is what ran."""
    result = QFont("JetBrains Mono")
    result.setPixelSize(pixels)
    result.setFeature(QFont.Tag("calt"), 0)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return result


def prose_font(weight: int | None = None) -> QFont:
    """The font of labels and buttons. Figures of equal width bring a wide hyphen with them, which tears words apart."""
    result = QFont(font(weight=weight))
    result.unsetFeature(QFont.Tag("tnum"))
    return result


@lru_cache(maxsize=512)
def color(token: str, alpha: float = 1.0) -> QColor:
    """The QColor of a token's value, more or less transparent. All who ask share the one colour."""
    result = QColor(token)
    result.setAlphaF(alpha)
    return result


@lru_cache(maxsize=512)
def pen(token: str, width: float = 1.0) -> QPen:
    """The pen of a token's colour. All who ask share the one pen: who needs another copies it first."""
    return QPen(color(token), width)


class ThemeSource(QObject):
    """The theme and the sizes in force. Widgets are given it, read `theme` and `metrics`, and listen."""

    theme_changed = Signal()
    metrics_changed = Signal()

    def __init__(self, mode: Mode = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = mode
        self._metrics = REGULAR
        self._reduced_motion = False
        self._application: QApplication | None = None
        self._window: QWidget | None = None
        self._files = QTemporaryDir()
        self._theme = self._wanted()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    @property
    def theme(self) -> Theme:
        """The tokens in force."""
        return self._theme

    @property
    def metrics(self) -> Metrics:
        """The sizes in force."""
        return self._metrics

    @property
    def mode(self) -> Mode:
        """What was asked for; `system` follows the desktop."""
        return self._mode

    @property
    def reduced_motion(self) -> bool:
        """Whether nothing may glide."""
        return self._reduced_motion

    def set_mode(self, mode: Mode) -> None:
        """Choose a theme, or let the desktop choose."""
        if mode not in get_args(Mode):
            raise ValueError(f"Unknown theme mode {mode!r}: choose one of {', '.join(get_args(Mode))}.")
        self._mode = mode
        if self._application is not None:
            self._ask_for_native_frames()
        self._use(self._wanted(), self._metrics)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Let movements jump to their end from now on."""
        self._reduced_motion = reduced

    def duration(self, milliseconds: int) -> int:
        """How long a movement may take: 0 when motion is reduced."""
        return 0 if self._reduced_motion else milliseconds

    def fit_window(self, width: int, height: int) -> None:
        """Choose the sizes for a window; called when it is resized."""
        self.set_metrics(metrics_for(width, height))

    def set_metrics(self, metrics: Metrics) -> None:
        """Use these sizes."""
        self._use(self._theme, metrics)

    def apply(self, application: QApplication) -> None:
        """Dress the application, now and after every change."""
        load_fonts()
        self._application = application
        application.setStyle("Fusion")
        application.setFont(prose_font())
        self._ask_for_native_frames()
        self._dress()

    def dress(self, window: QWidget) -> None:
        """Let changes of the look reach this window by a style sheet of its own.

        Qt hands that of an application to each widget once for every widget that it lies in, which takes five times as
        long: half a second in which a change of theme is waited for.
        """
        self._window = window

    def icon(self, name: str, color: str = "", size: int = 16, trailing: int = 0) -> QIcon:
        """The icon in the theme in force; ask again when `theme_changed`."""
        return icon(name, self._theme, color, size, trailing)

    def _use(self, theme: Theme, metrics: Metrics) -> None:
        new_theme, new_metrics = theme != self._theme, metrics != self._metrics
        self._theme, self._metrics = theme, metrics
        if (new_theme or new_metrics) and self._application is not None:
            self._dress()
        if new_theme:
            self.theme_changed.emit()
        if new_metrics:
            self.metrics_changed.emit()

    def _dress(self) -> None:
        if self._application is not None:
            self._application.setPalette(palette(self._theme))
            dressed = self._window or self._application
            dressed.setStyleSheet(style_sheet(self._theme, self._metrics, self._write_arrows()))

    def _write_arrows(self) -> dict[str, str]:
        files = {}
        for name, icon_name in ARROWS.items():
            # The theme stands in the name: Qt keeps pictures it has read, by file name.
            path = Path(self._files.filePath(f"{self._theme.name}-{icon_name}.svg"))
            tint = self._theme.on_accent if name == "check_mark" else self._theme.text_3
            path.write_text(svg_text(icon_name, tint), encoding="utf-8")
            files[name] = path.as_posix()
        return files

    def _wanted(self) -> Theme:
        if self._mode == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            return LIGHT if scheme == Qt.ColorScheme.Light else DARK
        return DARK if self._mode == "dark" else LIGHT

    def _ask_for_native_frames(self) -> None:
        """Title bars and system dialogs follow where the platform can do so; some platforms ignore it."""
        schemes = {"system": Qt.ColorScheme.Unknown, "dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}
        QGuiApplication.styleHints().setColorScheme(schemes[self._mode])

    def _on_color_scheme_changed(self) -> None:
        self._use(self._wanted(), self._metrics)
