"""PenShare: which part of every batch is pen digits; a look at them, and the data set alone, are one click away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from nnvis.number_text import percent
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.labels import explain, text_label

USUAL = 0.2
LONGEST = 8  # letters of a title that fit beside the other words
MOST = 60  # per cent on the slider; a project file may say more
WHAT = (
    "Digits that the program draws itself, in the styles in which people write on a canvas, take this part of every "
    "training batch, so that drawings are read."
)


class PenShare(QWidget):
    """Two lines of the data section. A share that is set holds from the next batch on."""

    share_chosen = Signal(float)
    sheet_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self._shown: tuple[float, str] | None = None
        self._before = USUAL  # what "Mix in" brings back
        name = text_label("Pen digits", "caption", "secondary")
        explain(name, WHAT)
        self.browse = Button(
            theme_source, "Browse", "link", tooltip="Look at the pen digits, style by style.", small=True
        )
        self.alone = Button(theme_source, "MNIST only", "link", small=True)
        for button in (self.browse, self.alone):
            button.setStyleSheet("padding: 0 2px;")  # two links and a name in the narrowest dock
        self.alone.clicked.connect(self._on_alone_clicked)
        self.browse.clicked.connect(self.sheet_requested)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, MOST)
        self.slider.setPageStep(5)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setAccessibleName("Share of pen digits")
        self.slider.valueChanged.connect(self._on_slider_moved)
        explain(self.slider, f"{WHAT} Another share holds from the next batch on.")
        self._value = text_label("", "caption", "plain")
        self._value.setFixedWidth(36)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head, row = QHBoxLayout(), QHBoxLayout()
        head.addWidget(name)
        head.addStretch(1)
        head.addWidget(self.browse)
        head.addWidget(self.alone)
        row.addWidget(self.slider)
        row.addWidget(self._value)
        head.setSpacing(0)
        row.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(row)

    def set_share(self, share: float, title: str) -> None:
        """Show the project's share in the data set of that title; emits nothing."""
        if (share, title) == self._shown:
            return
        self._shown, self._share = (share, title), share
        if share:
            self._before = share
        self.slider.blockSignals(True)
        self.slider.setValue(round(100 * share))
        self.slider.blockSignals(False)
        self._value.setText(percent(share, 0))
        short = title.removesuffix(" digits")
        alone = f"{short} only" if len(short) <= LONGEST else "Without"
        self.alone.setText(alone if share else "Mix in")
        explain(self.alone, f"Train on {title} alone; the share can be brought back." if share
                else f"Mix in {percent(self._before, 0)} pen digits again.")  # fmt: skip
        self.browse.setVisible(share > 0)

    def set_progress(self, done: int, count: int) -> None:
        """How many of them are drawn. Until all are, there is no sheet to look at."""
        is_complete = done >= count
        self.browse.setText("Browse" if is_complete else f"{percent(done / max(1, count), 0)} drawn")
        self.browse.setEnabled(is_complete)

    def _on_alone_clicked(self) -> None:
        self.share_chosen.emit(0.0 if self._share else self._before)

    def _on_slider_moved(self, value: int) -> None:
        self.share_chosen.emit(value / 100)
