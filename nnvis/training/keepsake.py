"""Keepsake: where a run stood between two batches, as copies that can be written into a file at leisure. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Dataset, Scaling
from core.intake import Intake
from core.run_history import CURVES, RunHistory
from core.sequential import Sequential
from nnvis.history import History
from nnvis.project import Project
from nnvis.saved_network import intake_of, save_network


@dataclass(frozen=True, eq=False)
class Keepsake:
    """All that a Trainer needs to go on bit for bit. Nobody else holds these arrays."""

    run: int
    step: int
    parameters: NDArray[np.float32]
    training: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class KeptRun:
    """A keepsake with what the window knows about its run: enough to write a model file."""

    keepsake: Keepsake
    project: Project  # the one that is being trained
    dataset: Dataset
    scaling: Scaling
    history: RunHistory

    @property
    def intake(self) -> Intake:
        """How pictures become the network's input."""
        return intake_of(self.project.source, self.dataset, self.scaling)

    def model(self) -> Sequential:
        """The network as it was kept: a model of its own."""
        model = self.project.build_model(self.dataset)
        model.name = self.project.name
        np.copyto(model.parameters, self.keepsake.parameters)
        return model

    def write(self, path: Path) -> None:
        """Write everything, whole or not at all. Raises FileError when that fails."""
        save_network(
            path, self.model(), self.project, self.intake, history=self.history.state(),
            training=self.keepsake.training,
        )  # fmt: skip


def history_until(step: int, history: History) -> RunHistory:
    """What the first `step` updates of a run brought, as files keep it."""
    kept = RunHistory()
    count = int(np.searchsorted(history.train_steps, step, side="right"))
    curves = (
        history.train_steps, history.train_epochs, history.train_losses, history.train_accuracies, history.train_rates
    )  # fmt: skip
    assert len(curves) == len(CURVES)
    kept.extend([curve[:count] for curve in curves])
    kept.validations = [event for event in history.validations if event.step <= step]
    kept.epochs = [event for event in history.epochs if event.step <= step]
    return kept


def copied(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a Trainer with arrays of its own: those that it gives are used on."""
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in state.items()}
