"""The panel Network in all its states: everything explains itself, and no word is cut off at the narrowest dock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QWidget,
)
from pytestqt.exceptions import TimeoutError as TooLate
from pytestqt.qtbot import QtBot

from core.data import DATASETS, ArrayFile, Augmentation, ImageFolder, PenMixture
from core.early_stopping import EarlyStopping
from core.layers import LAYERS, Dense, Dropout, Flatten, MaxPooling2D
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from core.schedules import SCHEDULES
from nnvis.panels.network import NetworkPanel
from nnvis.presets import PRESETS
from nnvis.session import RunState, Session
from nnvis.theme import COMPACT, REGULAR, Metrics, ThemeSource
from nnvis.training.loader import Loading
from nnvis.training.pen_drawer import PenProgress
from nnvis.widgets.buttons import GivingLink
from nnvis.widgets.data_section import DataSection
from nnvis.widgets.field_cell import FieldCell, Remark
from nnvis.widgets.field_choice import ChoiceBox
from nnvis.widgets.field_grid import MoreButton
from nnvis.widgets.labels import Paragraph
from nnvis.widgets.layer_list import LayerList
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.recipe_form import RecipeForm

State = Callable[[NetworkPanel, Session, QtBot], None]


@pytest.fixture
def window(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[QMainWindow]:
    theme_source.set_reduced_motion(True)
    window = QMainWindow()
    window.setCentralWidget(NetworkPanel(session, theme_source))
    panel = window.centralWidget()
    assert isinstance(panel, NetworkPanel)
    window.statusBar().addWidget(panel.tools)
    qtbot.addWidget(window)
    window.resize(304, 3000)
    window.show()
    yield window
    session.shutdown()


def _section(panel: NetworkPanel) -> DataSection:
    section = panel.findChild(DataSection)
    assert isinstance(section, DataSection)
    return section


def _cards(panel: NetworkPanel) -> LayerList:
    cards = panel.findChild(LayerList)
    assert isinstance(cards, LayerList)
    return cards


def at_first(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    assert session.state is RunState.READY


def with_data_prepared(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    session.set_augmentation(Augmentation(noise_std=0.1, rotation_range=10))
    _section(panel).more.setChecked(True)


def with_own_data(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    section = _section(panel)
    section.more.setChecked(True)
    for source in (ImageFolder("/a/folder"), ArrayFile("/a/file.npz"), *(kind() for kind in DATASETS)):
        section.details.show_recipe(source, session.project.data)
        section.set_dataset(source.kind_name(), "/a/folder")
        QApplication.processEvents()
    section.details.show_recipe(ImageFolder("/a/folder"), session.project.data)
    section.set_dataset("image_folder", "/a/folder")
    section.set_loaded(12)


def while_loading(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    session.loading = Loading(DATASETS[-1](), 12_345, 500_000)
    session.loading_changed.emit()


def with_every_form(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    session.set_layers([kind() for kind in LAYERS])


def with_problems(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    session.set_layers([Dense(units=3), Dropout(rate=0.5), Dense(units=1, activation="sigmoid")])


def with_nothing(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    session.set_layers([])


def changed_while_training(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    session.set_training(session.project.training.replace(epochs=200))
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    session.pause()
    session.insert_layer(3, Dense(units=20, activation="relu"))


def with_the_whole_recipe(panel: NetworkPanel, session: Session, qtbot: QtBot) -> None:
    session.set_early_stopping(EarlyStopping())
    recipe = panel.findChild(RecipeForm)
    assert isinstance(recipe, RecipeForm)
    more = recipe.findChild(MoreButton)
    assert isinstance(more, MoreButton)
    more.setChecked(True)


STATES: tuple[State, ...] = (
    at_first, with_data_prepared, with_own_data, while_loading, with_every_form, with_problems, with_nothing,
    changed_while_training, with_the_whole_recipe,
)  # fmt: skip
SIZES = ((COMPACT, 240), (COMPACT, 256), (REGULAR, 304))


def variants(panel: NetworkPanel, session: Session, state: State) -> Iterator[str]:
    """What belongs to a state but cannot be seen at once."""
    yield ""
    if state is with_problems:
        for kind in LAYERS:  # too large for what it gets, or behind the probabilities: each has a remedy
            session.set_layers([MaxPooling2D(16), kind()])
            yield f"{kind.kind_name()} as it is"
            session.set_layers([Flatten(), Dense(units=10, activation="softmax"), kind()])
            yield f"{kind.kind_name()} at the end"
    if state is with_every_form:
        for number, kind in enumerate(LAYERS):
            _cards(panel).open_layer(number)
            body = _cards(panel).bodies.body(number + 1)
            assert body is not None
            assert body.form is not None
            yield kind.kind_name()
            body.form.more.setChecked(True)
            yield f"{kind.kind_name()}, all of it"
            for cell in body.findChildren(FieldCell):
                cell.reset_mark.show()  # as if every value had been changed
            yield f"{kind.kind_name()}, all changed"
    if state is with_the_whole_recipe:
        for optimizer in OPTIMIZERS:
            session.set_optimizer(optimizer())
            yield optimizer.kind_name()
        for schedule in SCHEDULES:
            session.set_schedule(schedule())
            yield schedule.kind_name()
        for loss in LOSSES:
            session.set_loss(loss())
            yield loss.kind_name()


def seen(panel: QWidget) -> list[QWidget]:
    QApplication.processEvents()
    return [each for each in panel.findChildren(QWidget) if each.isVisible() and each.visibleRegion().rectCount()]


def cut(widget: QWidget) -> str:
    """The words of a widget that has no room for them."""
    metrics = widget.fontMetrics()
    if isinstance(widget, Paragraph):
        return widget.text() if widget.heightForWidth(widget.width()) > widget.height() else ""
    if isinstance(widget, QLabel):
        if isinstance(widget, Remark):  # there as a whole, or not at all
            return ""
        return widget.text() if metrics.horizontalAdvance(widget.text()) > widget.width() else ""
    if isinstance(widget, QAbstractButton) and widget.text() and not isinstance(widget, GivingLink):
        return widget.text() if widget.sizeHint().width() > widget.width() else ""
    if isinstance(widget, ChoiceBox):
        return widget.currentText() if widget.is_cut else ""
    if isinstance(widget, QLineEdit):
        margins = widget.textMargins()
        room = widget.width() - margins.left() - margins.right()
        return widget.text() if metrics.horizontalAdvance(widget.text()) > room else ""
    return ""


def faults(panel: NetworkPanel, width: int) -> set[str]:
    """What reaches beyond the panel, and what is cut off."""
    found = set()
    for widget in seen(panel):
        area = QRect(widget.mapTo(panel, QPoint()), widget.size())
        if not 0 <= area.left() <= area.right() < width and not widget.findChildren(QWidget):
            found.add(f"{type(widget).__name__} {widget.property('text')!r} is over the edge")
        if words := cut(widget):
            found.add(f"{type(widget).__name__} {words!r} is cut off")
    return found


@pytest.mark.parametrize(("metrics", "width"), SIZES)
@pytest.mark.parametrize("state", STATES)
def test_no_word_is_cut_off(
    qtbot: QtBot, session: Session, window: QMainWindow, theme_source: ThemeSource, state: State, metrics: Metrics,
    width: int,
) -> None:  # fmt: skip
    panel = window.centralWidget()
    assert isinstance(panel, NetworkPanel)
    theme_source.set_metrics(metrics)
    window.resize(width, 3000)
    state(panel, session, qtbot)
    found: set[str] = set()
    for variant in variants(panel, session, state):
        QApplication.processEvents()
        window.resize(width, 3000)
        try:  # what appears is laid out, then what holds it, then the column that scrolls
            qtbot.waitUntil(lambda: not faults(panel, width), timeout=3000)
        except TooLate:
            found |= {f"{variant}: {fault}" for fault in faults(panel, width)}
    session.loading = None
    assert not found, "; ".join(sorted(found))


def silent(panel: QWidget) -> set[str]:
    """What can be used but has no name, or no sentence of its own or of what it stands in."""
    found = set()
    for widget in seen(panel):
        is_used = isinstance(widget, QAbstractButton | QComboBox | QLineEdit | QAbstractSpinBox) or (
            bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
        )
        if type(widget) is QWidget:  # the ground of a card over the window, which has a name itself
            continue
        if not is_used or (isinstance(widget, QLineEdit) and isinstance(widget.parent(), QAbstractSpinBox)):
            continue
        name = widget.accessibleName() or getattr(widget, "text", str)()
        above: QWidget | None = widget
        while above is not None and not above.toolTip() and above is not panel:
            above = above.parentWidget()
        if not name:
            found.add(f"{type(widget).__name__} {widget.objectName()} has no name")
        if (above is None or not above.toolTip()) and not isinstance(widget, LayerList):  # its cards have tips
            found.add(f"{type(widget).__name__} {name!r} has no sentence")
    return found


@pytest.mark.parametrize("state", STATES)
def test_everything_explains_itself(qtbot: QtBot, session: Session, window: QMainWindow, state: State) -> None:
    panel = window.centralWidget()
    assert isinstance(panel, NetworkPanel)
    state(panel, session, qtbot)
    found: set[str] = set()
    for variant in variants(panel, session, state):
        found |= {f"{variant}: {one}" for one in silent(panel)}
    session.loading = None
    assert not found, "; ".join(sorted(found))


@pytest.mark.parametrize("name", ["add_layer", "open_templates", "open_summary", "open_images", "open_pen_sheet"])
def test_every_card_over_the_window_explains_itself(
    qtbot: QtBot, session: Session, window: QMainWindow, name: str
) -> None:
    panel = window.centralWidget()
    assert isinstance(panel, NetworkPanel)
    session.pen_progress = PenProgress(1000, 1000, PenMixture(count=1000).unpainted())
    window.resize(1366, 768)
    getattr(panel, name)()
    qtbot.waitUntil(lambda: any(card.isVisible() for card in window.findChildren(Overlay)))
    (card,) = (card for card in window.findChildren(Overlay) if card.isVisible())
    assert card.accessibleName()
    assert len(seen(card)) > 5
    assert silent(card) == set()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_each_template_fits_its_cards(
    session: Session, window: QMainWindow, theme_source: ThemeSource, preset: object
) -> None:
    panel = window.centralWidget()
    assert isinstance(panel, NetworkPanel)
    theme_source.set_metrics(COMPACT)
    window.resize(240, 3000)
    before = session.project
    session.set_project(preset.applied(session.project, 10))  # type: ignore[attr-defined]
    assert [cut(widget) for widget in seen(panel) if cut(widget)] == []
    session.undo()  # it was one step
    assert session.project == before


def test_every_layer_is_trained_one_batch_in_a_stack_that_takes_it(qtbot: QtBot, session: Session) -> None:
    for kind in LAYERS:
        for place in range(4):
            session.insert_layer(place, kind())
            errors = [problem for problem in session.problems if problem.severity == "error"]
            if not errors:
                break
            session.undo()
        assert not errors, f"{kind.kind_name()} fits nowhere: {errors}"
        with qtbot.waitSignal(session.history_cleared):
            session.step_batch()
        qtbot.waitUntil(lambda: session.history.step == 1)
        session.undo()
    assert session.project == replace(session.project)
