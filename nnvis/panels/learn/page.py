"""The Learn page: loss, accuracy and the weights of every layer, moving while the network learns."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnvis.panels.learn.advice import Advice
from nnvis.panels.learn.curves import CurvesRow
from nnvis.panels.learn.inspection import Inspection
from nnvis.panels.learn.invitation import invite
from nnvis.panels.learn.layers import LayersRow
from nnvis.theme import ThemeSource
from nnvis.widgets import card_tables
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.invitation import Invitation
from nnvis.widgets.redraw_budget import RedrawBudget
from nnvis.widgets.take_along import TakeAlong
from nnvis.widgets.until_card import UntilCard

if TYPE_CHECKING:
    from nnvis.session import Session, Snapshot

SHARE = 0.08  # of the time, for all that the window's thread does: beyond that each part is drawn at its slowest pace


class LearnPanel(QWidget):
    """Curves, distributions, below them health and pictures of weights; before the first batch an invitation."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme_source = theme_source
        self.invitation = Invitation(theme_source)
        self.curves = CurvesRow(session, theme_source, self)
        self.layers = LayersRow(session, theme_source, self)
        self.inspecting = Inspection(session, theme_source, self.layers, self)
        self.tools = self._made_tools()
        self._lay_out()
        self.advice = Advice(session, theme_source, self.layers, self)

        self.budget = RedrawBudget(SHARE)
        for row in (self.curves, self.layers, self.inspecting):  # the most important first
            row.add_to(self.budget)
        self.inspecting.maps.add_to(self.budget, self._redraw)
        self.takes = self._made_menus()
        self._until: UntilCard | None = None
        self._shows_run = False  # whether anything of the present run has been drawn
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._redraw)

        log = QShortcut(QKeySequence("L"), self)
        log.activated.connect(self.curves.toggle_log)
        smooth = QShortcut(QKeySequence("S"), self)
        smooth.activated.connect(self.curves.next_smoothing)
        self.layers.array_changed.connect(self._redraw_now)
        self.invitation.train_requested.connect(session.train)
        self.invitation.step_requested.connect(session.step_batch)
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

    def _made_menus(self) -> dict[str, TakeAlong]:
        """What each card offers on a right click; the curves have menus of their own."""
        row, source = self.inspection, self._theme_source
        takes = {
            "distributions": TakeAlong(source, self.distributions, "distributions",
                                       partial(card_tables.distribution_rows, self.distributions)),
            "health": TakeAlong(source, row.health, "health", partial(card_tables.health_rows, row.health)),
            "confusion": TakeAlong(source, row.confusion, "confusion",
                                   partial(card_tables.confusion_rows, row.confusion)),
            "pictures": TakeAlong(source, row.first_layer, "first_layer",
                                  partial(card_tables.picture_rows, row.first_layer)),
            "maps": TakeAlong(source, row.maps, "feature_maps", partial(card_tables.map_rows, row.maps)),
        }  # fmt: skip
        for take in takes.values():
            take.save_failed.connect(self.curves.on_save_failed)
        return takes

    def _made_tools(self) -> QWidget:
        """What stands beside the tab of this page."""
        tools = QWidget(self)
        tools.hide()  # until the window puts it beside the tab
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 0, 0, 0)
        smooth = ToolButton(
            self._theme_source, "smooth", "Smooth the training curves over 1, 20, 100 or 500 batches (S).", kind="small"
        )
        smooth.setObjectName("smoothButton")
        smooth.setAccessibleName("Smooth the training curves")
        smooth.clicked.connect(self.curves.next_smoothing)
        row.addWidget(smooth)
        return tools

    def _lay_out(self) -> None:
        # What the page consists of, by the names that scripts and tests use.
        self.loss_card, self.accuracy_card = self.curves.cards
        self.test_chip = self.curves.test_chip
        self.distributions = self.layers.distributions
        self.inspection = self.inspecting.row
        self.health, self.first_layer = self.inspection.health, self.inspection.first_layer
        page = QWidget()
        page.setObjectName("scrolled")
        self._rows = QVBoxLayout(page)
        self._rows.addWidget(self.invitation)
        self._rows.addLayout(self.curves.layout, 49)
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
        gap = self._theme_source.metrics.page_gap
        self._rows.setContentsMargins(gap, gap, gap, gap)
        self._rows.setSpacing(gap)
        self.curves.layout.setSpacing(gap)
        self._say_what_is_shown()

    def open_until(self) -> None:
        """Ask how far to train."""
        if self._until is None:
            self._until = UntilCard(self._theme_source, self.window())
            self._until.chosen.connect(self._session.train_until)
        button = self.window().findChild(QWidget, "trainUntilButton")
        at = QRect(button.mapTo(self.window(), QPoint(0, 0)), button.size()) if button is not None else QRect()
        self._until.open_under(at, math.floor(self._session.history.epoch + 1e-9) + 1)

    # --- redrawing --------------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        if self.invitation.isVisibleTo(self):
            self._say_what_is_shown()
        wait = self.budget.run()
        if wait is not None:
            self._later.start(math.ceil(wait * 1000))

    def _redraw_now(self) -> None:
        self._later.stop()
        self.budget.run_now()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the page was hidden."""
        super().showEvent(event)
        self._redraw_now()

    def _say_what_is_shown(self) -> None:
        invite(self.invitation, self._session)
        self.curves.show_plan()
        self.layers.say_caption()

    # --- what the session says --------------------------------------------------------------------------------------

    def _on_snapshot_arrived(self, _snapshot: Snapshot) -> None:
        if not self._shows_run and len(self._session.history):
            self._shows_run = True  # all at once: the page is arranged anew when the first batch is there
            self._redraw_now()
        else:
            self.budget.request_all()
            self._redraw()
        self.advice.consider()

    def _on_history_cleared(self) -> None:
        for row in (self.curves, self.layers, self.inspecting):
            row.clear()
        self.advice.clear()
        self._shows_run = False
        self._say_what_is_shown()
        self._redraw_now()

    def _on_state_changed(self) -> None:
        self._say_what_is_shown()
        if not self._session.is_training:
            self._redraw_now()
            self.advice.consider(now=True)

    def _on_selected_layer_changed(self) -> None:
        if self._session.selected_layer is not None:
            self.distributions.scroll_to(self._session.selected_layer)
