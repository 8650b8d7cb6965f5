"""The walk along the stops of an update: on, back, to a kind of stop, from image to image, or by itself."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnvis.microscope.named_stops import LONG_WAY, number_of
from nnvis.microscope.stops import Stop, moved_weights, update_stop
from nnvis.microscope.trace import StepTrace

PLAY_EVERY = 2500  # ms


class Walk(QWidget):
    """Knows the stops, which one is in sight, and for which image of the batch (None: all)."""

    playing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: StepTrace | None = None
        self._stops: tuple[Stop, ...] = ()
        self._number = 0
        self._image: int | None = 0
        self._wanted = ""  # the name of a stop that was asked for before there were any
        self._takes_long_way = False
        self._moved: tuple[int, str] = (0, "")  # layer and name of the weights whose step is shown
        self._play = QTimer(self)
        self._play.setInterval(PLAY_EVERY)
        self._play.timeout.connect(self._on_play)

    @property
    def name(self) -> str:
        """What the stop in sight is about, for F1: a kind of layer, loss or optimizer, or BP1 to BP4."""
        stop = self.stop
        if stop is None:
            return ""
        trace = stop.trace
        if stop.tag == "Update":
            return trace.optimizer.kind_name()
        if stop.tag == "Loss":
            return trace.loss.kind_name()
        if stop.is_backward:
            return stop.tag
        layer = stop.layer_trace.layer if stop.layer_trace else None
        if layer is not None and stop.result == "Y" and layer.output_activation is not None:
            return "activation"
        return layer.kind_name() if layer is not None else "dataset"

    def go_to_named(self, name: str) -> None:
        """Show the stop of this name, now or as soon as there are stops."""
        self._wanted = name
        number = number_of(self._stops, name)
        if number is not None:
            self._wanted = ""
            self._takes_long_way = name == LONG_WAY
            self.go_to(number)

    def _show_track(self) -> None:
        raise NotImplementedError(f"{type(self).__name__} must show the track")

    def _show_stop(self) -> None:
        raise NotImplementedError(f"{type(self).__name__} must show the stop in sight")

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops of the track."""
        return self._stops

    @property
    def stop(self) -> Stop | None:
        """The stop in sight."""
        return self._stops[self._number] if self._stops else None

    def go_to(self, number: int) -> None:
        """Show this stop. What is pinned stays: unit 22 stays unit 22."""
        if self._stops and 0 <= number < len(self._stops):
            self._number = number
            self._show_stop()

    def next(self) -> None:
        """One stop on."""
        self.go_to(self._number + 1)

    def back(self) -> None:
        """One stop back."""
        self.go_to(self._number - 1)

    def go_to_kind(self, tag: str) -> None:
        """BP1 to BP4 of the layer in sight, or the nearest one on the way back."""
        here = self.stop
        found = [index for index, stop in enumerate(self._stops) if stop.tag == tag]
        if here is None or not found:
            return
        mine = [index for index in found if self._stops[index].layer == here.layer]
        self.go_to(mine[0] if mine else min(found, key=lambda index: abs(index - self._number)))

    def go_along(self, step: int) -> None:
        """The same kind of stop at the next layer of the way; of the step: the next array that it moves."""
        here = self.stop
        if here is None:
            return
        if here.tag == "Update":
            self.choose_moved(self.moved + step)
            return
        way = range(self._number + step, len(self._stops) if step > 0 else -1, step)
        for index in way:
            if self._stops[index].result == here.result and self._stops[index].tag == here.tag:
                self.go_to(index)
                return

    def go_to_layer(self, layer: int) -> None:
        """The same kind of stop at this layer of the network, or else its first one on the way that one is on."""
        here = self.stop
        if here is None or self._trace is None or here.layer == layer:
            return
        if here.tag == "Update":
            views = [view.layer for view, _ in moved_weights(self._trace)]
            if layer in views:
                self.choose_moved(views.index(layer))
            return
        mine = [number for number, stop in enumerate(self._stops) if stop.layer == layer and stop.tag != "Update"]
        mine = [number for number in mine if self._stops[number].is_backward == here.is_backward] or mine
        alike = [number for number in mine if self._stops[number].result == here.result]
        for number in (alike or mine)[:1]:
            self.go_to(number)

    @property
    def moved(self) -> int:
        """Which of the arrays that the step moves is shown."""
        views = [view for view, _ in moved_weights(self._trace)] if self._trace is not None else []
        return next((index for index, view in enumerate(views) if (view.layer, view.name) == self._moved), 0)

    def choose_moved(self, number: int) -> None:
        """Show the step of another array of weights."""
        if self._trace is None:
            return
        views = [view for view, _ in moved_weights(self._trace)]
        view = views[number % len(views)]
        self._moved = (view.layer, view.name)
        self._take_moved()
        self._show_stop()

    def _take_moved(self) -> None:
        """The stop of the step is about the chosen array."""
        if self._trace is not None and len(self._stops) > 1 and self._stops[-2].tag == "Update":
            view = moved_weights(self._trace)[self.moved][0]
            self._stops = (*self._stops[:-2], update_stop(self._trace, view), self._stops[-1])

    def choose_image(self, image: int | None) -> None:
        """Look at one image of the batch; None: at all of them."""
        if self._trace is None:
            return
        self._image = None if image is None else image % self._trace.size
        self._show_track()
        self._show_stop()

    def move_image(self, step: int) -> None:
        """The image before or after."""
        if self._trace is not None and self._trace.size > 1:
            self.choose_image((self._image or 0) + step)

    def toggle_all_images(self) -> None:
        """All images of the batch at once, or one again."""
        self.choose_image(None if self._image is not None else 0)

    def toggle_play(self) -> None:
        """Walk by itself, or stand still."""
        self.set_playing(not self._play.isActive())

    def set_playing(self, playing: bool) -> None:
        """Walk by itself, one stop every few seconds, from the first one again after the last; or stand still."""
        if playing == self._play.isActive():
            return
        if playing:
            self._play.start()
        else:
            self._play.stop()
        self.playing_changed.emit(playing)
        if playing and self._number + 1 >= len(self._stops):
            self.go_to(0)

    def _on_play(self) -> None:
        self.next()
        if self._number + 1 >= len(self._stops):
            self.set_playing(False)
