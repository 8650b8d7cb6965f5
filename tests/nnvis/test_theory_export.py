"""The theory pages for reading elsewhere are those that `make theory` would write now."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnvis.theme import ThemeSource
from nnvis.theory.article import TOPICS, Figure, articles, folder
from nnvis.theory.export import files
from nnvis.theory_pages import picture_of, write

PAGES = folder() / "pages"


def test_the_written_pages_say_what_the_code_does() -> None:
    texts = files()
    assert {path.name for path in PAGES.iterdir() if path.is_file()} == texts.keys(), "run `make theory`"
    stale = [name for name, text in texts.items() if (PAGES / name).read_text(encoding="utf-8") != text]
    assert not stale, "these pages no longer match the code: run `make theory` and read what has changed"


def test_every_figure_is_there() -> None:
    wanted = {block.name for article in articles() for block in article.blocks if isinstance(block, Figure)}
    assert {path.stem for path in (PAGES / "figures").iterdir()} == wanted


def test_every_link_of_the_html_leads_to_a_page() -> None:
    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value for name, value in attrs if name in ("href", "src") and value)

    for name, text in files().items():
        found: list[str] = []
        if name.endswith(".html"):
            Links().feed(text)
            assert all((PAGES / target).exists() for target in found), name


def test_equations_are_set_for_browsers_and_for_markdown() -> None:
    texts = files()
    assert "<math" in texts["bp3.html"]
    assert r"$$dW = {X}^{\top} \, dZ$$" in texts["bp3.md"]
    assert all(f"{topic}.html" in texts["index.html"] for topic in TOPICS)


def test_pages_that_are_no_more_are_taken_away(tmp_path: Path, theme_source: ThemeSource) -> None:
    (tmp_path / "old.md").write_text("gone")
    write(tmp_path)
    assert not (tmp_path / "old.md").exists()
    assert (tmp_path / "figures" / "activations.png").stat().st_size > 1000


@pytest.mark.parametrize("name", ["activations", "cross_entropy", "centring"])
def test_a_figure_is_drawn(qtbot: QtBot, theme_source: ThemeSource, name: str) -> None:
    image = picture_of(theme_source, Figure(name, "A figure"))
    inks = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(inks) > 5
