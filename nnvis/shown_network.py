"""ShownNetwork: the half of the Session that is looked at: the network as it is now, or was at a moment before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.batch_place import BatchPlace
from core.data import Dataset, Scaling
from core.errors import ConfigError
from core.sequential import Sequential, WeightView
from nnvis.data_loading import DataLoading
from nnvis.history import History
from nnvis.past_values import measured_past
from nnvis.project import Project
from nnvis.reading import AS_TRAINED, Reading
from nnvis.training.run import Prepared
from nnvis.training.study import Finding, Look, Question, Study
from nnvis.training.timeline import Moment, Timeline
from nnvis.viewer import Answer, Measured, Seen, Viewer

__all__ = ["Finding", "Look", "Question", "ShownNetwork"]


class ShownNetwork(DataLoading):
    """What is known of the network that is shown, its history, and what it says to the drawing."""

    moment_changed = Signal()  # another moment of the run is shown: parameters and answer are those of `shown_step`
    drawing_changed = Signal()
    answer_changed = Signal()
    reading_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = History()
        self.drawing: NDArray[np.uint8] | None = None
        self.answer: Answer | None = None
        self.reading = AS_TRAINED  # how the drawing is prepared and the answer read
        self.study = Study(self)  # for what takes longer than a frame; see `inquire`
        self._network: Prepared | None = None  # what history and parameters belong to
        self._viewer: Viewer | None = None
        self._parameters: NDArray[np.float32] = np.empty(0, np.float32)
        self._moment: Moment | None = None  # what is shown instead of the present
        self._timeline_memory: int | None = None  # None: as much as the timeline takes by itself

    # --- what there is to know ------------------------------------------------------------------------------------

    @property
    def running_project(self) -> Project | None:
        """The project that the shown network was made from; None before the first one."""
        return self._network.project if self._network else None

    @property
    def shown_dataset(self) -> Dataset | None:
        """The images that the shown network learns from; those of the project while there is no network."""
        return self._network.dataset if self._network else self.dataset

    @property
    def parameters(self) -> NDArray[np.float32]:
        """The flat vector of the shown network: as of the latest snapshot or of the moment looked at; read-only."""
        return self._moment.parameters if self._moment else self._parameters

    @property
    def timeline(self) -> Timeline | None:
        """The moments of the run that can be looked back at; None before the first network."""
        return self._network.timeline if self._network else None

    def set_timeline_memory(self, memory: int) -> None:
        """Let the moments of this run and of those to come take so many bytes."""
        self._timeline_memory = memory
        if self.timeline is not None:
            self.timeline.set_memory(memory)

    @property
    def is_live(self) -> bool:
        """Whether the present is shown, not an earlier moment."""
        return self._moment is None

    @property
    def shown_step(self) -> int:
        """How many updates the shown network has had."""
        return self._moment.step if self._moment else self.history.step

    @property
    def knows_batch(self) -> bool:
        """Whether the batch that the next update works on, or worked on, can be had."""
        return self._moment is None or self._place_of_moment is not None or self._moment.step == self.history.step

    @property
    def _place_of_moment(self) -> BatchPlace | None:
        """Where the update lies that came after the moment that is looked at."""
        moment = self.timeline.nearest(self.shown_step) if self.timeline and self._moment else None
        return moment.next if moment is not None and moment.step == self.shown_step else None

    @property
    def initial_parameters(self) -> NDArray[np.float32]:
        """The flat vector before the first batch; read-only."""
        return self._network.parameters if self._network else self._parameters

    @property
    def views(self) -> list[WeightView]:
        """Where each array of each layer lies in `parameters`."""
        if self._network is None:
            return []
        # The network has only the layers that take part; views speak of all layers of its project.
        kept = [index for index, layer in enumerate(self._network.project.layers) if layer.enabled]
        return [replace(view, layer=kept[view.layer]) for view in self._network.viewer.parameter_views()]

    # --- looking back -------------------------------------------------------------------------------------------------

    def look_back(self, step: int) -> None:
        """Show the network as it was at the kept moment nearest to `step`, while training goes on."""
        moment = self.timeline.nearest(step) if self.timeline else None
        if moment is None or moment is self._moment:
            return
        self._show(moment)

    def look_earlier(self) -> None:
        """Show the kept moment before the one that is shown."""
        steps = [step for step in self.timeline.steps if step < self.shown_step] if self.timeline else []
        if steps:
            self.look_back(steps[-1])

    def look_later(self) -> None:
        """Show the kept moment after the one that is shown; after the last one, the present."""
        steps = [step for step in self.timeline.steps if step > self.shown_step] if self.timeline else []
        if steps and not self.is_live:
            self.look_back(steps[0])
        else:
            self.look_live()

    def look_live(self) -> None:
        """Show the present again."""
        if self._moment is not None:
            self._show(None)

    def _show(self, moment: Moment | None) -> None:
        self._moment = moment
        if self._viewer:
            self._viewer.show(self.parameters)
        self.moment_changed.emit()
        self._refresh_answer()

    # --- asking the network -----------------------------------------------------------------------------------------

    def predict(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """What the network, as last shown, gives for one image (28, 28) or several (N, 28, 28); see Viewer.outputs."""
        if self._viewer is None:
            raise ConfigError("There is no network yet: the images are still being loaded.")
        return self._viewer.outputs(images)

    def measure_past(self, topic: str, kind: str, moments: Sequence[tuple[int, NDArray[np.float32]]]) -> None:
        """Measure as `measure` does, beside the window, at moments of the run given as step and parameters.

        The answer comes by `study.found`: a table from step to the values of each layer.
        """
        if self._network is not None and moments:
            probe = self._network.probe
            self.inquire(topic, lambda look: measured_past(look, kind, moments, probe))

    def measure(self, kind: str, *, at_start: bool = False) -> Measured | None:
        """One kind of array (dW, db, a or δ) of every layer, on a few images, with the parameters that are shown.

        `at_start`: with the first weights instead. None before there is a network.
        """
        if self._viewer is None or self._network is None:
            return None
        parameters = self.initial_parameters if at_start else self.parameters
        return self._viewer.measure(kind, parameters, self._network.probe)

    def new_model(self) -> Sequential | None:
        """A copy of the shown network to experiment with, in the window's hands alone; None before there is one."""
        return self._network.viewer.clone() if self._network else None

    @property
    def scaling(self) -> Scaling | None:
        """How the shown network's images are scaled; None before there is one."""
        return self._network.scaling if self._network else None

    def set_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """Show the network a drawing in MNIST's form (28, 28); it is answered at once and after every snapshot."""
        self.drawing = None if image is None else np.array(image, dtype=np.uint8)
        self.drawing_changed.emit()
        self._refresh_answer()

    def set_reading(self, reading: Reading) -> None:
        """Prepare the drawing and read its answer in another way. Who made the drawing has to prepare it anew."""
        if reading != self.reading:
            self.reading = reading
            self.reading_changed.emit()
            self._refresh_answer()

    def look(
        self, eye: Callable[[Sequential, NDArray[np.float32]], Seen], image: NDArray[Any] | None = None
    ) -> Seen | None:
        """What `eye` sees at once in the network as shown, with its input for the drawing (or another `image`).

        For what takes less than a frame; `eye` must copy what it keeps. None before there is a network or a drawing.
        """
        image = self.drawing if image is None else image
        if self._viewer is None or image is None or not self._viewer.takes(image):
            return None
        return self._viewer.look(eye, image, self.reading)

    def inquire(self, topic: str, question: Question) -> None:
        """Have `question` answered about the network as shown, beside the window; `study.found` brings the answer."""
        if self._network is not None:
            self.study.ask(topic, self.parameters, question)

    def _refresh_answer(self) -> None:
        before = self.answer
        self.answer = None
        if self.drawing is not None and self._viewer is not None:
            self.answer = self._viewer.answer(self.drawing, self.shown_step, self.reading)
        if before is not None or self.answer is not None:
            self.answer_changed.emit()

    # --- what the Session has heard of the worker -------------------------------------------------------------------

    def _take_network(self, network: Prepared) -> None:
        """Show a fresh network; the history of the one before is forgotten."""
        self._network = network
        self._viewer = Viewer(network.viewer, network.scaling)
        self.study.set_network(network.viewer, network.scaling)
        self._parameters = network.parameters
        self._moment = None
        self.history = History()
        if self._timeline_memory is not None:
            network.timeline.set_memory(self._timeline_memory)

    def _take_parameters(self, parameters: NDArray[np.float32]) -> None:
        """The present has moved on. Who looks back goes on seeing the past."""
        self._parameters = parameters
        if self._viewer and self.is_live:
            self._viewer.show(parameters)
