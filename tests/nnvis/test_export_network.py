"""File > Export network: the network as it is, for another library, with a word on what was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from core.data import Dataset
from nnvis.actions import ACTIONS
from nnvis.project_files import EXPORTS, ProjectFiles
from nnvis.session import RunState, Session
from nnvis.settings import Settings


@pytest.fixture
def files(qtbot: QtBot, session: Session, tmp_path_factory: pytest.TempPathFactory) -> ProjectFiles:
    """The File menu of a window whose network has had one update."""
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1 and session.state is RunState.PAUSED)
    window = QWidget()
    qtbot.addWidget(window)
    return ProjectFiles(window, session, Settings(tmp_path_factory.mktemp("settings") / "settings.json"))


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str, kind: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kind))


@pytest.mark.parametrize("kind", EXPORTS)
def test_each_kind_is_written_and_told(
    kind: str, files: ProjectFiles, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path / "my.network", kind)
    assert files.export_network()
    suffix = EXPORTS[kind][1]
    written = sorted(path.name for path in tmp_path.iterdir())
    assert f"my.network{suffix}" in written
    assert session.message is not None
    assert session.message.kind == "info"
    assert all(name in session.message.title for name in written)
    assert not session.has_unsaved_network or session.project_path is None, "an export is no save"


def test_the_program_gives_what_the_window_shows(
    files: ProjectFiles, session: Session, digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path / "net.py", next(iter(EXPORTS)))
    assert files.export_network()
    names: dict[str, object] = {"__name__": "net"}
    exec(compile((tmp_path / "net.py").read_text(encoding="utf-8"), "net.py", "exec"), names)
    images = digits.x_test[:8]
    found = names["predict"](images)  # type: ignore[operator]
    np.testing.assert_allclose(found, session.predict(images), rtol=1e-4, atol=1e-6)


def test_nothing_is_written_when_nothing_is_chosen_and_a_failure_is_told(
    files: ProjectFiles, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, "", "")
    assert not files.export_network()
    choose(monkeypatch, tmp_path / "no folder" / "net.py", next(iter(EXPORTS)))
    assert not files.export_network()
    assert session.message is not None
    assert session.message.title == "The network could not be exported."
    assert list(tmp_path.iterdir()) == []


def test_it_is_in_the_menu_as_soon_as_something_was_trained(files: ProjectFiles, session: Session) -> None:
    row = next(row for row in ACTIONS if row.object_name == "exportNetworkAction")
    assert (row.menu, row.method) == ("File", "files.export_network")
    assert row.enabled is not None
    assert row.enabled(session)
