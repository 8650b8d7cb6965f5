"""GradientCheckView: the gradient check as an instrument: scatter, curve over epsilon, cost, and a mistake."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis import number_text
from nnvis.microscope.gradient_study import GOOD, ErrorCurve, Scatter, Twin
from nnvis.theme import ThemeSource, font
from nnvis.widgets.error_curve import ErrorCurvePlot
from nnvis.widgets.formula import FormulaView
from nnvis.widgets.gradient_scatter import GradientScatter, worst_text
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.pass_field import PassField

FIRST_EPSILON = 1e-5
FORMULA = r"\frac{\partial L}{\partial w} \approx \frac{L(w + \epsilon) - L(w - \epsilon)}{2 \epsilon}"
WHY = (
    "If the slope measured by nudging agrees with back-propagation to many digits, the equations and the code are both "
    "right, and not only equal."
)
NO_MISTAKE = "This network has no hidden layer with an activation that could be forgotten."


class GradientCheckView(QWidget):
    """Given the parts of a study one by one; tells which epsilon is wanted."""

    epsilon_changed = Signal(float)

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = text_label("Gradient check", "value")
        self.title.setFont(font("value", 600, pixels=22))
        self._said = text_label("", "body", "secondary", wrap=True)
        self.state = text_label("", "caption", "secondary")
        self.scatter = GradientScatter(theme_source)
        explain(self.scatter, "Each dot is one weight: on the line, both ways of finding its gradient agree.")
        self.curve = ErrorCurvePlot(theme_source, FIRST_EPSILON)
        explain(self.curve, "Too large a nudge misses the curve, too small a one loses its figures. Drag the handle.")
        self.curve.epsilon_changed.connect(self.epsilon_changed)
        self.mistake = GradientScatter(theme_source, bare=True)
        explain(self.mistake, "The same weights, with a backward pass that forgets the slope of one activation.")
        self._mistake_said = text_label("", "caption", "secondary", wrap=True)
        self.cost = PassField(theme_source)
        self._lay_out(theme_source)

    def _lay_out(self, theme_source: ThemeSource) -> None:
        head = QHBoxLayout()
        head.setSpacing(20)
        head.addWidget(FormulaView(theme_source, FORMULA, 20))
        head.addWidget(self._said, 1)
        top_right = QHBoxLayout()
        top_right.setSpacing(18)
        top_right.addLayout(_titled("How small should ε be?", self.curve), 5)
        mistake = _titled("A mistake looks like this", self.mistake)
        mistake.addWidget(self._mistake_said)
        top_right.addLayout(mistake, 3)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addLayout(top_right, 5)
        right.addLayout(_titled("What it costs to know all gradients", self.cost), 3)
        body = QHBoxLayout()
        body.setSpacing(18)
        body.addWidget(self.scatter, 42)
        body.addLayout(right, 58)
        title = QHBoxLayout()
        title.addWidget(self.title)
        title.addSpacing(12)
        title.addWidget(self.state, 1, Qt.AlignmentFlag.AlignBottom)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 12, 18, 12)
        page.setSpacing(8)
        page.addLayout(title)
        page.addLayout(head)
        page.addLayout(body, 1)
        page.addWidget(text_label(WHY, "body", "secondary", wrap=True))

    def show_scatter(self, scatter: Scatter, which: str) -> None:
        """Show the twins of the weights; `which` says of what images and at which step."""
        good = [scatter.worst(layer) <= GOOD for layer in range(len(scatter.layers))]
        worst = [worst_text(scatter.worst(layer)) for layer in range(len(scatter.layers))]
        self.scatter.show_twins(scatter.twins, list(zip(scatter.layers, worst, good, strict=True)))
        self.cost.show_cost(scatter.weights, scatter.backprop_seconds, scatter.twin_seconds)
        total = number_text.count(scatter.weights)
        self._said.setText(
            f"Left: back-propagation, all {total} gradients from one backward pass. Right: nudge one weight by ε up "
            f"and down, and run the network twice. {len(scatter.twins)} weights are compared, in double precision, "
            f"{which}."
        )

    def show_curve(self, curve: ErrorCurve | None) -> None:
        """Show the errors over epsilon; None while they are being measured."""
        self.curve.show_curve(curve)

    def show_mistake(self, layer: str, twins: tuple[Twin, ...]) -> None:
        """Show what a forgotten slope does; an empty name: there is none to forget."""
        self.mistake.show_twins(twins)
        apart = sum(twin.verdict == "bad" for twin in twins)
        self._mistake_said.setText(
            f"f′ forgotten in {layer}: {apart} weights leave the line, the layers above stay on it."
            if layer else NO_MISTAKE
        )  # fmt: skip


def _titled(title: str, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(text_label(title, "title"))
    column.addWidget(widget, 1)
    return column
