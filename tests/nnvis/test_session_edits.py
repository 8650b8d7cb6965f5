"""Every operation of the builder at random, five hundred times: undone they give the first project, redone the last."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.data import Augmentation
from core.early_stopping import EarlyStopping
from core.errors import ConfigError
from core.hyper import Configurable, Hyper
from core.layers import LAYERS
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from core.schedules import SCHEDULES
from core.stack import check
from nnvis.panels.network import NetworkPanel
from nnvis.presets import PRESETS
from nnvis.project import Project
from nnvis.session import Session
from nnvis.theme import ThemeSource
from nnvis.widgets.layer_list import LayerList
from nnvis.widgets.layer_model import CARD
from nnvis.widgets.layer_text import from_text, to_text

EDITS = 500
Walk = Callable[[Session, "Chance"], None]


class Chance:
    """Random choices, all from one seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def below(self, end: int) -> int:
        return int(self._rng.integers(end))

    def one(self, choices: Any) -> Any:
        return choices[self.below(len(choices))]

    def some(self, session: Session) -> list[int]:
        """One layer or several, in their order; none of an empty stack."""
        count = len(session.project.layers)
        return sorted({self.below(count) for _ in range(1 + self.below(3))}) if count else []

    def value(self, declared: Hyper) -> Any:
        """A value that a form could give."""
        if declared.optional and not self.below(3):
            return None
        if declared.kind in ("choice", "bool"):
            return self.one(declared.choices or (True, False))
        if declared.kind == "text":
            return self.one(("", "eyes", "mouth"))
        low = declared.low or 0
        high = min(declared.high if declared.high is not None else low + 20, low + 20)
        if declared.kind == "float":
            return round(float(self._rng.uniform(low, high)), 3)
        whole = [int(low) + self.below(int(high - low) + 1) for _ in range(2)]
        return tuple(whole) if declared.kind in ("pair", "shape") else whole[0]

    def changed(self, value: Configurable) -> Any:
        """The same with another value of one hyperparameter; as it was when the two do not fit."""
        if not value.hypers():
            return value
        declared = self.one(value.hypers())
        try:
            return value.replace(**{declared.name: self.value(declared)})
        except ConfigError:
            return value

    def of(self, catalogue: Any, before: Configurable) -> Any:
        """Another kind, or another value of this one."""
        return self.one(catalogue)() if self.below(2) else self.changed(before)


def replace_layer(session: Session, chance: Chance) -> None:
    for index in chance.some(session)[:1]:
        session.replace_layer(index, chance.of(LAYERS, session.project.layers[index]))


def insert_layer(session: Session, chance: Chance) -> None:
    session.insert_layer(chance.below(len(session.project.layers) + 1), chance.one(LAYERS)())


def insert_layers(session: Session, chance: Chance) -> None:
    """Duplicate, or cut and paste as text."""
    layers = [session.project.layers[index] for index in chance.some(session)]
    session.insert_layers(chance.below(len(session.project.layers) + 1), from_text(to_text(layers), LAYERS))


def remove_layer(session: Session, chance: Chance) -> None:
    for index in chance.some(session)[:1]:
        session.remove_layer(index)


def remove_layers(session: Session, chance: Chance) -> None:
    if removed := chance.some(session):
        session.remove_layers(removed)


def move_layer(session: Session, chance: Chance) -> None:
    for index in chance.some(session)[:1]:
        session.move_layer(index, chance.below(len(session.project.layers)))


def move_layers(session: Session, chance: Chance) -> None:
    if moved := chance.some(session):
        session.move_layers(moved, chance.below(len(session.project.layers) + 1))


def enable_layers(session: Session, chance: Chance) -> None:
    if chosen := chance.some(session):
        session.enable_layers(chosen, bool(chance.below(2)))


def set_layers(session: Session, chance: Chance) -> None:
    session.set_layers(chance.one(PRESETS).layers(10))


def apply_remedy(session: Session, chance: Chance) -> None:
    for problem in session.problems[:1]:
        if problem.remedy is not None:
            session.apply_remedy(problem.remedy)


def set_project(session: Session, chance: Chance) -> None:
    session.set_project(chance.one(PRESETS).applied(session.project, 10), "use a template")


def set_loss(session: Session, chance: Chance) -> None:
    session.set_loss(chance.of(LOSSES, session.project.loss))


def set_optimizer(session: Session, chance: Chance) -> None:
    session.set_optimizer(chance.of(OPTIMIZERS, session.project.optimizer))


def set_schedule(session: Session, chance: Chance) -> None:
    session.set_schedule(chance.of(SCHEDULES, session.project.schedule))


def set_early_stopping(session: Session, chance: Chance) -> None:
    before = session.project.early_stopping
    session.set_early_stopping(None if chance.below(3) == 0 else chance.changed(before or EarlyStopping()))


def set_training(session: Session, chance: Chance) -> None:
    session.set_training(chance.changed(session.project.training))


