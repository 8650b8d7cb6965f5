"""Which PySide6 may run under which Python. Some pairs abort the process; they are refused before any window opens."""

import sys

Version = tuple[int, int, int]

OLDEST: Version = (6, 10, 3)  # 6.8.0, 6.9.1, 6.10.0 and 6.10.1 each have crashes of their own
FIRST_LOSING_REFERENCES: Version = (6, 12, 0)  # PYSIDE-3474: True and None are freed too often before Python 3.12


def complaint(python: tuple[int, ...], pyside: Version) -> str | None:
    """Return why this pair cannot run nnvis and what to do about it, or None when it can."""
    found = f"PySide6 {_text(pyside)} under Python {_text(python[:2])}"
    if pyside < OLDEST:
        return (
            f"nnvis cannot run with {found}: versions before {_text(OLDEST)} crash. "
            "Install a newer one: pip install 'PySide6-Essentials>=6.10.3,<6.12'."
        )
    if python < (3, 12) and pyside >= FIRST_LOSING_REFERENCES:
        return (
            f"nnvis cannot run with {found}: together they abort within minutes. "
            "Use Python 3.12 or newer, or an older PySide6: pip install 'PySide6-Essentials>=6.10.3,<6.12'."
        )
    return None


def refuse_bad_pair() -> None:
    """End the program with a sentence if the installed PySide6 does not fit this Python. Call it before Qt is used."""
    import PySide6  # only here: the judgement itself is testable without Qt

    major, minor, micro = PySide6.__version_info__[:3]
    reason = complaint(sys.version_info[:3], (int(major), int(minor), int(micro)))
    if reason:
        raise SystemExit(reason)


def _text(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
