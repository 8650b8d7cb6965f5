"""`make theory`: write the theory pages as Markdown and HTML, with their figures, to resources/theory/pages."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from nnvis.theme import ThemeSource, color
from nnvis.theory.article import Figure, articles, folder
from nnvis.theory.export import files
from nnvis.theory.figures import figure
from nnvis.widgets.plot_figure import PlotFigure

WIDTH, SCALE = 640, 2


def write(target: Path) -> None:
    """Write every page and figure; files of pages that are no more are taken away."""
    texts = files()
    (target / "figures").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")
    for path in target.iterdir():
        if path.is_file() and path.name not in texts:
            path.unlink()
    source = ThemeSource("light")
    for block in (block for article in articles() for block in article.blocks):
        if isinstance(block, Figure):
            picture_of(source, block).save(str(target / "figures" / f"{block.name}.png"))


def picture_of(source: ThemeSource, block: Figure) -> QImage:
    """The figure as the program draws it, in the light theme."""
    widget = PlotFigure(source, figure(block.name), block.caption)
    widget.resize(QSize(WIDTH, widget.sizeHint().height()))
    image = QImage(widget.size() * SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    image.fill(color(source.theme.card))
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    return image


def main() -> None:
    """Write them where the program and the repository have them."""
    app = QApplication(sys.argv)
    ThemeSource("light", app).apply(app)
    write(folder() / "pages")


if __name__ == "__main__":
    main()
