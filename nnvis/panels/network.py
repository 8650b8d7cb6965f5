"""The panel Network: the data, the stack of layers and the training recipe, one below the other.

It asks the Session for every change and shows what the Session has. Preview: python -m nnvis.panels.network
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.data import SOURCES
from core.layers import LAYERS
from core.layers.base import Layer, Shape
from nnvis.data_control import DataControl
from nnvis.layer_health import health_rows
from nnvis.network_summary import summary_facts, summary_rows
from nnvis.pen_rows import pen_rows
from nnvis.presets import Preset
from nnvis.recipe import takes_pen_digits
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.data_section import DataSection
from nnvis.widgets.health import RECENT
from nnvis.widgets.image_sheet import ImageSheet
from nnvis.widgets.labels import hairline
from nnvis.widgets.layer_card import input_card
from nnvis.widgets.layer_offer import fresh_layer
from nnvis.widgets.layer_text import from_text, to_text
from nnvis.widgets.layer_tips import card_health
from nnvis.widgets.layers_section import LayersSection
from nnvis.widgets.palette import LayerPalette
from nnvis.widgets.pen_share import PenShare
from nnvis.widgets.pen_sheet import PenSheet
from nnvis.widgets.recipe_form import RecipeForm
from nnvis.widgets.redraw_budget import Part, RedrawBudget
from nnvis.widgets.sample_strip import magnitude_image
from nnvis.widgets.scroll_column import ScrollColumn
from nnvis.widgets.summary_card import SummaryCard
from nnvis.widgets.template_card import TemplateCard
from nnvis.widgets.weight_bars import WeightBars

_RANGES = {"unit": "pixels 0…1", "standardize": "pixels standardized"}
_OLD_WORDS = {
    RunState.RUNNING: "Training goes on with the stack as it was.",
    RunState.PAUSED: "The paused run has the stack as it was.",
    RunState.DONE: "The charts show the stack as it was.",
    RunState.FAILED: "The charts show the stack as it was.",
}


class NetworkPanel(QWidget):
    """The left dock. `tools` belongs into its head."""

    title: ClassVar[str] = "Network"

    def __init__(self, session: Session, theme_source: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._source = theme_source
        self._bars = WeightBars()
        self._sample = 0
        self._data = DataSection(theme_source, SOURCES)
        self._pens = PenShare(theme_source)
        self._data.add(self._pens)
        self._data.add_link(self._pens.alone)
        self._data_control = DataControl(session, self._data)
        self._stack = LayersSection(theme_source)
        self._cards = self._stack.cards
        self._recipe = RecipeForm(theme_source)
        self._overlays: dict[type[QWidget], QWidget] = {}
        self._budget = RedrawBudget()  # a card is painted as a whole: its little histogram follows at its own pace
        self._budget.add(Part("cards", self._show_learning, 2, 1.25, self.isVisible))
        self._scroll = ScrollColumn()
        for part in (self._data, hairline(), self._stack, hairline(), self._recipe):
            self._scroll.column.addWidget(part)
        self._scroll.column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self.tools = ToolButton(
            theme_source, "chevron-down", "Start from a network that is worth studying.", "Templates", "small"
        )
        self.tools.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the word
        self._connect_widgets()
        self._connect_session()
        self._on_dataset_changed()
        self._on_history_cleared()

    def _connect_widgets(self) -> None:
        session, cards, stack, recipe = self._session, self._cards, self._stack, self._recipe
        self.tools.clicked.connect(self.open_templates)
        self._data.others_requested.connect(self._on_others_requested)
        self._pens.share_chosen.connect(self._on_pen_share_chosen)
        self._pens.sheet_requested.connect(self.open_pen_sheet)
        self._data.sheet_requested.connect(self.open_images)
        stack.add_clicked.connect(self.add_layer)
        stack.remedy_requested.connect(session.apply_remedy)
        stack.topic_requested.connect(session.explain)
        stack.problem_pointed_at.connect(session.select_layer)
        stack.head.summary_clicked.connect(self.open_summary)
        stack.old_run.restart_clicked.connect(session.train)
        stack.old_run.carry_over_clicked.connect(session.train_carried_over)
        cards.layer_selected.connect(session.select_layer)
        cards.replace_requested.connect(session.replace_layer)
        cards.remedy_requested.connect(session.apply_remedy)
        cards.topic_requested.connect(session.explain)
        cards.move_requested.connect(session.move_layers)
        cards.remove_requested.connect(session.remove_layers)
        cards.duplicate_requested.connect(self._on_duplicate_requested)
        cards.insert_requested.connect(self._on_insert_requested)
        cards.copy_requested.connect(self._on_copy_requested)
        cards.paste_requested.connect(self._on_paste_requested)
        cards.toggle_requested.connect(self._on_toggle_requested)
        cards.palette_requested.connect(self._open_palette)
        cards.reveal_requested.connect(self._on_reveal_requested)
        recipe.optimizer_changed.connect(session.set_optimizer)
        recipe.training_changed.connect(session.set_training)
        recipe.schedule_changed.connect(session.set_schedule)
        recipe.early_stopping_changed.connect(session.set_early_stopping)
        recipe.loss_changed.connect(session.set_loss)
        recipe.seed_changed.connect(session.set_seed)

    def _connect_session(self) -> None:
        session = self._session
        session.project_changed.connect(self._on_project_changed)
        session.selected_layer_changed.connect(self._on_selected_layer_changed)
        session.dataset_changed.connect(self._on_dataset_changed)
        session.pen_digits_drawn.connect(self._show_pen_digits)
        session.state_changed.connect(self._on_state_changed)
        session.history_cleared.connect(self._on_history_cleared)
        session.snapshot_arrived.connect(self._on_snapshot_arrived)
        session.moment_changed.connect(self._budget.run_now)
        self._source.theme_changed.connect(self._show_samples)

    # --- what the menus can do, too -------------------------------------------------------------------------------

    def add_layer(self) -> None:
        """Offer the layers that can be added; the chosen one is put where one would expect it."""
        corner = self._stack.mapToGlobal(self._stack.add_area.topLeft())
        self._open_palette(self._usual_position(), QRect(corner, self._stack.add_area.size()))

    def open_templates(self) -> None:
        """Offer networks to start from."""
        dataset = self._session.dataset
        card = self._overlay(TemplateCard)
        if dataset is not None:
            card.open_for(dataset.classes, dataset.input_shape, self._in_window(QRect(0, 0, 0, 0)))

    def open_summary(self) -> None:
        """Show the network as a table."""
        project, reports = self._session.project, self._session.layer_reports
        rows, facts = summary_rows(project.layers, reports), summary_facts(reports, project.optimizer)
        self._overlay(SummaryCard).show_rows(rows, facts)

    def open_pen_sheet(self) -> None:
        """Show what is mixed into the training, style by style."""
        progress = self._session.pen_progress
        if progress is not None and progress.is_complete:
            self._overlay(PenSheet).open_with(pen_rows(progress.digits))

    def open_images(self, part: str = "train") -> None:
        """Show the images of the data set, to leaf through."""
        if self._session.dataset is not None:
            self._overlay(ImageSheet).open_with(self._session.dataset, part)

    # --- what the session says --------------------------------------------------------------------------------------

    def _on_project_changed(self) -> None:
        session, project, dataset = self._session, self._session.project, self._session.dataset
        pixels = _RANGES[project.data.scaling]
        first = input_card(dataset.title, dataset.input_shape, pixels) if dataset else input_card("the data", (), "")
        self._stack.show_stack(first, project.layers, session.layer_reports, session.problems)
        self._on_selected_layer_changed()
        self._recipe.show_project(project)
        self._show_pen_digits()
        self._show_bars()
        self._show_health()
        self._on_state_changed()

    def _show_pen_digits(self) -> None:
        """How much of a batch they are, and how far they are drawn; nothing where they cannot be mixed in."""
        dataset, progress = self._session.dataset, self._session.pen_progress
        mixture = self._session.project.pen_digits
        for part in (self._pens, self._pens.alone):
            part.setVisible(dataset is None or takes_pen_digits(dataset))
        self._pens.set_share(mixture.share, dataset.title if dataset else "MNIST")
        self._pens.set_progress(*(progress.done, progress.count) if progress else (0, mixture.count))

    def _on_pen_share_chosen(self, share: float) -> None:
        self._session.set_pen_digits(self._session.project.pen_digits.replace(share=share))

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
        words = _OLD_WORDS.get(session.state, "") if session.running_is_old else ""
        found = session.carry_over if words else None
        self._stack.say_old(words, len(found.pairs) if found else 0, found.total if found else 0)

    def _on_history_cleared(self) -> None:
        self._bars.start(self._session.views, self._session.initial_parameters)
        self._show_learning()
        self._on_state_changed()

    def _on_snapshot_arrived(self) -> None:
        self._budget.request_all()
        self._budget.run()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up on what came while it was hidden."""
        super().showEvent(event)
        self._show_learning()

    # --- what the widgets ask for -----------------------------------------------------------------------------------

    def _on_others_requested(self) -> None:
        self._sample += 1
        self._show_samples()

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
        self._session.enable_layers(toggled, not any(layers[index].enabled for index in toggled))

    def _on_layer_chosen(self, position: int, layer: Layer) -> None:
        self._session.insert_layers(position, [layer])
        if layer == fresh_layer(type(layer)):
            self._cards.open_layer(position)  # nothing was typed: its values are the next thing to choose

    def _on_template_chosen(self, preset: Preset) -> None:
        classes = self._session.dataset.classes if self._session.dataset else 10
        self._session.select_layer(None)
        self._session.set_project(preset.applied(self._session.project, classes), f"use template {preset.title}")

    def _on_image_taken(self, image: NDArray[np.uint8]) -> None:
        """Ask the network about an image of the data set, as about a drawing."""
        if image.shape[-1] == 1:
            self._session.set_drawing(image[..., 0])

    def _on_palette_closed(self) -> None:
        self._cards.show_insertion(-1)

    def _on_reveal_requested(self, area: QRect) -> None:
        self._scroll.reveal(self._cards, area)

    # --- the cards over the window ----------------------------------------------------------------------------------

    def _usual_position(self) -> int:
        """Where "Add layer" puts one: behind the selected layer, else before a finished output, else at the end."""
        session = self._session
        end, selected = len(session.project.layers), session.selected_layer
        if selected is not None and selected < end - 1:
            return selected + 1
        is_sound = all(problem.severity != "error" for problem in session.problems)
        return end - 1 if end > 1 and is_sound and session.dataset is not None else end

    def _open_palette(self, position: int, anchor: QRect) -> None:
        """Open it beside `anchor` (on the screen) for a layer at `position`."""
        session = self._session
        after, shape = "Input", _input_shape(session)
        if position > 0:
            layer = session.project.layers[position - 1]
            after = " ".join((layer.kind_name(), *layer.chips()[:1]))
            shape = session.layer_reports[position - 1].output_shape
        self._cards.show_insertion(position)
        area = self._in_window(QRect(self.mapFromGlobal(anchor.topLeft()), anchor.size()))
        self._overlay(LayerPalette).open_at(position, area, after=after, input_shape=shape)

    def _overlay(self, kind: type[Any]) -> Any:
        """The one card of its kind over the window; another one once the dock has become a window of its own."""
        window, card = self.window(), self._overlays.get(kind)
        if card is None or card.parent() is not window:
            if kind is LayerPalette:
                card = palette = LayerPalette(self._source, LAYERS, window)
                palette.chosen.connect(self._on_layer_chosen)
                palette.closed.connect(self._on_palette_closed)
            elif kind is TemplateCard:
                card = templates = TemplateCard(self._source, window)
                templates.picked.connect(self._on_template_chosen)
            elif kind is ImageSheet:
                card = sheet = ImageSheet(self._source, window)
                sheet.taken.connect(self._on_image_taken)
            else:
                card = kind(self._source, window)
            self._overlays[kind] = card
        return card

    def _in_window(self, area: QRect) -> QRect:
        """A part of the panel, as wide as the panel, in the coordinates of the window."""
        corner = self.mapTo(self.window(), QPoint(0, area.top()))
        return QRect(corner, QSize(self.width(), area.height()))

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show_samples(self) -> None:
        dataset = self._session.dataset
        if dataset is None:
            return
        images, number = dataset.x_train, self._data.samples
        height, width = images.shape[1:3]
        chosen = [(self._sample * number + index) % len(images) for index in range(number)]
        pixels = [(images[index, :, :, 0].tobytes(), width, height) for index in chosen]
        self._data.set_images(pixels)
        self._cards.set_input_picture(magnitude_image(*pixels[0], self._source.theme))

    def _show_learning(self) -> None:
        """Histogram and health of every card, in one go: a card is painted as a whole."""
        self._show_bars()
        self._show_health()

    def _show_health(self) -> None:
        """How each layer learns, on the cards of the layers that are being trained."""
        session = self._session
        running, layers = session.running_project, session.project.layers
        if running is None or running.layers != layers:
            self._cards.set_health([None] * len(layers))
            return
        names = [report.name for report in session.layer_reports]
        rows = health_rows(session.history, session.shown_step, {name: name for name in names}, RECENT)
        found = {row.title: card_health(row) for row in rows}
        self._cards.set_health([found.get(name) for name in names])

    def _show_bars(self) -> None:
        """The weights of the network that is shown, on the cards of the layers it was made from."""
        session = self._session
        running, layers = session.running_project, session.project.layers
        if running is None or len(running.layers) != len(layers):
            self._cards.set_histograms([None] * len(layers))
            return
        bars = self._bars.bars(session.parameters, len(layers))
        same = [old == new for old, new in zip(running.layers, layers, strict=True)]
        self._cards.set_histograms([shown if kept else None for shown, kept in zip(bars, same, strict=True)])


def _input_shape(session: Session) -> Shape | None:
    return session.dataset.input_shape if session.dataset else None


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: NetworkPanel(Session(), source), 304, 900, margin=0)
