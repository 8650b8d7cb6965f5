"""A trained network in a file, with its project and with how pictures become its input. Qt-free."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import model_file
from core.data import AS_MNIST, Dataset, ImageFolder, Scaling, Source, load
from core.data.center_digit import FIELD
from core.errors import FileError
from core.intake import Intake
from core.sequential import Sequential
from nnvis.project import Project
from nnvis.recipe import DIGITS, split_data


@dataclass(frozen=True)
class SavedNetwork:
    """What a file held. `note` is what had to be assumed, where an old file does not say it."""

    model: Sequential
    intake: Intake
    project: Project | None
    note: str = ""


def intake_of(source: Source, dataset: Dataset, scaling: Scaling) -> Intake:
    """How pictures become the input of a network that is trained with these images from there."""
    if isinstance(source, ImageFolder):  # the user's own pictures were taken as they are
        return Intake(scaling, None, dataset.class_names, source.background, source.fit)
    drawn = dataset.class_names == DIGITS and dataset.input_shape == (FIELD, FIELD, 1)
    return Intake(scaling, AS_MNIST if drawn else None, dataset.class_names)


def save_network(
    path: str | Path,
    model: Sequential,
    project: Project,
    intake: Intake,
    *,
    history: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
) -> None:
    """Write the network to `path`, whole or not at all. Raises FileError when that fails."""
    told = json.loads(project.to_json())
    model_file.save(model, path, project=told, history=history, training=training, intake=intake)


def open_network(path: str | Path) -> SavedNetwork:
    """Read a network. Raises FileError when the file is missing, damaged, or no network.

    A file of the first version does not say how pictures become the input: that follows from its project then.
    """
    saved = model_file.read(path)
    where = f"The project in {Path(path).name!r}"
    project = None if saved.project is None else Project.from_json(json.dumps(saved.project), where)
    if saved.intake is not None:
        return SavedNetwork(saved.model, saved.intake, project)
    if project is not None:
        dataset = dataset_of(project)
        scaling = split_data(dataset, project.data, project.seed).scaling
        return SavedNetwork(saved.model, intake_of(project.source, dataset, scaling), project)
    drawn = saved.model.input_shape == (FIELD, FIELD, 1)
    note = f"{Path(path).name!r} does not say how its pixels were scaled; 0 to 1 is assumed."
    return SavedNetwork(saved.model, Intake(drawing=AS_MNIST if drawn else None), None, note)


def dataset_of(project: Project) -> Dataset:
    """The images that a project learns from."""
    return load(project.source)


def own_dataset(network: SavedNetwork) -> Dataset:
    """The data set that the network was trained with, for its test part. Raises FileError when nothing says which."""
    if network.project is None:
        raise FileError("The file does not say what the network was trained with. Give images with --data PATH.")
    return dataset_of(network.project)
