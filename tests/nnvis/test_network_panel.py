"""The panel Network with a real Session: what is done to it happens, and it shows what is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from core.early_stopping import EarlyStopping
from core.layers import LAYERS, Dense
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS, SGD
from core.schedules import SCHEDULES, StepDecay
from nnvis.panels.network import NetworkPanel
from nnvis.presets import PRESETS, Preset
from nnvis.session import RunState, Session
from nnvis.theme import COMPACT, REGULAR, Metrics, ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.chip import Chip
from nnvis.widgets.field_grid import MoreButton
from nnvis.widgets.layer_list import LayerList
from nnvis.widgets.layer_model import HEALTH
from nnvis.widgets.palette import LayerPalette
from nnvis.widgets.recipe_form import RecipeForm
from nnvis.widgets.schedule_curve import ScheduleCurve, rate_factors
from nnvis.widgets.summary_card import SummaryCard
from nnvis.widgets.template_card import TemplateCard

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
Part = TypeVar("Part", bound=QWidget)


@pytest.fixture
def window(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[QMainWindow]:
    theme_source.set_reduced_motion(True)
    window = QMainWindow()
    panel = NetworkPanel(session, theme_source)
    window.setCentralWidget(panel)
    window.statusBar().addWidget(panel.tools)
    qtbot.addWidget(window)
    window.resize(304, 1400)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    session.shutdown()


@pytest.fixture
def panel(window: QMainWindow) -> NetworkPanel:
    panel = window.centralWidget()
    assert isinstance(panel, NetworkPanel)
    return panel


@pytest.fixture
def cards(panel: NetworkPanel) -> LayerList:
    return part(panel, LayerList)


def part(panel: QWidget, kind: type[Part]) -> Part:
    found = panel.findChild(kind)
    assert isinstance(found, kind)
    return found


def button(panel: QWidget, text: str) -> Button:
    return next(one for one in panel.findChildren(Button) if one.text() == text)


def says(panel: QWidget, text: str) -> bool:
    return any(label.isVisible() and label.text() == text for label in panel.findChildren(QLabel))


def kinds(session: Session) -> list[str]:
    return [layer.kind_name() for layer in session.project.layers]


def test_it_shows_the_data_the_stack_and_the_recipe(panel: NetworkPanel, cards: LayerList) -> None:
    assert says(panel, "1,173 train · 107 validation · 300 test")
    assert button(panel, "109,386 parameters").isVisible()
    shown = [cards.model().index(row, 0).data() for row in range(cards.model().rowCount())]
    assert shown == ["Input", "Flatten", "Dense 128 relu", "Dense 64 relu", "Dense 10 softmax"]
    assert not part(panel, Chip).isVisible()


def test_a_layer_is_added_by_mouse(qtbot: QtBot, session: Session, panel: NetworkPanel, window: QMainWindow) -> None:
    qtbot.mouseClick(button(panel, "Add layer"), LEFT)
    palette = part(window, LayerPalette)
    assert palette.isVisible()
    assert says(palette, "after Dense 64")  # in front of the finished output
    row = next(row for row, pick in enumerate(palette.shown) if pick.title == "Dropout")
    index = palette.list.model().index(row, 0)
    palette.list.scrollTo(index)
    qtbot.mouseClick(palette.list.viewport(), LEFT, pos=palette.list.visualRect(index).center())
    assert kinds(session) == ["Flatten", "Dense", "Dense", "Dropout", "Dense"]
    assert session.selected_layer == 3
    assert not palette.isVisible()
    session.undo()
    assert kinds(session) == ["Flatten", "Dense", "Dense", "Dense"]


def test_a_layer_is_added_edited_moved_and_removed_by_keyboard(
    qtbot: QtBot, session: Session, cards: LayerList, window: QMainWindow
) -> None:
    cards.clearFocus()
    cards.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(cards, Qt.Key.Key_Insert)
    palette = part(window, LayerPalette)
    qtbot.keyClicks(palette.field, "dense 50 tanh")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert session.project.layers[1] == Dense(units=50, activation="tanh")
    assert cards.hasFocus()
    qtbot.keyClick(cards, Qt.Key.Key_Return)
    field = QApplication.focusWidget()
    qtbot.keyClicks(field, "40")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.project.layers[1] == Dense(units=40, activation="tanh")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.keyClick(cards, Qt.Key.Key_Down, ALT)
    assert (session.selected_layer, session.project.layers[2].values()["units"]) == (2, 40)
    qtbot.keyClick(cards, Qt.Key.Key_Delete)
    assert [layer.values().get("units") for layer in session.project.layers] == [None, 128, 64, 10]


def test_duplicate_and_several_at_once_are_one_step_each(
    qtbot: QtBot, session: Session, panel: NetworkPanel, cards: LayerList
) -> None:
    session.replace_layer(1, Dense(units=128, activation="relu", name="first"))
    session.select_layer(1)
    cards.run("duplicate")
    assert [layer.name for layer in session.project.layers[1:3]] == ["first", ""]
    cards.setCurrentIndex(cards.model().index(2, 0))
    cards.setFocus()
    qtbot.keyClick(cards, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert cards.selection == (1, 2)
    qtbot.keyClick(cards, Qt.Key.Key_Down, ALT)
    assert [layer.values().get("units") for layer in session.project.layers] == [None, 64, 128, 128, 10]
    session.undo()
    assert [layer.values().get("units") for layer in session.project.layers] == [None, 128, 128, 64, 10]


def test_a_card_dropped_elsewhere_moves_its_layer(session: Session, cards: LayerList) -> None:
    data = cards.model().mimeData([cards.model().index(2, 0)])
    where = QPointF(150, cards.card_area(3).top() + 2)
    cards.dropEvent(QDropEvent(where, Qt.DropAction.MoveAction, data, LEFT, Qt.KeyboardModifier.NoModifier))
    assert [layer.values().get("units") for layer in session.project.layers] == [None, 64, 128, 10]
    assert session.selected_layer == 2


@pytest.mark.parametrize("dropped", [b"no json", b'[{"type": "Bomb"}]', b"[1]", b"{}"])
def test_a_foreign_drop_changes_nothing(session: Session, cards: LayerList, dropped: bytes) -> None:
    before = session.project
    data = QMimeData()
    data.setData("application/x-nnvis-layers", dropped)
    cards.dropEvent(
        QDropEvent(QPointF(150, 60), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    )
    assert session.project == before


def test_a_problem_is_counted_shown_and_solved(
    qtbot: QtBot, session: Session, panel: NetworkPanel, cards: LayerList
) -> None:
    session.remove_layer(0)
    chip = part(panel, Chip)
    assert chip.isVisible()
    assert chip.text == "1 problem"
    qtbot.mouseClick(chip, LEFT)
    assert session.selected_layer == 0
    with qtbot.waitSignal(session.topic_asked, check_params_cb=lambda topic: topic == "Dense"):
        qtbot.mouseClick(button(cards, "Why?"), LEFT)
    qtbot.mouseClick(button(cards, "Insert Flatten"), LEFT)
    assert kinds(session) == ["Flatten", "Dense", "Dense", "Dense"]
    assert session.undo_text == "insert Flatten"
    assert not chip.isVisible()


def test_an_empty_stack_says_what_to_do(qtbot: QtBot, session: Session, panel: NetworkPanel) -> None:
    session.set_layers((), "remove all")
    assert button(panel, "Add an output layer").isVisible()
    with qtbot.waitSignal(session.topic_asked):
        qtbot.mouseClick(button(panel, "Why?"), LEFT)
    qtbot.mouseClick(button(panel, "Add an output layer"), LEFT)
    assert kinds(session) == ["Flatten", "Dense"]
    assert [problem.severity for problem in session.problems] == ["note"]


def test_a_layer_is_left_out_and_used_again(qtbot: QtBot, session: Session, cards: LayerList) -> None:
    def shown() -> str:
        return str(cards.model().index(3, 0).data(Qt.ItemDataRole.AccessibleTextRole))

    def bars(row: int) -> object:
        return cards.model().index(row, 0).data(Qt.ItemDataRole.UserRole + 2)

    cards.setFocus()
    session.select_layer(2)
    with qtbot.waitSignal(session.history_cleared):
        qtbot.keyClick(cards, Qt.Key.Key_E, CONTROL)
    assert session.undo_text == "leave out dense_1"
    assert [layer.enabled for layer in session.project.layers] == [True, True, False, True]
    assert "left out" in shown()
    assert not session.problems
    assert {view.layer for view in session.views} == {1, 3}
    assert session.views[-1].layer_name == "dense_2"
    assert bars(3) is None
    assert bars(4) is not None
    qtbot.keyClick(cards, Qt.Key.Key_E, CONTROL)
    assert session.undo_text == "use dense_1"
    assert "left out" not in shown()


def test_layers_are_cut_copied_and_pasted_as_text(qtbot: QtBot, session: Session, cards: LayerList) -> None:
    cards.setFocus()
    session.select_layer(1)
    qtbot.keyClick(cards, Qt.Key.Key_C, CONTROL)
    assert '"units": 128' in QApplication.clipboard().text()
    session.select_layer(2)
    qtbot.keyClick(cards, Qt.Key.Key_V, CONTROL)
    assert [layer.values().get("units") for layer in session.project.layers] == [None, 128, 64, 128, 10]
    qtbot.keyClick(cards, Qt.Key.Key_X, CONTROL)
    assert [layer.values().get("units") for layer in session.project.layers] == [None, 128, 64, 10]
    QApplication.clipboard().setText("dense 20 tanh\ndrop 0.2")
    session.select_layer(0)
    qtbot.keyClick(cards, Qt.Key.Key_V, CONTROL)
    assert kinds(session)[:3] == ["Flatten", "Dense", "Dropout"]
    assert session.undo_text == "add 2 layers"
    before = session.project
    for nonsense in ("", "a poem", "[[[", "7", '{"type": "Dense"}', "flatten 3"):
        QApplication.clipboard().setText(nonsense)
        qtbot.keyClick(cards, Qt.Key.Key_V, CONTROL)
    assert session.project == before


def test_a_layer_is_renamed_with_f2(qtbot: QtBot, session: Session, cards: LayerList) -> None:
    cards.setFocus()
    session.select_layer(1)
    qtbot.keyClick(cards, Qt.Key.Key_F2)
    field = QApplication.focusWidget()
    qtbot.keyClicks(field, "first")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.project.layers[1].name == "first"
    assert str(cards.model().index(2, 0).data()).startswith("first 128")
    assert "Dense · 128 · 100,480 parameters" in cards.model().index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_warning_stands_in_nobodys_way(qtbot: QtBot, session: Session, panel: NetworkPanel) -> None:
    session.replace_layer(1, Dense(units=128))
    chip = part(panel, Chip)
    assert chip.isVisible()
    assert chip.text == "1 warning"
    qtbot.mouseClick(button(panel, "Use relu"), LEFT)
    assert session.project.layers[1] == Dense(units=128, activation="relu")
    assert not chip.isVisible()


def test_every_command_of_the_context_menu_says_its_key(session: Session, cards: LayerList) -> None:
    menu = cards.menu_for(2)
    words = {action.data(): action.text() for action in menu.actions() if action.data()}
    assert words["toggle"] == "Leave out\tCtrl+E"
    assert session.selected_layer == 2
    next(action for action in menu.actions() if action.data() == "duplicate").trigger()
    assert kinds(session) == ["Flatten", "Dense", "Dense", "Dense", "Dense"]
    session.enable_layers((2,), False)
    assert "Use again" in [action.text().split("\t")[0] for action in cards.menu_for(2).actions()]
    menu.deleteLater()


def test_a_template_replaces_the_network_and_is_one_step(
    qtbot: QtBot, session: Session, panel: NetworkPanel, window: QMainWindow
) -> None:
    before = session.project
    qtbot.mouseClick(panel.tools, LEFT)
    card = part(window, TemplateCard)
    assert [pick.title for pick in card.shown] == [preset.title for preset in PRESETS]
    assert all(pick.sentence for pick in card.shown)
    qtbot.keyClicks(card.field, "lecun")
    assert [pick.chips for pick in card.shown] == [("61,706 parameters",)]
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert kinds(session)[:3] == ["Conv2D", "MaxPooling2D", "Conv2D"]
    assert (session.project.seed, session.project.data) == (before.seed, before.data)
    assert session.undo_text == "use template LeNet"
    session.undo()
    assert session.project == before


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_template_can_be_trained(qtbot: QtBot, session: Session, preset: Preset) -> None:
    project = preset.applied(session.project, 10)
    session.set_project(project)
    assert all(problem.severity == "note" for problem in session.problems)
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1)


def test_the_summary_counts_every_layer_and_can_be_taken_along(
    qtbot: QtBot, session: Session, panel: NetworkPanel, window: QMainWindow
) -> None:
    session.enable_layers((2,), False)
    qtbot.mouseClick(button(panel, "101,770 parameters"), LEFT)
    card = part(window, SummaryCard)
    assert card.isVisible()
    assert says(card, "weights 407 kB · 1.6 MB while training")
    qtbot.mouseClick(button(card, "Copy"), LEFT)
    lines = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    assert lines[0][0] == "Layer"
    assert lines[2] == ["dense", "Dense", "128", "100,480", "100,352"]
    assert lines[3] == ["dense_1", "Dense, left out", "128", "0", "0"]
    assert lines[-1] == ["Total", "", "", "101,770", "101,632"]
    qtbot.keyClick(card.table, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_the_recipe_is_edited_where_it_stands(qtbot: QtBot, session: Session, panel: NetworkPanel) -> None:
    recipe = part(panel, RecipeForm)
    box = recipe.optimizer.cell("type").field.box  # type: ignore[attr-defined]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    assert session.project.optimizer == SGD()
    assert recipe.optimizer.cell("momentum").isVisible()
    epochs = recipe.training.cell("epochs").field.box  # type: ignore[attr-defined]
    epochs.setFocus()
    qtbot.keyClick(epochs, Qt.Key.Key_Up)
    assert session.project.training.epochs == 6
    seed = recipe.seed.field.box  # type: ignore[attr-defined]
    seed.setFocus()
    seed.selectAll()
    qtbot.keyClicks(seed, "4294967295")
    qtbot.keyClick(seed, Qt.Key.Key_Return)
    assert session.project.seed == 2**32 - 1
    session.undo()
    assert seed.lineEdit().text() == "7"


def test_the_schedule_is_chosen_drawn_and_edited(qtbot: QtBot, session: Session, panel: NetworkPanel) -> None:
    recipe, curve = part(panel, RecipeForm), part(panel, ScheduleCurve)
    assert not curve.isVisible()
    box = recipe.schedule.cell("type").field.box  # type: ignore[attr-defined]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert session.project.schedule == StepDecay()
    assert session.undo_text == "change schedule to step"
    assert curve.isVisible()
    assert curve.accessibleDescription() == "from 0.001, at most 0.001, to 0.00025"
    before = curve.grab().toImage()
    drop = recipe.schedule.cell("drop").field.box  # type: ignore[attr-defined]
    drop.setFocus()
    qtbot.keyClick(drop, Qt.Key.Key_Down)
    assert session.project.schedule == StepDecay(drop=0.45)
    assert curve.grab().toImage() != before
    session.undo()
    session.undo()
    assert not curve.isVisible()


def test_every_schedule_is_drawn_as_it_will_run(session: Session, panel: NetworkPanel) -> None:
    recipe = part(panel, RecipeForm)
    for kind in SCHEDULES:
        session.set_schedule(kind())
        assert recipe.schedule.cell("type").value == kind.kind_name()
        factors = rate_factors(kind(), 5, 6)
        assert factors == tuple(kind().factor_at(place / 5, min(4, place)) for place in range(6))


def test_a_run_can_be_ended_early(qtbot: QtBot, session: Session, panel: NetworkPanel) -> None:
    recipe = part(panel, RecipeForm)
    switch = recipe.patience.field.switch  # type: ignore[attr-defined]
    qtbot.mouseClick(switch, LEFT, pos=QPoint(8, 14))
    assert session.project.early_stopping == EarlyStopping()
    assert session.undo_text == "stop early"
    edit = recipe.patience.field.inner.box  # type: ignore[attr-defined]
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert session.project.early_stopping == EarlyStopping(patience=2)
    more = part(panel, RecipeForm).findChildren(MoreButton)[-1]
    more.setChecked(True)
    assert recipe.stopping.cell("monitor").isVisible()
    session.set_data(session.project.data.replace(validation_share=0.0))
    assert recipe.patience.problem.text() == "There are no validation images to watch."
    session.set_early_stopping(None)
    assert recipe.patience.problem.text() == ""
    assert not recipe.stopping.cell("monitor").isVisible()


def test_every_optimizer_and_loss_can_be_chosen(session: Session, panel: NetworkPanel) -> None:
    recipe = part(panel, RecipeForm)
    for kind in OPTIMIZERS:
        session.set_optimizer(kind())
        assert recipe.optimizer.cell("type").value == kind.kind_name()
        assert recipe.optimizer.cell("learning_rate").isVisible()
    for kind in LOSSES:
        session.set_loss(kind())
        assert recipe.loss.cell("type").value == kind.kind_name()


def test_every_layer_can_be_added_edited_and_removed_by_a_test_that_knows_none(
    qtbot: QtBot, session: Session, panel: NetworkPanel, cards: LayerList
) -> None:
    before = session.project
    for kind in LAYERS:
        session.insert_layer(1, kind())
        cards.open_layer(1)
        body = cards.bodies.body(2)
        assert body is not None
        assert body.form is not None
        body.form.more.setChecked(True)
        for declared in kind.hypers():
            cell = body.form.editor.cell(declared.name)
            assert cell.isVisible()
            assert cell.value == declared.default
        name = body.form.editor.cell("name").field.box  # type: ignore[attr-defined]
        name.setFocus()
        qtbot.keyClicks(name, "mine")
        qtbot.keyClick(name, Qt.Key.Key_Return)
        assert session.project.layers[1] == kind(name="mine")
        cards.run("remove")
        assert session.project == before


def test_an_edit_while_training_says_that_the_old_stack_runs_on_and_restarts(
    qtbot: QtBot, session: Session, panel: NetworkPanel
) -> None:
    session.set_training(session.project.training.replace(epochs=50))
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    restart = button(panel, "Restart with this stack")
    assert not restart.isVisible()
    assert says(panel, "applies at the next batch")
    session.replace_layer(2, Dense(units=32, activation="relu"))
    assert restart.isVisible()
    assert says(panel, "Training goes on with the stack as it was.")
    session.remove_layer(0)
    assert not restart.isEnabled()  # what cannot be built cannot be started
    session.undo()
    with qtbot.waitSignal(session.history_cleared):
        qtbot.mouseClick(restart, LEFT)
    assert not restart.isVisible()
    assert session.running_project is not None
    assert session.running_project.layers[2] == Dense(units=32, activation="relu")


def test_the_weights_move_on_the_cards_while_training(
    qtbot: QtBot, session: Session, panel: NetworkPanel, cards: LayerList
) -> None:
    def bars(layer: int) -> object:
        return cards.model().index(layer + 1, 0).data(Qt.ItemDataRole.UserRole + 2)

    first = bars(1)
    assert bars(0) is None
    assert isinstance(first, tuple)
    assert (len(first), max(first)) == (20, 1.0)
    assert first[0] == first[-1] == 0.0  # there is room to spread
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE)
    assert bars(1) != first
    health = [cards.model().index(row, 0).data(HEALTH) for row in range(5)]
    assert [known is not None for known in health] == [False, False, True, True, True]
    assert "An update moves it by" in health[2].words
    session.replace_layer(1, Dense(units=20))
    assert cards.model().index(2, 0).data(HEALTH) is None
    assert bars(1) is None  # this layer has never had weights
    assert bars(2) is not None


@pytest.mark.parametrize(("metrics", "width"), [(COMPACT, 256), (COMPACT, 240), (REGULAR, 304)])
def test_nothing_is_clipped(
    window: QMainWindow, session: Session, panel: NetworkPanel, cards: LayerList, theme_source: ThemeSource,
    metrics: Metrics, width: int,
) -> None:  # fmt: skip
    theme_source.set_metrics(metrics)
    window.resize(width, 625)
    for optimizer in OPTIMIZERS:
        session.set_optimizer(optimizer())
        QApplication.processEvents()
        assert panel.width() == width
        for child in panel.findChildren(QWidget):
            if child.isVisible():
                area = QRect(child.mapTo(panel, QPoint()), child.size())
                assert 0 <= area.left() <= area.right() < width, child


def test_it_can_be_read_by_a_screen_reader(panel: NetworkPanel) -> None:
    silent = [
        child
        for child in panel.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(child, QLabel)
        and not (child.accessibleName() or getattr(child, "text", str)())
        and child.focusProxy() is None
        and child.isVisible()
    ]
    assert silent == []
    assert part(panel, LayerList).objectName() == "layerStack"


def test_the_picture_on_the_input_follows_the_theme(cards: LayerList, theme_source: ThemeSource) -> None:
    area = cards.card_area(-1)
    dark = cards.viewport().grab(area).toImage()
    theme_source.set_mode("light")
    assert cards.viewport().grab(area).toImage() != dark
