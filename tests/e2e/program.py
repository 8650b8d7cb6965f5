"""The real program, and a pipe beside it: questions come in as lines of JSON on stdin, answers go out on stdout.

Started by screen.py in a process of its own, so that mouse and keys reach it only as they reach any program: through
the screen. It is told nothing but questions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QMessageBox,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QTabBar,
    QWidget,
)

from nnvis.app import create
from nnvis.main_window import MainWindow
from nnvis.panels.diagram import DiagramPanel
from nnvis.panels.microscope import MicroscopePage
from nnvis.widgets.banner import Banner
from nnvis.widgets.dock import Dock
from nnvis.widgets.layer_list import LayerList
from nnvis.widgets.microscope.stage import Stage
from nnvis.widgets.network_diagram import NetworkDiagram
from nnvis.widgets.pick_list import PickList
from nnvis.widgets.strokes import Stroke

MARGIN, TRACK = 6, 24  # px: the timeline's track, and the room for half a scrubber at its ends


class Informer(QObject):
    """Answers questions about the window between two events."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._unread = b""
        self._wanted: tuple[str, Any] | None = None
        self._exactly = False
        self._clock = QTimer(self)
        self._clock.setInterval(20)
        self._clock.timeout.connect(self._look)
        self._burden = QTimer(self)
        self._burden.timeout.connect(lambda: time.sleep(self._burden.interval() / 1000))
        self._input = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._input.activated.connect(self._read)

    def state(self) -> dict[str, Any]:
        """Everything the tests look at."""
        session, window = self._window.session, self._window
        canvas = window.findChild(QWidget, "paintCanvas")
        digit = window.findChild(QLabel, "predictedDigit")
        banner = window.findChild(Banner)
        corner = canvas.mapToGlobal(QPoint(0, 0))
        focus = QApplication.focusWidget()
        advice = window.panels.learn.advice
        hint = advice.card.hint
        article = window.panels.theory.article
        answer = session.answer
        diagram = window.findChild(DiagramPanel)
        fills_screen = window.width() == window.screen().availableSize().width()
        return {
            "settled": session.state.name == "READY" and window.isActiveWindow() and fills_screen,
            "state": session.state.name,
            "step": session.history.step,
            "size": [window.width(), window.height()],
            "canvas": [corner.x(), corner.y(), canvas.width(), canvas.height()],
            "digit": digit.text(),
            "answer_step": answer.step if answer else 0,
            "probabilities": [float(share) for share in answer.probabilities] if answer else [],
            "has_ink": session.drawing is not None,
            "focus": type(focus).__name__ if focus else "",
            "active": window.isActiveWindow(),
            "full_screen": window.isFullScreen(),
            "message": banner.messages[-1].title if banner.messages else "",
            "message_begins": " ".join(banner.messages[-1].title.split()[:4]) if banner.messages else "",
            "stack": [" ".join((layer.kind_name(), *layer.chips())) for layer in session.project.layers],
            "layer_count": len(session.project.layers),
            "problems": [problem.text for problem in session.problems if problem.severity == "error"],
            "units": [layer.values().get("units") for layer in session.project.layers],
            "network_width": window.findChild(QWidget, "networkDock").width(),
            "question": isinstance(QApplication.activeModalWidget(), QMessageBox),
            "theme": window.theme_source.theme.name,
            "as_trained": session.reading.is_own,
            "test_image": window.panels.draw.walk.words if window.panels.draw.walk.isVisible() else "",
            "shows_misread": window.panels.draw.pictures._walks_misread,
            "has_test_image": window.panels.draw.desk.test_image is not None,
            "neighbours": len(window.panels.draw.pages["why"].nearest.names),
            "saliency": window.panels.draw.pages["why"].method.currentText(),
            "painted_over": window.panels.draw.canvas._overlay is not None,
            "diagram": diagram.card.title_label.property("text") if diagram is not None else "",
            "strip_moments": window.panels.draw.pages["answer"].history.strip.moments,
            "is_live": session.is_live,
            "pen_share": session.project.pen_digits.share,
            "own_digits": [digit.label for digit in session.own.digits],
            "can_teach": window.panels.draw.pages["teach"].step.isEnabled(),
            "hears_every_move": not QApplication.testAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents),
            "drawn": len(window.panels.draw.canvas.strokes),
            "points": [len(mark.points) for mark in window.panels.draw.canvas.strokes if isinstance(mark, Stroke)],
            "ink": int(window.panels.draw.canvas.image().sum() // 255),
            "brush": window.panels.draw.canvas.brush_width,
            "page": window.panels.draw.chooser.current,
            "wide": window.panels.draw.is_wide,
            "steps_left_out": [name for name in ("crop", "scale", "centre")
                               if not getattr(session.reading.preparation, name)],
            "temperature": session.reading.temperature,
            "is_sure": answer.is_sure if answer else True,
            "can_take_back": window.panels.draw.pages["teach"].back.isEnabled(),
            "dialog": modal.windowTitle() if isinstance(modal := QApplication.activeModalWidget(), QDialog) else "",
            "kept_weight": session.project.own_digits.weight,
            "unit": window.findChild(QWidget, "unitCard").accessibleDescription().partition(".")[0],
            "selected_layer": session.selected_layer,
            "opened": window.findChild(LayerList, "layerStack").opened,
            "live": session.is_live,
            "shown_step": session.shown_step,
            "weights": hashlib.sha256(session.parameters.tobytes()).hexdigest(),
            "finite": bool(np.isfinite(session.parameters).all()),
            "moments": self.moments(),
            "train_loss": window.panels.learn.loss_card.train_key.value,
            "learning_rate": session.project.optimizer.learning_rate,
            "seed": session.project.seed,
            "batches_per_second": session.batches_per_second or 0.0,
            "batches_per_epoch": session.history.batches_per_epoch,
            "planned_epochs": session.project.training.epochs,
            "hint": hint.rule if hint is not None and advice.card.isVisible() else "",
            "hint_rows": dict(hint.rows) if hint is not None else {},
            "hint_is_explained": advice.card.why_button.isChecked(),
            "silenced": sorted(advice.silenced),
            "theory": article.topic if article is not None and window.panels.theory.isVisible() else "",
            **self.microscope(),
        }

    def microscope(self) -> dict[str, Any]:
        """What the Microscope shows; before it is opened, nothing."""
        page = self._window.findChild(MicroscopePage)
        if page is None or page.walk.stop is None:
            return dict.fromkeys(("stop", "view", "pointed", "weight", "weight_open", "changed", "specimen", "checked"))
        walk = page.walk
        return {
            "stop": walk.stop.symbol if walk.stop else "",
            "view": page.current,
            "pointed": list(walk._out.index) if walk._out else [],
            "weight": walk.bench.weight.accessibleDescription(),
            "weight_open": walk.bench.weight.isVisible(),
            "changed": bool(walk._trace and walk._trace.specimen.is_changed),
            "specimen": walk._trace.specimen.step if walk._trace else -1,
            "checked": bool(page.check.scatter._twins),
        }

    def place_of_number(self, block: str, row: int, column: int) -> list[int]:
        """The middle of a cell of a block of the Microscope's stage, on the screen."""
        stage = self._window.findChild(Stage)
        placed = stage.block(block)
        middle = stage.mapToGlobal(placed.cell_rect(0, row, column).center().toPoint())
        return [middle.x(), middle.y(), int(placed.block.places[0, row, column])]

    def moments(self) -> list[list[int]]:
        """Every moment that can be looked back at: its step, and where it lies on the screen."""
        session, bar = self._window.session, self._window.panels.timeline.bar
        steps, positions = session.timeline.places if session.timeline else ((), ())
        epochs = max(1, session.history.planned_epochs)
        track = bar.width() - 2 * MARGIN
        places = [bar.mapToGlobal(QPoint(round(MARGIN + at / epochs * track), TRACK // 2)) for at in positions]
        return [[step, place.x(), place.y()] for step, place in zip(steps, places, strict=True)]

    def place_of(self, name: str) -> list[int]:
        """The middle of a widget, on the screen."""
        widgets = self._window.findChildren(QWidget, name)
        widget = next((one for one in widgets if one.isVisible()), widgets[0])
        middle = widget.mapToGlobal(widget.rect().center())
        return [middle.x(), middle.y()]

    def is_in_sight(self, name: str) -> bool:
        """Whether the whole of a widget can be seen, and not only scrolled to."""
        widget = next(one for one in self._window.findChildren(QWidget, name) if one.isVisible())
        return bool(widget.visibleRegion().boundingRect() == widget.rect())

    def place_in_list(self, title: str) -> list[int]:
        """The middle of a row of the card that is open over the window, on the screen."""
        rows = next(one for one in self._window.findChildren(PickList) if one.isVisible())
        index = next(rows.picks.index(row) for row, pick in enumerate(rows.picks.shown) if pick.title == title)
        middle = rows.viewport().mapToGlobal(rows.visualRect(index).center())
        return [middle.x(), middle.y()]

    def place_of_button(self, text: str) -> list[int]:
        """The middle of the visible button with these words, or with this accessible name, on the screen."""
        buttons = [one for one in self._window.findChildren(QAbstractButton) if one.isVisible()]
        button = next(one for one in buttons if text in (one.text(), one.accessibleName()))
        middle = button.mapToGlobal(button.rect().center())
        return [middle.x(), middle.y()]

    def place_of_tab(self, title: str) -> list[int]:
        """The middle of a page's tab, on the screen."""
        for tabs in self._window.findChildren(QTabBar):
            for index in range(tabs.count()):
                if tabs.tabText(index) == title and tabs.isVisible():
                    middle = tabs.mapToGlobal(tabs.tabRect(index).center())
                    return [middle.x(), middle.y()]
        raise LookupError(title)

    def place_of_handle(self, name: str) -> list[int]:
        """The middle of a slider's handle, on the screen."""
        slider = self._window.findChild(QSlider, name)
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        part = QStyle.SubControl.SC_SliderHandle
        handle = slider.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, slider)
        middle = slider.mapToGlobal(handle.center())
        return [middle.x(), middle.y()]

    def place_of_head(self, title: str) -> list[int]:
        """The middle of a dock's head, on the screen."""
        dock = next(one for one in self._window.findChildren(Dock) if one.windowTitle() == title)
        middle = dock.head.mapToGlobal(dock.head.rect().center())
        return [middle.x(), middle.y()]

    def place_of_unit(self, column: int, place: int) -> list[int]:
        """The middle of a unit in the diagram, on the screen."""
        diagram = self._window.findChild(NetworkDiagram)
        middle = diagram.mapToGlobal(diagram.place_of(column, place).center().toPoint())
        return [middle.x(), middle.y()]

    def corner_of_card(self, layer: int) -> list[int]:
        """The upper right corner of a layer's card, on the screen."""
        cards = self._window.findChild(LayerList, "layerStack")
        corner = cards.viewport().mapToGlobal(cards.card_area(layer).topRight())
        return [corner.x(), corner.y()]

    def wait_for(self, name: str, value: Any, *, exactly: bool = False) -> None:
        """Answer once the state is that far."""
        self._wanted = name, value
        self._exactly = exactly
        self._clock.start()

    def burden(self, milliseconds: int) -> None:
        """Keep the window's thread busy for so long, let it do what has come up, and so on; 0: no more."""
        if milliseconds:
            self._burden.start(milliseconds)
        else:
            self._burden.stop()

    def _read(self) -> None:
        self._unread += os.read(sys.stdin.fileno(), 65536)
        while b"\n" in self._unread:
            line, self._unread = self._unread.split(b"\n", 1)
            self._answer(json.loads(line))

    def _answer(self, question: dict[str, Any]) -> None:
        if question["ask"] == "wait":
            self.wait_for(question["name"], question["value"])
        elif question["ask"] == "wait exactly":
            self.wait_for(question["name"], question["value"], exactly=True)
        elif question["ask"] == "place":
            say({"place": self.place_of(question["name"]), "in_sight": self.is_in_sight(question["name"])})
        elif question["ask"] == "row":
            say({"place": self.place_in_list(question["title"])})
        elif question["ask"] == "button":
            say({"place": self.place_of_button(question["text"])})
        elif question["ask"] == "tab":
            say({"place": self.place_of_tab(question["title"])})
        elif question["ask"] == "handle":
            say({"place": self.place_of_handle(question["name"])})
        elif question["ask"] == "head":
            say({"place": self.place_of_head(question["title"])})
        elif question["ask"] == "unit":
            say({"place": self.place_of_unit(question["column"], question["place"])})
        elif question["ask"] == "number":
            say({"place": self.place_of_number(question["block"], question["row"], question["column"])})
        elif question["ask"] == "burden":
            self.burden(question["milliseconds"])
            say({})
        elif question["ask"] == "card":
            say({"place": self.corner_of_card(question["layer"])})
        else:
            say(self.state())

    def _look(self) -> None:
        assert self._wanted is not None
        (name, wanted), state = self._wanted, self.state()
        is_number = isinstance(wanted, int) and not isinstance(wanted, bool)
        counts_up = is_number and not self._exactly and name != "layer_count"
        if state[name] == wanted or (counts_up and state[name] >= wanted):
            self._clock.stop()
            say(state)


def say(answer: dict[str, Any]) -> None:
    """Write one answer."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Open the window and stay until it is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=0, help="a run of another length than the default project's")
    parser.add_argument("--batch", type=int, default=0, help="batches of another size")
    parser.add_argument("--project", type=Path, help="a project file to open")
    options = parser.parse_args()
    app, window = create(sys.argv[:1])
    informer = Informer(window)
    if options.project:
        window.files.open_path(options.project)
    if options.epochs:
        window.session.set_training(window.session.project.training.replace(epochs=options.epochs))
    if options.batch:
        window.session.set_training(window.session.project.training.replace(batch_size=options.batch))
    window.showMaximized()
    informer.wait_for("settled", True)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
