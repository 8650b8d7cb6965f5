"""Training on all of MNIST without a window stays within the memory that was promised."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISED = 400  # MB; PERFORMANCE asks it even of the window
BATCHES = 100  # by then all working arrays are there: an epoch allocates nothing more
PROGRAM = """
import os, pathlib, resource, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from dataclasses import replace
from core.data import load
from core.evaluation import evaluate
from nnvis.presets import PRESETS
from nnvis.project import NO_PEN_DIGITS, Project
from nnvis.recipe import split_data

project = Project.default()
if sys.argv[1] != "default":
    preset = next(preset for preset in PRESETS if preset.title == sys.argv[1])
    project = replace(preset.applied(project, 10), pen_digits=NO_PEN_DIGITS)
dataset = load(project.source)
split = split_data(dataset, project.data, project.seed)
model = project.build_model(dataset)
pen = project.pen_digits
mixed_in = pen.mixture(pen.digits()) if pen.share else None
steps = 0
for event in project.build_trainer(model, split, mixed_in).run():  # it validates first
    steps += 1
    if steps == int(sys.argv[2]):
        break
evaluate(model, dataset.x_test, dataset.y_test, split.scaling)
own = pathlib.Path("/proc/self/status")  # ru_maxrss begins with what the process had that started this one
peaks = [line.split()[1] for line in own.read_text().splitlines() if line.startswith("VmHWM")] if own.exists() else []
print(peaks[0] if peaks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the peak this way")
@pytest.mark.parametrize("network", ["default", "LeNet"])
def test_mnist_is_trained_within_400_mb(network: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, network, str(BATCHES)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    megabytes = int(told.stdout) * (1 if sys.platform == "darwin" else 1024) / 1e6  # macOS counts bytes, Linux kB
    assert 50 < megabytes < PROMISED
