"""The strict reader and the atomic writer: what is stored is whole, and what is read cannot surprise."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from core import safe_file
from core.errors import FileError
from core.safe_file import parse_json, read_bounded, write_atomic


@pytest.mark.parametrize(("text", "said"), [
    ("", "empty"),
    ("   ", "empty"),
    ('{"a": 1', "truncated"),
    ('{"a": 1, "a": 2}', "'a' twice"),
    ('{"a": NaN}', "NaN"),
    ("[-Infinity]", "Infinity"),
    ("[1e999]", "too large"),
    ("[" * 100_000, "too deep"),
    ("[" + "9" * 5000 + "]", "digits"),
    (b"\xff\xfe\x00", "not a text"),
    ("{'a': 1}", "line 1, column 2"),
])  # fmt: skip
def test_hostile_json_is_refused_in_words(text: str | bytes, said: str) -> None:
    with pytest.raises(FileError, match=r"^The file x ") as caught:
        parse_json(text, "The file x")
    assert said in str(caught.value)


def test_json_keeps_values_exactly() -> None:
    assert parse_json('{"third": 0.3333333333333333, "n": [1, true, null, "×"]}', "it") == {
        "third": 1 / 3, "n": [1, True, None, "×"],
    }  # fmt: skip


def test_reading_is_bounded_before_anything_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 101)
    with pytest.raises(FileError, match="larger than any project file"):
        read_bounded(path, 100, "project file")
    path.write_bytes(b"x" * 100)
    assert len(read_bounded(path, 100, "project file")) == 100


@pytest.mark.parametrize(("name", "said"), [("missing", "no file"), ("", "folder")])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        read_bounded(tmp_path / name, 100, "project file")


def test_saving_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_atomic(path, b"old")
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.name != "posix" or path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need a right on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("failing", ["fsync", "fstat", "replace"])
def test_a_failed_save_keeps_the_old_file_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")

    def full(*_args: Any) -> Any:
        raise OSError(28, "No space left on device")

    class Short:
        st_size = 1

    if failing == "replace":
        monkeypatch.setattr(Path, "replace", full)
    else:
        monkeypatch.setattr(safe_file.os, failing, full if failing == "fsync" else lambda _descriptor: Short)
    with pytest.raises(FileError, match=r"no space left|only 1 of 3 bytes") as caught:
        write_atomic(path, b"new")
    monkeypatch.undo()
    assert "unchanged" in str(caught.value)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="could not be saved: no such file"):
        write_atomic(tmp_path / "none" / "a.json", b"new")


def test_leftovers_of_killed_saves_are_swept_but_not_those_of_others(tmp_path: Path) -> None:
    path = tmp_path / "a[1].json"
    stale, fresh, foreign = (tmp_path / name for name in (
        ".a[1].json.0123456789ab.tmp", ".a[1].json.ba9876543210.tmp", ".a1.json.0123456789ab.tmp",
    ))  # fmt: skip
    long_ago = time.time() - 2 * safe_file.STALE_AFTER
    for leftover in (stale, fresh, foreign):
        leftover.write_bytes(b"half")
    for leftover in (stale, foreign):
        os.utime(leftover, (long_ago, long_ago))
    write_atomic(path, b"new")
    assert sorted(tmp_path.iterdir()) == sorted([path, fresh, foreign])
