"""Pen digits are drawn once and then read; a file that is not what was written is made anew."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from core.data import PenMixture, pen_cache, pen_mixture
from core.data.pen_cache import cache_file, cached
from core.data.pen_digits import PenSet, generate
from core.data.pen_styles import STYLES
from core.hyper import from_dict

COUNT = 40


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many digits have been asked for each time that any were drawn."""
    asked: list[int] = []

    def watched(count: int, seed: int = 0, progress: object = None) -> PenSet:
        asked.append(count)
        return generate(count, seed)

    monkeypatch.setattr(pen_cache, "generate", watched)
    return asked


def same(first: PenSet, second: PenSet) -> bool:
    return all(
        one.dtype == two.dtype and np.array_equal(one, two) for one, two in zip(first, second, strict=True)
    )


def test_they_are_drawn_once(tmp_path: Path, drawn: list[int]) -> None:
    folder = tmp_path / "not" / "yet" / "there"
    first, again = cached(folder, COUNT), cached(folder, COUNT)
    assert drawn == [COUNT]
    assert same(first, generate(COUNT))
    assert same(again, first)
    assert [path.name for path in folder.iterdir()] == [cache_file(folder, COUNT, 0).name]


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any(tmp_path: Path, count: int) -> None:
    assert same(cached(tmp_path, count), cached(tmp_path, count))


def test_another_count_or_seed_is_another_file(tmp_path: Path, drawn: list[int]) -> None:
    assert not same(cached(tmp_path, COUNT), cached(tmp_path, COUNT, seed=1))
    cached(tmp_path, COUNT + 1)
    assert drawn == [COUNT, COUNT, COUNT + 1]
    assert len(list(tmp_path.iterdir())) == 3


def test_other_styles_are_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache_file(tmp_path, COUNT, 0)
    assert cache_file(tmp_path, COUNT, 0) == before
    more_often = dataclasses.replace(STYLES[3], share=STYLES[3].share + 1)
    bent = dataclasses.replace(STYLES[3], strokes=STYLES[4].strokes)
    for changed in (more_often, bent):
        monkeypatch.setattr(pen_cache, "STYLES", (*STYLES[:3], changed, *STYLES[4:]))
        assert cache_file(tmp_path, COUNT, 0) != before


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:10],
        lambda data: data[:-50],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda data: b"something else entirely",
        lambda data: data[:32] + b"\0" * 100_000,
    ],
    ids=["empty", "short", "cut off", "a bit in the content", "a bit in the digest", "another file", "zeros"],
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, drawn: list[int], damage: object) -> None:
    first = cached(tmp_path, COUNT)
    path = cache_file(tmp_path, COUNT, 0)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))  # type: ignore[operator]
    assert same(cached(tmp_path, COUNT), first)
    assert drawn == [COUNT] * 2
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path: Path, drawn: list[int]) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert same(cached(blocked / "cache", COUNT), generate(COUNT))
    cached(blocked / "cache", COUNT)
    assert drawn == [COUNT] * 2


def test_old_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen_cache, "KEPT", 2)
    (tmp_path / "mine.bin").write_bytes(b"stays")
    for seed in range(4):
        cached(tmp_path, COUNT, seed)
    names = {path.name for path in tmp_path.iterdir()}
    assert cache_file(tmp_path, COUNT, 3).name in names
    assert "mine.bin" in names
    assert len(names) == 3


def test_a_mixture_says_what_and_how_much(tmp_path: Path, drawn: list[int]) -> None:
    value = PenMixture(share=0.3, count=COUNT, seed=2)
    assert from_dict([PenMixture], value.to_dict(), "mixture") == value
    assert [declared.name for declared in PenMixture.hypers() if declared.live] == ["share"]
    digits = value.digits(tmp_path)
    assert same(value.digits(tmp_path), digits)
    assert drawn == [COUNT]
    assert same(value.digits(), digits)
    mixture = value.mixture(digits)
    assert mixture.share == 0.3
    assert mixture.x is digits.images


def test_the_digits_of_the_first_epoch_come_first_and_all_are_known_before_they_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pen_mixture, "FIRST", 20)
    value = PenMixture(count=50, seed=3)
    told: list[tuple[int, int]] = []
    digits = value.digits(progress=lambda done, count: told.append((done, count)))
    first = value.first_digits()
    np.testing.assert_array_equal(digits.images[:20], first.images)
    np.testing.assert_array_equal(np.bincount(first.labels), [2] * 10)
    np.testing.assert_array_equal(digits.images[20:], value.other_digits().images)
    assert told[-1] == (50, 50)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    blank = value.unpainted()
    np.testing.assert_array_equal(blank.labels, digits.labels)
    np.testing.assert_array_equal(blank.styles, digits.styles)
    assert not blank.images.any()
    assert blank.images.shape == digits.images.shape
    assert value.mixture(blank).first == 20
    few = PenMixture(count=15)
    assert [len(few.digits().labels), len(few.other_digits().labels), len(few.unpainted().labels)] == [15, 0, 15]
