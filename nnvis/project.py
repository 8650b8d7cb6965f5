"""Project: everything that decides how a training run goes, as one value.

Same project, same seed: same weights, batch for batch. A project is never changed; an edit makes a new one, and the old
one is the undo step. Its file is versioned JSON, read strictly: a closed table of kinds, so nothing in a file can run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from core.data import SOURCES, Dataset, Mnist, PenMixture, Source
from core.data.augmentation import Augmentation
from core.data.split import balanced_weights
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, FileError
from core.hyper import from_dict
from core.layers import LAYERS, Dense, Flatten
from core.layers.base import Layer
from core.losses import LOSSES, CategoricalCrossentropy, Loss
from core.mixture import Mixture
from core.optimizers import OPTIMIZERS, Adam, Optimizer
from core.safe_file import parse_json, read_bounded, write_atomic
from core.schedules import SCHEDULES, Constant, CosineDecay, Schedule
from core.sequential import Sequential
from core.stack import layer_names
from core.training import Trainer
from nnvis.recipe import DataRecipe, OwnMixture, Split, TrainingRecipe

FORMAT = "nnvis-project"
VERSION = 1
MAX_BYTES = 1 << 20  # a project of 200 layers takes 60 kB
MAX_SEED = 2**32 - 1
MAX_LAYERS = 200
MAX_NAME = 100
NO_PEN_DIGITS = PenMixture(share=0.0)
NO_OWN_DIGITS = OwnMixture(weight=0)
LATER_FIELDS = {  # files of the first weeks lack these: so they were trained
    "source": Mnist().to_dict(),
    "pen_digits": NO_PEN_DIGITS.values(),
    "own_digits": NO_OWN_DIGITS.values(),
}


@dataclass(frozen=True)
class Project:
    """Layers, loss, optimizer, data, and all that is said about the training; the seed decides what is random."""

    name: str = "Untitled"
    layers: tuple[Layer, ...] = ()
    loss: Loss = field(default_factory=CategoricalCrossentropy)
    optimizer: Optimizer = field(default_factory=Adam)
    source: Source = field(default_factory=Mnist)
    data: DataRecipe = field(default_factory=DataRecipe)
    training: TrainingRecipe = field(default_factory=TrainingRecipe)
    schedule: Schedule = field(default_factory=Constant)
    early_stopping: EarlyStopping | None = None
    augmentation: Augmentation = field(default_factory=Augmentation)
    pen_digits: PenMixture = NO_PEN_DIGITS
    own_digits: OwnMixture = NO_OWN_DIGITS
    seed: int = 7

    def __post_init__(self) -> None:
        if not isinstance(self.seed, int) or isinstance(self.seed, bool) or not 0 <= self.seed <= MAX_SEED:
            raise ConfigError(f"The seed cannot be {self.seed!r}. Give a whole number from 0 to {MAX_SEED}.")
        if not isinstance(self.name, str) or not 0 < len(self.name) <= MAX_NAME:
            raise ConfigError(f"The name of a project must be a text of 1 to {MAX_NAME} characters.")
        if len(self.layers) > MAX_LAYERS:
            raise ConfigError(f"A project has at most {MAX_LAYERS} layers, not {len(self.layers)}.")

    @classmethod
    def default(cls) -> Self:
        """The network of the first start: 784-128-64-10, above 97 % on MNIST within seconds. It reads drawings, too."""
        layers = (
            Flatten(),
            Dense(units=128, activation="relu"),
            Dense(units=64, activation="relu"),
            Dense(units=10, activation="softmax"),
        )
        return cls(
            layers=layers, training=TrainingRecipe(epochs=12), pen_digits=PenMixture(),
            schedule=CosineDecay(warmup=0.0),  # the very first batch shall be seen to move something
        )  # fmt: skip

    def to_json(self) -> str:
        """The project as versioned JSON, which can be read and compared line by line."""
        data = {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "layers": [layer.to_dict() for layer in self.layers],
            "loss": self.loss.to_dict(),
            "optimizer": self.optimizer.to_dict(),
            "source": self.source.to_dict(),
            "data": self.data.values(),
            "training": self.training.values(),
            "schedule": self.schedule.to_dict(),
            "early_stopping": self.early_stopping.values() if self.early_stopping else None,
            "augmentation": self.augmentation.values(),
            "pen_digits": self.pen_digits.values(),
            "own_digits": self.own_digits.values(),
            "seed": self.seed,
        }
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, where: str = "The project") -> Self:
        """The project that `to_json` wrote. Raises FileError, naming `where`, when the text is anything else."""
        data = _checked_header(parse_json(text, where), where)
        stopping = data["early_stopping"]
        try:
            if not isinstance(data["layers"], list):
                raise ConfigError("its layers are not a list.")
            return cls(
                name=data["name"],
                layers=tuple(from_dict(LAYERS, layer, "layer") for layer in data["layers"]),
                loss=from_dict(LOSSES, data["loss"], "loss"),
                optimizer=from_dict(OPTIMIZERS, data["optimizer"], "optimizer"),
                source=from_dict(SOURCES, data["source"], "data source"),
                data=_recipe(DataRecipe, data["data"], "data recipe"),
                training=_recipe(TrainingRecipe, data["training"], "training recipe"),
                schedule=from_dict(SCHEDULES, data["schedule"], "schedule"),
                early_stopping=None if stopping is None else _recipe(EarlyStopping, stopping, "early stopping"),
                augmentation=_recipe(Augmentation, data["augmentation"], "augmentation"),
                pen_digits=_recipe(PenMixture, data["pen_digits"], "mixture of pen digits"),
                own_digits=_recipe(OwnMixture, data["own_digits"], "mixture of own digits"),
                seed=data["seed"],
            )
        except ConfigError as error:
            raise FileError(f"{where} cannot be used: {error}") from None

    def save(self, path: str | Path) -> None:
        """Write the project file, wholly or not at all. Raises FileError saying why it failed."""
        write_atomic(Path(path), self.to_json().encode("utf-8"))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a project file. Raises FileError when it is missing, damaged, or made by a newer version."""
        return cls.from_json(read_bounded(Path(path), MAX_BYTES, "project file"), f"The file {Path(path).name!r}")

    def build_model(self, dataset: Dataset) -> Sequential:
        """A fresh network with its first weights drawn from the seed, compiled; the project's layers stay unbuilt."""
        # Named as in the whole stack: what is left out must not rename the layers behind it.
        named = zip(self.layers, layer_names(self.layers), strict=True)
        model = Sequential([layer.replace(name=name) for layer, name in named], seed=self.seed)
        model.build(dataset.input_shape)
        model.compile(optimizer=self.optimizer.replace(), loss=self.loss.replace(), metrics=["accuracy"])
        return model

    def build_trainer(self, model: Sequential, split: Split, mixed_in: Mixture | None = None) -> Trainer:
        """The training run of this project over `model`, not yet begun; `mixed_in` are its pen digits."""
        has_validation = len(split.x_validation) > 0  # without it, early stopping would have nothing to watch
        return Trainer(
            model,
            split.images,
            split.y_train,
            rows=split.rows,
            batch_size=self.training.batch_size,
            epochs=self.training.epochs,
            validation_data=(split.x_validation, split.y_validation) if has_validation else None,
            validations_per_epoch=self.training.validations_per_epoch,
            seed=self.seed,
            scaling=split.scaling,
            schedule=self.schedule.replace(),
            early_stopping=self.early_stopping.replace() if self.early_stopping and has_validation else None,
            augmentation=self.augmentation if self.augmentation != Augmentation() else None,
            class_weight=balanced_weights(split.y_train) if self.training.class_weights == "balanced" else None,
            mixed_in=mixed_in,
        )


