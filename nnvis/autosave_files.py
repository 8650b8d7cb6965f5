"""The folders that autosaves lie in: one for each running program, locked as long as it runs."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QLockFile

from core.errors import FileError
from core.safe_file import parse_json, read_bounded, write_atomic
from nnvis.project import Project

FORMAT: Final = "nnvis-autosave"
ABOUT, PROJECT, NETWORK, LOCK = "about.json", "project.json", "network.safetensors", "lock"
MAX_ABOUT: Final = 1 << 14
MOST_LEFT: Final = 5  # folders of programs that ended; older ones are swept


@dataclass(frozen=True)
class About:
    """What is in a folder: whose project, as of when, how far it was trained, and its file."""

    name: str
    saved_at: float  # seconds since 1970
    step: int  # 0: without a network
    path: str  # empty: none
    has_ended: bool  # the program was closed, and kept this for the next start


class AutosaveFolder:
    """One folder, held by this program from the moment it is made or taken over."""

    def __init__(self, path: Path, lock: QLockFile) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def made(cls, root: Path) -> AutosaveFolder:
        """A new folder of this program's own. Raises FileError where nothing can be written."""
        path = root / secrets.token_hex(6)
        try:
            path.mkdir(parents=True)
        except OSError as error:
            raise FileError(f"{root} cannot be written to: {error.strerror}.") from None
        lock = _lock(path)
        if not lock.tryLock(0):
            raise FileError(f"{path} cannot be locked.")
        return cls(path, lock)

    @property
    def about(self) -> About | None:
        """What was written last; None where that cannot be read."""
        try:
            return _about(parse_json(read_bounded(self.path / ABOUT, MAX_ABOUT, "note"), "The note"))
        except FileError:
            return None

    @property
    def network(self) -> Path | None:
        """The file with the network, if there is one."""
        path = self.path / NETWORK
        return path if path.is_file() else None

    def project(self) -> Project:
        """The project that was kept. Raises FileError when it cannot be read."""
        return Project.load(self.path / PROJECT)

    def write(self, project: Project, about: About) -> None:
        """Keep a project, and say what is in the folder. Raises FileError."""
        project.save(self.path / PROJECT)
        told = {"format": FORMAT, "version": 1, **vars(about)}
        write_atomic(self.path / ABOUT, (json.dumps(told, ensure_ascii=False) + "\n").encode())

    def forget_network(self) -> None:
        """What was trained has been given up."""
        (self.path / NETWORK).unlink(missing_ok=True)

    def release(self) -> None:
        """Leave it for the next start."""
        self._lock.unlock()

    def remove(self) -> None:
        """Nothing in it is wanted any more."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.unlock()


def left_behind(root: Path) -> list[AutosaveFolder]:
    """The folders of programs that are gone, newest first, now held by this one; empty ones are swept."""
    found: list[tuple[float, AutosaveFolder]] = []
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        lock = _lock(path)
        if not path.is_dir() or not lock.tryLock(0):  # its program is alive
            continue
        folder = AutosaveFolder(path, lock)
        about = folder.about
        if about is None:
            folder.remove()
        else:
            found.append((about.saved_at, folder))
    found.sort(key=lambda pair: -pair[0])
    for _, folder in found[MOST_LEFT:]:
        folder.remove()
    return [folder for _, folder in found[:MOST_LEFT]]


def moment(saved_at: float) -> str:
    """A time of today as 14:32; of another day with its date."""
    then = time.localtime(saved_at)
    is_today = time.strftime("%x", then) == time.strftime("%x")
    return time.strftime("%H:%M" if is_today else "%d %b, %H:%M", then)


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(str(path / LOCK))
    lock.setStaleLockTime(0)  # however old: it is stale only when its program is gone
    return lock


def _about(data: Any) -> About:
    kinds = {"name": str, "saved_at": int | float, "step": int, "path": str, "has_ended": bool}
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != 1:
        raise FileError("The note is none of this program's.")
    if any(not isinstance(data.get(name), kind) for name, kind in kinds.items()):
        raise FileError("The note is damaged.")
    return About(**{name: data[name] for name in kinds})
