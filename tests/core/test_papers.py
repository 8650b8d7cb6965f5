"""The code in the papers runs as it is printed."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import core.data
import core.layers
from core.errors import ConfigError
from core.hyper import from_dict

PROJECT = Path(__file__).parents[2]


def python_blocks(paper: str) -> list[str]:
    """The Python code of a paper, block by block."""
    text = (PROJECT / paper).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def scale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that CONTRIBUTING tells to write, imported as if it lay where it says."""
    source = python_blocks("CONTRIBUTING.md")[0]
    named = re.match(r"# (core/layers/\w+\.py)\n", source)
    assert named
    name = named[1].removesuffix(".py").replace("/", ".")
    assert not (PROJECT / named[1]).exists(), "the example must be a layer that does not exist yet"
    path = tmp_path / Path(named[1]).name
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def test_the_layer_of_contributing_passes_the_check_printed_there(
    scale: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {}
    exec(compile(python_blocks("CONTRIBUTING.md")[1], "CONTRIBUTING.md", "exec"), names)
    assert "weights checked" in capsys.readouterr().out
    # The factors' gradients are among those that were checked, not only the two Dense layers'.
    assert [check for check in names["report"].checks if check.name == "s" and abs(check.analytic) > 1e-6]


def test_the_equations_of_contributing_say_what_its_code_does(scale: ModuleType, rng: np.random.Generator) -> None:
    layer = scale.Scale(start=0.5)
    assert layer.build((6,), rng, np.float64) == (6,)
    layer.parameters["s"][:] = rng.normal(size=6)
    layer.forward(rng.normal(size=(4, 6)))
    layer.backward(rng.normal(size=(4, 6)))
    arrays = layer.arrays()
    for equation in (*layer.forward_equations(), *layer.backward_equations()):
        np.testing.assert_allclose(equation.evaluate(arrays), arrays[equation.symbol], rtol=1e-12)
        assert equation.latex


def test_the_layer_of_contributing_gets_what_was_promised(scale: ModuleType) -> None:
    catalogue = (*core.layers.LAYERS, scale.Scale)
    layer = scale.Scale(start=2.5)
    assert from_dict(catalogue, layer.to_dict(), "layer") == layer
    assert [declared.name for declared in layer.hypers()] == ["start", "enabled", "name"]
    with pytest.raises(ConfigError, match="Scale: start cannot be 11"):
        layer.replace(start=11)


def test_the_example_of_the_readme_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    (x, y), (x_test, y_test) = core.data.mnist()
    few = (x[:2000], y[:2000]), (x_test[:500], y_test[:500])
    monkeypatch.setattr(core.data, "mnist", lambda: few)
    names: dict[str, Any] = {}
    (example,) = python_blocks("README.md")
    exec(compile(example, "README.md", "exec"), names)
    loss, accuracy = names["model"].evaluate(names["x_test"], names["y_test"])
    assert loss < 1.0
    assert accuracy > 0.75  # of 2,000 images; guessing is right for a tenth
    weights = names["model"].get_weights()
    assert [array.shape for array in names["gradients"]] == [array.shape for array in weights]
