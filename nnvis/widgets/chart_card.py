"""A card with a chart in it: title, the latest values, the switch to a log scale, and the menu to take it along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from core.errors import FileError
from core.safe_file import write_atomic
from nnvis import number_text
from nnvis.theme import ThemeSource
from nnvis.widgets import chart_export
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.card import Card, SeriesKey
from nnvis.widgets.chart import LineChart
from nnvis.widgets.chart_measure import Measure
from nnvis.widgets.chip import Chip
from nnvis.widgets.full_screen import FullScreen
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import stand_on
from nnvis.widgets.run_curve import Reading


class ChartCard(Card):
    """One measure of a run: the chart, and its newest values in the head.

    While a step is pointed at and the chart itself is too low for a read-out box, or the pointer is in another chart,
    the head shows the values of that step; while the past is shown, those of the step that is looked back at.
    """

    save_failed = Signal(str)

    def __init__(self, theme_source: ThemeSource, measure: Measure, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, measure.name.capitalize(), parent=parent)
        self.chart = LineChart(theme_source, measure)
        self._captions: tuple[str, ...] = ("",)
        self._caption_fitted: tuple[tuple[str, ...], int] = (), 0  # which captions were last fitted into which width
        self._pointed_at: Reading | None = None
        self.train_key = SeriesKey(theme_source, "train", "train")
        self.validation_key = SeriesKey(theme_source, "validation", "validation")
        for live in (self.train_key, self.validation_key):
            stand_on(live, "card")
        self.log_button: ToolButton | None = None
        self.badge = Chip(theme_source)
        self.badge.hide()
        self.body.addWidget(self.chart)
        self.add_to_head(self.badge)
        if measure.can_log:
            self.log_button = ToolButton(
                theme_source, "log-scale", "Log scale: equal distances are equal factors (L).", kind="small"
            )
            self.log_button.setAccessibleName(f"Log scale of the {measure.name}")
            self.log_button.setCheckable(True)
            self.log_button.setFixedSize(26, 24)  # as high as the heads of charts without it, beside which it stands
            self.log_button.setChecked(self.chart.log)
            self.log_button.toggled.connect(self.chart.set_log)
            self.chart.log_changed.connect(self.log_button.setChecked)
            self.add_to_head(self.log_button)
        self.add_to_head(self.train_key)
        self.add_to_head(self.validation_key)
        self.caption_label.installEventFilter(self)
        self._menu = QMenu(self)
        self.full_screen = FullScreen(theme_source, self)
        self.chart.reading_changed.connect(self._on_reading_changed)
        self.chart.zoom_changed.connect(self._on_zoom_changed)
        keys = "Wheel zooms, drag pans, right click saves or copies"
        explain(self.title_label, measure.sentence, detail=keys)
        self.explain_values("")
        self._show_values()

    def say(self, *captions: str) -> None:
        """Say in the head what the numbers are: the first of these that there is room for, or nothing."""
        self._captions = captions
        self._show_caption()

    def explain_values(self, validation_images: str) -> None:
        """Say on hover what the two values are; the second is measured on that many images."""
        window = self.chart.run.series.window * self.chart.run.batches_per_value
        over = f"Running average over the last {window} batches" if window > 1 else "The last batch"
        explain(self.train_key, f"{over}, {'each ' if window > 1 else ''}measured just before its update.")
        measured = f"Measured on {validation_images} validation images" if validation_images else "Measured on images"
        explain(self.validation_key, f"{measured}, which are never trained on.")

    def refresh(self, *, say: bool = True) -> None:
        """Bring the chart up to date, and, if it is to `say` them, the values in its head."""
        self.chart.refresh(say=say)
        if say:
            self._show_values()

    def heading(self) -> chart_export.Heading:
        """Return what stands over the chart when it is saved."""
        theme = self.chart.theme
        keys = ((self.train_key, "train", theme.train), (self.validation_key, "validation", theme.validation))
        values = tuple((name, key.value, tint) for key, name, tint in keys if key.value)
        return chart_export.Heading(self.chart.measure.name.capitalize(), self._captions[0], values)

    def save_as(self, path: Path) -> None:
        """Save the chart; the ending of the name says how: .png, .svg or .csv."""
        make: dict[str, Callable[[], bytes]] = {
            ".png": lambda: chart_export.png(self.chart, self.heading()),
            ".svg": lambda: chart_export.svg(self.chart, self.heading()),
            ".csv": lambda: chart_export.table(self.chart.run.columns()).encode("utf-8"),
        }
        try:
            write_atomic(path, make[path.suffix.lower()]())
        except FileError as error:
            self.save_failed.emit(str(error))

    def copy_picture(self) -> None:
        """Put the chart on the clipboard as a picture."""
        QGuiApplication.clipboard().setImage(chart_export.picture(self.chart, self.heading()))

    def copy_numbers(self) -> None:
        """Put the numbers on the clipboard as a table."""
        text = chart_export.table(self.chart.run.columns())
        # Spreadsheets take tabs. Plain text, and no QMimeData made here: the clipboard outlives the
        # interpreter, and an object of Python's in it ends the program with a crash.
        QGuiApplication.clipboard().setText(text.replace(",", "\t"))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to take the chart along."""
        self.fill_menu().popup(event.globalPos())
        event.accept()

    def fill_menu(self) -> QMenu:
        """Return the chart's menu as it is now."""
        menu = self._menu
        menu.clear()
        for name, suffix, kind in (("Save PNG …", "png", "PNG picture"), ("Save SVG …", "svg", "SVG drawing"),
                                   ("Save CSV …", "csv", "CSV table")):
            menu.addAction(name, partial(self._ask_and_save, suffix, kind))
        menu.addSeparator()
        menu.addAction("Copy picture", self.copy_picture)
        menu.addAction("Copy numbers", self.copy_numbers)
        menu.addSeparator()
        if self.chart.measure.can_log:
            log = QAction("Log scale", menu)
            log.setCheckable(True)
            log.setChecked(self.chart.log)
            log.setShortcut(QKeySequence("L"))
            log.toggled.connect(self.chart.set_log)
            menu.addAction(log)
        words = "Leave the whole screen" if self.full_screen.is_on else "Whole screen"
        menu.addAction(words, self.full_screen.toggle)
        show_all = menu.addAction("Show the whole run", self.chart.show_all)
        show_all.setEnabled(self.chart.is_zoomed)
        return menu

    def _ask_and_save(self, suffix: str, kind: str) -> None:
        proposal = f"{self.chart.measure.name}.{suffix}"
        name, _ = QFileDialog.getSaveFileName(self, "Save chart", proposal, f"{kind} (*.{suffix})")
        if name:
            path = Path(name)
            self.save_as(path if path.suffix.lower() == f".{suffix}" else path.with_name(f"{path.name}.{suffix}"))

    def _on_reading_changed(self, reading: Reading | None) -> None:
        self._pointed_at = None if self.chart.shows_box() else reading
        self._show_values()

    def _on_zoom_changed(self, _zoomed: bool) -> None:
        self._show_values()

    def _show_values(self) -> None:
        words = self.chart.measure.words
        shown = self._pointed_at or self.chart.moment_reading or self.chart.run.reading_at()
        self.train_key.set_value("" if shown.train is None else words(shown.train))
        self.validation_key.set_value("" if shown.validation is None else words(shown.validation))
        # Before training the chart itself says what the one measured point is.
        self.train_key.setVisible(self.chart.has_batches)
        self.validation_key.setVisible(self.chart.has_batches and len(self.chart.run.validation_values) > 0)
        if self.log_button is not None:
            self.log_button.setVisible(self.chart.has_batches)
        self._show_caption()

    def _show_caption(self) -> None:
        captions = self._captions
        if self._pointed_at is not None:
            mark = self.chart.mark_pointed_at
            captions = (mark.words,) if mark is not None else (f"at {self._pointed_at.epoch:.2f}",)
        elif (looked_back := self.chart.moment_reading) is not None:
            captions = (f"at step {number_text.count(looked_back.step)}", f"at {looked_back.epoch:.2f}")
        elif self.chart.is_zoomed:
            captions = ("zoomed: double click shows all", "zoomed")
        label = self.caption_label
        if (captions, label.width()) == self._caption_fitted:
            return
        self._caption_fitted = captions, label.width()
        width = label.fontMetrics().horizontalAdvance
        self.set_caption(next((text for text in captions if width(text) <= label.width()), ""))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Choose the caption anew when the values leave it more or less room."""
        if event.type() == QEvent.Type.Resize and watched is self.caption_label:
            self._show_caption()
        return super().eventFilter(watched, event)


if __name__ == "__main__":
    from nnvis.widgets.chart_measure import LossMeasure
    from nnvis.widgets.chart_sample import sample_run
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        card = ChartCard(source, LossMeasure())
        card.setMinimumSize(400, 172)
        sample_run(card.chart, batches=2244)
        card.say("cross-entropy, log scale")
        card.refresh()
        return card

    preview(_sample, 632, 290)