def set_source(session: Session, chance: Chance) -> None:
    session.set_source(session.project.source)  # another one would have to be loaded; that the same one is no edit


def set_data(session: Session, chance: Chance) -> None:
    session.set_data(chance.changed(session.project.data))


def set_augmentation(session: Session, chance: Chance) -> None:
    ways = (Augmentation(), Augmentation.digits(), chance.changed(session.project.augmentation))
    session.set_augmentation(chance.one(ways))


def set_pen_digits(session: Session, chance: Chance) -> None:
    session.set_pen_digits(session.project.pen_digits.replace(share=chance.below(2) * 0.3))


def set_own_digits(session: Session, chance: Chance) -> None:
    session.set_own_digits(chance.changed(session.project.own_digits))


def set_seed(session: Session, chance: Chance) -> None:
    session.set_seed(chance.below(100))


def rename(session: Session, chance: Chance) -> None:
    session.rename(chance.one(("digits", "mine", "Untitled")))


def undo(session: Session, chance: Chance) -> None:
    """As people do: a step back and forth, or back and another way."""
    session.undo()
    if chance.below(2):
        session.redo()


OPERATIONS: tuple[Walk, ...] = (
    replace_layer, replace_layer, replace_layer, insert_layer, insert_layers, remove_layer, remove_layers, move_layer,
    move_layers, enable_layers, set_layers, apply_remedy, set_project, set_loss, set_optimizer, set_schedule,
    set_early_stopping, set_training, set_source, set_data, set_augmentation, set_pen_digits, set_own_digits, set_seed,
    rename, undo,
)  # fmt: skip


def test_the_walk_knows_every_edit_that_the_session_has() -> None:
    edits = {
        name for name, method in inspect.getmembers(Session, inspect.isfunction)
        if not name.startswith("_") and "self._edit(" in inspect.getsource(method)
    }  # fmt: skip
    assert {"replace_layer", "set_seed"} < edits
    assert edits <= {operation.__name__ for operation in OPERATIONS}


def walk(session: Session, rng: np.random.Generator, edits: int) -> list[Project]:
    """That many edits that change something; every project on the way."""
    chance, visited = Chance(rng), [session.project]
    made = 0
    while made < edits:
        if len(session.project.layers) > 12:
            session.remove_layers(range(6, len(session.project.layers)))
        chance.one(OPERATIONS)(session, chance)
        session.select_layer(chance.below(len(session.project.layers) + 1))  # beyond the last one: none
        if session.project != visited[-1]:
            made += 1
            visited.append(session.project)
        assert session.selected_layer is None or session.selected_layer < len(session.project.layers)
    return visited


def back_and_forth(session: Session, first: Project, last: Project) -> int:
    """Undo everything and redo it; how many steps it was."""
    steps = 0
    while session.can_undo:
        told = session.undo_text
        session.undo()
        assert session.redo_text == told
        steps += 1
    assert session.project == first
    assert not session.is_modified
    for _ in range(steps):
        session.redo()
    assert not session.can_redo
    assert session.project == last
    return steps


def test_five_hundred_random_edits_undone_give_the_first_project_and_redone_the_last(
    session: Session, rng: np.random.Generator
) -> None:
    first = session.project
    visited = walk(session, rng, EDITS)
    last = session.project
    assert Project.from_json(last.to_json()) == last
    assert back_and_forth(session, first, last) > EDITS / 4  # steps of one field, one after the other, are one
    assert session.dataset is not None
    shape, classes = session.dataset.input_shape, session.dataset.classes
    found = check(last.layers, shape, classes, last.loss, batch_size=last.training.batch_size, optimizer=last.optimizer)
    errors = [problem for problem in session.problems if problem.severity == "error"]
    assert [problem.text for problem in errors] == [problem.text for problem in found if problem.severity == "error"]
    assert len(visited) == EDITS + 1


def test_the_panel_follows_every_edit_there_and_back(
    qtbot: QtBot, session: Session, theme_source: ThemeSource, rng: np.random.Generator
) -> None:
    panel = NetworkPanel(session, theme_source)
    panel.tools.setParent(panel)  # the window would put them into the head of the dock
    qtbot.addWidget(panel)
    cards = panel.findChild(LayerList)
    assert isinstance(cards, LayerList)
    QAbstractItemModelTester(cards.model(), QAbstractItemModelTester.FailureReportingMode.Warning)
    first = session.project

    def layers_on_cards() -> tuple[object, ...]:
        rows = range(1, cards.model().rowCount())  # below the card of the input
        return tuple(cards.model().index(row, 0).data(CARD).layer for row in rows)

    follows: list[bool] = []
    session.project_changed.connect(lambda: follows.append(layers_on_cards() == session.project.layers))
    walk(session, rng, 60)
    back_and_forth(session, first, session.project)
    assert len(follows) > 120
    assert all(follows)
