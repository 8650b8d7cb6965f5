"""The whole function that ran, with the executing lines lit."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from nnvis.microscope.source import CodeLine
from nnvis.theme import ThemeSource
from nnvis.widgets.labels import text_label


class SourceWindow(QDialog):
    """A function as it stands in its file; it is read from the running program, so it cannot be stale."""

    def __init__(self, theme_source: ThemeSource, code: CodeLine, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{code.function} in {code.place.rpartition(':')[0]}")
        self.resize(780, 460)
        layout = QVBoxLayout(self)
        layout.addWidget(text_label(str(code.path), "caption", "secondary"))
        theme = theme_source.theme
        lines = []
        for number, line in enumerate(code.source.splitlines()):
            lit = f' style="background-color:{theme.accent_soft}; color:{theme.text}"' if number in code.lit else ""
            lines.append(f"<span{lit}>{html.escape(line) or ' '}</span>")
        browser = QTextBrowser()
        browser.setAccessibleName("Source")
        browser.setHtml(f'<pre style="font-size:13px">{chr(10).join(lines)}</pre>')
        layout.addWidget(browser)
