"""GradientCheckView: the gradient check as an instrument: scatter, curve over epsilon, cost, and a mistake."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnvis import number_text
from nnvis.microscope.gradient_study import EXCUSED, GOOD, ErrorCurve, Mistake, Scatter
from nnvis.microscope.numbers_in import short
from nnvis.theme import ThemeSource, font
from nnvis.widgets.chip import Chip, ChipTone
from nnvis.widgets.error_curve import ErrorCurvePlot
from nnvis.widgets.formula import FormulaView
from nnvis.widgets.gradient_scatter import GradientScatter, worst_text
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.layer_choice import LayerChecked
from nnvis.widgets.pass_field import PassField

FIRST_EPSILON = 1e-5
FORMULA = r"\frac{\partial L}{\partial w} \approx \frac{L(w + \epsilon) - L(w - \epsilon)}{2 \epsilon}"
WHY = (
    "If the slope measured by nudging agrees with back-propagation to many digits, the equations and the code are both "
    "right, and not only equal."
)
NO_MISTAKE = "There is no hidden layer here with an activation that could be forgotten."
VERDICT = (
    "Of the chosen layers. They agree when no difference exceeds a millionth of the gradient. With another ε round-off "
    "or truncation may weigh less. A kink of relu, and a gradient too small to be measured, do not count."
)
COSTS = "What it costs to know {} gradients"


class GradientCheckView(QWidget):
    """Given the parts of a study one by one; tells which epsilon and which layers are wanted."""

    epsilon_changed = Signal(float)
    layers_changed = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = text_label("Gradient check", "value")
        self.title.setFont(font("value", 600, pixels=22))
        self._scatter: Scatter | None = None
        self._which = ""
        self._mistakes: tuple[Mistake, ...] = ()
        self._said = text_label("", "body", "secondary", wrap=True)
        self.verdict = Chip(theme_source)
        self.verdict.hide()
        self.state = text_label("", "caption", "secondary")
        self.scatter = GradientScatter(theme_source)
        explain(self.scatter, "Each dot is one weight: on the line, both ways of finding its gradient agree.")
        self.scatter.choice.changed.connect(self._on_choice_changed)
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
        self._cost_title = text_label(COSTS.format("all"), "title")
        right.addLayout(_titled(self._cost_title, self.cost), 3)
        body = QHBoxLayout()
        body.setSpacing(18)
        body.addWidget(self.scatter, 42)
        body.addLayout(right, 58)
        title = QHBoxLayout()
        title.addWidget(self.title)
        title.addSpacing(12)
        explain(self.verdict, VERDICT)
        title.addWidget(self.verdict, 0, Qt.AlignmentFlag.AlignVCenter)
        title.addSpacing(12)
        title.addWidget(self.state, 1, Qt.AlignmentFlag.AlignVCenter)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 12, 18, 12)
        page.setSpacing(8)
        page.addLayout(title)
        page.addLayout(head)
        page.addLayout(body, 1)
        page.addWidget(text_label(WHY, "body", "secondary", wrap=True))

    @property
    def chosen(self) -> frozenset[int] | None:
        """The numbers of the layers that are looked at; None: all, whichever there are."""
        choice = self.scatter.choice
        return None if choice.has_all else choice.chosen

    def show_scatter(self, scatter: Scatter, which: str, mistakes: tuple[Mistake, ...]) -> None:
        """Show the twins of the weights; `which` says of what images and at which step."""
        self._scatter, self._which, self._mistakes = scatter, which, mistakes
        self._show_chosen()

    def _on_choice_changed(self) -> None:
        self._show_chosen()
        self.layers_changed.emit()

    def _show_chosen(self) -> None:
        whole = self._scatter
        if whole is None:
            return
        worst = [whole.worst(layer) for layer in range(len(whole.layers))]
        pairs = zip(whole.layers, worst, strict=True)
        lines = [LayerChecked(name, worst_text(error), error <= GOOD) for name, error in pairs]
        self.scatter.choice.show_layers(lines)
        chosen = self.scatter.choice.chosen
        scatter = whole.of(chosen)
        self.scatter.show_twins(scatter.twins, lines)
        all_of_them = len(chosen) == len(whole.layers)
        self._cost_title.setText(COSTS.format("all" if all_of_them else "these"))
        self.cost.show_cost(scatter.weights, scatter.backprop_seconds, scatter.twin_seconds)
        total, compared = number_text.count(whole.weights), number_text.count(len(scatter.twins))
        looked_at = "" if all_of_them else f" of {_layers(len(chosen))}"
        self._said.setText(
            f"Left: back-propagation, all {total} gradients from one backward pass. Right: nudge one weight by ε up "
            f"and down, and run the network twice. {compared}\N{NO-BREAK SPACE}weights{looked_at} are compared, "
            f"in double precision, {self._which}."
        )
        self._give_verdict(scatter, max((worst[layer] for layer in chosen), default=0.0), len(chosen))
        self._show_mistake(chosen)

    def _give_verdict(self, scatter: Scatter, worst: float, layers: int) -> None:
        bad = sum(twin.verdict == "bad" for twin in scatter.twins)
        told = sum(twin.verdict not in EXCUSED for twin in scatter.twins)
        where = {1: "the one layer", 2: "both layers"}.get(layers, f"all {layers} layers")
        tone: ChipTone
        if bad:
            words, tone, icon = f"{bad} of {told} gradients do not agree", "bad", "warning"
        elif worst > GOOD:
            words, tone, icon = f"{where} agree, but only to {short(worst, 1)}", "warning", "warning"
        else:
            words, tone, icon = f"{where} agree{'s' if layers == 1 else ''}", "ok", "check"
        self.verdict.set_text(words)
        self.verdict.set_tone(tone, icon)
        self.verdict.setVisible(bool(scatter.twins))

    def show_curve(self, curve: ErrorCurve | None) -> None:
        """Show the errors over epsilon; None while they are being measured."""
        self.curve.show_curve(curve)

    def _show_mistake(self, chosen: frozenset[int]) -> None:
        """What a slope forgotten in the first of the chosen layers does to them."""
        mistake = next((each for each in self._mistakes if each.layer in chosen), None)
        twins = tuple(twin for twin in mistake.twins if twin.layer in chosen) if mistake else ()
        self.mistake.show_twins(twins)
        apart = sum(twin.verdict == "bad" for twin in twins)
        has_above = mistake is not None and max(chosen) > mistake.layer
        above = ", the layers above stay on it" if has_above else ""
        self._mistake_said.setText(
            f"f′ forgotten in {mistake.name}: {apart} weights leave the line{above}." if mistake else NO_MISTAKE
        )


def _layers(count: int) -> str:
    return "one layer" if count == 1 else f"{count}\N{NO-BREAK SPACE}layers"


def _titled(title: str | QLabel, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(text_label(title, "title") if isinstance(title, str) else title)
    column.addWidget(widget, 1)
    return column
