"""The timeline: drag it, and every view shows the network as it was at that step, while training goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget

from core.errors import ConfigError
from nnvis import messages, number_text
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.chip import Chip
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.live_label import LiveLabel
from nnvis.widgets.painted import stand_on
from nnvis.widgets.redraw_budget import Part, RedrawBudget
from nnvis.widgets.timeline_bar import TimelineBar

if TYPE_CHECKING:
    from nnvis.session import Session

POINTS = 240  # of the silhouette
EMPTY = "After training, drag here to see the network as it was at any step."


class TimelinePanel(QWidget):
    """The strip along the foot of the window: how many moments are kept, the track, and the way back to the present."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme_source = theme_source
        self.setObjectName("timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._kept = LiveLabel(theme_source, "panel")
        self.bar = TimelineBar(theme_source)
        stand_on(self.bar, "panel")
        explain(self.bar, "Drag to see the network as it was. Training goes on meanwhile.")
        self._hint = text_label(EMPTY, "caption", "faint")
        self._live = Chip(theme_source, "Live")
        explain(self._live, "Every view shows the present; drag along the track to look back.")
        explain(self._kept, "Steps whose weights are kept, so that the network can be seen as it was then.")
        self._back = Button(theme_source, "Back to live", "link")
        explain(self._back, "Show the present again.")
        self._branch = Button(theme_source, "Branch from here", "outline", "branch")
        explain(self._branch, "Start a new run from these weights.")
        self._left, self._right = self._sides()
        middle = QWidget()
        self._middle = QStackedLayout(middle)
        self._middle.addWidget(self._hint)
        self._middle.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addWidget(middle, 1)
        row.addWidget(self._right)

        self.budget = RedrawBudget()
        self.budget.add(Part("track", self._draw, 10, 5, self.isVisible))
        self.bar.step_requested.connect(session.look_back)
        self.bar.live_requested.connect(session.look_live)
        self._back.clicked.connect(session.look_live)
        self._branch.clicked.connect(self._on_branch_clicked)
        session.snapshot_arrived.connect(self._on_snapshot_arrived)
        for signal in (session.moment_changed, session.history_cleared, session.state_changed, session.project_changed):
            signal.connect(self._draw)
        theme_source.metrics_changed.connect(self._fit)
        self._fit()
        self._draw()

    def _sides(self) -> tuple[QWidget, QWidget]:
        left, right = QWidget(), QWidget()
        row = QHBoxLayout(left)
        row.addWidget(text_label("Timeline", "title"))
        row.addStretch(1)
        row.addWidget(self._kept)
        row = QHBoxLayout(right)
        row.setSpacing(12)
        row.addStretch(1)
        row.addWidget(self._live)
        row.addWidget(self._back)
        row.addWidget(self._branch)
        return left, right

    def _fit(self) -> None:
        metrics = self._theme_source.metrics
        self.setFixedHeight(metrics.timeline)
        self._left.setFixedWidth(metrics.left_dock)
        self._right.setFixedWidth(metrics.right_dock)
        for side, is_left in ((self._left, True), (self._right, False)):
            padding = metrics.dock_padding  # as in the docks above
            layout = side.layout()
            assert layout is not None
            layout.setContentsMargins(padding if is_left else 0, 0, padding, 0)

    # --- showing ----------------------------------------------------------------------------------------------------

    def _on_snapshot_arrived(self) -> None:
        if self._middle.currentWidget() is self._hint:  # the first batch
            self._draw()
            return
        self.budget.request_all()
        self.budget.run()

    def _draw(self) -> None:
        session, history = self._session, self._session.history
        steps, positions = session.timeline.places if session.timeline else ((), ())
        begun = history.step > 0
        self._middle.setCurrentWidget(self.bar if begun else self._hint)
        self._kept.setText(f"{number_text.count(len(steps))} moments kept" if begun else "")
        self.bar.set_run(history.planned_epochs, history.epoch, history.step)
        self.bar.set_moments(steps, positions)
        self.bar.set_marks([change.epoch for change in history.course])
        self.bar.set_silhouette(silhouette(history.train_losses))
        self.bar.set_shown(None if session.is_live else session.shown_step)
        self._live.setVisible(begun and session.is_live)
        self._back.setVisible(not session.is_live)
        self._branch.setVisible(begun)
        self._branch.setEnabled(not session.is_live and not session.has_other_layers)

    def _on_branch_clicked(self) -> None:
        try:
            self._session.branch()
        except ConfigError as error:
            self._session.message_posted.emit(messages.Message("error", "There is no way to branch here.", str(error)))


def silhouette(losses: NDArray[np.float64], points: int = POINTS) -> NDArray[np.float64]:
    """The course of the loss as heights from 0 to 1, logarithmic and averaged. Shapes: (n,) -> (at most points,)."""
    if len(losses) < 2:
        return np.empty(0)
    logs = np.log10(np.maximum(np.nan_to_num(losses, nan=1e9, posinf=1e9), 1e-6))
    edges = np.linspace(0, len(logs), min(points, len(logs)) + 1).astype(np.intp)
    means = np.add.reduceat(logs, edges[:-1]) / np.diff(edges)
    kernel = np.ones(min(7, len(means)))
    weights = np.convolve(np.ones(len(means)), kernel, "same")
    means = np.convolve(means, kernel, "same") / weights
    low, high = means.min(), means.max()
    return (means - low) / max(high - low, 1e-9) * 0.92 + 0.08
