"""F1 leads from everything in the window to the page about it."""

from __future__ import annotations

import pytest

from core.advice import advise
from core.layers import LAYERS
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from core.schedules import SCHEDULES
from core.stack import check
from nnvis.help_topics import FIELDS, KINDS, PLACES, SUBJECTS, names_around, topic_of
from nnvis.hints.rules import RULES
from nnvis.theory.article import TOPICS
from tests.core.test_advice import CASES
from tests.core.test_stack import PROBLEMS


@pytest.mark.parametrize("table", [KINDS, FIELDS, PLACES, SUBJECTS], ids=["kinds", "fields", "places", "subjects"])
def test_every_page_named_exists(table: dict[str, str]) -> None:
    assert set(table.values()) <= set(TOPICS)


@pytest.mark.parametrize("kind", [*LAYERS, *LOSSES, *OPTIMIZERS, *SCHEDULES], ids=lambda kind: kind.kind_name())
def test_every_kind_of_the_catalogues_has_its_page(kind: type) -> None:
    assert kind.kind_name() in KINDS


def test_every_hint_has_its_page() -> None:
    assert {rule.topic for rule in RULES} <= SUBJECTS.keys()


@pytest.mark.parametrize("case", [*PROBLEMS, *CASES])
def test_every_problem_of_a_stack_has_its_page(case: str) -> None:
    if case in PROBLEMS:
        layers, loss, *_ = PROBLEMS[case]
        problems = check(layers, (28, 28, 1), 10, loss)
    else:
        layers = CASES[case][0]
        problems = advise(layers, (28, 28, 1))
    for problem in problems:
        names = [problem.topic, "" if problem.layer is None else layers[problem.layer].kind_name()]
        assert names[0] in ("", *FIELDS, *KINDS, *SUBJECTS)
        assert problem.layer is None or topic_of(names) != PLACES["MainWindow"]


def test_the_innermost_name_that_has_a_page_counts() -> None:
    assert topic_of(["spinBox", "momentum", "SGD", "RecipeForm"]) == "momentum"
    assert topic_of(["spinBox", "SGD", "RecipeForm"]) == "gradient_descent"
    assert topic_of(["nothing known"]) == "learn_page"


def test_names_go_from_the_inside_out(qtbot) -> None:
    from PySide6.QtWidgets import QLabel, QWidget

    outer = QWidget(objectName="lossPlot")
    inner = QLabel("x", outer)
    qtbot.addWidget(outer)
    assert list(names_around(inner)) == ["QLabel", "lossPlot", "QWidget"]
    assert list(names_around(None)) == []
