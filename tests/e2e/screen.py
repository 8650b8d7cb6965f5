"""A screen of our own, and a hand on its mouse and keys: Xvfb, a window manager and xdotool.

The program runs on it as a user's would. Real X events reach it; what it shows is asked over a pipe (program.py).
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.hand import Point
from tests.e2e.source import AREA

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("Xvfb", "openbox", "xdotool")
PAUSE = "0.004"  # seconds between two points of the pen: a brisk hand, and no two moves melt into one event


def missing_tools() -> list[str]:
    """The tools of a real screen that this machine lacks."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


class Program:
    """The running program and the questions one can ask it."""

    def __init__(self, process: subprocess.Popen[str], environment: dict[str, str]) -> None:
        self._process = process
        self.environment = environment
        self._answers = selectors.DefaultSelector()
        assert process.stdout is not None
        self._answers.register(process.stdout, selectors.EVENT_READ)
        self.first = self._read(60)

    def ask(self, question: str, **values: Any) -> dict[str, Any]:
        """Send a question and wait for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"ask": question, **values}) + "\n")
        self._process.stdin.flush()
        return self._read(30)

    def state(self) -> dict[str, Any]:
        """What the program shows and knows now."""
        return self.ask("state")

    def wait_for(self, name: str, value: Any) -> dict[str, Any]:
        """Let the program run until `state()[name]` is `value`, or at least `value` when it counts up."""
        return self.ask("wait", name=name, value=value)

    def wait_for_exactly(self, name: str, value: Any) -> dict[str, Any]:
        """Let the program run until `state()[name]` is `value`, also where a number might be more."""
        return self.ask("wait exactly", name=name, value=value)

    def wait_for_still(self, name: str) -> dict[str, Any]:
        """Let the program run until `state()[name]` has been the same for a while: a layout has found its end."""
        before, state = None, self.state()
        while state[name] != before:
            before = state[name]
            self.hand("sleep", "0.3")
            state = self.state()
        return state

    def hand(self, *commands: str | float) -> None:
        """Do something with the mouse or the keys, in the words of xdotool."""
        words = ["xdotool", *(str(word) for word in commands)]
        subprocess.run(words, env=self.environment, check=True, timeout=60)

    def draw(self, paths: Sequence[Sequence[Point]]) -> None:
        """Draw strokes with the left button; points are in pixels of the canvas."""
        left, top, _, _ = self.state()["canvas"]
        x, y = paths[0][0]
        self.hand("mousemove", round(left + x), round(top + y))
        self.wait_for("hears_every_move", True)  # the pointer has come to the canvas, as it does before a hand begins
        words: list[str] = []
        for path in paths:
            for index, (x, y) in enumerate(path):
                words += ["mousemove", str(round(left + x)), str(round(top + y)), "sleep", PAUSE]
                if index == 0:
                    words += ["mousedown", "1", "sleep", PAUSE]
            words += ["mouseup", "1", "sleep", PAUSE]
        self.hand(*words)

    def slide(self, name: str, by: int) -> None:
        """Drag the handle of a slider."""
        x, y = self.ask("handle", name=name)["place"]
        self.hand("mousemove", x, y, "mousedown", 1, "sleep", PAUSE, "mousemove", x + by // 2, y, "sleep", PAUSE,
                  "mousemove", x + by, y, "sleep", PAUSE, "mouseup", 1)

    def finish(self) -> tuple[int, str]:
        """Wait for the program's end: its exit code, and everything it wrote to stderr."""
        _, errors = self._process.communicate(timeout=20)
        return self._process.returncode, errors

    def _read(self, seconds: float) -> dict[str, Any]:
        if not self._answers.select(seconds):
            raise TimeoutError(f"The program did not answer within {seconds} s.")
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            _, errors = self._process.communicate(timeout=20)
            raise EOFError(f"The program ended with code {self._process.returncode}.\n{errors}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def screen(width: int, height: int) -> Iterator[dict[str, str]]:
    """An empty X screen with a window manager, as the environment for programs on it."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write_end], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()  # written once the server listens
    environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    manager = subprocess.Popen(
        ["openbox", "--sm-disable"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await_manager(environment)
        yield environment
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(10)


def _await_manager(environment: dict[str, str]) -> None:
    """Wait until the window manager is there: a window that opens before it is never given the screen."""
    for _ in range(100):
        words = ["xdotool", "get_desktop"]  # which only a window manager can answer
        asked = subprocess.run(words, env=environment, capture_output=True, timeout=60, check=False)
        if asked.returncode == 0:
            return
        subprocess.run(["xdotool", "sleep", "0.1"], env=environment, timeout=60, check=False)
    raise TimeoutError("The window manager did not start.")


@contextmanager
def program(environment: dict[str, str], home: Path, *arguments: str) -> Iterator[Program]:
    """The real program on that screen, with a home of its own."""
    own = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("program.py")), *arguments],
        cwd=ROOT, env={**environment, **own, "PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Program(process, environment)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@contextmanager
def picture_source(environment: dict[str, str], picture: Path) -> Iterator[tuple[int, int]]:
    """Another program on that screen, which has the picture in the clipboard, and can be dragged from this place."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("source.py")), str(picture)],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        left, top, width, height = AREA
        yield left + width // 2, top + height // 2
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
