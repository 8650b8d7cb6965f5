"""The gradient check of the network that is shown, measured beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nnvis import number_text
from nnvis.microscope.gradient_study import ErrorCurve, GradientStudy, Mistake, Scatter
from nnvis.theme import ThemeSource
from nnvis.widgets.gradient_check_view import GradientCheckView

if TYPE_CHECKING:
    from nnvis.session import Session
    from nnvis.shown_network import Finding

SCATTER, CURVE = "gradient check", "gradient check: curve"
IMAGES = 8
NOTHING = "no layer here has weights that training moves"
MEASURING, FAILED = "measuring …", "This network could not be checked: {}"


class GradientCheck(GradientCheckView):
    """Asks for what is shown when it comes into sight, and again when network, moment or epsilon change."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._session = session
        self._asked: tuple[Any, ...] = ()  # network and epsilon of the scatter
        self._asked_curve: tuple[Any, ...] = ()  # network and layers of the curve
        self._asked_about = session.parameters
        self.epsilon_changed.connect(self._ask)
        self.layers_changed.connect(self._ask)
        session.study.found.connect(self._on_found)
        session.moment_changed.connect(self._ask)
        session.history_cleared.connect(self._ask)
        session.state_changed.connect(self._ask)

    def showEvent(self, event: QShowEvent) -> None:
        """Measure what is shown now."""
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits any more."""
        super().hideEvent(event)
        for topic in (SCATTER, CURVE):
            self._session.study.drop(topic)
        self._asked = self._asked_curve = ()

    def _ask(self) -> None:
        session, epsilon = self._session, self.curve.epsilon
        dataset, scaling = session.dataset, session.scaling
        if not self.isVisible() or dataset is None or scaling is None or session.is_training:
            if session.is_training:
                self.state.setText("paused runs only: the network must hold still to be measured")
            return
        images, labels = dataset.x_test[:IMAGES], np.asarray(dataset.y_test[:IMAGES])
        self._asked_about = session.parameters  # kept, so that no other array comes to have the same id
        network = (session.running_project, session.shown_step, id(session.parameters))
        if (network, epsilon) != self._asked:
            self._asked = (network, epsilon)
            self.state.setText(MEASURING)

            def twins(look: Any) -> tuple[Scatter, tuple[Mistake, ...]] | None:
                study = GradientStudy(look.model, scaling.apply(images), labels)
                scatter = study.scatter(epsilon, look.unwanted)
                return None if scatter is None else (scatter, study.mistakes(scatter))

            session.inquire(SCATTER, twins)
        chosen = self.chosen
        if (network, chosen) != self._asked_curve:
            self._asked_curve = (network, chosen)
            self.state.setText(MEASURING)
            self.show_curve(None)

            def errors(look: Any) -> ErrorCurve | None:
                return GradientStudy(look.model, scaling.apply(images), labels).curve(look.unwanted, chosen)

            session.inquire(CURVE, errors)

    def _on_found(self, finding: Finding) -> None:
        if finding.topic not in (SCATTER, CURVE) or not self.isVisible():
            return
        if finding.error is not None:
            self.state.setText(FAILED.format(finding.error))
        elif isinstance(finding.value, ErrorCurve):
            self.show_curve(finding.value)
            self.state.setText("")
        elif finding.value is not None:
            scatter, mistakes = finding.value
            step = number_text.count(self._session.shown_step)
            self.show_scatter(scatter, f"on {IMAGES} test images, at step {step}", mistakes)
            if not scatter.layers:
                self.state.setText(NOTHING)
            elif self.curve.has_curve:
                self.state.setText("")
            self._ask()  # other layers than before: then all of them are looked at, and the curve is of them
