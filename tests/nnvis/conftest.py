"""What tests with widgets share."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data import Dataset, mnist
from core.schedules import Constant
from nnvis.project import NO_PEN_DIGITS, Project
from nnvis.recipe import TrainingRecipe
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.training import loader


@pytest.fixture
def theme_source(qapp: QApplication):
    """The dark theme at regular sizes, dressed; whatever a test switches is over with it."""
    source = ThemeSource("dark")
    source.apply(qapp)
    yield source
    qapp.setStyleSheet("")
    source.deleteLater()


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """The first digits of MNIST: 1,280 to train on, 300 to test with."""
    (x_train, y_train), (x_test, y_test) = mnist()
    names = tuple("0123456789")
    return Dataset("mnist", "MNIST", x_train[:1280], y_train[:1280], x_test[:300], y_test[:300], names)


@pytest.fixture
def session(qtbot: QtBot, digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session with few digits: 19 batches of 64 make an epoch, one image in twelve is for validation."""
    monkeypatch.setattr(loader, "load", lambda _source, _progress: digits)
    # No test waits for pen digits that it has nothing to do with.
    plain = replace(
        Project.default(), training=TrainingRecipe(epochs=5), schedule=Constant(), pen_digits=NO_PEN_DIGITS
    )  # fmt: skip
    monkeypatch.setattr(Project, "default", lambda: plain)
    session = Session()
    qtbot.waitUntil(lambda: session.state is RunState.READY)
    yield session
    session.shutdown()
