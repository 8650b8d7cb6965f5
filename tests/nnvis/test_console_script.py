"""The installed command `nnvis` finds this project's code, wherever it is started."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("nnvis.exe" if sys.platform == "win32" else "nnvis")


@pytest.mark.skipif(not SCRIPT.exists(), reason="the project is not installed in this Python")
def test_a_folder_called_core_does_not_hijack_the_command(tmp_path: Path) -> None:
    for name in ("core", "nnvis"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('hijacked')\n", encoding="utf-8")
    (tmp_path / "broken.json").write_text("not a project", encoding="utf-8")
    told = subprocess.run(
        [SCRIPT, "train", "broken.json"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 1
    assert "broken.json" in told.stderr  # read by the project's own core, which says what is wrong with the file
    assert "hijacked" not in told.stderr
    assert len(told.stderr.splitlines()) == 1
