"""The first row of the Learn page: loss and accuracy of every batch and of every validation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject
from PySide6.QtWidgets import QHBoxLayout

from core.losses import Loss
from nnvis import messages, number_text
from nnvis.theme import ThemeSource
from nnvis.widgets.chart import LineChart
from nnvis.widgets.chart_card import ChartCard
from nnvis.widgets.chart_marks import Mark
from nnvis.widgets.chart_measure import AccuracyMeasure, Chance, LossMeasure
from nnvis.widgets.labels import explain
from nnvis.widgets.live_label import READABLE_MS
from nnvis.widgets.redraw_budget import Part, RedrawBudget

if TYPE_CHECKING:
    from nnvis.session import Session

LOWEST = 160  # the row's height; lower, the page scrolls
WINDOWS = (1, 20, 100, 500)  # batches in the running average, as one chooses them


class CurvesRow(QObject):
    """Brings two chart cards up to date with the history of the run."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme_source = theme_source
        self._validations_shown = -1
        self._window_said = 0  # batches of the running average, as the captions have it
        self._said = QElapsedTimer()  # since the numbers in the heads were brought up to date
        self.loss_card = ChartCard(theme_source, LossMeasure())
        self.loss_card.chart.setObjectName("lossPlot")
        self.accuracy_card = ChartCard(theme_source, AccuracyMeasure())
        self.accuracy_card.chart.setObjectName("accuracyPlot")
        self.test_chip = self.accuracy_card.badge
        explain(self.test_chip, "Measured after the run on images that were never used before.")
        self.layout = QHBoxLayout()
        for card in self.cards:
            self.layout.addWidget(card, 1)
            card.setMinimumHeight(LOWEST)
            card.chart.hover_moved.connect(self._on_hover_moved)
            card.save_failed.connect(self.on_save_failed)
        self.loss_card.chart.log_changed.connect(self._on_log_changed)

    @property
    def cards(self) -> tuple[ChartCard, ChartCard]:
        """Loss and accuracy."""
        return self.loss_card, self.accuracy_card

    def add_to(self, budget: RedrawBudget) -> None:
        """Let the budget say when to draw."""
        budget.add(Part("curves", self._draw, 12, 10.2, self._in_sight, self._painting))

    def clear(self) -> None:
        """A fresh network: nothing has been trained."""
        self._validations_shown = -1
        for card in self.cards:
            card.chart.clear_run()

    @property
    def smoothing(self) -> int:
        """How many batches the running average of the training curves takes in."""
        return self.loss_card.chart.run.series.window

    def next_smoothing(self) -> None:
        """Smooth the training curves more; after the most, not at all. The single batches stay in sight behind."""
        window = WINDOWS[(WINDOWS.index(self.smoothing) + 1) % len(WINDOWS)]
        for card in self.cards:
            card.chart.set_smoothing(window)
            card.refresh()
        self.say_captions()

    def toggle_log(self) -> None:
        """Change the loss between a linear and a logarithmic axis."""
        self.loss_card.chart.set_log(not self.loss_card.chart.log)

    def show_plan(self) -> None:
        """Show what is known without a batch: chance, the epochs to come, the test."""
        session = self._session
        project = session.running_project or session.project
        classes = session.shown_dataset.classes if session.shown_dataset is not None else 10
        self.loss_card.chart.chance = loss_by_chance(project.loss, classes)
        self.accuracy_card.chart.chance = Chance(1 / classes, f"guessing: {_short_percent(1 / classes)}")
        for card in self.cards:
            card.chart.set_plan(session.history.planned_epochs or project.training.epochs)
        self._show_rates()
        self._show_test_result()
        self.say_captions()

    def say_captions(self) -> None:
        """Say in each card's head what is drawn."""
        session, chart = self._session, self.loss_card.chart
        self._window_said = chart.run.window
        project = session.running_project or session.project
        images = number_text.count(session.image_counts[1]) if session.image_counts[1] else ""
        loss = short_title(project.loss)
        if not chart.has_batches:
            self.loss_card.say(loss)
            self.accuracy_card.say(f"of {images} validation images" if images else "")
        else:
            over = f"train over {_batches(chart)}" if self.smoothing > 1 else "train: each batch"
            scale = "log scale" if chart.log else "linear scale"
            self.loss_card.say(f"{loss}, {scale}, {over}", f"{loss}, {scale}", loss, scale)
            both = (f"{over}, validation over {images}",) if images else ()
            self.accuracy_card.say(*both, over, over.removeprefix("train "))
        for card in self.cards:
            card.explain_values(images)

    def _show_test_result(self) -> None:
        result = self._session.test_result
        compact = self._theme_source.metrics.is_compact
        if result is None:
            self.test_chip.hide()
            self.loss_card.chart.set_test(None)
            self.accuracy_card.chart.set_test(None)
            return
        images = number_text.count(result.count)
        self.loss_card.chart.set_test(result.loss)
        self.accuracy_card.chart.set_test(result.accuracy)
        self.test_chip.set_text(f"test {number_text.share(result.accuracy)} of {images}")
        self.test_chip.setVisible(not compact)

    def _draw(self) -> None:
        history = self._session.history
        fresh = len(history.validations) != self._validations_shown
        self._validations_shown = len(history.validations)
        # While the curves move ten times a second, the numbers in the heads change five times: they are to be read.
        moves = self._session.moves and self.loss_card.chart.has_batches
        say = not moves or not self._said.isValid() or self._said.hasExpired(READABLE_MS)
        if say:
            self._said.start()
        for card, values, name in (
            (self.loss_card, history.train_losses, "loss"),
            (self.accuracy_card, history.train_accuracies, "accuracy"),
        ):
            card.chart.run.set_batches(history.train_epochs, values, history.train_steps)
            if fresh:
                epochs = np.array([done.epoch for done in history.validations], dtype=np.float64)
                measured = np.array([getattr(done, name) for done in history.validations], dtype=np.float64)
                card.chart.run.set_validation(epochs, measured)
            card.chart.set_moment(None if self._session.is_live else history.epoch_at(self._session.shown_step))
            card.chart.set_marks(tuple(Mark(change.epoch, change.words) for change in history.course))
            if card is self.loss_card:
                self._show_rates()
            card.refresh(say=say)
        if self.loss_card.chart.run.window != self._window_said or fresh:
            self.say_captions()

    def _show_rates(self) -> None:
        """The learning rate has a strip of its own where it does not stay the same."""
        session = self._session
        rates = session.history.train_rates
        project = session.running_project or session.project
        varies = project.schedule.kind_name() != "Constant" or bool(session.history.course and np.ptp(rates))
        self.loss_card.chart.set_rates(rates if varies and len(rates) else None)

    def _in_sight(self) -> bool:
        return not self.loss_card.visibleRegion().isEmpty()

    def _painting(self) -> float:
        return float(sum(card.chart.painted_seconds for card in self.cards))

    def _on_hover_moved(self, epoch: float | None) -> None:
        for card in self.cards:
            card.chart.set_hover(epoch)

    def _on_log_changed(self, _log: bool) -> None:
        self.say_captions()

    def on_save_failed(self, text: str) -> None:
        """Say why a picture or a table was not saved."""
        self._session.message_posted.emit(messages.Message("error", "The chart was not saved.", text))


def loss_by_chance(loss: Loss, classes: int) -> Chance:
    """Return the loss of a network that gives every class the same probability."""
    if "crossentropy" in loss.kind_name():
        return Chance(math.log(classes), f"guessing: ln {classes} = {math.log(classes):.2f}")
    # One output is 1 - 1/classes off, the others 1/classes each: the mean of the squares.
    value = (classes - 1) / classes**2
    return Chance(value, f"guessing: {number_text.measure(value, 2)}")


def short_title(loss: Loss) -> str:
    """Return the words for a loss in a chart's head, without the kind of its labels."""
    return loss.title.removeprefix("sparse ").removeprefix("categorical ")


def _short_percent(share: float) -> str:
    return number_text.percent(share, 0 if abs(share * 100 - round(share * 100)) < 1e-9 else 1)


def _batches(chart: LineChart) -> str:
    window = chart.run.window
    return f"{number_text.count(window)} batches" if window != 1 else "1 batch"
