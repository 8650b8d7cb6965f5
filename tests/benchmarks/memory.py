"""What training takes of the memory: what one step allocates, whether it grows, and the peaks on MNIST.

NumPy tells tracemalloc of every array, so that nothing escapes the count of a step. The peaks are those of fresh
processes, each of which does one thing.
"""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Sequence

from core import Trainer
from core.layers.base import Layer
from tests.benchmarks import cnn_step, mlp_step
from tests.benchmarks.training_step import compiled, data

REQUIRED_MB, AIM_MB = 400, 300
WARM_UP, STEPS = 140, 200  # the warm-up sees a whole epoch, with its short last batch
PEAK = """
import pathlib, resource, sys
{work}
status = pathlib.Path("/proc/self/status")
if status.exists():  # Linux counts in ru_maxrss what the parent had before this program began
    peak = next(int(line.split()[1]) / 2**10 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
print(peak)
"""
HEADLESS = """
from core.data import load
from core.training import EpochDone
from nnvis.project import Project
from nnvis.recipe import split_data
project = Project.default()
dataset = load(project.source)
events = project.build_trainer(project.build_model(dataset), split_data(dataset, project.data, project.seed)).run()
while not isinstance(next(events), EpochDone):
    pass
"""
WINDOW = """
from PySide6.QtCore import QEventLoop, QStandardPaths, QTimer
from nnvis.app import create
from nnvis.session import RunState
QStandardPaths.setTestModeEnabled(True)
app, window = create([])
window.resize(1366, 768)
window.show()
loop, ticker, session = QEventLoop(), QTimer(), window.session
def go_on():
    if session.state is RunState.READY:
        session.train()
    elif session.history.epoch >= 1:
        loop.quit()
ticker.timeout.connect(go_on)
ticker.start(20)
loop.exec()
ticker.stop()
window.close()
"""


def of_steps(layers: Sequence[Layer], shape: tuple[int, ...], batch_size: int) -> tuple[int, int]:
    """The bytes that STEPS steps leave behind, and the most that is taken for a moment, beyond what was there."""
    x, y = data(shape)
    events = Trainer(compiled(layers, shape, "Adam"), x, y, batch_size=batch_size, epochs=10**6).run()
    tracemalloc.start()  # before the warm-up: what an epoch lays out anew is then missed when it is freed
    for _ in range(WARM_UP):
        next(events)
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    for _ in range(STEPS):
        next(events)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before, peak - before


def peak_mb(work: str) -> float:
    """The most memory that a process doing this work had, in MB."""
    program = PEAK.format(work=work)
    return float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)


def report() -> list[str]:
    """The figures as lines of text."""
    lines = [f"Memory: {STEPS} steps of Adam, once everything is laid out"]
    for name, layers, shape in (
        ("MLP", mlp_step.LAYERS, mlp_step.SIZES[:1]), ("CNN", cnn_step.LAYERS, cnn_step.SHAPE)
    ):  # fmt: skip
        for batch_size in (32, 100):
            left, taken = of_steps(layers, shape, batch_size)
            lines.append(
                f"  {name}, batch {batch_size:3}: left behind {left / 1024:.1f} KB (0 required), "
                f"taken for a moment at most {taken / 1024:.0f} KB"
            )
    for name, work in (("headless", HEADLESS), ("in the window", WINDOW)):
        lines.append(
            f"  MNIST, one epoch of the default project, {name}: peak {peak_mb(work):.0f} MB "
            f"(at most {REQUIRED_MB}, aim {AIM_MB})"
        )
    return lines
