"""SavedRun: a network with its weights and the state of its training, as a model file holds it. Qt-free."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import Sequential, model_file
from core.errors import ConfigError, FileError
from core.run_history import RunHistory
from core.stack import layer_names
from nnvis.carry_over import Arrays
from nnvis.project import MAX_NAME, Project

SUFFIX = ".safetensors"


@dataclass(frozen=True, eq=False)
class SavedRun:
    """Where a run stands: the flat vector of parameters, its curves, and what `Trainer.restore` needs (None: nothing).

    Without the state of the training it begins anew, from these weights. With `arrays`, by layer and array name, only
    these are taken over, into a stack that may be another one; all others are drawn from the seed.
    """

    parameters: NDArray[np.float32]
    history: RunHistory
    training: Mapping[str, Any] | None = None
    arrays: Arrays | None = None


def read_run(path: str | Path) -> tuple[Project, SavedRun]:
    """The project and the run in a model file. Raises FileError when it is not one, or holds none of this program's."""
    saved = model_file.read(path)
    where = f"The file {Path(path).name!r}"
    if saved.project is None:
        return _project_of(saved.model, Path(path).stem), SavedRun(saved.model.parameters, RunHistory())
    project = Project.from_json(json.dumps(saved.project), where)
    _check(project, saved.model, where)
    try:
        history = RunHistory() if saved.history is None else RunHistory.restored(saved.history)
    except ConfigError as error:
        raise FileError(f"{where} cannot be used: {error}") from None
    return project, SavedRun(saved.model.parameters, history, saved.training)


def _project_of(model: Sequential, name: str) -> Project:
    """What is known of a model that was saved without a project: its layers, loss and optimizer."""
    return Project(
        name=name[:MAX_NAME] or "Untitled",
        layers=tuple(layer.replace(name="") for layer in model.layers),
        loss=model.loss.replace(),
        optimizer=model.optimizer.replace(),
    )


def _check(project: Project, model: Sequential, where: str) -> None:
    """Raise FileError unless the weights are those of the project's stack."""
    named = zip(project.layers, layer_names(project.layers), strict=True)
    stack = [layer.replace(name=name) for layer, name in named if layer.enabled]
    if [layer.to_dict() for layer in stack] != [layer.to_dict() for layer in model.layers]:
        raise FileError(f"{where} is damaged: its weights belong to other layers than those of its project.")
