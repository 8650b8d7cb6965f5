"""The Microscope page: one update of the network, read one equation at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.microscope.long_way import has_long_way, long_way
from nnvis.microscope.not_finite import begins_at
from nnvis.microscope.specimen import Specimen
from nnvis.microscope.staging import staging
from nnvis.microscope.stops import Stop, moved_weights, stops_of
from nnvis.microscope.telling import telling
from nnvis.microscope.trace import Bench
from nnvis.microscope.track import track_of
from nnvis.microscope.written_out import written_out
from nnvis.microscope.written_windows import linked, moved
from nnvis.panels.microscope.ahead import TypesetAhead
from nnvis.panels.microscope.weighing import Weighing
from nnvis.running import RunState
from nnvis.theme import ThemeSource
from nnvis.widgets.labels import text_label
from nnvis.widgets.microscope.bench_area import BenchArea
from nnvis.widgets.microscope.chip_preview import ChipPreview
from nnvis.widgets.microscope.microscope_head import MicroscopeHead
from nnvis.widgets.microscope.microscope_keys import MicroscopeKeys
from nnvis.widgets.microscope.source_window import SourceWindow
from nnvis.widgets.microscope.step_track import StepTrack, thumbnail
from nnvis.widgets.microscope.strips import CodeStrip, Link, WhyStrip

if TYPE_CHECKING:
    from nnvis.session import Session

WEIGHTS = ("W", "b", "dW", "db", "gamma", "beta", "dgamma", "dbeta", "P", "P_new", "G")
FOLLOW_EVERY = 1000  # ms
LOW = 460  # a bench lower than that shows fewer rows
EMPTY = "The network is being made ready. In a moment its next update can be read here, equation by equation."


class MicroscopePanel(Weighing):
    """A track, a header, the stage with its written-out card, the line of source and the sentence of why."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme_source = theme_source
        self.setObjectName("microscope")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

        self.track = StepTrack(theme_source)
        self.head = MicroscopeHead(theme_source)
        self.bench = BenchArea(theme_source)
        self.code = CodeStrip(theme_source)
        self.why = WhyStrip(theme_source)
        self._empty = text_label(EMPTY, tone="secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._ahead = TypesetAhead(self)
        self._preview = ChipPreview(theme_source, self)
        self._keys = MicroscopeKeys(self)
        self._connect()
        self._show_nothing()

    def _lay_out(self) -> None:
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(14, 4, 14, 8)
        column.setSpacing(6)
        column.addWidget(self.head)
        column.addWidget(self.bench, 1)
        strips = QHBoxLayout()
        strips.setSpacing(8)
        strips.addWidget(self.code, 44)
        strips.addWidget(self.why, 56)
        column.addLayout(strips)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # beside open docks others need less
        page.setSpacing(0)
        page.addWidget(self.track)
        page.addWidget(self._empty, 1)
        page.addWidget(self._body, 1)

    def _connect(self) -> None:
        session, stage = self._session, self.bench.stage
        self.track.stop_requested.connect(self.go_to)
        self.track.rested.connect(self._on_chip_rested)
        self.track.left.connect(self._preview.hide)
        self.head.chain.stop_requested.connect(self.go_to)
        self.head.back_requested.connect(self.back)
        self.head.next_requested.connect(self.next)
        self._follow = QTimer(self)
        self._follow.setInterval(FOLLOW_EVERY)
        self._follow.timeout.connect(self._ask)
        self.head.follow_toggled.connect(self._on_follow_toggled)
        self.head.reset_requested.connect(self.reset_changes)
        self.head.remedy_requested.connect(self._on_remedy_requested)
        stage.change_requested.connect(self._on_change_requested)
        stage.value_given.connect(self._on_value_given)
        self.head.long_way_toggled.connect(self.toggle_long_way)
        self.head.source_chosen.connect(self._on_source_chosen)
        self.head.image_chosen.connect(self.choose_image)
        self.head.array_chosen.connect(self.choose_moved)
        stage.pointed.connect(self._on_pointed)
        stage.clicked.connect(self._on_clicked)
        stage.menu_requested.connect(self.open_stage_menu)
        self.bench.card.image_chosen.connect(self.choose_image)
        self.code.name_pointed.connect(self._on_name_pointed)
        self.code.source_requested.connect(self.show_source)
        self.bench.weight.closed.connect(self._close_weight)
        session.stop_asked.connect(self.go_to_named)
        session.specimen_arrived.connect(self._on_specimen)
        session.history_cleared.connect(self._on_history_cleared)
        session.state_changed.connect(self._on_state_changed)
        session.moment_changed.connect(self._on_moment_changed)
        session.drawing_changed.connect(self._on_drawing_changed)
        self._theme_source.theme_changed.connect(self._on_theme_changed)

    # --- what is under the microscope -------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the update that comes next."""
        super().showEvent(event)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing moves out of sight."""
        super().hideEvent(event)
        self._play.stop()
        self._ahead.rest()
        self.head.follow.setChecked(False)

    def _ask(self) -> None:
        """Ask for the batch about to be applied, or make a specimen of one's own."""
        if not self.isVisible():
            return
        session = self._session
        is_over = session.state is RunState.FAILED and session.is_live  # no batch comes next
        if self.head.source == "batch" and session.knows_batch and not is_over:
            session.ask_specimen()
        else:
            self._take_own()

    def _take_own(self) -> None:
        """A specimen that is no batch of the run: it never moves the weights."""
        from nnvis.microscope.own_specimens import own_specimen

        specimen = own_specimen(self._session, self.head.source, self.head.label_of_drawing)
        if specimen is None:
            self.head.say_source_missing()
            return
        self._examine(specimen)

    def _on_specimen(self, specimen: Specimen) -> None:
        session = self._session
        fits = not specimen.is_past if session.is_live else specimen.step == session.shown_step
        if self.isVisible() and self.head.source == "batch" and session.knows_batch and fits:
            self._examine(specimen)

    def _examine(self, specimen: Specimen) -> None:
        if self._bench is None:
            model = self._session.new_model()
            if model is None:
                return
            self._bench = Bench(model)
        if specimen.parameters.size != self._bench.model.parameters.size:
            return  # of a network that is gone by now
        self._trace = self._bench.trace(specimen)
        self._stops = stops_of(self._trace)
        self._take_moved()
        self._number = min(self._number, len(self._stops) - 1)
        size = self._trace.size
        if size == 1 or self._image is None or self._image >= size:
            self._image = None if self._image is None and size > 1 else 0
        images = self._trace.specimen.images
        self._thumbnails = (
            {index: thumbnail(images[index], self._theme_source) for index in range(min(size, 512))}
            if images.ndim == 4 else {}
        )  # fmt: skip
        self._empty.hide()
        self._body.show()
        self._offer_remedy()
        self._show_track()
        self._show_stop()
        self._ahead.prepare(self._stops, self._number, self._image)
        if self._wanted:
            self.go_to_named(self._wanted)

    def _offer_remedy(self) -> None:
        """Where something is no number any more, say what helps; what was changed by hand is reset instead."""
        trace = self._trace
        can_help = trace is not None and not trace.specimen.is_changed and not self._session.is_training
        is_broken = can_help and (begins_at(self._stops) or 0) > 0  # where the images are no numbers, no rate helps
        self.head.offer_remedy(self._session.ways_out()[0].label if is_broken else "")

    def _on_remedy_requested(self) -> None:
        self._session.ways_out()[0].callback()

    def _show_nothing(self) -> None:
        self._body.hide()
        self._empty.show()

    # --- showing ----------------------------------------------------------------------------------------------------

    def _show_track(self) -> None:
        assert self._trace is not None
        titles = {index: f"{stop.title} ({stop.tag})" for index, stop in enumerate(self._stops)}
        self.track.show_track(track_of(self._trace, self._stops, self._image), titles)

    @property
    def _names(self) -> tuple[str, ...]:
        dataset = self._session.dataset
        return dataset.class_names if dataset is not None else ()

    def _show_stop(self) -> None:
        stop, trace = self.stop, self._trace
        if stop is None or trace is None:
            return
        before = self._stops[self._number - 1] if self._number else None
        low = self.bench.height() < LOW
        self._staging = staging(stop, self._image, before, low, self._names)
        self.track.set_here(self._number)
        links = [Link(each.factor, index) for index, each in enumerate(self._stops) if self._in_chain(each)]
        self.head.show_stop(
            stop.tag, stop.title, self._number, len(self._stops), links if stop.is_backward else [],
            trace.specimen, self._image,
        )  # fmt: skip
        arrays = tuple(words for _, words in moved_weights(trace)) if stop.tag == "Update" else ()
        self.head.offer_arrays(arrays, self.moved)
        self.bench.set_beside(self._staging.stack is not None)
        stage = self.bench.stage
        stage.show_staging(self._staging, self._thumbnails)
        names = frozenset(block.operand.text for block in self._staging.blocks)
        self.code.show_code(stop.code, names)
        self.why.show_sentence(stop.sentence(self._image))
        self._point_at_first()
        self._show_long_way()

    def toggle_long_way(self) -> None:
        """Through the Jacobian number by number, or back to what the program does."""
        if self.stop is not None and has_long_way(self.stop):
            self._takes_long_way = not self._takes_long_way
            self._show_stop()

    def _show_long_way(self) -> None:
        stop = self.stop
        assert stop is not None
        possible = has_long_way(stop)
        taken = possible and self._takes_long_way
        self.head.offer_long_way(possible, taken)
        self.bench.set_long_way(taken)
        if taken:
            way = long_way(stop, self._image or 0, self._names)
            self.bench.long_way.show_way(way)
            self.head.title.say(stop.tag, way.title)
            self.code.show_code(way.code, frozenset())
            self.why.show_sentence(way.sentence)

    def _in_chain(self, stop: Stop) -> bool:
        """Gradients of weights branch off: only the last one ends the chain."""
        if not stop.is_backward or not stop.factor:
            return False
        last = max((index for index, each in enumerate(self._stops) if each.factor), default=0)
        return stop.result != "dW" or self._stops[last] is stop

    def _on_chip_rested(self, number: int, chip: QRect) -> None:
        stop = self._stops[number]
        staged = staging(stop, self._image, self._stops[number - 1] if number else None, True, self._names)
        self._preview.show_block(f"{stop.title} ({stop.tag})", staged.result, self._thumbnails, chip)

    # --- pointing ---------------------------------------------------------------------------------------------------

    def _point_at_first(self) -> None:
        """A stop opens with something already pointed at: the largest entry, or what was pinned."""
        staged = self._staging
        assert staged is not None
        place = staged.first
        if self._pinned and self._out is not None:
            result = staged.shown.result
            wanted = {axis: index for axis, index in self._at.items() if axis in result.axes}
            index = [wanted.get(axis, 0) for axis in result.axes]
            if wanted and all(i < n for i, n in zip(index, result.value.shape, strict=True)):
                place = int(np.ravel_multi_index(tuple(index), result.value.shape))
        if staged.shown.stop.tag == "BP1" and self._image is not None and not self._pinned:
            row = staged.shown.result.value[self._image]
            place = int(
                np.ravel_multi_index((self._image, int(np.argmax(np.abs(row)))), staged.shown.result.value.shape)
            )
        self._point(staged.shown.result.text, place)

    def _on_pointed(self, name: str, place: int) -> None:
        if not self._pinned:
            self._point(name, place)

    def _on_clicked(self, name: str, place: int) -> None:
        self._point(name, place)
        self._pinned = True
        self._refresh_marks()
        if name in WEIGHTS:
            self.show_weight()

    def release(self) -> None:
        """Close the card of a weight, or let go of what is pinned."""
        if self.bench.weight.isVisible():
            self._close_weight()
            return
        self._pinned = False
        self._refresh_marks()

    def _point(self, name: str, place: int) -> None:
        staged = self._staging
        if staged is None:
            return
        block = next((each for each in staged.blocks if each.operand.text == name), staged.result)
        at = block.index_at(place)
        at |= moved(staged.shown.stop, at)
        result = staged.shown.result
        self._at = {**{axis: index for axis, index in self._at.items() if axis in result.axes}, **at}
        index = tuple(self._at.get(axis, 0) for axis in result.axes)
        if staged.stack and staged.shown.stop.result == "dZ":  # columns of the matrix above are units here
            index = (0, self._at.get("i", self._at.get("j", 0)))
        index = tuple(min(i, n - 1) for i, n in zip(index, result.value.shape, strict=True))
        self._out = written_out(staged.shown, index)
        self._at = (
            at
            if staged.stack and staged.shown.stop.result == "dZ"
            else {**dict(zip(result.axes, index, strict=True)), **at}
        )
        if name == staged.shown.result.text:
            self.bench.stage.set_keyboard_place(place)
        self._refresh_marks()

    def _refresh_marks(self) -> None:
        staged, out = self._staging, self._out
        if staged is None or out is None:
            return
        stage = self.bench.stage
        stage.set_at(linked(staged.shown.stop, self._at), self._pinned)
        layout = stage.layout_now
        lines = layout.row_middles if layout else ()
        told = telling(staged, out, self.bench.height() < LOW, self._names)
        self.bench.card.show_telling(told, self._thumbnails, lines, self._pinned)

    def _on_name_pointed(self, name: str) -> None:
        if self._staging is not None and self._out is not None:
            block = next((each for each in self._staging.blocks if each.operand.text == name), None)
            whole = {axis: index for axis, index in self._at.items() if block and axis in block.operand.axes}
            self.bench.stage.set_at(self._at if block is None else whole or self._at, self._pinned)

    def show_source(self) -> None:
        """Show the whole function, the line that ran lit."""
        if self.stop is not None and self.stop.code:
            SourceWindow(self._theme_source, self.stop.code[0], self).open()

    # --- what the session says --------------------------------------------------------------------------------------

    def _on_source_chosen(self) -> None:
        self._image = 0
        self._ask()

    def _on_history_cleared(self) -> None:
        self._bench = self._twins = self._trace = None
        self.bench.set_drawer(False)
        self._stops, self._number, self._pinned = (), 0, False
        self._offer_remedy()
        self._ask()

    def _on_state_changed(self) -> None:
        self.head.show_running(self._session.is_training)
        self._offer_remedy()
        if not self._session.is_training:
            self._ask()

    def _on_follow_toggled(self, following: bool) -> None:
        if following:
            self._ask()
            self._follow.start()
        else:
            self._follow.stop()

    def _on_moment_changed(self) -> None:
        self._ask()

    def _on_drawing_changed(self) -> None:
        if self.head.source == "drawing":
            self._ask()

    def _on_theme_changed(self) -> None:
        if self._trace is not None:
            self._examine(self._trace.specimen)
