"""The view Backward flow: the error on its way from the loss to the first layer, as light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from nnvis.microscope.backward_flow import flow_of
from nnvis.microscope.specimen import Specimen
from nnvis.microscope.trace import Bench
from nnvis.theme import ThemeSource
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.microscope.flow_view import FlowView
from nnvis.widgets.microscope.strips import WhyStrip

if TYPE_CHECKING:
    from nnvis.session import Session


class BackwardFlow(QWidget):
    """The first image of the batch that comes next: its error, layer by layer."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._bench: Bench | None = None
        self._shown: tuple[int, int] | None = None  # run and step of the flow that is shown
        self.setObjectName("backwardFlow")
        self.view = FlowView(theme_source)
        self.why = WhyStrip(theme_source)
        self._title = text_label("The error flows back", "title")
        self._what = text_label("", "caption", "secondary")
        self.own_scale = QCheckBox("Each layer its own scale")
        explain(
            self.own_scale,
            "The pattern is still there when the size is gone: every layer as bright as its own brightest.",
        )
        self.own_scale.toggled.connect(self.view.set_own_scale)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._what, 1)
        head.addWidget(self.own_scale)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.why)
        session.specimen_arrived.connect(self._on_specimen)
        session.history_cleared.connect(self._on_history_cleared)
        session.state_changed.connect(self._ask)
        session.moment_changed.connect(self._ask)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the batch that comes next."""
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        if self.isVisible():
            self._session.ask_specimen()

    def _on_history_cleared(self) -> None:
        self._bench = None
        self._ask()

    def _on_specimen(self, specimen: Specimen) -> None:
        if not self.isVisible():
            return
        if self._bench is None:
            model = self._session.new_model()
            if model is None:
                return
            self._bench = Bench(model)
        trace = self._bench.trace(specimen)
        dataset = self._session.dataset
        flow = flow_of(trace, 0)
        names = dataset.class_names if dataset is not None else ()
        is_new = (specimen.run, specimen.step) != self._shown
        self._shown = specimen.run, specimen.step
        self.view.show_flow(flow, names, pulse=is_new)
        self.why.show_sentence(flow.sentence)
        self._what.setText(
            f"image 1 of {trace.size} of the batch of step {specimen.step + 1:,} · light: √|w · dZ|, thickness as well"
        )
