"""The library learns where nothing but Python and NumPy is installed."""

import subprocess
import sys
from pathlib import Path

from core import model_file
from tests.core.model_files import small_model

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

import importlib, pkgutil
import core
for module in pkgutil.walk_packages(core.__path__, "core."):
    importlib.import_module(module.name)  # also those that read pictures and write files: until they do

from core import Trainer, model_file
from core.data import Augmentation, Scaling, center_digit, mnist
(x, y), _ = mnist()
digits = Sequential([Flatten(), Dense(16, activation="relu"), Dense(10, activation="softmax")], seed=0)
digits.build(x.shape[1:])
digits.compile("adam", "sparse_categorical_crossentropy")
varied = Augmentation(rotation_range=5)
for event in Trainer(digits, x[:2000], y[:2000], epochs=2, scaling=Scaling.fit(x), augmentation=varied).run():
    pass
print(center_digit(x[0]).shape == (28, 28), digits.evaluate(Scaling.fit(x).apply(x[:500]), y[:500]) < 1)
print(model_file.load(sys.argv[1]).predict(np.zeros((1, 2, 2, 1))).shape == (1, 2))  # a file is read without them too
print(sorted(set(sys.modules) & %r))
"""


def test_a_network_is_trained_and_a_saved_one_read_with_numpy_alone(tmp_path: Path) -> None:
    saved = tmp_path / "model.safetensors"
    model_file.save(small_model(), saved)
    absent = {
        "PIL", "PySide6", "hypothesis", "latex2mathml", "nnvis", "pyqtgraph", "pytest", "safetensors", "shiboken6",
        "tensorflow", "threadpoolctl", "torch", "tqdm", "ziamath",
    }  # fmt: skip
    script = SCRIPT % (absent, absent)
    told = subprocess.run(
        [sys.executable, "-c", script, str(saved)], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert told.stderr == ""
    assert told.stdout.split() == ["True"] * 5 + ["[]"]
