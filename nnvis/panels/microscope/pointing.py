"""What is pointed at on the stage: written out below it, ringed wherever it takes part, pinned by a click."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from nnvis.microscope.telling import telling
from nnvis.microscope.written_out import written_out
from nnvis.microscope.written_windows import has_window, linked, moved
from nnvis.panels.microscope.weighing import Weighing
from nnvis.theme import ThemeSource

WEIGHTS = ("W", "b", "dW", "db", "gamma", "beta", "dgamma", "dbeta", "P", "P_new", "G")
LOW = 460  # a bench lower than that shows fewer rows
SLIDE_EVERY = 125  # ms: while the walk plays a window moves over its image, eight places a second


class Pointing(Weighing):
    """Follows mouse, arrows and the names in the line of source; while the walk plays, a window moves by itself."""

    _theme_source: ThemeSource

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slide = QTimer(self)
        self._slide.setInterval(SLIDE_EVERY)
        self._slide.timeout.connect(self._slide_on)
        self.playing_changed.connect(self._on_playing_changed)

    @property
    def _names(self) -> tuple[str, ...]:
        dataset = self._session.dataset
        return dataset.class_names if dataset is not None else ()

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

    def _on_playing_changed(self, playing: bool) -> None:
        if playing:
            self._slide.start()
        else:
            self._slide.stop()

    def _slide_on(self) -> None:
        """Point at the next number of the result, so that the window that makes it moves over its image."""
        staged, out, layout = self._staging, self._out, self.bench.stage.layout_now
        if staged is None or out is None or layout is None or self._pinned or self._theme_source.reduced_motion:
            return
        if has_window(staged.shown, self._at):
            order, shape = layout.result.reading_order(), staged.shown.result.value.shape
            here = int(np.ravel_multi_index(out.index, shape))
            after = order.index(here) + 1 if here in order else 0
            self._point(staged.shown.result.text, order[after % len(order)])

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
