"""Rules of the house that import-linter cannot see."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SOURCES = sorted((PROJECT / "nnvis").rglob("*.py"))


def test_only_the_session_and_its_threads_speak_of_threads() -> None:
    mention = re.compile(r"\b(QThread|QRunnable|QThreadPool|threading\.Thread)\b")
    speakers = {path.relative_to(PROJECT).as_posix() for path in SOURCES if mention.search(path.read_text("utf-8"))}
    threads = ("worker", "study", "pen_drawer", "loader")
    assert speakers <= {"nnvis/session.py", "nnvis/autosave.py", *(f"nnvis/training/{name}.py" for name in threads)}


def test_every_installed_version_is_pinned() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    pins = settings["tool"]["uv"]["constraint-dependencies"]
    pinned = {pin.partition("==")[0] for pin in pins if "==" in pin}
    asked = settings["project"]["dependencies"] + settings["dependency-groups"]["dev"]
    assert {re.split(r"[<>=!;\[ ]", one)[0].lower() for one in asked} <= pinned
    assert len(pins) == len(pinned)
