"""A trained network as a file: written by train, and scored, asked and exported without the program that trained it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import Sequential, model_file
from core.data import Dataset, Mnist
from core.layers import Dense, Flatten
from nnvis import cli, saved_network
from nnvis.project import NO_PEN_DIGITS, Project
from nnvis.recipe import DataRecipe, TrainingRecipe
from nnvis.saved_network import open_network
from nnvis.saved_run import read_run

ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _few_digits(monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> None:
    monkeypatch.setattr(saved_network, "load", lambda _source: digits)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> Path:
    """A network trained on few digits, standardised, in a file; its project and scores lie beside it."""
    folder = tmp_path_factory.mktemp("trained")
    project = replace(
        Project.default(), training=TrainingRecipe(epochs=6), data=DataRecipe(scaling="standardize"),
        pen_digits=NO_PEN_DIGITS,
    )  # fmt: skip
    project.save(folder / "project.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saved_network, "load", lambda _source: digits)
        assert cli.main(["train", "--quiet", str(folder / "project.json"), "--out", str(folder / "digits.nnvis")]) == 0
    return folder / "digits.nnvis"


def run(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    capsys.readouterr()
    code = cli.main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


def pictures(folder: Path, digits: Dataset, count: int = 40) -> Path:
    """The first test images as dark ink on white paper, in a folder for each class."""
    for index in range(count):
        paper = np.full((90, 120), 255, np.uint8)
        ink = digits.x_test[index, ..., 0].repeat(2, axis=0).repeat(2, axis=1)
        paper[10:66, 50:106] = 255 - ink
        place = folder / str(digits.y_test[index])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(paper).save(place / f"{index}.png")
    return folder


# --- train --out, evaluate --------------------------------------------------------------------------------------------


def test_a_network_scores_from_its_file_what_it_scored_when_it_was_trained(trained: Path, capsys: Capture) -> None:
    code, told, _ = run(capsys, "train", "--quiet", "--json", trained.with_name("project.json"), "--out", trained)
    assert code == 0
    before = json.loads(told)
    code, again, errors = run(capsys, "evaluate", trained, "--json")
    assert (code, errors) == (0, "")
    scores = json.loads(again)
    assert scores["accuracy"] > 0.8
    for name in ("images", "categorical_crossentropy", "accuracy", "precision", "recall"):
        assert scores[name] == before[name]
    code, table, _ = run(capsys, "evaluate", trained)
    assert table.splitlines()[0] == "Test set: 300 images"
    assert f"{scores['accuracy']:.4f}" in table


def test_the_file_holds_all_that_is_needed_to_go_on(trained: Path) -> None:
    saved = model_file.read(trained)
    assert saved.training is not None
    assert saved.training["place"]["epochs_done"] == 6
    assert saved.history is not None
    assert len(saved.history["losses"]) == 6 * 19
    network = open_network(trained)
    assert network.project == Project.load(trained.with_name("project.json"))
    assert network.intake.scaling.std == pytest.approx(0.3, abs=0.05)
    assert network.intake.drawing is not None
    assert network.intake.class_names == tuple("0123456789")


@pytest.mark.parametrize("kind", ["folder", "npz", "csv", "idx file", "idx folder"])
def test_own_data_of_every_kind(kind: str, trained: Path, digits: Dataset, tmp_path: Path, capsys: Capture) -> None:
    x, y = digits.x_test[:40], digits.y_test[:40]
    path = tmp_path / "data"
    if kind == "folder":
        pictures(path, digits)
    elif kind == "npz":
        path = tmp_path / "data.npz"
        np.savez(path, x=x, y=y)
    elif kind == "csv":
        path = tmp_path / "data.csv"
        np.savetxt(path, np.column_stack([y, x.reshape(40, -1)]), fmt="%d", delimiter=",")
    else:
        path.mkdir()
        images, labels = path / "t10k-images-idx3-ubyte", path / "t10k-labels-idx1-ubyte"
        images.write_bytes(bytes([0, 0, 8, 3]) + np.array(x.shape[:3], ">u4").tobytes() + x.tobytes())
        labels.write_bytes(bytes([0, 0, 8, 1]) + np.array([40], ">u4").tobytes() + y.astype(np.uint8).tobytes())
        path = images if kind == "idx file" else path
    code, told, errors = run(capsys, "evaluate", trained, "--data", path, "--json")
    assert (code, errors) == (0, "")
    scores = json.loads(told)
    assert (scores["images"], scores["skipped"]) == (40, 0)
    assert scores["accuracy"] > 0.7, "classes are found by name, pixels are prepared as in training"


def test_files_that_cannot_be_read_are_told_in_one_line(
    trained: Path, digits: Dataset, tmp_path: Path, capsys: Capture
) -> None:
    folder = pictures(tmp_path / "data", digits, 10)
    for number in range(5):
        (folder / "7" / f"broken {number}.png").write_bytes(b"\x89PNG")
    code, told, errors = run(capsys, "evaluate", trained, "--data", folder, "--json")
    assert code == 0
    assert json.loads(told)["skipped"] == 5
    assert errors.count("\n") == 1
    assert "5 files were left out: 7/broken 0.png" in errors
    assert errors.rstrip().endswith("and 2 more")


def test_data_that_does_not_fit_says_why(trained: Path, tmp_path: Path, capsys: Capture) -> None:
    np.savez(tmp_path / "small.npz", x=np.zeros((3, 5, 5), np.uint8), y=np.arange(3))
    np.savez(tmp_path / "letters.npz", x=np.zeros((2, 28, 28), np.uint8), y=np.array(["1", "b"]))
    (tmp_path / "empty").mkdir()
    (tmp_path / "alone-images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 3] + [0, 0, 0, 1] * 3 + [7]))
    for name, said in (
        ("small.npz", "are 5×5×1, but the network takes 28×28×1"), ("letters.npz", "class 'b' is unknown"),
        ("alone-images-idx3-ubyte", "should lie beside it"), ("none", "There is no"), ("empty", "no class folders"),
    ):  # fmt: skip
        code, told, errors = run(capsys, "evaluate", trained, "--data", tmp_path / name)
        assert (code, told, errors.count("\n")) == (1, "", 1)
        assert said in errors


def test_a_file_that_says_nothing_of_its_images(tmp_path: Path, capsys: Capture, digits: Dataset) -> None:
    model = Sequential([Flatten(), Dense(10, "softmax")])
    model.build((28, 28, 1))
    model.compile()
    path = tmp_path / "bare"
    model_file.save(model, path)
    code, _, errors = run(capsys, "evaluate", path)
    assert code == 1
    assert errors.splitlines()[-1].endswith("Give images with --data PATH.")
    code, _, errors = run(capsys, "predict", path, pictures(tmp_path / "images", digits, 1) / "7" / "0.png")
    assert (code, errors.count("\n")) == (0, 1)
    assert "0 to 1 is assumed" in errors


def test_a_file_without_intake_finds_its_scaling_in_the_project(trained: Path, tmp_path: Path, digits: Dataset) -> None:
    saved = model_file.read(trained)
    old = tmp_path / "old"
    model_file.save(saved.model, old, project=saved.project)
    assert open_network(old).intake == open_network(trained).intake


def test_the_window_goes_on_with_what_the_command_line_trained(trained: Path) -> None:
    project, run = read_run(trained)
    assert project == Project.load(trained.with_name("project.json"))
    assert (len(run.history), len(run.history.epochs)) == (6 * 19, 6)
    assert run.training is not None
    np.testing.assert_array_equal(run.parameters, open_network(trained).model.parameters)


# --- predict ----------------------------------------------------------------------------------------------------------


def test_predict_reads_pictures_of_digits(trained: Path, digits: Dataset, tmp_path: Path, capsys: Capture) -> None:
    folder = pictures(tmp_path / "a", digits, 30)
    files = sorted(folder.glob("*/*.png"))
    code, told, errors = run(capsys, "predict", trained, *files)
    assert (code, errors) == (0, "")
    lines = told.splitlines()
    right = sum(line[len(str(path)) :].split()[0] == path.parent.name for line, path in zip(lines, files, strict=True))
    assert right >= 24
    assert all(line.startswith(str(path)) and "%" in line for line, path in zip(lines, files, strict=True))
    code, told, _ = run(capsys, "predict", trained, files[0], files[1], "--json")
    first, second = json.loads(told)
    assert first["image"] == str(files[0])
    assert second["answer"] in second["outputs"]
    assert sum(first["outputs"].values()) == pytest.approx(1, abs=1e-4)
    assert first["confidence"] == max(first["outputs"].values())


def test_a_picture_that_cannot_be_read_does_not_stop_the_others(
    trained: Path, digits: Dataset, tmp_path: Path, capsys: Capture
) -> None:
    good = pictures(tmp_path / "a", digits, 1) / "7" / "0.png"
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    code, told, errors = run(capsys, "predict", trained, bad, good, tmp_path / "none.png")
    assert code == 1
    assert len(told.splitlines()) == 1
    assert [("bad.png" in line, "none.png" in line) for line in errors.splitlines()] == [(True, False), (False, True)]


@pytest.mark.parametrize(("loss", "outputs", "said"), [
    ("binary_crossentropy", 3, "none of the labels"),
    ("binary_crossentropy", 1, "no  50.0 %"),
    ("mean_squared_error", 3, "a  < 0.1 %"),
])  # fmt: skip
def test_answers_are_read_as_the_loss_means_them(
    loss: str, outputs: int, said: str, tmp_path: Path, capsys: Capture
) -> None:
    model = Sequential([Flatten(), Dense(outputs, "sigmoid", kernel_initializer="zeros")])
    model.build((4, 4, 3))
    model.compile("sgd", loss)
    if outputs == 3:
        model.layers[-1].b[...] = -1 if loss == "binary_crossentropy" else -40
    names = ("no", "yes") if outputs == 1 else ("a", "b", "c")
    path, picture = tmp_path / "model", tmp_path / "photo.jpg"
    model_file.save(model, path, intake=saved_network.Intake(class_names=names))
    Image.new("RGB", (30, 30), (10, 200, 30)).save(picture)
    code, told, errors = run(capsys, "predict", path, picture)
    assert (code, errors) == (0, "")
    assert told.split("  ", 1)[1].startswith(said)
    code, told, _ = run(capsys, "predict", path, picture, "--json")
    assert json.loads(told)[0]["outputs"].keys() == set(names)


# --- export, errors ---------------------------------------------------------------------------------------------------


def test_the_exported_program_answers_like_the_network(
    trained: Path, digits: Dataset, tmp_path: Path, capsys: Capture
) -> None:
    code, told, errors = run(capsys, "export", trained, "--to", "numpy", tmp_path / "digits.py")
    assert (code, told.strip(), errors) == (0, str(tmp_path / "digits.py"), "")
    assert (tmp_path / "digits.py").read_text(encoding="utf-8").startswith('"""Untitled: 109,386 weights')
    np.save(tmp_path / "images.npy", digits.x_test[:20])
    done = subprocess.run(
        [sys.executable, "-I", "digits.py", "images.npy"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    network = open_network(trained)
    expected = network.model.predict(network.intake.scaling.apply(digits.x_test[:20]))
    assert done.stdout.splitlines() == [f"{row.argmax()} {row.max():.4f}" for row in expected]


@pytest.mark.parametrize(("to", "ending", "files"), [("keras", "py", 2), ("torch", "py", 2), ("onnx", "onnx", 1)])
def test_the_other_formats_are_written(
    to: str, ending: str, files: int, trained: Path, tmp_path: Path, capsys: Capture
) -> None:
    code, told, errors = run(capsys, "export", trained, tmp_path / f"digits.{ending}", "--to", to)
    assert (code, errors) == (0, "")
    assert sorted(told.splitlines()) == sorted(map(str, tmp_path.iterdir()))
    assert len(told.splitlines()) == files


def test_wrong_usage_and_wrong_files(trained: Path, tmp_path: Path, capsys: Capture) -> None:
    for arguments, said in (
        (["export", "m", "--to", "matlab", "o"], "'matlab'"), (["export", "m", "o"], "--to"),
        (["predict", "m"], "IMAGE"), (["evaluate"], "MODEL"), (["train", "p", "--out"], "--out"),
    ):  # fmt: skip
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
    (tmp_path / "text").write_text("no model at all, but long enough")
    for command in (["evaluate"], ["predict"], ["export", "--to", "numpy"]):
        rest = [tmp_path / "out"] if command[0] != "evaluate" else []
        for path in (tmp_path / "none", tmp_path / "text", tmp_path):
            code, told, errors = run(capsys, command[0], path, *rest, *command[1:])
            assert (code, told, errors.count("\n")) == (1, "", 1)


def test_where_nothing_can_be_written_it_is_said_before_the_training(trained: Path, capsys: Capture) -> None:
    project = trained.with_name("project.json")
    for out in (trained.parent / "no folder" / "model", trained.parent):
        code, told, errors = run(capsys, "train", project, "--out", out)
        assert (code, told, errors.count("\n")) == (1, "", 1)
        assert "cannot be written" in errors
        assert "batch" not in errors
    code, _, errors = run(capsys, "export", trained, "--to", "onnx", trained.parent / "no folder" / "model.onnx")
    assert (code, errors.count("\n")) == (1, 1)


def test_predict_needs_neither_qt_nor_this_folder(trained: Path, digits: Dataset, tmp_path: Path) -> None:
    picture = pictures(tmp_path / "a", digits, 1) / "7" / "0.png"
    program = (
        "import sys; from nnvis import cli\n"
        f"code = cli.main(['predict', {str(trained)!r}, {str(picture)!r}, '--json'])\n"
        "assert 'PySide6' not in sys.modules\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["answer"] == "7"


def test_own_pictures_are_taken_as_the_network_was_trained(digits: Dataset) -> None:
    source = saved_network.ImageFolder("pictures", background="white", fit="crop")
    intake = saved_network.intake_of(source, digits, saved_network.Scaling.unit())
    assert (intake.drawing, intake.background, intake.fit) == (None, "white", "crop")
    assert saved_network.intake_of(Mnist(), digits, saved_network.Scaling.unit()).drawing is not None
