"""What is in no file outlives the program: killed, closed, or started twice; and never gets into anybody's way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.data import Dataset
from core.errors import FileError
from core.layers import Dense, Dropout
from nnvis import autosave as module
from nnvis.autosave import Autosave
from nnvis.autosave_files import ABOUT, NETWORK, PROJECT, AutosaveFolder, left_behind, moment
from nnvis.project_files import Choice, ProjectFiles
from nnvis.session import RunState, Session
from nnvis.training.keepsake import KeptRun

SOON = 0.02


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "autosave"


@pytest.fixture
def autosave(session: Session, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Autosave]:
    monkeypatch.setattr(module, "REST", 0.0)
    keeper = Autosave(session, root, session, interval=SOON)
    yield keeper
    keeper.end(discard=True)
    assert not left(root)


def left(root: Path) -> list[Path]:
    return sorted(root.iterdir()) if root.exists() else []


def abandoned(root: Path) -> None:
    """As after a power cut: the locks say nothing."""
    for folder in left(root):
        (folder / "lock").unlink(missing_ok=True)


def trained(qtbot: QtBot, session: Session, steps: int) -> None:
    for step in range(session.history.step + 1, steps + 1):
        with qtbot.waitSignal(session.state_changed):  # the worker confirms
            session.step_batch()
        qtbot.waitUntil(lambda step=step: session.history.step == step)


def test_an_edit_is_kept_and_forgotten_when_it_is_saved(
    qtbot: QtBot, session: Session, autosave: Autosave, root: Path, tmp_path: Path
) -> None:
    assert not left(root)
    session.replace_layer(1, Dense(units=33, activation="relu"))
    with qtbot.waitSignal(autosave.written):
        pass
    (folder,) = left(root)
    assert not (folder / NETWORK).exists()
    assert '"units": 33' in (folder / PROJECT).read_text()
    session.save_project(tmp_path / "mine.json")
    qtbot.waitUntil(lambda: not left(root))


def test_the_network_is_kept_while_it_trains_and_goes_on_bit_for_bit(
    qtbot: QtBot, session: Session, digits: Dataset, autosave: Autosave, root: Path
) -> None:
    session.insert_layer(2, Dropout(rate=0.3))
    session.set_speed(400)
    session.train()
    qtbot.waitUntil(lambda: bool(left(root)) and (left(root)[0] / NETWORK).exists(), timeout=10000)
    kept = root.parent / "kept"
    qtbot.waitUntil(lambda: autosave._thread is None)
    shutil.copytree(left(root)[0], kept / "one")  # the power goes now
    session.set_speed(None)
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None, timeout=20000)
    end, losses = session.parameters.copy(), session.history.train_losses.tolist()

    abandoned(kept)
    session.new_project()
    (folder,) = left_behind(kept)
    about = folder.about
    assert about is not None
    assert 0 < about.step < len(losses)
    assert session.recover(folder.project(), folder.network, None)
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    assert session.history.step == about.step
    assert session.is_modified
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None, timeout=20000)
    np.testing.assert_array_equal(session.parameters, end)
    assert session.history.train_losses.tolist() == losses
    folder.remove()


def test_edits_after_the_training_come_back_as_an_edit(
    qtbot: QtBot, session: Session, autosave: Autosave, root: Path
) -> None:
    trained(qtbot, session, 3)
    before, edited = session.project, replace(session.project, seed=99)
    session.set_project(edited)
    qtbot.waitUntil(lambda: any('"seed": 99' in path.read_text() for path in root.glob(f"*/{PROJECT}")))
    qtbot.waitUntil(lambda: autosave._thread is None)
    assert (left(root)[0] / NETWORK).exists()
    kept = root.parent / "kept"
    shutil.copytree(left(root)[0], kept / "one")
    abandoned(kept)
    session.new_project()
    (folder,) = left_behind(kept)
    session.recover(folder.project(), folder.network, Path("somewhere.json"))
    qtbot.waitUntil(lambda: session.project == edited)
    assert session.history.step == 3
    assert session.running_is_old
    assert session.project_path == Path("somewhere.json")
    session.undo()
    assert session.project == before
    assert not session.running_is_old
    folder.remove()


def test_two_programs_keep_out_of_each_others_folders(
    qtbot: QtBot, session: Session, autosave: Autosave, root: Path
) -> None:
    session.set_seed(5)
    with qtbot.waitSignal(autosave.written):
        pass
    assert left_behind(root) == []  # this program is alive
    assert len(left(root)) == 1
    other = AutosaveFolder.made(root)
    assert len(left(root)) == 2
    other.remove()


def test_what_was_left_is_offered_and_taken_up(qtbot: QtBot, session: Session, root: Path) -> None:
    keeper = Autosave(session, root, session, interval=SOON)
    session.replace_layer(1, Dense(units=44))
    trained(qtbot, session, 2)
    keeper.end(discard=False)
    weights = session.parameters.copy()
    session.new_project()

    later = Autosave(session, root, session, interval=SOON)
    with qtbot.waitSignal(session.message_posted) as posted:
        later.offer()
    message = posted.args[0]
    assert message.text == "Go on with “Untitled” with its network trained to step 2?"
    assert left_behind(root) == []  # another program that starts now does not offer it again
    message.actions[0].callback()
    qtbot.waitUntil(lambda: session.history.step == 2)
    assert session.project.layers[1] == Dense(units=44)
    np.testing.assert_array_equal(session.parameters, weights)
    later.end(discard=True)
    assert not left(root)


def test_what_is_not_wanted_is_discarded(qtbot: QtBot, session: Session, root: Path) -> None:
    for seed in (1, 2):
        keeper = Autosave(session, root, session, interval=SOON)
        session.set_seed(seed)
        keeper.end(discard=False)
    later = Autosave(session, root, session, interval=SOON)
    with qtbot.waitSignal(session.message_posted) as posted:
        later.offer()
    with qtbot.waitSignal(session.message_posted) as second:
        posted.args[0].actions[1].callback()
    assert len(left(root)) == 1
    second.args[0].actions[1].callback()
    assert not left(root)
    session.new_project()
    later.end(discard=False)
    assert not left(root)


def test_another_project_sets_the_trained_network_aside(qtbot: QtBot, session: Session, root: Path) -> None:
    from PySide6.QtWidgets import QWidget

    from nnvis.settings import Settings

    window = QWidget()
    qtbot.addWidget(window)
    keeper = Autosave(session, root, session, interval=SOON)
    files = ProjectFiles(window, session, Settings(root.parent / "settings.json"), keeper)
    trained(qtbot, session, 1)
    files.new()
    qtbot.waitUntil(lambda: session.history.step == 0)
    files.end()
    (folder,) = left_behind(root)
    assert folder.about is not None
    assert (folder.about.step, folder.about.has_ended) == (1, True)
    folder.remove()


def test_discarding_at_the_end_keeps_nothing(
    qtbot: QtBot, session: Session, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QWidget

    from nnvis.settings import Settings

    window = QWidget()
    qtbot.addWidget(window)
    keeper = Autosave(session, root, session, interval=SOON)
    files = ProjectFiles(window, session, Settings(root.parent / "settings.json"), keeper)
    monkeypatch.setattr(files, "ask_unsaved", lambda: Choice.DISCARD)
    session.set_seed(3)
    with qtbot.waitSignal(keeper.written):
        pass
    assert files.may_discard()
    files.end()
    assert not left(root)


def test_at_the_end_only_the_end_is_written(
    qtbot: QtBot, session: Session, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Autosave(session, root, session)
    written: list[bool] = []
    whole = keeper._written
    monkeypatch.setattr(keeper, "_written", lambda *job: (written.append(job[1].has_ended), whole(*job)))
    trained(qtbot, session, 2)
    keeper._save()  # asks for the run; before the answer comes the program is closed
    assert keeper._waits_for_run
    keeper.end(discard=False)
    qtbot.wait(50)
    assert written == [True]
    (folder,) = left_behind(root)
    assert folder.about is not None
    assert folder.about.step == 2
    folder.remove()


def test_no_two_write_at_the_same_time(qtbot: QtBot, session: Session, autosave: Autosave) -> None:
    trained(qtbot, session, 1)
    if autosave._thread is not None:
        autosave._thread.join()
    kept = session.kept_run()
    assert kept is not None
    autosave._thread = busy = threading.Thread(target=lambda: None)
    busy.start()
    autosave._waits_for_run = True
    autosave._on_run_kept(kept)
    assert autosave._thread is busy
    assert autosave._timer.isActive()  # it comes to its turn


def test_where_nothing_can_be_written_it_is_said_once(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    keeper = Autosave(session, blocked / "autosave", session, interval=SOON)
    with qtbot.waitSignal(session.message_posted) as posted:
        session.set_seed(3)
    assert posted.args[0].title == "Autosave does not work here."
    assert "cannot be written to" in posted.args[0].text
    with qtbot.assertNotEmitted(session.message_posted), qtbot.waitSignal(keeper.written):
        session.set_seed(4)
    assert session.project.seed == 4
    keeper.end(discard=False)


def test_it_takes_no_more_than_a_hundredth_of_the_time(
    qtbot: QtBot, session: Session, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    keeper = Autosave(session, root, session)

    def slow() -> None:
        now[0] += 0.5

    keeper._run(slow)
    keeper._schedule(1.0)
    assert keeper._timer.remainingTime() == pytest.approx(50_000, abs=500)
    keeper.end(discard=True)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "nnvis-autosave", "version": 2}', '{"format": 1}'])
def test_a_damaged_note_is_swept_not_shown(root: Path, text: str) -> None:
    folder = AutosaveFolder.made(root)
    (folder.path / ABOUT).write_text(text)
    folder.release()
    assert left_behind(root) == []
    assert not left(root)


def test_a_damaged_project_is_said(qtbot: QtBot, session: Session, root: Path) -> None:
    keeper = Autosave(session, root, session, interval=SOON)
    session.set_seed(3)
    keeper.end(discard=False)
    (left(root)[0] / PROJECT).write_text("{")
    later = Autosave(session, root, session, interval=SOON)
    later.offer()
    assert session.message is not None
    session.message.actions[0].callback()
    assert session.message.title == "The autosaved project cannot be read."
    session.new_project()
    later.end(discard=False)
    (folder,) = left_behind(root)
    with pytest.raises(FileError):
        folder.project()
    folder.remove()


def test_only_the_newest_are_kept(root: Path, session: Session) -> None:
    for number in range(8):
        folder = AutosaveFolder.made(root)
        folder.write(session.project, module.About(f"p{number}", float(number), 0, "", False))
        folder.release()
    found = left_behind(root)
    assert [one.about.name for one in found if one.about] == ["p7", "p6", "p5", "p4", "p3"]
    assert len(left(root)) == 5
    for one in found:
        one.remove()


def test_a_moment_is_written_as_people_say_it() -> None:
    import time

    today = time.localtime()
    noon = time.mktime((*today[:3], 14, 32, 0, 0, 0, -1))
    assert moment(noon) == "14:32"
    assert moment(noon - 3 * 86400).endswith(", 14:32")


def test_a_kept_run_is_whole(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    trained(qtbot, session, 4)
    kept = session.kept_run()
    assert isinstance(kept, KeptRun)
    kept.write(tmp_path / "a.safetensors")
    session.new_project()
    assert session.open_model(tmp_path / "a.safetensors")
    qtbot.waitUntil(lambda: session.history.step == 4)
    assert not session.is_modified
    assert not session.has_unsaved_network
    trained(qtbot, session, 5)
    assert session.is_modified
    assert session.save_model(tmp_path / "a.safetensors")
    assert not session.is_modified


PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from core.data import Dataset, mnist
from nnvis import autosave
from nnvis.app import create
from nnvis.project import Project
from nnvis.training import loader

autosave.WHILE_TRAINING = 0.05
(x, y), (xt, yt) = mnist()
few = Dataset("mnist", "MNIST", x[:1280], y[:1280], xt[:300], yt[:300], tuple("0123456789"))
loader.load = lambda _source, _progress: few
app, window = create(["nnvis"])
session = window.session
session.set_pen_digits(session.project.pen_digits.replace(share=0.0))
session.set_training(session.project.training.replace(epochs=30))
session.set_speed(100)
keeper = window.files._autosave
keeper._interval = 0.05
def look():
    about = keeper._folder.about if keeper._folder else None
    if about is not None and about.step > 10:
        print("kept", flush=True)
timer = QTimer()
timer.timeout.connect(look)
timer.start(50)
session.state_changed.connect(lambda: session.state.name == "READY" and session.train())
window.show()
app.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a thing of POSIX")
def test_after_kill_9_the_next_start_offers_it_and_the_run_ends_as_if_nothing_had_happened(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    home = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], stdout=subprocess.PIPE, env=home, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "kept\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()

    root = tmp_path / "nnvis" / "autosave"
    keeper = Autosave(session, root, session, interval=SOON)
    with qtbot.waitSignal(session.message_posted) as posted:
        keeper.offer()
    message = posted.args[0]
    assert message.title.startswith("nnvis ended unexpectedly at ")
    assert "with its network trained to step " in message.text
    assert [action.label for action in message.actions] == ["Recover", "Discard"]
    message.actions[0].callback()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    assert session.history.step > 10
    project = session.project
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None, timeout=20000)
    resumed, losses = session.parameters.copy(), session.history.train_losses.tolist()
    assert len(losses) == 30 * 19
    session.reset()  # the same project again, from its seed, in one go
    qtbot.waitUntil(lambda: session.history.step == 0)
    assert session.project == project
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None, timeout=20000)
    np.testing.assert_array_equal(session.parameters, resumed)
    assert session.history.train_losses.tolist() == losses
    keeper.end(discard=True)
    assert not left(root)
