"""Saves that are killed, and saves onto a disk without room: the model is the old one or the new one, whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import model_file
from core.errors import FileError
from tests.core.model_files import assert_same, small_model

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and mount")

# Run in a process of its own: a process with threads, as the tests' may be, must not fork.
KILLED = """
import os, random, signal, sys, time
from pathlib import Path
import numpy as np
from core import Sequential, model_file
from core.layers import Dense

path, kills = Path(sys.argv[1]), int(sys.argv[2])
model = Sequential([Dense(300), Dense(300)], seed=1)
model.build((300,))
model.compile()
model_file.save(model, path)
random.seed(5)
for _ in range(kills):
    child = os.fork()
    if not child:
        number = 0
        while True:
            number += 1
            model.parameters.fill(number)
            model_file.save(model, path, history={"number": number})
    before, deadline = path.stat().st_ino, time.monotonic() + 10
    while path.stat().st_ino == before and time.monotonic() < deadline:  # until the first save is done
        time.sleep(0.0005)
    time.sleep(random.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    saved = model_file.read(path)
    number = saved.history["number"]
    if not (saved.model.parameters == number).all():
        sys.exit(f"weights of one save, history of another: {number}")
"""


@pytest.mark.parametrize("kills", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_while_saving(kills: int, tmp_path: Path) -> None:
    path = tmp_path / "model.nnvis"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(kills)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    model_file.save(small_model(), path)  # and saving goes on as ever
    assert_same(model_file.load(path), small_model())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB; only the administrator can mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    ).returncode  # fmt: skip
    if not mounted:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_without_room(small_disk: Path) -> None:
    path = small_disk / "model.nnvis"
    model_file.save(small_model(), path)
    with pytest.raises(FileError, match=r"could not be saved: no space left on device\. The file that was there"):
        model_file.save(small_model(seed=2), path, project="x" * 100_000)
    assert list(small_disk.iterdir()) == [path]
    assert_same(model_file.load(path), small_model())
    model_file.save(small_model(seed=2), path)  # what has room is saved
    assert_same(model_file.load(path), small_model(seed=2))


# Without a disk of its own: the system is told to let no file grow beyond 10 kB.
FULL = """
import resource, signal, sys
from core import model_file
from core.errors import FileError
from tests.core.model_files import small_model

model_file.save(small_model(), sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    model_file.save(small_model(seed=2), sys.argv[1], project="x" * 100_000)
except FileError as error:
    print(error)
"""


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "model.nnvis"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "could not be saved: file too large. The file that was there is unchanged." in done.stdout
    assert list(tmp_path.iterdir()) == [path]
    assert_same(model_file.load(path), small_model())
