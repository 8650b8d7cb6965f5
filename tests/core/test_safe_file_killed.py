"""Saves that are killed at any moment, and saves onto a full disk: the file is the old one or the new one, whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = 200

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and limits on the size of files")

# Run in a process of its own: a process with threads, as the tests' may be, must not fork.
KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from core.safe_file import write_atomic

path, kills = Path(sys.argv[1]), int(sys.argv[2])
contents = [bytes([letter]) * 300_000 for letter in b"AB"]
write_atomic(path, contents[0])
random.seed(5)
for _ in range(kills):
    child = os.fork()
    if not child:
        while True:
            for content in contents:
                write_atomic(path, content)
    time.sleep(random.uniform(0, 0.008))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if path.read_bytes() not in contents:
        sys.exit(f"torn: {len(path.read_bytes())} bytes")
"""

FULL = """
import resource, signal, sys
from pathlib import Path
from core.errors import FileError
from core.safe_file import write_atomic

path = Path(sys.argv[1])
write_atomic(path, b"old")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_atomic(path, b"new" * 100_000)
except FileError as error:
    print(error)
"""


def python(program: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_killed_two_hundred_times(tmp_path: Path) -> None:
    path = tmp_path / "project.json"
    python(KILLED, path, KILLS)
    assert len(path.read_bytes()) == 300_000


def test_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "project.json"
    assert "could not be saved: file too large. The file that was there is unchanged." in python(FULL, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
