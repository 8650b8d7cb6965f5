"""The card of the network: how one image lights it up, live while one draws and while it learns.

The page Diagram is made of it, and so is the middle of Draw where that is wide.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.sequential import Sequential
from nnvis.backward_diagram import backward_diagram
from nnvis.diagram import Diagram, Wish, column_layers, forward_diagram
from nnvis.number_text import MINUS, count
from nnvis.session import Session
from nnvis.theme import ThemeSource
from nnvis.widgets.card import Card
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.digit_keys import DigitKeys
from nnvis.widgets.labels import GivingLabel, explain
from nnvis.widgets.line_key import LineKey
from nnvis.widgets.network_diagram import NetworkDiagram
from nnvis.widgets.redraw_budget import Part, RedrawBudget
from nnvis.widgets.segmented import SegmentedControl
from nnvis.widgets.unit_card import UnitCard

AFTER_MS = 4  # so that the ink of a stroke is painted first
SHARE_IN_TRAINING, SHARE_AT_REST = 0.1, 0.4  # of the time, for painting
SHARE_IN_STROKES = 0.03  # while the pen is down beside it: the stroke comes first
FACES = (("forward", "forward a", "What each unit passes on, from the image to the answers."),
         ("backward", "backward δ", "How the error flows back: what each unit has to do with it."))  # fmt: skip
FACE_WORDS = {
    "forward": ("a", "What each unit passes on, a; every column has its own scale, up to its largest value."),
    "backward": ("δ", "The gradient of the loss by each unit's sum, δ; every column has its own scale."),
}
TITLES = {"forward": "How this image lights up the network", "backward": "How its error flows back, if it is a"}
SHORT_TITLES = {"forward": "Lit up by this image", "backward": "Its error, if it is a"}
NARROW = 640  # px: in a smaller card there is no room for long words and for the number of lines
KEY_WORDS = {
    "forward": (("pushes up", "A line with w·a above 0: this unit raises the sum of the next."),
                ("pushes down", "A line with w·a below 0: this unit lowers the sum of the next.")),
    "backward": (("more of it raises the loss", "A line with w·δ above 0: were the unit at its left larger, the loss "
                  "would grow."),
                 ("lowers it", "A line with w·δ below 0: were the unit at its left larger, the loss would fall.")),
}  # fmt: skip
LINES = (("36", "Few", "The 36 strongest lines: the main ways to the answer."),
         ("120", "More", "The 120 strongest lines."),
         ("300", "Many", "The 300 strongest lines: how much takes part."))  # fmt: skip


class DiagramCard(Card):
    """The network as columns of units, lit by the drawing (or by a test image while there is none).

    Whoever has the card finds room for `unit`, which tells about the unit that is pointed at.
    """

    unit_pointed_at = Signal(bool)  # whether there is one

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, TITLES["forward"], parent=parent)
        self._session = session
        self._is_narrow = False
        self.gives_way = False  # to strokes that are being drawn in the same window
        self._layers: tuple[int, ...] = ()  # of the project, one for each column; -1: the input
        self.diagram = NetworkDiagram(theme_source)
        self.diagram.setObjectName("networkDiagram")
        explain(self.diagram, "Each column is a layer, each cell a unit, bright for a high value; the lines are the "
                              "strongest w·a on the way to the leading answers.")
        self.unit = UnitCard(theme_source)
        self.unit.setObjectName("unitCard")
        self.lines = SegmentedControl(theme_source, "Lines", LINES)
        self.face = SegmentedControl(theme_source, "Direction", FACES)
        self.label = DigitKeys(theme_source, "The true class")
        explain(self.label, "The class that the image is taken to be of: its error is what flows back.")
        self.label.setFixedWidth(220)
        self.label.hide()
        self._keys = tuple(LineKey(theme_source, token, "") for token in ("positive", "negative"))
        self._scale = ColorBar(theme_source, "magnitude", "a 0", "most")
        explain(self._scale, "What each unit passes on, a; every column has its own scale, up to its largest value.")
        self._signed_scale = ColorBar(theme_source, "signed", f"{MINUS}most", "+most")
        explain(self._signed_scale, "Where an activation can be negative, its column is painted in these colours.")
        self._signed_scale.hide()
        self._count = GivingLabel(tone="faint")
        self._lay_out()
        self.budget = RedrawBudget()
        self.budget.add(Part("diagram", self._draw, 25, 4, self._in_sight, self._painting))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._redraw)
        self.lines.changed.connect(self._on_changed)
        self.face.changed.connect(self._on_face_changed)
        self.label.chosen.connect(self._on_label_chosen)
        self._own_label: int | None = None  # chosen on the keys
        self.diagram.pointed_at.connect(self._on_pointed_at)
        self.diagram.resized.connect(self._on_changed)
        self.diagram.picked.connect(self._on_picked)
        session.answer_changed.connect(self._on_changed)
        session.snapshot_arrived.connect(self._on_snapshot_arrived)
        session.moment_changed.connect(self._on_changed)
        session.drawing_changed.connect(self._on_changed)
        session.history_cleared.connect(self._on_network_changed)
        session.selected_layer_changed.connect(self._on_selected_layer_changed)
        self._sends_back = False
        self._on_face_changed("forward")
        self._on_network_changed()

    def _lay_out(self) -> None:
        for control in (self.face, self.lines):
            self.add_to_head(control)
        self.insert_in_head(self.label)
        legend = QHBoxLayout()
        legend.setSpacing(14)
        for key in self._keys:
            legend.addWidget(key)
        legend.addWidget(self._count, 1)
        legend.addWidget(self._signed_scale)
        legend.addWidget(self._scale)
        self.body.addWidget(self.diagram, 1)
        self.body.addSpacing(4)
        self.body.addLayout(legend)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow card has short words and the few strongest lines."""
        super().resizeEvent(event)
        if self._is_narrow != (self.width() < NARROW):
            self._is_narrow = not self._is_narrow
            self.lines.setHidden(self._is_narrow)
            if self._is_narrow:  # the keys get a row of their own
                self.body.insertWidget(0, self.label)
            else:
                self.insert_in_head(self.label)
            self._show_words()

    def _show_words(self) -> None:
        face = self.face.current
        title = (SHORT_TITLES if self._is_narrow else TITLES)[face]
        if self.title_label.property("text") != title:
            self.set_title(title)
        for key, (words, meaning) in zip(self._keys, KEY_WORDS[face], strict=True):
            key.set_words(words.removeprefix("more of it ") if self._is_narrow else words)
            explain(key, meaning)

    # --- redrawing --------------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        # Training is not to be slowed down by looking; while it rests, the drawing may light the network at once.
        share = SHARE_IN_TRAINING if self._session.is_training else SHARE_AT_REST
        self.budget.share = SHARE_IN_STROKES if self.gives_way else share
        wait = self.budget.run()
        if wait is not None:
            self._later.start(math.ceil(wait * 1000))

    def _on_changed(self) -> None:
        self.budget.request_all()
        if not self._later.isActive() and self.isVisible():
            self._later.start(AFTER_MS)

    def _on_pointed_at(self, place: tuple[int, int] | None) -> None:
        self._on_changed()
        self.unit_pointed_at.emit(place is not None)

    def _on_snapshot_arrived(self) -> None:
        if self._session.is_live:
            self._on_changed()

    def _on_network_changed(self) -> None:
        project = self._session.running_project
        kept = [index for index, layer in enumerate(project.layers) if layer.enabled] if project else []
        layers = self._session.look(lambda model, _X: column_layers(model), self._image())
        self._layers = tuple(kept[layer] if 0 <= layer < len(kept) else -1 for layer in layers or ())
        self._on_selected_layer_changed()
        self._on_changed()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self.budget.run_now()

    def _in_sight(self) -> bool:
        return self.isVisible() and not self.diagram.visibleRegion().isEmpty()

    def _painting(self) -> float:
        return self.diagram.painted_seconds

    def _image(self) -> NDArray[np.uint8] | None:
        """The drawing; while there is none, the first test image."""
        session = self._session
        if session.drawing is not None:
            return session.drawing
        return session.dataset.x_test[0] if session.dataset is not None and len(session.dataset.x_test) else None

    def _draw(self) -> None:
        session, image = self._session, self._image()
        if image is None:
            return
        units, maps = self.diagram.room(max(1, len(self._layers) - 2))
        wish = Wish(units, maps, int(self.lines.current), self.diagram.focus)

        label = self._shown_label() if self.face.current == "backward" else None

        def eye(model: Sequential, X: NDArray[np.float32]) -> Diagram:
            if label is None:
                return forward_diagram(model, X, wish)
            return backward_diagram(model, X, label, wish)

        diagram = session.look(eye, image)
        if diagram is None:
            return
        names = self._class_names(diagram)
        self.diagram.show_diagram(diagram, names)
        if self._sends_back:
            self._sends_back = False
            self.diagram.send_back()
        facts = diagram.facts
        self.unit.show_unit(diagram.columns[facts.column] if facts else None, facts, names)
        self._say(diagram, names)

    def _say(self, diagram: Diagram, names: tuple[str, ...]) -> None:
        session = self._session
        leaders = [names[int(diagram.columns[-1].shown[place])] for place in diagram.leaders]
        if diagram.facts is not None and self.diagram.focus is not None:
            lines = len(diagram.facts.before) + len(diagram.facts.after)
            kind = "w·δ" if self.face.current == "backward" else "w·a"
            text = f"{lines} strongest {kind} of the unit you point at"
        elif diagram.lines and self.face.current == "backward":
            text = f"{count(diagram.lines)} strongest w·δ, from the errors of {' and '.join(leaders)} back to the left"
        elif diagram.lines:
            text = f"{count(diagram.lines)} strongest w·a towards {' and '.join(leaders)}"
        else:
            text = "from the pixels to the answers: no lines, every pixel goes everywhere"
        if any(column.is_sampled and column.kind != "answers" for column in diagram.columns):
            text += ", among the units shown"
        if text != self._count.text():
            self._count.setText(text)
        caption = f"your drawing, by the net at step {count(session.shown_step)}"
        if session.drawing is None and session.dataset is not None:
            label = session.dataset.y_test[0]
            name = f", label {names[int(label)]}" if np.ndim(label) == 0 and int(label) < len(names) else ""
            caption = f"no drawing yet: the first test image{name}, by the net at step {count(session.shown_step)}"
        if self.face.current == "backward":  # the keys of the label need the room
            caption = f"step {count(session.shown_step)}"
        self.set_caption(caption)
        is_signed = any(column.is_signed for column in diagram.columns)
        if self.label.isHidden() != (self.face.current != "backward"):
            self.label.setVisible(self.face.current == "backward")
        if self._signed_scale.isHidden() == is_signed:
            self._signed_scale.setVisible(is_signed)

    def _class_names(self, diagram: Diagram) -> tuple[str, ...]:
        dataset, classes = self._session.dataset, diagram.columns[-1].total
        if dataset is not None and dataset.classes == classes:
            return tuple(str(name) for name in dataset.class_names)
        return tuple(str(index) for index in range(classes))

    # --- the way back ---------------------------------------------------------------------------------------------

    def _on_face_changed(self, face: str) -> None:
        symbol, sentence = FACE_WORDS[face]
        self._show_words()
        self._scale.setVisible(face == "forward")
        self._signed_scale.set_range(f"{MINUS}{symbol}", f"+{symbol}")
        explain(self._signed_scale, sentence)
        self._sends_back = face == "backward"  # once, when the error is there to be seen
        self._on_changed()

    def _on_label_chosen(self, label: int) -> None:
        self._own_label = label
        self._on_changed()

    def _shown_label(self) -> int | None:
        """The class taken as true: the chosen one, that of the test image, or else the network's own answer."""
        session, dataset = self._session, self._session.dataset
        if dataset is None or dataset.is_multi_label:
            return None
        names = tuple(str(name) for name in dataset.class_names)
        self.label.set_labels(names)
        label = self._own_label if self._own_label is not None and self._own_label < len(names) else None
        if label is None and session.drawing is None:
            label = int(dataset.y_test[0])
        if label is None:
            label = session.answer.digit if session.answer is not None else 0
        self.label.set_current(label)
        return label

    # --- choosing a layer -------------------------------------------------------------------------------------------

    def _on_picked(self, column: int) -> None:
        layer = self._layers[column] if column < len(self._layers) else -1
        if layer >= 0 and not self._session.has_other_layers:
            self._session.select_layer(layer)

    def _on_selected_layer_changed(self) -> None:
        layer = self._session.selected_layer
        is_shown = layer is not None and not self._session.has_other_layers and layer in self._layers
        self.diagram.select(self._layers.index(layer) if is_shown and layer is not None else -1)


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: DiagramCard(Session(), source), 1000, 640)
