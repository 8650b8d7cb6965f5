"""One strict reader and one atomic writer for every file this program stores.

Nothing read here can run, and nothing is allocated before its size is checked. What is written is the old file or the
new one, whole, also when the power goes or the disk is full.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from core.errors import FileError

STALE_AFTER = 600.0  # seconds after which a temporary file belongs to a save that was killed


@contextlib.contextmanager
def opened(path: Path, what: str) -> Iterator[BinaryIO]:
    """The file at `path`, open for reading. Raises FileError when there is none, or when reading it fails."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FileError(f"{str(path)!r} is a folder, not a {what}. Choose a file in it.")
        if not stat.S_ISREG(mode):  # merely opening a pipe would wait for ever
            raise FileError(f"{str(path)!r} is a device or a pipe, not a {what}. Choose a file.")
        with path.open("rb") as stream:
            yield stream
    except FileError:
        raise  # it is an OSError too, but one that says everything already
    except FileNotFoundError:
        raise FileError(f"There is no file {str(path)!r}. Check the name, or choose another {what}.") from None
    except OSError as error:
        raise FileError(f"{str(path)!r} cannot be read: {_reason(error)}.") from None


def read_bounded(path: Path, limit: int, what: str) -> bytes:
    """The bytes of the file at `path`. Raises FileError when it is missing, unreadable or longer than `limit`."""
    with opened(path, what) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise FileError(f"{str(path)!r} is larger than any {what} ({limit:,} bytes). It is another kind of file.")
    return data


def parse_json(data: bytes | str, where: str) -> Any:
    """Parse strict JSON: UTF-8, no key twice, no NaN or infinity, bounded depth. Raises FileError naming `where`."""
    if not data.strip():
        raise FileError(f"{where} is empty.")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise FileError(f"{where} is not a text file.") from None
    except json.JSONDecodeError as error:
        raise FileError(
            f"{where} is damaged or truncated: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise FileError(f"{where} is damaged: its brackets are nested too deep.") from None
    except ValueError as error:
        raise FileError(f"{where} is damaged: {error}.") from None


def write_atomic(path: Path, data: bytes) -> None:
    """Replace the file at `path` by `data`, wholly or not at all. Raises FileError saying why it failed.

    The bytes go to a temporary file in the same folder, which takes the name only once they are all on the disk.
    """
    target = path.resolve()  # a symbolic link stays one: its target is replaced
    _sweep(target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        _write_all(temporary, data)
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        kept = " The file that was there is unchanged." if target.exists() else ""
        raise FileError(f"{str(path)!r} could not be saved: {_reason(error)}.{kept}") from None
    _flush_folder(target.parent)


def _write_all(path: Path, data: bytes) -> None:
    # os.open and not mkstemp: the new file gets the permissions that the user's umask gives to any other file.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
        written = os.fstat(stream.fileno()).st_size
    if written != len(data):  # some full network disks report success after a short write
        raise OSError(f"only {written} of {len(data)} bytes were written")


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some file systems cannot sync a folder; the file itself is already safe
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(target: Path) -> None:
    now = time.time()
    with contextlib.suppress(OSError):  # sweeping is a courtesy: it must never prevent a save
        for stale in target.parent.glob(f".{_literal(target.name)}.{'[0-9a-f]' * 12}.tmp"):
            if now - stale.stat().st_mtime > STALE_AFTER:
                stale.unlink()


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"it says {key!r} twice")
        result[key] = value
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that can be used")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large for a number")
    return value


def _reason(error: OSError) -> str:
    words = error.strerror or str(error)
    return words[:1].lower() + words[1:]
