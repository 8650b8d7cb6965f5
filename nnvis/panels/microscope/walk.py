"""The Microscope page: one update of the network, read one equation at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.microscope.long_way import has_long_way, long_way
from nnvis.microscope.not_finite import begins_at
from nnvis.microscope.specimen import Specimen
from nnvis.microscope.staging import staging
from nnvis.microscope.stops import Stop, moved_weights, stops_of
from nnvis.microscope.trace import Bench
from nnvis.microscope.track import track_of
from nnvis.panels.microscope.ahead import TypesetAhead
from nnvis.panels.microscope.pointing import LOW, Pointing
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

FOLLOW_EVERY = 1000  # ms
EMPTY = "The network is being made ready. In a moment its next update can be read here, equation by equation."


class MicroscopePanel(Pointing):
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
        self.head.play_toggled.connect(self.set_playing)
        self.playing_changed.connect(self.head.show_playing)
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
        self.set_playing(False)
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
