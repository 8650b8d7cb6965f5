"""PenShare: which part of every batch is pen digits; a look at them, and the data set alone, are one click away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

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
_WAIT = "The program draws the pen digits for the first time; they join the batches as they come."


class PenShare(QWidget):
    """One line of the data section. A share that is set holds from the next batch on.

    `alone`, which takes the pen digits out and brings them back, is for the row of links below it.
    """

    share_chosen = Signal(float)
    sheet_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self._shown: tuple[float, str] | None = None
        self._before = USUAL  # what "Mix in" brings back
        self.browse = Button(theme_source, _drawing(1.0), "small_link", tooltip=WHAT)
        self.browse.ensurePolished()
        self.browse.setMinimumWidth(self.browse.sizeHint().width())  # the slider stays where it is, whatever it says
        self.browse.clicked.connect(self.sheet_requested)
        self.alone = Button(theme_source, "MNIST only", "small_link")
        self.alone.clicked.connect(self._on_alone_clicked)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, MOST)
        self.slider.setPageStep(5)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setAccessibleName("Share of pen digits")
        self.slider.valueChanged.connect(self._on_slider_moved)
        explain(self.slider, f"{WHAT} Another share holds from the next batch on.")
        self._value = text_label("", "caption", "plain")
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance(percent(MOST / 100, 0)))
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.browse)
        row.addWidget(self.slider, 1)
        row.addWidget(self._value)

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
        alone = f"{short} only" if len(short) <= LONGEST else "Without pens"
        self.alone.setText(alone if share else "Mix in")
        explain(self.alone, f"Train on {title} alone; the share can be brought back." if share
                else f"Mix in {percent(self._before, 0)} pen digits again.")  # fmt: skip

    def set_progress(self, done: int, count: int) -> None:
        """How many of them are drawn. Until all are, there is no sheet to look at."""
        is_complete = done >= count
        are_drawn = self._share > 0 and not is_complete
        self.browse.setText(_drawing(done / max(1, count)) if are_drawn else "Pen digits")
        self.browse.setEnabled(is_complete)
        explain(self.browse, _WAIT if are_drawn else f"{WHAT} A click shows them." if is_complete else WHAT)

    def _on_alone_clicked(self) -> None:
        self.share_chosen.emit(0.0 if self._share else self._before)

    def _on_slider_moved(self, value: int) -> None:
        self.share_chosen.emit(value / 100)


def _drawing(share: float) -> str:
    return f"Pen digits {percent(share, 0)}"
