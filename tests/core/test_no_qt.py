"""The library learns where nothing but Python and NumPy is installed."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]

SCRIPT = """
import sys

class Nothing:
    # Answers like a machine on which these were never installed.
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in %r:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())

import numpy as np
from core import Sequential, gradient_check
from core.layers import Dense, Flatten

images = np.random.default_rng(1).normal(size=(200, 4, 4, 1))
labels = (images[:, 0, 0, 0] > 0).astype(int)
model = Sequential([Flatten(), Dense(8, activation="relu"), Dense(2, activation="softmax")], seed=0)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(images, labels, epochs=60, verbose=0)
print(model.evaluate(images, labels)[1] > 0.9, gradient_check(model, images, labels).passed)
print(sorted(set(sys.modules) & %r))
"""


def test_a_network_is_trained_with_numpy_alone() -> None:
    absent = {
        "PIL", "PySide6", "hypothesis", "latex2mathml", "nnvis", "pyqtgraph", "pytest", "safetensors", "shiboken6",
        "tensorflow", "threadpoolctl", "torch", "tqdm", "ziamath",
    }  # fmt: skip
    script = SCRIPT % (absent, absent)
    told = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.stderr == ""
    assert told.stdout.split() == ["True", "True", "[]"]
