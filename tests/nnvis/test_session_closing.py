"""Ending the program in mid-training: exit code 0, at once, and not a word from Qt."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from nnvis.session import RunState, Session

app = QCoreApplication([])
session = Session()
session.set_training(session.project.training.replace(epochs=1000))
if {when!r} != "loading":
    session.state_changed.connect(lambda: session.state is RunState.READY and session.train())
    session.snapshot_arrived.connect(lambda snapshot: snapshot.step > 50 and app.quit())
else:
    QTimer.singleShot(0, app.quit)
app.exec()
{ending}
"""


@pytest.mark.parametrize("when", ["loading", "training"])
@pytest.mark.parametrize("ending", ["session.shutdown()", ""], ids=["shut down", "left to the application"])
def test_ending_the_program(when: str, ending: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(when=when, ending=ending)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - started < 20  # of which nearly all is starting Python
