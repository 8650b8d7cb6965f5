"""What the program remembers, and that a damaged memory never stops it."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from nnvis.settings import RECENT_LIMIT, SETTINGS, Settings, WindowPlace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "settings.json"


def test_defaults_are_accepted_by_their_own_rows() -> None:
    assert all(row.accepts(row.default) for row in SETTINGS)
    assert len({row.name for row in SETTINGS}) == len(SETTINGS)


def test_a_setting_is_kept(path: Path) -> None:
    assert Settings(path).set("theme", "light")
    assert Settings(path).get("theme") == "light"


def test_a_value_that_cannot_be_is_refused_and_the_old_one_stays(path: Path) -> None:
    settings = Settings(path)
    with pytest.raises(ValueError, match="theme"):
        settings.set("theme", "pink")
    assert settings.get("theme") == "system"


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"theme": 3}', '{"theme": "pink", "recent_projects": [1]}', "[" * 99_999]
)
def test_a_damaged_file_means_defaults(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert Settings(path).get("theme") == "system"
    assert Settings(path).get("recent_projects") == []


def test_what_a_newer_version_wrote_is_kept(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text('{"theme": "dark", "sound": "loud"}')
    settings = Settings(path)
    settings.set("theme", "light")
    stored = json.loads(path.read_text())
    assert stored == {"sound": "loud", "version": 1, **{row.name: row.default for row in SETTINGS}, "theme": "light"}


def test_a_home_that_cannot_be_written_keeps_the_setting_for_now(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings = Settings(blocked / "settings.json")
    assert not settings.set("theme", "dark")
    assert settings.get("theme") == "dark"


def test_recent_projects_are_newest_first_once_each_and_few(path: Path, tmp_path: Path) -> None:
    settings = Settings(path)
    files = [tmp_path / f"{number}.json" for number in range(RECENT_LIMIT + 2)]
    for file in [*files, files[4]]:
        settings.add_recent(file)
    recent = Settings(path).get("recent_projects")
    assert recent[:2] == [str(files[4]), str(files[-1])]
    assert len(recent) == len(set(recent)) == RECENT_LIMIT


def test_the_window_place_is_bytes(tmp_path: Path) -> None:
    place = WindowPlace(tmp_path / "window.ini")
    assert place.read("docks").isEmpty()
    place.write("docks", QByteArray(b"\x00\xff1"))
    assert place.read("docks") == QByteArray(b"\x00\xff1")
