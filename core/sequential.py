"""Sequential: a stack of layers that is built, trained and asked, with Keras's words.

All parameters lie in one flat vector (the trained ones first) and all gradients in another; the layers hold views. An
optimizer step is a few passes over two vectors, and a snapshot of the whole network is one copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import losses, optimizers
from core.answers import answers_for
from core.buffers import Array, aligned_zeros
from core.errors import ConfigError, ShapeError
from core.evaluation import PIECE, check_metrics, evaluate, predict, top_of
from core.history import History, say
from core.kernels import Step, TrainingPass
from core.layers.base import Layer, Shape
from core.layers.input import Input
from core.losses import Loss
from core.optimizers import Optimizer
from core.stack import Problem, check, describe, layer_names, summary_text
from core.weights import WeightView, fill, gather

if TYPE_CHECKING:
    from core.fitting import Callback

__all__ = ["Sequential", "WeightView"]

FIT_SEED_STEP = 1_000_003  # far apart, so that the orders of neighbouring seeds do not meet


class Sequential:
    """A stack of layers, each feeding the next.

    `seed` fixes the first weights and everything random in the layers; `dtype` is "float32", or "float64" to check
    gradients. Shapes: inputs (N, *input_shape), batch first and channels last.
    """

    def __init__(
        self, layers: Iterable[Layer | Input] = (), *, seed: int = 0, name: str = "sequential", dtype: str = "float32"
    ) -> None:
        self.layers: list[Layer] = []
        self.seed = seed
        self.name = name
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.built = False
        self.parameters = aligned_zeros(0, self.dtype)
        self.trainable = self.parameters
        self.gradient = aligned_zeros(0, self.dtype)
        self.metrics: tuple[str, ...] = ()
        self._loss: Loss | None = None
        self._optimizer: Optimizer | None = None
        self._told_shape: Shape | None = None  # of a sample, by an Input or by the first layer
        for layer in layers:
            self._take(layer)
        self._build_if_told()

    # --- putting it together ----------------------------------------------------------------------------------------

    def add(self, layer: Layer | Input) -> None:
        """Put a layer on top of the stack, unless it is left out. Without an Input it must then be built again."""
        self._take(layer)
        self._build_if_told()

    def pop(self) -> Layer:
        """Take the last layer off the stack. Without an Input it must then be built again."""
        if not self.layers:
            raise ConfigError("There is no layer to remove: the stack is empty.")
        removed = self.layers.pop()
        self._build_if_told()
        return removed

    def _take(self, layer: Layer | Input) -> None:
        if isinstance(layer, Input):
            if self.layers:
                raise ConfigError("An Input can only stand first. Put it before all layers.")
            self._told_shape = layer.shape
        elif layer.enabled:
            if not self.layers and not layer.built:
                self._told_shape = layer.input_shape or self._told_shape
            self.layers.append(layer)

    def _build_if_told(self) -> None:
        self.built = False
        if self._told_shape and self.layers:
            self.build(self._told_shape)

    def check(self, input_shape: Shape, classes: int) -> tuple[Problem, ...]:
        """What would go wrong with this stack, loss and number of classes, said without building or allocating."""
        return check(self.layers, input_shape, classes, self.loss)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The unique name of each layer, as Keras gives them: dense, dense_1, ..."""
        return layer_names(self.layers)

    def build(self, input_shape: Shape) -> None:
        """Fix all shapes and draw the first weights. `input_shape` is that of one sample, without the batch axis.

        Raises ConfigError for an empty stack and ShapeError naming the layer that cannot stand where it is.
        """
        if not self.layers:
            raise ConfigError("The stack is empty. Add at least one layer before building.")
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ConfigError("One layer object stands in the stack twice. Put layer.replace() in the second place.")
        self.built = False  # should a layer refuse, the stack is neither the old one nor the new one
        for layer, name in zip(self.layers, self.layer_names, strict=True):
            layer.name = name
        self.input_shape = shape = tuple(int(size) for size in input_shape)
        for index, layer in enumerate(self.layers):
            shape = layer.build(shape, np.random.default_rng([self.seed, index]), self.dtype)
        self.output_shape = shape
        self._views, self.parameters, self.gradient = gather(self.layers, self.dtype)
        self.trainable = self.parameters[: self.gradient.size]
        self._skip_unused_input_gradients()
        self._training_pass = TrainingPass(self)
        self._fits = 0  # calls of `fit` since then: each shuffles in an order of its own
        self.built = True

    def _skip_unused_input_gradients(self) -> None:
        """Nobody asks what the input should have been: the first layer with weights spares itself dX."""
        trainable = [index for index, layer in enumerate(self.layers) if layer.parameters]
        self._lowest_trained = trainable[0] if trainable else len(self.layers)
        for index, layer in enumerate(self.layers):
            layer.needs_input_gradient = index > self._lowest_trained

    def parameter_views(self) -> list[WeightView]:
        """Where each array lies in `parameters` (and, if it is trained, in `gradient`), in `get_weights()` order."""
        self.require_built()
        return self._views

    def compile(
        self,
        optimizer: str | Optimizer = "sgd",
        loss: str | Loss = "categorical_crossentropy",
        metrics: Sequence[str] = (),
    ) -> None:
        """Say how to learn: optimizer, loss and the metrics to report, by Keras name or as objects.

        `fit` reports accuracy; `evaluate` also precision, recall and f1, as plain means over the classes, and "top_3":
        how often the true class was among the three largest outputs.
        """
        check_metrics(metrics)
        self._optimizer = optimizers.get(optimizer)
        self._loss = losses.get(loss)
        self.metrics = tuple(metrics)

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer given to `compile`."""
        if self._optimizer is None:
            raise ConfigError("The model has no optimizer yet. Call compile() first.")
        return self._optimizer

    @property
    def loss(self) -> Loss:
        """The loss given to `compile`."""
        if self._loss is None:
            raise ConfigError("The model has no loss yet. Call compile() first.")
        return self._loss

    # --- the two passes -------------------------------------------------------------------------------------------

    def forward(self, X: Array, training: bool = False) -> Array:
        """Outputs for one batch. The result is a buffer of the last layer: copy it to keep it."""
        for layer in self.layers:
            X = layer.forward(X, training)
        return X

    def fast_forward(self, X: Array) -> Array:
        """`forward` with kernels where that pays: the same up to round-off.

        With `best_piece` only the last layer holds the arrays of its pass, without it all layers do.
        """
        return self._training_pass.forward(self, X)

    @property
    def best_piece(self) -> int | None:
        """How many samples at a time `fast_forward` is best given; None: any number, for it uses no kernels."""
        return self._training_pass.piece

    @property
    def is_fused(self) -> bool:
        """Whether the loss knows dZ of the last layer directly, as cross-entropy does behind softmax."""
        function = self.layers[-1].output_activation
        return function is not None and self.loss.fuses_with == function.kind_name()

    def loss_value(self, Y: Array, T: Array, weights: Array | None = None) -> float:
        """The mean loss of the batch that went forward last, penalties on large weights included."""
        if self.is_fused:
            Z: Array = self.layers[-1].Z  # type: ignore[attr-defined]  # every layer with an activation keeps its Z
            return self.loss.fused_value(Z, Y, T, weights) + self.penalty()
        return self.loss.value(Y, T, weights) + self.penalty()

    def penalty(self) -> float:
        """What all layers add to the loss for the size of their weights."""
        return sum([layer.penalty() for layer in self.layers])

    def backward(
        self, Y: Array, T: Array, weights: Array | None = None, steps: Sequence[Step] | None = None
    ) -> Array | None:
        """Fill `gradient` for the batch that went forward last; dX of the lowest layer that gave one, or None.

        `steps` are what it went forward through, when that was not the layers themselves.
        """
        error: Array | None = self.loss.fused_gradient(Y, T) if self.is_fused else self.loss.gradient(Y, T)
        assert error is not None
        if weights is not None:
            error *= weights[:, None]
        last = self.layers[-1]
        error = last.backward_from_preactivation(error) if self.is_fused else last.backward(error)
        for step in reversed((steps or self.layers)[:-1]):
            if error is None:
                return None
            error = step.backward(error)
        return error

    def forward_backward(
        self, X: Array, T: Array, training: bool = True, weights: Array | None = None
    ) -> tuple[float, Array]:
        """One batch through both passes, layer by layer: its mean loss and outputs. Fills `gradient`, moves no weight.

        `weights` (N,) says how much each sample counts. Afterwards every layer holds the arrays of its pass.
        """
        return self.both_passes(self.layers, X, T, training, weights)

    def fast_forward_backward(self, X: Array, T: Array, weights: Array | None = None) -> tuple[float, Array]:
        """`forward_backward` for training: the same up to round-off, but with kernels and in pieces where that pays.

        The layers need not hold the arrays of the pass afterwards.
        """
        return self._training_pass.forward_backward(self, X, T, weights)

    def both_passes(
        self, steps: Sequence[Step], X: Array, T: Array, training: bool, weights: Array | None
    ) -> tuple[float, Array]:
        """The same through other steps than the layers themselves, of which the last must be the last layer."""
        Y = X
        for step in steps:
            Y = step.forward(Y, training)
        loss = self.loss_value(Y, T, weights)
        self.backward(Y, T, weights, steps)
        return loss, Y

    # --- Keras's verbs ------------------------------------------------------------------------------------------------

    def fit(
        self,
        x: Array,
        y: Array,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = 1,
        callbacks: Iterable[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple[Array, Array] | None = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
    ) -> History:
        """Train on samples x with targets y, and return what happened epoch by epoch. Batches are of 32 unless told.

        `callbacks`: early stopping, a schedule. `validation_split`: the share, from the end, that is validated with.
        """
        from core import fitting  # it stands on this file

        if not self.built:
            self.build(np.asarray(x).shape[1:])
        seed, self._fits = self.seed + self._fits * FIT_SEED_STEP, self._fits + 1
        return fitting.fit(
            self, x, y, batch_size=batch_size or 32, epochs=epochs, verbose=verbose, callbacks=callbacks or (),
            validation_split=validation_split, validation_data=validation_data, shuffle=shuffle,
            class_weight=class_weight, seed=seed,
        )  # fmt: skip

    def evaluate(
        self, x: Array, y: Array, batch_size: int | None = None, verbose: int | str = 0, return_dict: bool = False
    ) -> Any:
        """The loss and the compiled metrics over all samples, whatever the batch size: a number, a list, or a dict."""
        self.require_built()
        result = evaluate(self, np.asarray(x), np.asarray(y), top=[k for name in self.metrics if (k := top_of(name))])
        scores = {"loss": result.loss} | {name: result.score(name) for name in self.metrics}
        if verbose:
            say("  ".join(f"{name} {value:.4f}" for name, value in scores.items()))
        if return_dict:
            return scores
        return list(scores.values()) if len(scores) > 1 else result.loss

    def predict(self, x: Array, batch_size: int | None = None, verbose: int | str = 0) -> Array:
        """Outputs for all samples. Shapes: (N, *input_shape) -> (N, *output_shape), a fresh array."""
        self.require_built()
        return predict(self, np.asarray(x), batch_size or PIECE)

    def train_on_batch(self, x: Array, y: Array) -> dict[str, float]:
        """One forward pass, one backward pass, one update. Returns loss and accuracy before the update."""
        X, T = self._batch(x, y)
        loss, Y = self.fast_forward_backward(X, T)
        logs = self._logs(loss, Y, y)
        self.optimizer.step(self.trainable, self.gradient)
        return logs

    def test_on_batch(self, x: Array, y: Array) -> dict[str, float]:
        """Loss and accuracy of one batch; nothing moves."""
        X, T = self._batch(x, y)
        Y = self.forward(X)
        return self._logs(self.loss_value(Y, T), Y, y)

    def gradients(self, x: Array, y: Array, training: bool = False) -> list[Array]:
        """The gradient of the mean loss by each trained array, in the order of `get_weights()`; moves no weight."""
        X, T = self._batch(x, y)
        self.forward_backward(X, T, training)
        return [view.of(self.gradient).copy() for view in self._views if view.trainable]

    def input_gradient(self, x: Array, y: Array) -> Array:
        """The gradient of the mean loss by each input value (saliency). Shapes: (N, *input_shape) -> the same."""
        X, T = self._batch(x, y)
        with self.asked_for_input_gradients():
            Y = self.forward(X)
            dX = self.backward(Y, T)
        assert dX is not None  # every layer was asked for it
        return dX.copy()

    @contextmanager
    def asked_for_input_gradients(self) -> Iterator[None]:
        """Within it every layer gives its dX, the lowest one too, whose dX no training needs."""
        needed = [layer.needs_input_gradient for layer in self.layers]
        try:
            for layer in self.layers:
                layer.needs_input_gradient = True
            yield
        finally:
            for layer, was in zip(self.layers, needed, strict=True):
                layer.needs_input_gradient = was

    def _batch(self, x: Array, y: Array) -> tuple[Array, Array]:
        self.require_built()
        X, y = np.asarray(x, dtype=self.dtype), np.asarray(y)
        if len(X) != len(y):
            raise ShapeError(f"There are {len(X)} samples but {len(y)} labels. Give one label for each sample.")
        if not len(X):
            raise ConfigError("There are no samples in this batch. Give at least one.")
        return X, self.targets(y)

    def targets(self, y: Array) -> Array:
        """Labels or targets as the loss wants them, in the model's precision."""
        T = self.loss.encode(np.asarray(y), self.output_shape[-1])
        return T if T.dtype.kind in "iu" else T.astype(self.dtype, copy=False)

    def _logs(self, loss: float, Y: Array, y: Array) -> dict[str, float]:
        answers = answers_for(self.loss, np.asarray(y), Y.shape[-1])
        return {"loss": loss, "accuracy": answers.accuracy(answers.right(Y, answers.labels(np.asarray(y))), len(Y))}

    # --- weights ------------------------------------------------------------------------------------------------------

    def get_weights(self) -> list[Array]:
        """Copies of all weight arrays, layer by layer: W, b, W, b, ..."""
        return [view.of(self.parameters).copy() for view in self.parameter_views()]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Take over weight arrays in the order of `get_weights()`. Raises ShapeError when they do not fit."""
        fill(self.parameters, self.parameter_views(), weights)

    def save(self, filepath: str | Path) -> None:
        """Write the network to a file that `core.model_file.load` reads. Raises FileError when that fails."""
        from core import model_file  # it stands on this file

        model_file.save(self, filepath)

    def count_params(self) -> int:
        """How many numbers the weights hold, moving averages included."""
        self.require_built()
        return self.parameters.size

    def clone(self, dtype: str | None = None) -> Sequential:
        """A model of its own with the same layers and weights, perhaps in another precision."""
        copy = Sequential(
            [layer.replace() for layer in self.layers], seed=self.seed, name=self.name, dtype=dtype or str(self.dtype)
        )
        if self.built:
            copy.build(self.input_shape)
            copy.parameters[...] = self.parameters
        if self._loss and self._optimizer:
            copy.compile(self._optimizer.replace(), self._loss.replace(), self.metrics)
        return copy

    def summary(self, print_fn: Callable[[str], Any] | None = None) -> None:
        """Print a table of the layers: name, kind, output shape, parameters."""
        self.require_built()
        (print_fn or say)(summary_text(self.name, self.layers, describe(self.layers, self.input_shape)))

    def require_built(self) -> None:
        """Raise ConfigError when `build` has not been called yet."""
        if not self.built:
            raise ConfigError(
                "The model is not built yet. Call build(input_shape) first, for example build((28, 28, 1))."
            )
