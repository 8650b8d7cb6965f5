"""The screen of the end-to-end tests. On a machine without its tools they are skipped, but never in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.e2e.screen import missing_tools, screen


@pytest.fixture(scope="session")
def display() -> Iterator[dict[str, str]]:
    """A 1366x768 screen with a window manager: the environment for programs on it."""
    missing = missing_tools()
    if missing:
        words = f"{', '.join(missing)} not found; install with: apt install xvfb openbox xdotool"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    with screen(1366, 768) as environment:
        yield environment
