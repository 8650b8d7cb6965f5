"""The Learn page: loss, accuracy and the weights of every layer, moving while the network learns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.layers.base import Layer
from core.losses import Loss
from core.sequential import WeightView
from nnvis import messages, number_text
from nnvis.layer_health import health_rows, watched_images
from nnvis.theme import ThemeSource
from nnvis.widgets.chart import LineChart
from nnvis.widgets.chart_card import ChartCard
from nnvis.widgets.chart_measure import AccuracyMeasure, Chance, LossMeasure
from nnvis.widgets.distributions import Distributions
from nnvis.widgets.first_layer import as_pictures
from nnvis.widgets.health import RECENT
from nnvis.widgets.inspection_row import InspectionRow
from nnvis.widgets.invitation import Invitation
from nnvis.widgets.labels import explain
from nnvis.widgets.layer_column import LayerArrays, PastMoment
from nnvis.widgets.redraw_budget import Part, RedrawBudget
from nnvis.widgets.ridge import ridge_steps

if TYPE_CHECKING:
    from nnvis.session import Session, Snapshot

LOWEST = (160, 168)  # rows of curves and of distributions; lower, the page scrolls
GUESSING = 2.5  # an accuracy below that many times chance is called guessing


class LearnPanel(QWidget):
    """Curves, distributions, below them health and pictures of weights; before the first batch an invitation."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme_source = theme_source
        self.invitation = Invitation(theme_source)
        self.loss_card = ChartCard(theme_source, LossMeasure())
        self.loss_card.chart.setObjectName("lossPlot")
        self.accuracy_card = ChartCard(theme_source, AccuracyMeasure())
        self.accuracy_card.chart.setObjectName("accuracyPlot")
        self.test_chip = self.accuracy_card.badge
        explain(self.test_chip, "Measured after the run on images that were never used before.")
        self.distributions = Distributions(theme_source)
        self.inspection = InspectionRow(theme_source)
        self.health, self.first_layer = self.inspection.health, self.inspection.first_layer
        self._lay_out()

        self._validations_shown = -1
        self._checkup_shown: object = None
        self._probed = ""  # what the distributions were measured on, in words
        self._titles: dict[str, str] = {}  # of the layers with weights, by unique name
        self.budget = RedrawBudget()
        self.budget.add(Part("curves", self._draw_curves, 20, 10, self._curves_in_sight, self._curve_painting))
        self.budget.add(
            Part("histograms", self._draw_histograms, 8, 4, self._histograms_in_sight, self._histogram_painting)
        )
        self.budget.add(Part("measured", self._draw_measured, 4, 2, self._measured_in_sight, self._histogram_painting))
        self.budget.add(Part("tiles", self._draw_tiles, 5, 2, self._tiles_in_sight, self._tile_painting))
        self.budget.add(Part("health", self._draw_health, 5, 2, self._health_in_sight, self._health_painting))
        self.distributions.array_changed.connect(self._on_array_changed)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._redraw)

        for card in self._cards:
            card.chart.hover_moved.connect(self._on_hover_moved)
            card.save_failed.connect(self._on_save_failed)
        log = QShortcut(QKeySequence("L"), self)
        log.activated.connect(self._on_log_key)
        self.loss_card.chart.log_changed.connect(self._on_log_changed)
        self.invitation.train_requested.connect(session.train)
        self.invitation.step_requested.connect(session.step_batch)
        self.health.step_requested.connect(session.step_batch)
        session.snapshot_arrived.connect(self._on_snapshot_arrived)
        session.moment_changed.connect(self._redraw_now)
        session.history_cleared.connect(self._on_history_cleared)
        session.state_changed.connect(self._on_state_changed)
        session.project_changed.connect(self._on_state_changed)
        session.dataset_changed.connect(self._on_state_changed)
        session.selected_layer_changed.connect(self._on_selected_layer_changed)
        theme_source.metrics_changed.connect(self._on_metrics_changed)
        self._on_metrics_changed()
        self._on_history_cleared()

    # --- what it consists of ----------------------------------------------------------------------------------------

    @property
    def _cards(self) -> tuple[ChartCard, ChartCard]:
        return self.loss_card, self.accuracy_card

    def _lay_out(self) -> None:
        page = QWidget()
        page.setObjectName("scrolled")
        self._curves_row = QHBoxLayout()
        self._curves_row.addWidget(self.loss_card, 1)
        self._curves_row.addWidget(self.accuracy_card, 1)
        self._rows = QVBoxLayout(page)
        self._rows.addWidget(self.invitation)
        self._rows.addLayout(self._curves_row, 49)
        self._rows.addWidget(self.distributions, 51)
        self._rows.addWidget(self.inspection)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def _on_metrics_changed(self) -> None:
        metrics = self._theme_source.metrics
        gap = metrics.page_gap
        self._rows.setContentsMargins(gap, gap, gap, gap)
        self._rows.setSpacing(gap)
        self._curves_row.setSpacing(gap)
        for card in self._cards:
            card.setMinimumHeight(LOWEST[0])
        self.distributions.setMinimumHeight(LOWEST[1])
        self._say_what_is_shown()

    # --- redrawing --------------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        wait = self.budget.run()
        if wait is not None:
            self._later.start(math.ceil(wait * 1000))

    def _redraw_now(self) -> None:
        self._later.stop()
        self.budget.run_now()

    def _draw_curves(self) -> None:
        history = self._session.history
        fresh = len(history.validations) != self._validations_shown
        self._validations_shown = len(history.validations)
        for card, values, name in (
            (self.loss_card, history.train_losses, "loss"),
            (self.accuracy_card, history.train_accuracies, "accuracy"),
        ):
            card.chart.run.set_batches(history.train_epochs, values)
            if fresh:
                epochs = np.array([done.epoch for done in history.validations], dtype=np.float64)
                measured = np.array([getattr(done, name) for done in history.validations], dtype=np.float64)
                card.chart.run.set_validation(epochs, measured)
            card.refresh()
        if len(history) == 0 or self.invitation.isVisibleTo(self):
            self._say_what_is_shown()
        elif self.loss_card.chart.run.window < 100 or fresh:
            self._say_captions()

    def _draw_histograms(self) -> None:
        session = self._session
        if len(session.history):
            past = self._past_moments(session.shown_step)
            self.distributions.show_past(past, session.shown_step, session.history.epoch_at(session.shown_step))
            self.distributions.show_parameters(session.parameters)

    def _past_moments(self, step: int) -> list[PastMoment]:
        """A few moments of the run, evenly spaced, before this step."""
        timeline = self._session.timeline
        if timeline is None:
            return []
        steps = ridge_steps(step, self._theme_source.metrics.ridge_rows - 1)
        moments = {moment.step: moment for wanted in steps if (moment := timeline.nearest(wanted)) is not None}
        before = [moment for moment in moments.values() if moment.step < step]
        return [PastMoment(moment.step, moment.epoch, moment.parameters) for moment in before]

    def _draw_measured(self) -> None:
        kind = self.distributions.measured_kind
        if kind is None or not len(self._session.history):
            return
        measured = self._session.measure(kind)
        if measured is not None:
            self.distributions.show_measured(measured.values)

    def _start_measuring(self) -> None:
        """Measure the untrained network: its values set the axes of the run."""
        kind = self.distributions.measured_kind
        measured = self._session.measure(kind, at_start=True) if kind is not None else None
        self._probed = ""
        if measured is not None:
            images = "validation" if measured.are_validation else "training"
            self._probed = f"on {number_text.count(measured.images)} {images} images"
            self.distributions.start_measured(measured.values)

    def _on_array_changed(self, _array: str) -> None:
        self._start_measuring()
        self._say_captions()
        self._redraw_now()

    def _draw_tiles(self) -> None:
        if len(self._session.history):
            self.first_layer.show_parameters(self._session.parameters)

    def _draw_health(self) -> None:
        session = self._session
        rows = health_rows(session.history, session.shown_step, self._titles, RECENT)
        if rows:
            self.health.show_rows(rows, watched_images(session.history, session.shown_step))
        elif self.health.rows:
            self.health.clear()
        self._show_confusion()
        self.inspection.set_resting(not self.health.rows)

    def _show_confusion(self) -> None:
        """Show the last validation before the step that is looked at; a new one comes a few times an epoch."""
        session = self._session
        checkups = session.history.checkups.until(session.shown_step)
        latest = checkups[-1] if checkups and checkups[-1].confusion.any() else None
        self.inspection.set_confusion(latest is not None)
        if latest is not None and latest is not self._checkup_shown and session.dataset is not None:
            self.inspection.confusion.show_counts(latest.confusion, session.dataset.class_names, latest.step)
        self._checkup_shown = latest

    def _curves_in_sight(self) -> bool:
        return self.isVisible() and not self.loss_card.visibleRegion().isEmpty()

    def _histograms_in_sight(self) -> bool:
        return self._distributions_in_sight() and self.distributions.measured_kind is None

    def _measured_in_sight(self) -> bool:
        return self._distributions_in_sight() and self.distributions.measured_kind is not None

    def _distributions_in_sight(self) -> bool:
        return self.isVisible() and not self.distributions.visibleRegion().isEmpty()

    def _tiles_in_sight(self) -> bool:
        return self.isVisible() and not self.first_layer.visibleRegion().isEmpty()

    def _health_in_sight(self) -> bool:
        return self.isVisible() and not self.inspection.visibleRegion().isEmpty()

    def _health_painting(self) -> float:
        return self.health.table.painted_seconds

    def _curve_painting(self) -> float:
        return float(sum(card.chart.painted_seconds for card in self._cards))

    def _histogram_painting(self) -> float:
        return self.distributions.painted_seconds()

    def _tile_painting(self) -> float:
        return self.first_layer.tiles.painted_seconds

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the page was hidden."""
        super().showEvent(event)
        self._redraw_now()

    # --- what the session says --------------------------------------------------------------------------------------

    def _on_snapshot_arrived(self, _snapshot: Snapshot) -> None:
        self.budget.request_all()
        self._redraw()

    def _on_history_cleared(self) -> None:
        session = self._session
        self._validations_shown = -1
        for card in self._cards:
            card.chart.clear_run()
        project = session.running_project
        if project is not None:
            layers = layer_arrays(session.views, project.layers)
            self._titles = {layer.name: layer.title for layer in layers}
            self.distributions.set_network(layers, session.initial_parameters)
            self._start_measuring()
        self.health.clear()
        self.inspection.set_resting(True)
        self._show_first_layer()
        self._say_what_is_shown()
        self._redraw_now()

    def _show_first_layer(self) -> None:
        session = self._session
        view = next((view for view in session.views if view.name == "W"), None)
        picture = as_pictures(view, session.dataset.input_shape) if view and session.dataset else None
        self.inspection.set_pictures(picture is not None)
        if view is not None and picture is not None:
            self.first_layer.set_network(view, picture, session.initial_parameters)

    def _on_state_changed(self) -> None:
        self._say_what_is_shown()
        if not self._session.is_training:
            self._redraw_now()

    def _on_selected_layer_changed(self) -> None:
        if self._session.selected_layer is not None:
            self.distributions.scroll_to(self._session.selected_layer)

    def _on_hover_moved(self, epoch: float | None) -> None:
        for card in self._cards:
            card.chart.set_hover(epoch)

    def _on_log_key(self) -> None:
        self.loss_card.chart.set_log(not self.loss_card.chart.log)

    def _on_log_changed(self, _log: bool) -> None:
        self._say_captions()

    def _on_save_failed(self, text: str) -> None:
        self._session.message_posted.emit(messages.Message("error", "The chart was not saved.", text))

    # --- words ------------------------------------------------------------------------------------------------------

    def _say_what_is_shown(self) -> None:
        session = self._session
        project = session.running_project or session.project
        classes = session.dataset.classes if session.dataset is not None else 10
        self.loss_card.chart.chance = loss_by_chance(project.loss, classes)
        self.accuracy_card.chart.chance = Chance(1 / classes, f"guessing: {_short_percent(1 / classes)}")
        for card in self._cards:
            card.chart.set_plan(session.history.planned_epochs or project.training.epochs)
        self._invite()
        self._show_test_result()
        self._say_captions()

    def _invite(self) -> None:
        session = self._session
        self.invitation.setVisible(len(session.history) == 0 and not session.is_training)
        if session.dataset is None:
            self.invitation.say("One moment.", "The images are being read.")
            self.invitation.offer(False)
            return
        errors = [problem for problem in session.problems if problem.severity == "error"]
        digits = session.dataset.name == "mnist"
        headline = f"This network has never seen {'a digit' if digits else 'one of these images'}."
        come_alive = "Train it and watch every chart below come alive."
        if errors:
            self.invitation.say(headline, "It cannot be trained yet: its card at the left says what is wrong.")
        elif session.history.validations:
            first = session.history.validations[0]
            share, images = number_text.percent(first.accuracy), number_text.count(first.count)
            guessing = ": guessing" if first.accuracy < GUESSING / session.dataset.classes else ""
            so_far = f"It is right for {share} of {images} validation images{guessing}."
            self.invitation.say(headline, f"{so_far} {come_alive}")
        else:
            self.invitation.say(headline, come_alive)
        self.invitation.offer(not errors)

    def _say_captions(self) -> None:
        session, chart = self._session, self.loss_card.chart
        project = session.running_project or session.project
        images = number_text.count(session.image_counts[1]) if session.image_counts[1] else ""
        loss = short_title(project.loss)
        if not chart.has_batches:
            self.loss_card.say(loss)
            self.accuracy_card.say(f"of {images} validation images" if images else "")
        else:
            over = f"train over {_batches(chart)}"
            scale = "log scale" if chart.log else "linear scale"
            self.loss_card.say(f"{loss}, {scale}", loss, scale)
            both = (f"{over}, validation over {images}",) if images else ()
            self.accuracy_card.say(*both, over, over.removeprefix("train "))
        for card in self._cards:
            card.explain_values(images)
        seed = f"seed {project.seed}"
        drawn = {name for layer in project.layers if (name := layer.values().get("kernel_initializer"))}
        how = f"{drawn.pop()}, {seed}" if len(drawn) == 1 else seed
        before = f"at step 0: {how}. Training spreads and bends them."
        self.distributions.set_caption(self._probed or ("" if chart.has_batches else before))

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


def layer_arrays(views: Sequence[WeightView], layers: Sequence[Layer]) -> tuple[LayerArrays, ...]:
    """Return one entry per layer that has weights, with a title as its card has it: ``Dense 128``."""
    found = []
    for index, layer in enumerate(layers):
        mine = {view.name: view for view in views if view.layer == index}
        if not mine:
            continue
        values, chips = layer.values(), layer.chips()
        size = f" {chips[0]}" if chips and chips[0][:1].isdigit() else ""
        initializers = {
            "W": str(values.get("kernel_initializer", "")),
            "b": str(values.get("bias_initializer", "")),
        }
        name = next(iter(mine.values())).layer_name
        found.append(LayerArrays(index, layer.name or f"{layer.kind_name()}{size}", name, mine, initializers))
    return tuple(found)


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


if __name__ == "__main__":
    from nnvis.session import Session
    from nnvis.widgets.preview import preview

    preview(lambda source: LearnPanel(Session(), source), 838, 600, margin=0)
