"""`core` is the project's own, and a library without the app: no Qt comes with it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import core

PROJECT = Path(__file__).parents[2]
MODULES = sorted((PROJECT / "core").rglob("*.py"))
ALLOWED = {*sys.stdlib_module_names, "core", "numpy", "safetensors", "PIL", "threadpoolctl", "resources"}


def test_core_is_the_one_of_this_project() -> None:
    # This folder is called core as well; nothing may take it for the library.
    assert Path(core.__file__) == PROJECT / "core" / "__init__.py"


def test_core_is_found_from_inside_the_tests() -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.append({str(PROJECT)!r}); import core; print(core.__file__)"],
        cwd=PROJECT / "tests", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(told.stdout.strip()) == PROJECT / "core" / "__init__.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_core_needs_only_what_it_may(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            imported.add(node.module.partition(".")[0])
    assert imported <= ALLOWED


def test_importing_all_of_core_brings_no_qt() -> None:
    names = [".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES]
    loaded = "[name for name in sys.modules if name.split('.')[0] in ('PySide6', 'shiboken6', 'pyqtgraph', 'nnvis')]"
    script = f"import sys, {', '.join(names)}; print({loaded})"
    told = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
