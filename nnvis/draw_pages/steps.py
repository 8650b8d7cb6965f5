"""The page Steps: from drawing to input, each step with its switch; and from scores to answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from core.sequential import Sequential
from nnvis.draw_pages.desk import DrawingDesk
from nnvis.draw_pages.pace import Pace
from nnvis.number_text import decimal, percent
from nnvis.reading import COOLEST, HOTTEST, Reading
from nnvis.theme import ThemeSource
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.step_tile import StepTile

CROP = "Only the part with ink is kept; left out, the margins of the canvas count as part of the digit."
SCALE = "The longer side becomes 20 pixels; left out, the digit keeps the size at which you drew it."
CENTRE = ("The centre of mass of the ink comes into the middle of 28 by 28; left out, the digit stays where you drew "
          "it.")
STANDARDISE = ("The mean of the training pixels is subtracted, and the rest divided by their standard deviation; left "
               "out, the network gets 0 to 1.")
UNIT = "This project trains on pixels from 0 to 1, so there is nothing to do."
NOTE = ("Leave a step out and see what the answer becomes: the network knows only pictures that went through all of "
        "them.")
ROOMS = (42, 50, 43, 44, 66)  # for what stands below each picture
LARGE_SIDE, EVEN_SIDE = 72, 64  # px of a picture where there is room; from the second on words fit below any of them
APART = 10  # px between pictures of that size
STEPS_HZ = 20  # five pictures are not to cost every move of the pen
NOTCHES = 20  # of the temperature's slider on each side of 1


class StepsPage(QWidget):
    """Five pictures, four of them with a switch, and two sliders."""

    def __init__(self, desk: DrawingDesk, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, desk.session
        self._is_beside = False
        self.raw = StepTile(theme_source, "Drawn", "What you drew, on a canvas of 280 by 280.", switchable=False)
        self.crop = StepTile(theme_source, "Crop", CROP)
        self.scale = StepTile(theme_source, "Scale", SCALE)
        self.centre = StepTile(theme_source, "Centre", CENTRE)
        self.standardise = StepTile(theme_source, "Standardise", STANDARDISE)
        self._tiles = (self.raw, self.crop, self.scale, self.centre, self.standardise)
        self._row = QHBoxLayout()
        for tile in self._tiles:
            tile.setObjectName(f"{tile.accessibleName().lower()}Step")
            self._row.addWidget(tile)
            tile.toggled.connect(self._on_toggled)
        self.temperature = self._slider("Temperature", -NOTCHES, NOTCHES, "The scores are divided by T before the "
                                        "softmax: above 1 the answer is less sure, below 1 surer; the network's own "
                                        "is 1.")
        self.threshold = self._slider("Not sure below", 0, 99, "An answer with a smaller probability is called not "
                                      "sure.")
        self._values = text_label("", "caption"), text_label("", "caption")
        sliders = QGridLayout()
        sliders.setHorizontalSpacing(8)
        sliders.setVerticalSpacing(0)
        for row, (slider, value) in enumerate(zip((self.temperature, self.threshold), self._values, strict=True)):
            label = text_label(slider.accessibleName(), "caption", "secondary")
            explain(label, slider.property("sentence"))
            value.setMinimumWidth(58)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            sliders.addWidget(label, row, 0)
            sliders.addWidget(slider, row, 1)
            sliders.addWidget(value, row, 2)
        sliders.setColumnStretch(1, 1)
        self._note = text_label(NOTE, "caption", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._row)
        layout.addWidget(self._note)
        layout.addLayout(sliders)
        layout.addStretch(1)
        self._fit_tiles()
        self._pace = Pace(self._show_steps, STEPS_HZ, self)
        desk.prepared.connect(self._pace.request)
        self._session.reading_changed.connect(self._show_reading)
        self._session.history_cleared.connect(self._show_reading)
        self._session.history_cleared.connect(self._show_steps)
        self._show_reading()

    def set_beside(self, beside: bool) -> None:
        """Stand beside the canvas, under a title that explains: the pictures get the room of the words."""
        self._is_beside = beside
        self._note.setVisible(not beside)
        self._fit_tiles()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """All pictures are of one size."""
        super().resizeEvent(event)
        self._fit_tiles()

    def _fit_tiles(self) -> None:
        even = (self.width() - APART * (len(ROOMS) - 1)) // len(ROOMS)
        is_even = self._is_beside and even >= EVEN_SIDE
        self._row.setSpacing(APART if is_even else 0)
        side = min(LARGE_SIDE, even if is_even else self.width() * min(ROOMS) // sum(ROOMS))
        for index, (tile, room) in enumerate(zip(self._tiles, ROOMS, strict=True)):
            self._row.setStretch(index, 1 if is_even else room)
            tile.set_side(side if self._is_beside else None)

    def _slider(self, name: str, low: int, high: int, sentence: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName("temperatureSlider" if low < 0 else "thresholdSlider")
        slider.setProperty("tone", "neutral")
        slider.setRange(low, high)
        slider.setPageStep(5)
        slider.setMinimumWidth(40)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.setAccessibleName(name)
        slider.setProperty("sentence", sentence)
        explain(slider, sentence)
        slider.valueChanged.connect(self._on_moved)
        return slider

    # --- from the user ---------------------------------------------------------------------------------------------

    def _on_toggled(self) -> None:
        preparation = replace(self._session.reading.preparation, crop=self.crop.is_on, scale=self.scale.is_on,
                              centre=self.centre.is_on)
        self._set(replace(self._session.reading, preparation=preparation, standardise=self.standardise.is_on))

    def _on_moved(self) -> None:
        self._set(replace(self._session.reading, temperature=temperature_at(self.temperature.value()),
                          threshold=self.threshold.value() / 100))

    def _set(self, reading: Reading) -> None:
        self._session.set_reading(reading)

    # --- from the session ------------------------------------------------------------------------------------------

    def _show_reading(self) -> None:
        reading = self._session.reading
        for tile, on in ((self.crop, reading.preparation.crop), (self.scale, reading.preparation.scale),
                         (self.centre, reading.preparation.centre), (self.standardise, reading.standardise)):
            tile.set_on(on)
        project = self._session.running_project or self._session.project
        standardises = project.data.scaling == "standardize"
        self.standardise.set_switchable(standardises, "" if standardises else UNIT)
        for slider, value in ((self.temperature, notch_of(reading.temperature)),
                              (self.threshold, round(100 * reading.threshold))):
            slider.blockSignals(True)
            slider.setValue(value)
            slider.blockSignals(False)
        heat = reading.temperature
        self._values[0].setText("1, its own" if heat == 1.0 else decimal(heat, 2 if heat < 1 else 1))
        self._values[1].setText(percent(reading.threshold, 0))
        self._show_steps()

    def _show_steps(self) -> None:
        if not self.isVisible():
            return
        steps, raw = self._desk.steps, self._desk.raw
        if raw is None or not steps.centred.any():
            for tile in self._tiles:
                tile.show_magnitudes(None)
            return
        self.raw.show_magnitudes(raw, f"{raw.shape[0]} px")
        self.crop.show_magnitudes(steps.cropped, _size(steps.cropped))
        self.scale.show_magnitudes(steps.fitted, _size(steps.fitted))
        self.centre.show_magnitudes(steps.centred, _size(steps.centred))
        X = self._session.look(_input)
        if X is not None:
            self.standardise.show_signed(X, float(np.abs(X).max()), f"{decimal(float(X.min()), 1)} … "
                                         f"{decimal(float(X.max()), 1)}")

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was drawn while the page was hidden."""
        super().showEvent(event)
        self._show_steps()


def temperature_at(notch: int) -> float:
    """The temperature of a notch: 1 in the middle, equal factors to both sides."""
    if notch == 0:
        return 1.0
    end = HOTTEST if notch > 0 else 1 / COOLEST
    factor = float(end ** (abs(notch) / NOTCHES))
    return round(factor if notch > 0 else 1 / factor, 3)


def notch_of(temperature: float) -> int:
    """The notch nearest to a temperature."""
    end = HOTTEST if temperature >= 1 else 1 / COOLEST
    return round(NOTCHES * float(np.log(temperature) / np.log(end)))


def _input(_model: Sequential, X: np.ndarray) -> np.ndarray:
    """A copy of what the network receives, as a picture (h, w)."""
    return X[0].mean(axis=-1) if X.ndim == 4 else X


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]}×{pixels.shape[0]}"
