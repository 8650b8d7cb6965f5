"""The command line: what it prints, where, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.data import Dataset
from core.layers import Dense, Flatten
from core.optimizers import SGD
from nnvis import cli, saved_network
from nnvis.project import Project
from nnvis.recipe import TrainingRecipe

ROOT = Path(__file__).parents[2]
SEED_EXAMPLE = ROOT / "resources" / "examples" / "seed_mlp.json"


@pytest.fixture
def project_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> Path:
    """The default project for two epochs, on few digits."""
    monkeypatch.setattr(saved_network, "load", lambda _source: digits)
    path = tmp_path / "small.json"
    replace(Project.default(), training=TrainingRecipe(epochs=2)).save(path)
    return path


def test_train_prints_the_table_and_a_progress_bar(project_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", str(project_path)]) == 0
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert lines[0] == "Test set: 300 images"
    names = [line[:25].rstrip() for line in lines[1:]]
    assert names == ["Categorical Cross-Entropy", "Accuracy", "Precision (macro)", "Recall (macro)"]
    assert all(0 < float(line[25:]) < 2 for line in lines[1:])
    assert "38/38" in output.err  # batches


def test_json_says_the_same_on_stdout_alone(project_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "--quiet", str(project_path)]) == 0
    table = capsys.readouterr()
    assert table.err == ""
    assert cli.main(["train", str(project_path), "--json"]) == 0
    output = capsys.readouterr()
    scores = json.loads(output.out)
    assert "38/38" in output.err
    values = [f"{scores[key]:.4f}" for key in ("categorical_crossentropy", "accuracy", "precision", "recall")]
    assert values == [line.split()[-1] for line in table.out.splitlines()[1:]]
    assert (scores["images"], scores["epochs"], scores["seed"]) == (300, 2, 7)


def test_epochs_and_seed_override_the_file(project_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", str(project_path), "--json", "--quiet", "--epochs", "1"]
    results = []
    for seed in ("3", "3", "4"):
        assert cli.main([*arguments, "--seed", seed]) == 0
        scores = json.loads(capsys.readouterr().out)
        assert scores["epochs"] == 1
        scores.pop("seconds")
        results.append(scores)
    assert results[0] == results[1]
    assert results[0]["categorical_crossentropy"] != results[2]["categorical_crossentropy"]


@pytest.mark.parametrize(("arguments", "said"), [
    (["paint"], "invalid choice: 'paint'"),
    (["train"], "PROJECT"),
    (["train", "x.json", "--epochs", "many"], "--epochs"),
    (["train", "x.json", "--speed", "9"], "--speed"),
])  # fmt: skip
def test_wrong_usage_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(("option", "value"), [("--epochs", "0"), ("--epochs", "1001"), ("--seed", "-1")])
def test_a_value_out_of_bounds_is_wrong_usage(
    project_path: Path, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", str(project_path), option, value]) == 2
    error = capsys.readouterr().err
    assert value in error
    assert error.count("\n") == 1


def failing(project: Project, path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    project.save(path)
    assert cli.main(["train", "--quiet", str(path)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err


def test_work_that_fails_is_one_line_and_exit_code_1(project_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = Project.default()
    assert "Layer 1: Dense needs a flat input" in failing(replace(base, layers=base.layers[1:]), project_path, capsys)
    wide = replace(base, layers=(Flatten(), Dense(units=11, activation="softmax")))
    assert "11" in failing(wide, project_path, capsys)
    exploding = replace(base, optimizer=SGD(learning_rate=1e5))
    assert "Set a smaller learning rate" in failing(exploding, project_path, capsys)


def test_a_file_that_is_missing_or_damaged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.json"
    assert cli.main(["train", str(path)]) == 1
    assert "none.json" in capsys.readouterr().err
    path.write_text("{")
    assert cli.main(["train", str(path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_line_needs_neither_qt_nor_this_folder(tmp_path: Path) -> None:
    program = (
        "import sys; from nnvis import cli\n"
        "assert not {'numpy', 'PySide6'} & set(sys.modules), 'the window would wait for these'\n"
        f"code = cli.main(['train', {str(SEED_EXAMPLE)!r}, '--epochs', '1', '--quiet', '--json'])\n"
        "assert 'PySide6' not in sys.modules\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["images"] == 10_000


def test_the_seeds_example_reaches_the_scores_of_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    """Its README: cross-entropy 0.166, precision and recall 0.951 (and an accuracy counted per class: 0.990)."""
    assert cli.main(["train", str(SEED_EXAMPLE), "--json", "--quiet"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["categorical_crossentropy"] <= 0.17
    assert min(scores[name] for name in ("accuracy", "precision", "recall")) >= 0.950
