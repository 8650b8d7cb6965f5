"""The panel Network: the data, the stack of layers and the training recipe, one below the other.

It asks the Session for every change and shows what the Session has. Preview: python -m nnvis.panels.network
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.data import DATASETS
from core.layers import LAYERS
from core.layers.base import Layer, Shape
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from core.stack import Remedy
from nnvis.number_text import count
from nnvis.project import MAX_SEED
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.chip import Chip
from nnvis.widgets.data_section import DataSection
from nnvis.widgets.labels import GivingLabel, explain, hairline, text_label
from nnvis.widgets.layer_body import ProblemBlock
from nnvis.widgets.layer_card import input_card, layer_cards
from nnvis.widgets.layer_list import LayerList
from nnvis.widgets.layer_offer import fresh_layer
from nnvis.widgets.layer_text import from_text, to_text
from nnvis.widgets.palette import LayerPalette
from nnvis.widgets.recipe_form import RecipeForm
from nnvis.widgets.redraw_budget import Part, RedrawBudget
from nnvis.widgets.sample_strip import magnitude_image
from nnvis.widgets.scroll_column import ScrollColumn
from nnvis.widgets.weight_bars import WeightBars

_RANGES = {"unit": "pixels 0…1", "standardize": "pixels standardized"}
_OLD_WORDS = {
    RunState.RUNNING: "Training goes on with the stack as it was.",
    RunState.PAUSED: "The paused run has the stack as it was.",
    RunState.DONE: "The charts show the stack as it was.",
    RunState.FAILED: "The charts show the stack as it was.",
}


class NetworkPanel(QWidget):
    """The left dock."""

    title: ClassVar[str] = "Network"

    def __init__(self, session: Session, theme_source: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._source = theme_source
        self._bars = WeightBars()
        self._sample = 0
        self._data = DataSection(theme_source, DATASETS)
        self._cards = LayerList(theme_source)
        self._palette: LayerPalette | None = None
        self._recipe = RecipeForm(theme_source, optimizers=OPTIMIZERS, losses=LOSSES, largest_seed=MAX_SEED)
        self._scroll = ScrollColumn()
        self._lay_out()
        self._budget = RedrawBudget()  # a card is painted as a whole: its little histogram follows at its own pace
        self._budget.add(Part("bars", self._show_bars, 4, 2, self.isVisible))
        self._connect_widgets()
        self._connect_session()
        self._on_metrics_changed()
        self._on_dataset_changed()
        self._on_project_changed()
        self._on_history_cleared()

    # Building

    def _lay_out(self) -> None:
        self._layers_head = self._head("Layers")
        self._problems = Chip(self._source, "", "bad", "warning", clickable=True)
        explain(self._problems, "Show the first problem of the stack.")
        self._total = GivingLabel("", "caption")
        self._total.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        explain(self._total, "How many numbers training can change, in all layers together.")
        head = self._layers_head.layout()
        assert head is not None
        head.addWidget(self._problems)
        head.addWidget(self._total)
        self._old_note = OldRunNote(self._source)
        self._stack_problem = QVBoxLayout()
        self._add = Button(self._source, "Add layer", "dashed", "add", "Choose a layer to put into the stack (Ins).")
        self._add.setFixedHeight(32)
        self._recipe_head = self._head("Training")
        self._live = GivingLabel("", "caption")
        recipe_head = self._recipe_head.layout()
        assert recipe_head is not None
        recipe_head.addWidget(self._live)

        column = self._scroll.column
        self._padded = [self._data, self._layers_head, self._old_note, self._recipe_head, self._recipe]
        column.addWidget(self._data)
        column.addWidget(hairline())
        column.addWidget(self._layers_head)
        column.addWidget(self._old_note)
        column.addWidget(self._cards)
        column.addLayout(self._stack_problem)
        self._add_row = QHBoxLayout()
        self._add_row.addWidget(self._add)
        column.addLayout(self._add_row)
        column.addWidget(hairline())
        column.addWidget(self._recipe_head)
        column.addWidget(self._recipe)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)

    @staticmethod
    def _head(title: str) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setSpacing(8)
        row.addWidget(text_label(title, "title"))
        row.addStretch(1)
        return head

    def _connect_widgets(self) -> None:
        session, cards = self._session, self._cards
        self._data.chosen.connect(self._on_dataset_chosen)
        self._data.others_requested.connect(self._on_others_requested)
        self._problems.clicked.connect(self._on_problems_clicked)
        self._old_note.restart.clicked.connect(self._on_restart_clicked)
        self._add.clicked.connect(self.add_layer)
        cards.layer_selected.connect(session.select_layer)
        cards.replace_requested.connect(session.replace_layer)
        cards.remedy_requested.connect(session.apply_remedy)
        cards.move_requested.connect(session.move_layers)
        cards.remove_requested.connect(session.remove_layers)
        cards.duplicate_requested.connect(self._on_duplicate_requested)
        cards.insert_requested.connect(self._on_insert_requested)
        cards.copy_requested.connect(self._on_copy_requested)
        cards.paste_requested.connect(self._on_paste_requested)
        cards.toggle_requested.connect(self._on_toggle_requested)
        cards.palette_requested.connect(self._open_palette)
        cards.reveal_requested.connect(self._on_reveal_requested)
        self._recipe.optimizer_changed.connect(session.set_optimizer)
        self._recipe.training_changed.connect(session.set_training)
        self._recipe.data_changed.connect(session.set_data)
        self._recipe.loss_changed.connect(session.set_loss)
        self._recipe.seed_changed.connect(session.set_seed)

    def _connect_session(self) -> None:
        session = self._session
        session.project_changed.connect(self._on_project_changed)
        session.selected_layer_changed.connect(self._on_selected_layer_changed)
        session.dataset_changed.connect(self._on_dataset_changed)
        session.state_changed.connect(self._on_state_changed)
        session.history_cleared.connect(self._on_history_cleared)
        session.snapshot_arrived.connect(self._on_snapshot_arrived)
        session.moment_changed.connect(self._budget.run_now)
        self._source.metrics_changed.connect(self._on_metrics_changed)
        self._source.theme_changed.connect(self._show_samples)

    # What the session says

    def _on_project_changed(self) -> None:
        session, project = self._session, self._session.project
        dataset = session.dataset
        pixels = _RANGES[project.data.scaling]
        first = input_card(dataset.title, dataset.input_shape, pixels) if dataset else input_card("the data", (), "")
        self._cards.set_stack(first, layer_cards(project.layers, session.layer_reports, session.problems))
        self._on_selected_layer_changed()
        self._total.setText(_parameters(sum(report.parameters for report in session.layer_reports)))
        self._show_problem_count()
        self._show_stack_problem()
        self._recipe.set_values(project.optimizer, project.training, project.data, project.loss, project.seed)
        self._data.set_dataset(project.data.dataset)
        self._show_bars()
        self._on_state_changed()

    def _on_selected_layer_changed(self) -> None:
        layer = self._session.selected_layer
        self._cards.set_selected(layer)
        if layer is not None:
            self._scroll.reveal(self._cards, self._cards.card_area(layer))

    def _on_dataset_changed(self) -> None:
        self._show_samples()
        self._on_project_changed()

    def _on_state_changed(self) -> None:
        session = self._session
        running = session.state in (RunState.RUNNING, RunState.PAUSED)
        self._recipe.set_running(running)
        self._live.setText("applies at the next batch" if running else "")
        old = session.running_is_old and session.state in _OLD_WORDS
        self._old_note.setVisible(old)
        if old:
            self._old_note.words.setText(_OLD_WORDS[session.state])
            self._old_note.restart.setEnabled(all(problem.severity != "error" for problem in session.problems))
        self._show_counts()

    def _on_history_cleared(self) -> None:
        self._bars.start(self._session.views, self._session.initial_parameters)
        self._show_bars()
        self._on_state_changed()

    def _on_snapshot_arrived(self) -> None:
        self._budget.request_all()
        self._budget.run()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_bars()

    # What the widgets ask for

    def _on_dataset_chosen(self, name: str) -> None:
        self._session.set_data(self._session.project.data.replace(dataset=name))

    def _on_others_requested(self) -> None:
        self._sample += 1
        self._show_samples()

    def _on_problems_clicked(self) -> None:
        first = next(problem for problem in self._session.problems if problem.severity != "note")
        if first.layer is not None:
            self._session.select_layer(first.layer)
            self._scroll.reveal(self._cards, self._cards.card_area(first.layer))

    def _on_restart_clicked(self) -> None:
        self._session.train()

    def add_layer(self) -> None:
        """Offer the layers that can be added; the chosen one is put where one would expect it."""
        position = self._usual_position()
        self._open_palette(position, QRect(self._add.mapToGlobal(QPoint(0, 0)), self._add.size()))

    def _on_duplicate_requested(self, doubled: Sequence[int]) -> None:
        copies = [self._session.project.layers[index].replace(name="") for index in doubled]
        self._session.insert_layers(max(doubled) + 1, copies)

    def _on_insert_requested(self, position: int, text: str) -> None:
        self._session.insert_layers(position, from_text(text, LAYERS))

    def _on_copy_requested(self, copied: Sequence[int]) -> None:
        layers = self._session.project.layers
        QGuiApplication.clipboard().setText(to_text(layers[index] for index in copied))

    def _on_paste_requested(self, position: int) -> None:
        self._session.insert_layers(position, from_text(QGuiApplication.clipboard().text(), LAYERS))

    def _on_toggle_requested(self, toggled: Sequence[int]) -> None:
        """Leave the layers out; use them again if they are all left out already."""
        layers = self._session.project.layers
        used = not any(layers[index].enabled for index in toggled)
        self._session.enable_layers(toggled, used)

    def _on_layer_chosen(self, position: int, layer: Layer) -> None:
        self._session.insert_layers(position, [layer])
        if layer == fresh_layer(type(layer)) and len(layer.hypers()) > 1:
            self._cards.open_layer(position)  # nothing was typed: its values are the next thing to choose

    # The palette

    def _usual_position(self) -> int:
        """Where "Add layer" puts one: behind the selected layer, else before a finished output, else at the end."""
        selected, project, dataset = self._session.selected_layer, self._session.project, self._session.dataset
        end = len(project.layers)
        if selected is not None and selected < end - 1:
            return selected + 1
        reports = self._session.layer_reports
        is_output = end > 1 and dataset is not None and reports[-1].output_shape == (dataset.classes,)
        has_error = any(problem.severity == "error" for problem in self._session.problems)
        return end - 1 if is_output and not has_error else end

    def _open_palette(self, position: int, anchor: QRect) -> None:
        """Open it beside `anchor` (on the screen) for a layer at `position`."""
        session, window = self._session, self.window()
        if self._palette is None or self._palette.parent() is not window:  # the dock may float in a window of its own
            self._palette = LayerPalette(self._source, LAYERS, window)
            self._palette.chosen.connect(self._on_layer_chosen)
            self._palette.closed.connect(self._on_palette_closed)
        self._cards.show_insertion(position)
        after = "Input"
        shape: Shape | None = session.dataset.input_shape if session.dataset else None
        if position > 0:
            layer = session.project.layers[position - 1]
            after = " ".join((layer.kind_name(), *layer.chips()[:1]))
            shape = session.layer_reports[position - 1].output_shape
        area = QRect(window.mapFromGlobal(anchor.topLeft()), anchor.size())
        area.setRight(window.mapFromGlobal(self.mapToGlobal(QPoint(self.width(), 0))).x())
        self._palette.open_at(position, area, after=after, input_shape=shape)

    def _on_palette_closed(self) -> None:
        self._cards.show_insertion(-1)

    # Showing

    def _show_samples(self) -> None:
        dataset = self._session.dataset
        if dataset is None:
            return
        images, number = dataset.x_train, self._data.samples
        height, width = images.shape[1:3]
        first = self._sample * number
        chosen = [(first + index) % len(images) for index in range(number)]
        pixels = [(images[index, :, :, 0].tobytes(), width, height) for index in chosen]
        self._data.set_images(pixels)
        self._cards.set_input_picture(magnitude_image(*pixels[0], self._source.theme))

    def _show_counts(self) -> None:
        train, validation, test = self._session.image_counts
        short = "val" if self._source.metrics.is_compact else "validation"
        words = f"{count(train)} train · {count(validation)} {short} · {count(test)} test"
        self._data.set_counts(words if train else "loading…")

    def _show_bars(self) -> None:
        """The weights of the network that is shown, on the cards of the layers it was made from."""
        session = self._session
        running = session.running_project
        if running is None or len(running.layers) != len(session.project.layers):
            self._cards.set_histograms([None] * len(session.project.layers))
            return
        bars = self._bars.bars(session.parameters, len(running.layers))
        same = [old == new for old, new in zip(running.layers, session.project.layers, strict=True)]
        self._cards.set_histograms([shown if kept else None for shown, kept in zip(bars, same, strict=True)])

    def _show_problem_count(self) -> None:
        severities = [problem.severity for problem in self._session.problems]
        errors, warnings = severities.count("error"), severities.count("warning")
        number, noun = (errors, "problem") if errors else (warnings, "warning")
        self._problems.set_text(f"{number} {noun}{'' if number == 1 else 's'}")
        self._problems.set_tone("bad" if errors else "warning", "warning")
        self._problems.setVisible(bool(number))

    def _show_stack_problem(self) -> None:
        """What is wrong with the stack as a whole has no card to stand on."""
        while (item := self._stack_problem.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for problem in self._session.problems:
            if problem.layer is None:
                block = ProblemBlock(self._source, problem)
                block.remedy_requested.connect(self._on_remedy_requested)
                self._stack_problem.addWidget(block)
                block.show()

    def _on_remedy_requested(self, remedy: Remedy) -> None:
        self._session.apply_remedy(remedy)

    def _on_reveal_requested(self, area: QRect) -> None:
        self._scroll.reveal(self._cards, area)

    def _on_metrics_changed(self) -> None:
        metrics = self._source.metrics
        padding, gap = metrics.dock_padding, 8 if metrics.is_compact else 12
        for part in self._padded:
            layout = part.layout()
            assert layout is not None
            is_head = part in (self._layers_head, self._recipe_head)
            layout.setContentsMargins(padding, 8 if is_head else 0, padding, 8 if is_head else gap)
        self._data_margins(padding, gap)
        self._add_row.setContentsMargins(padding - 4, 0, padding - 4, gap)
        self._data.set_compact(metrics.is_compact)
        self._show_samples()
        self._show_counts()

    def _data_margins(self, padding: int, gap: int) -> None:
        layout = self._data.layout()
        assert layout is not None
        layout.setContentsMargins(padding, gap, padding, 8)


class OldRunNote(QWidget):
    """A quiet line: what runs is not what stands below; and the way to make it so."""

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self.words: QLabel = text_label("", "caption", wrap=True)
        self.restart = Button(
            theme_source, "Restart with this stack", "link", "reset", "Start a new run with the layers as they are now."
        )
        layout = QVBoxLayout(self)
        layout.setSpacing(0)
        layout.addWidget(self.words)
        layout.addWidget(self.restart, 0, Qt.AlignmentFlag.AlignLeft)


def _parameters(number: int) -> str:
    return f"{count(number)} parameter{'' if number == 1 else 's'}" if number else ""


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: NetworkPanel(Session(), source), 304, 900, margin=0)
