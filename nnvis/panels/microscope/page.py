"""The Microscope page and its views; which one is in front is chosen beside the tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from nnvis.panels.microscope.backward_flow import BackwardFlow
from nnvis.panels.microscope.gradient_check import GradientCheck
from nnvis.panels.microscope.walk import MicroscopePanel
from nnvis.theme import ThemeSource
from nnvis.widgets.segmented import SegmentedControl

if TYPE_CHECKING:
    from nnvis.session import Session

NAMED = {"gradient check": "check", "backward flow": "flow"}  # what the theory calls the other views
VIEWS = (
    ("walk", "Step through", "Read one update equation by equation."),
    ("check", "Gradient check", "Compare back-propagation with nudging each weight (G)."),
    ("flow", "Backward flow", "See the error travel from the loss to the first layer, and how much arrives (B)."),
)


class MicroscopePage(QWidget):
    """Views on the same network; `tools` chooses between them."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("microscopePage")
        self._session = session
        self.walk = MicroscopePanel(session, theme_source)
        self.check = GradientCheck(session, theme_source)
        self.flow = BackwardFlow(session, theme_source)
        self._views: dict[str, QWidget] = {"walk": self.walk, "check": self.check, "flow": self.flow}
        self.tools = SegmentedControl(theme_source, "View of the Microscope", VIEWS)
        self._stack = QStackedLayout(self)
        for view in self._views.values():
            self._stack.addWidget(view)
        self.tools.changed.connect(self.show_view)
        session.stop_asked.connect(lambda name: self.show_view(NAMED.get(name, "walk")))
        session.selected_layer_changed.connect(self._on_selected_layer_changed)
        for letter, wanted in (("G", "check"), ("B", "flow")):
            key = QShortcut(QKeySequence(letter), self)
            key.activated.connect(lambda wanted=wanted: self.show_view("walk" if self.current == wanted else wanted))

    @property
    def current(self) -> str:
        """The key of the view in front."""
        return next(key for key, view in self._views.items() if view is self._stack.currentWidget())

    def show_view(self, key: str) -> None:
        """Bring a view to the front."""
        self.tools.set_current(key)
        self._stack.setCurrentWidget(self._views[key])

    def _on_selected_layer_changed(self) -> None:
        """A layer that is selected elsewhere is looked at here, too, if it is part of the network that is shown."""
        session, selected = self._session, self._session.selected_layer
        if selected is None or session.has_other_layers or not self.isVisible():
            return
        taking_part = [index for index, layer in enumerate(session.project.layers) if layer.enabled]
        if selected in taking_part:
            self.walk.go_to_layer(taking_part.index(selected))
