"""Icons: one-colour SVG drawings on a 16 px grid, tinted by the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from nnvis.paths import asset
from nnvis.tokens import Theme


def icon(name: str, theme: Theme, color: str = "", size: int = 16, trailing: int = 0) -> QIcon:
    """The icon `name` in `color` (idle icons are secondary text), grey when disabled, accent when switched on.

    `trailing` adds empty room at its right: Qt sets words only 4 px off an icon.
    """
    result = QIcon()
    for ratio in _ratios():
        for mode, state, tint in (
            (QIcon.Mode.Normal, QIcon.State.Off, color or theme.text_2),
            (QIcon.Mode.Active, QIcon.State.Off, color or theme.text),
            (QIcon.Mode.Disabled, QIcon.State.Off, theme.disabled),
            (QIcon.Mode.Normal, QIcon.State.On, color or theme.accent),
            (QIcon.Mode.Active, QIcon.State.On, color or theme.accent),
            (QIcon.Mode.Disabled, QIcon.State.On, theme.disabled),
        ):
            result.addPixmap(icon_pixmap(name, tint, size, ratio, trailing), mode, state)
    return result


def icon_pixmap(name: str, color: str, size: int = 16, ratio: float = 1.0, trailing: int = 0) -> QPixmap:
    """The icon as a picture of `size` device-independent pixels, for painters and labels."""
    image = _tinted(name, color, round(size * ratio))
    if trailing:
        image = image.copy(0, 0, round((size + trailing) * ratio), image.height())
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: str) -> None:
    """Draw the icon into `rect`, crisp at the painter's own ratio."""
    ratio = painter.device().devicePixelRatio()
    pixels = round(rect.width() * ratio)
    image = _tinted(name, color, pixels)
    # Rest the picture on whole device pixels, or it is smeared over two of them at 125 and 150 %.
    left, top = round(rect.left() * ratio) / ratio, round(rect.top() * ratio) / ratio
    painter.drawImage(QRectF(left, top, pixels / ratio, pixels / ratio), image)


def svg_text(name: str, color: str) -> str:
    """The drawing's source with its colour filled in, for style sheets, which cannot tint."""
    return _source(name).replace("currentColor", color)


def _ratios() -> list[float]:
    return sorted({1.0, 2.0} | {screen.devicePixelRatio() for screen in QGuiApplication.screens()})


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return asset(f"icons/{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _tinted(name: str, color: str, pixels: int) -> QImage:
    image = QImage(QSize(pixels, pixels), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(svg_text(name, QColor(color).name()).encode()).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return image