def _checked_header(data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FileError(f"{where} is not an nnvis project. Choose a file that nnvis saved.")
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise FileError(f"{where} is damaged: its version {version!r} is not a whole number.")
    if version > VERSION:
        raise FileError(
            f"{where} was made by a newer nnvis: it has version {version}, and this program reads up to {VERSION}. "
            "Update nnvis."
        )
    fields = {
        "format", "version", "name", "layers", "loss", "optimizer", "source", "data", "training", "schedule",
        "early_stopping", "augmentation", "pen_digits", "own_digits", "seed",
    }  # fmt: skip
    if "source" not in data and isinstance(data.get("data"), dict):  # it was a name among the fields of the recipe
        recipe = dict(data["data"])
        data = data | {"source": {"type": recipe.pop("dataset", None)}, "data": recipe}
    data = LATER_FIELDS | data
    for name in sorted(fields ^ set(data)):
        fault = "lacks" if name in fields else "has an unknown field"
        raise FileError(f"{where} is damaged: it {fault} {name!r}.")
    return data


def _recipe(kind: type[Any], data: Any, what: str) -> Any:
    if not isinstance(data, dict) or "type" in data:
        raise ConfigError(f"its {what} is not an object with the fields of a {what}.")
    return from_dict([kind], {"type": kind.kind_name(), **data}, what)
