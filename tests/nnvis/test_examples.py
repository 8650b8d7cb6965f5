"""The examples: each opens, the trained one reads drawings at once, and its recipe is the one in the repository."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core import model_file
from core.data import Dataset, Scaling, mnist
from core.evaluation import evaluate
from core.training import BatchDone
from nnvis.app import create
from nnvis.examples import EXAMPLES
from nnvis.project import Project
from nnvis.recipe import split_data
from nnvis.saved_run import read_run
from nnvis.session import RunState
from tests.drawings import centred

FOLDER = Path(__file__).parents[2] / "resources" / "examples"
CNN = FOLDER / "digits_cnn.safetensors"


def training_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("train_digits_cnn", FOLDER / "train_digits_cnn.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_says_what_it_is_and_is_there() -> None:
    assert {example.path.name for example in EXAMPLES} <= {path.name for path in FOLDER.iterdir()}
    for example in EXAMPLES:
        assert example.sentence.endswith(".")
        assert len(example.sentence) < 70


def test_the_trained_one_reads_mnist_and_drawings() -> None:
    model = model_file.load(CNN)
    assert CNN.stat().st_size < 1_000_000
    assert evaluate(model, *mnist()[1], Scaling.unit()).accuracy >= 0.99
    images, labels, _ = centred()
    assert evaluate(model, images, labels, Scaling.unit()).accuracy >= 0.97


def test_the_trained_one_was_made_by_the_recipe_beside_it() -> None:
    project, run = read_run(CNN)
    assert project == Project.load(FOLDER / "digits_cnn.json")
    steps = project.training.epochs * -(-55_000 // project.training.batch_size)
    assert len(run.history) == steps
    assert run.training is not None
    assert run.training["place"]["epochs_done"] == project.training.epochs


def test_the_script_trains_what_the_window_would(monkeypatch: pytest.MonkeyPatch) -> None:
    script = training_script()
    recipe = json.loads(script.RECIPE.read_text("utf-8"))
    recipe["pen_digits"]["count"] = 200
    trainer = script.trainer_of(recipe)
    project = Project.from_json(json.dumps(recipe))
    (x, y), (x_test, y_test) = mnist()
    dataset = Dataset("mnist", "MNIST", x, y, x_test, y_test, tuple("0123456789"))
    mixture = project.pen_digits.mixture(project.pen_digits.digits())
    model = project.build_model(dataset)
    other = project.build_trainer(model, split_data(dataset, project.data, project.seed), mixture)
    for run in (trainer, other):
        events = run.run()
        run.validation_data = None  # of no account here, and slow
        while not (isinstance(event := next(events), BatchDone) and event.step == 3):
            pass
    np.testing.assert_array_equal(trainer.model.parameters, other.model.parameters)


def test_the_menu_opens_them(qtbot: QtBot) -> None:
    _, window = create(["nnvis"])
    qtbot.addWidget(window)
    window.show()
    session, menu = window.session, window._menus.examples
    assert [action.text().split("\t")[0] for action in menu.actions()] == [example.title for example in EXAMPLES]
    session.set_drawing(mnist()[1][0][0, :, :, 0])
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=20_000)
    qtbot.waitUntil(lambda: session.answer is not None and session.answer.digit == 7)
    assert session.project.name == "Digits, CNN"
    assert session.project_path is None
    assert not window.isWindowModified()
    assert len(session.history.epochs) == session.project.training.epochs
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: session.state is RunState.READY and session.history.step == 0)
    assert session.project.name == "Seed MLP"
    assert session.project_path is None  # saving will not write into the program's own files
    window.close()
