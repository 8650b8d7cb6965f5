"""Docks dragged with the mouse keep their width, also the next time, until the layout is reset."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.screen import Program, program


def _drag_network_dock(running: Program, by: int) -> int:
    before = running.state()
    width: int = before["network_width"]
    top = before["canvas"][1] + 200  # the window is maximized: its left edge is the screen's
    running.hand("mousemove", width, top, "sleep", 0.1, "mousedown", 1)
    for step in range(1, 7):
        running.hand("mousemove", width + by * step // 6, top, "sleep", 0.05)
    # Qt moves the dock a little later than the mouse, and forgets the last bit when the button goes up before that.
    running.wait_for("network_width", width + by)
    running.hand("mouseup", 1)
    return width + by


def test_a_dragged_dock_keeps_its_width(display: dict[str, str], tmp_path: Path) -> None:
    with program(display, tmp_path) as running:
        first = running.state()["network_width"]
        width = _drag_network_dock(running, 60)
        running.hand("key", "F11")
        running.wait_for("full_screen", True)
        running.hand("key", "F11")
        running.wait_for("full_screen", False)
        assert running.state()["network_width"] == width
        running.hand("key", "ctrl+q")
        assert running.finish() == (0, "")
    with program(display, tmp_path) as running:
        assert running.state()["network_width"] == width
        running.hand("key", "ctrl+k")
        running.wait_for("focus", "QLineEdit")
        running.hand("type", "--delay", 20, "reset lay")
        running.hand("key", "Return")
        assert running.wait_for("network_width", first)["network_width"] == first
        running.hand("key", "ctrl+q")
        assert running.finish() == (0, "")
