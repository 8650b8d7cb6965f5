"""The pair of Python and PySide6: the bad ones are refused, and the installed one keeps its references."""

import sys

import PySide6
import pytest
from PySide6.QtCore import QObject, Signal

from nnvis.qt_version import complaint, refuse_bad_pair


@pytest.mark.parametrize(
    ("python", "pyside"),
    [((3, 11, 0), (6, 10, 3)), ((3, 11, 9), (6, 11, 99)), ((3, 12, 0), (6, 12, 0)), ((3, 14, 2), (6, 13, 0))],
)
def test_a_good_pair_is_accepted(python: tuple[int, ...], pyside: tuple[int, int, int]) -> None:
    assert complaint(python, pyside) is None


@pytest.mark.parametrize("pyside", [(6, 8, 0), (6, 9, 1), (6, 10, 0), (6, 10, 1), (6, 10, 2)])
def test_versions_that_crash_are_refused(pyside: tuple[int, int, int]) -> None:
    reason = complaint((3, 13, 1), pyside)
    assert reason is not None
    assert f"PySide6 {'.'.join(map(str, pyside))} under Python 3.13" in reason
    assert "pip install" in reason


@pytest.mark.parametrize("pyside", [(6, 12, 0), (6, 12, 1), (6, 13, 0)])
def test_versions_that_lose_references_are_refused_before_python_3_12(pyside: tuple[int, int, int]) -> None:
    reason = complaint((3, 11, 7), pyside)
    assert reason is not None
    assert "Use Python 3.12 or newer, or an older PySide6" in reason
    assert complaint((3, 12, 0), pyside) is None


def test_the_installed_pair_is_accepted() -> None:
    refuse_bad_pair()


def test_a_bad_installed_pair_ends_the_program_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PySide6, "__version_info__", (6, 10, 1, "", ""))
    with pytest.raises(SystemExit, match=r"nnvis cannot run with PySide6 6\.10\.1"):
        refuse_bad_pair()


def test_five_thousand_signals_keep_the_references_of_true_and_none() -> None:
    class Bell(QObject):
        rung = Signal(object)
        silent = Signal()

    heard: list[object] = []
    bell = Bell()
    bell.rung.connect(lambda value: heard.append(value))
    bell.silent.connect(lambda: None)

    def references() -> tuple[int, int]:
        return sys.getrefcount(True), sys.getrefcount(None)

    before = references()
    for _ in range(5000):
        bell.rung.emit(True)
        bell.rung.emit(None)
        bell.silent.emit()
        bell.blockSignals(False)
    assert len(heard) == 10_000
    heard.clear()
    after = references()
    assert after == pytest.approx(before, abs=200)  # the faulty versions lose one or more in every call
