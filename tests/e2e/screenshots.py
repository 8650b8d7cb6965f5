"""Pictures of the real window for the README: a fresh network, and one in mid-training that reads a drawn 7.

`make screenshots` writes them into assets/screenshots; another folder can be given.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnvis.project import Project
    from nnvis.session import Session

ROOT = Path(__file__).resolve().parents[2]
SIZES = ((1366, 768), (1920, 1080))
MOMENT = 2.61  # epochs: in the middle of a run
CNN_MOMENT = 0.8
MICROSCOPE_STEP = 600  # of batches of eight images, whose gradients can be told apart
SECONDS = (2, 10)  # of one run, to see it come along
PATIENCE_MS = 60_000


def main(folder: Path) -> None:
    """Make all pictures."""
    from PySide6.QtWidgets import QApplication

    from core.optimizers import SGD
    from nnvis.app import create
    from nnvis.panels.microscope.page import MicroscopePage
    from nnvis.presets import PRESETS
    from nnvis.project import Project
    from nnvis.theme import Mode

    stuck = Project(layers=Project.default().layers, optimizer=SGD(learning_rate=5.0), seed=3)
    folder.mkdir(parents=True, exist_ok=True)
    app, window = create([])
    window.theme_source.set_reduced_motion(True)
    window.resize(*SIZES[0])
    window.show()
    session = window.session

    def picture(name: str) -> None:
        QApplication.processEvents()
        path = folder / f"{name}-{window.width()}x{window.height()}.png"
        window.grab().save(str(path))
        sys.stdout.write(f"{path}\n")

    themes: tuple[Mode, ...] = ("dark", "light")
    window.set_theme("dark")
    _wait(lambda: session.state.name == "READY")
    _settle()
    picture("first-start-dark")
    _draw_seven(window)
    for width, height in SIZES:
        for theme in themes:
            window.set_theme(theme)
            window.resize(width, height)
            _train_anew(session)
            _wait(lambda: session.history.epoch >= MOMENT)
            picture(f"main-{theme}")
            if (width, theme) == (SIZES[0][0], "dark"):
                _open_page(window, "Diagram")
                _settle()
                picture(f"diagram-{theme}")
                _open_page(window, "Learn")
            session.pause()
    window.resize(*SIZES[0])
    window.set_theme("dark")
    session.set_training(session.project.training.replace(epochs=24))
    _train_anew(session)
    for seconds in SECONDS:
        _wait(lambda seconds=seconds: session.history.seconds >= seconds)
        picture(f"run-{seconds}s-dark")
    _wait(lambda: session.test_result is not None)
    _settle()
    picture("run-trained-dark")
    small = Project.default().training.replace(batch_size=8)
    _take_up(session, replace(Project.default(), training=small))
    session.train()
    _wait(lambda: session.history.step >= MICROSCOPE_STEP)
    session.pause()
    _wait(lambda: not session.is_training)
    _open_page(window, "Microscope")
    _wait(lambda: window.findChild(MicroscopePage) is not None)
    walk = window.findChild(MicroscopePage).walk
    _wait(lambda: bool(walk.stops))
    walk.choose_image(None)
    walk.go_to([stop.symbol for stop in walk.stops].index("dW_1"))
    _settle()
    picture("microscope-dark")
    _open_page(window, "Learn")
    _take_up(session, stuck)
    session.train()
    _wait(lambda: window.panels.learn.advice.card.isVisible())
    picture("hint-dark")
    session.pause()
    window.resize(*SIZES[1])
    window.set_theme("light")
    _take_up(session, next(preset for preset in PRESETS if preset.title == "LeNet").applied(Project.default(), 10))
    session.train()
    _wait(lambda: session.history.epoch >= CNN_MOMENT)
    session.pause()
    window.panels.learn.inspection.show_view("maps")
    _settle()
    picture("cnn-light")
    window.close()
    app.quit()


def _wait(condition: Callable[[], bool]) -> None:
    """Let the program run until the condition holds; checked after every event."""
    from PySide6.QtCore import QDeadlineTimer, QEventLoop
    from PySide6.QtWidgets import QApplication

    patience = QDeadlineTimer(PATIENCE_MS)
    while not condition():
        if patience.hasExpired():
            raise TimeoutError("The window did not come to where the picture should be taken.")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def _train_anew(session: Session) -> None:
    """Begin again from the first weights."""
    session.reset()
    _wait(lambda: session.history.step == 0 and session.state.name == "READY")
    session.train()


def _take_up(session: Session, project: Project) -> None:
    """Let the window show a fresh network of another project."""
    session.set_project(project)
    if session.running_project != project:
        session.reset()
    _wait(lambda: session.running_project == project and session.history.step == 0)


def _settle() -> None:
    """Give delayed redraws the time they take."""
    from PySide6.QtTest import QTest

    QTest.qWait(400)


def _open_page(window: object, title: str) -> None:
    """Bring a page to the front by its tab."""
    from PySide6.QtWidgets import QTabBar, QWidget

    assert isinstance(window, QWidget)
    for tabs in window.findChildren(QTabBar):
        for index in range(tabs.count()):
            if tabs.tabText(index) == title:
                tabs.setCurrentIndex(index)


def _draw_seven(window: object) -> None:
    """Draw with the left button, as a user does."""
    from PySide6.QtCore import QEvent, QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    from tests.e2e.hand import written

    assert isinstance(window, QWidget)
    canvas = window.findChild(QWidget, "paintCanvas")
    assert canvas is not None
    side, left = canvas.width(), Qt.MouseButton.LeftButton
    for stroke in written(7, 0.18 * side, 0.14 * side, 0.7 * side):
        points = [QPoint(round(x), round(y)) for x, y in stroke]
        QTest.mousePress(canvas, left, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
        QTest.mouseRelease(canvas, left, pos=points[-1])
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))  # the hand is taken away


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # the same pixels as on a screen
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as home:  # the pictures show the first layout, not somebody's own
        os.environ["XDG_DATA_HOME"] = home
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "assets" / "screenshots")
