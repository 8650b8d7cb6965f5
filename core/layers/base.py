"""What a layer is: its own configuration, and after `build` also weights, buffers and the arrays of its last pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from core.activations import ActivationFunction
from core.buffers import Array, Buffers
from core.equation import Equation
from core.errors import ConfigError, ShapeError
from core.hyper import Configurable, hyper
from core.layers.input import Input

Shape = tuple[int, ...]
LONGEST_NAME = 60  # characters


@dataclass
class Layer(Configurable):
    """Base of all layers. Unbuilt it is a value: `==`, `replace(units=64)`, `to_dict()`.

    A subclass declares its hyperparameters and defines `output_shape`, `forward` and `backward`; one with weights also
    `weight_shapes` and `initialize`. Shapes never contain the batch axis; arrays always do, first.
    """

    enabled: bool = hyper(
        True, help="Whether it takes part; a layer that does not is kept, but left out.", kw_only=True, advanced=True
    )
    name: str = hyper("", help="Its name in charts and files; empty: chosen for you.", kw_only=True, advanced=True)
    # of one sample; told to the first layer, it lets the network be built at once
    input_shape: Shape = field(default=(), kw_only=True, compare=False, repr=False)

    sentence: ClassVar[str] = ""
    icon: ClassVar[str] = "layer-dense"
    group: ClassVar[str] = "Other"  # the heading that it stands under where layers are offered
    input_rank: ClassVar[int | None] = None  # how many axes a sample must have; None: any
    changes_while_training: ClassVar[bool] = False  # True: forward differs with training=True
    mixes_samples: ClassVar[bool] = False  # True: while training, a sample's output depends on the others in the batch
    best_in_pieces: ClassVar[bool] = False  # True: its working arrays outgrow the cache with a large batch
    passed_names: ClassVar[tuple[str, ...]] = ("X", "Y", "dY", "dX")  # attributes that hold arrays of the last pass

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.name) > LONGEST_NAME or not self.name.isprintable() or "/" in self.name or "\\" in self.name:
            raise ConfigError(
                f"A layer cannot be named {self.name!r:.80}. Give at most {LONGEST_NAME} letters, digits and signs, "
                f"but no slashes."
            )
        self.built = False
        if self.input_shape:
            self.input_shape = Input(self.input_shape).shape
        self.dtype = np.dtype(np.float32)
        self.buffers = Buffers()
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.states: dict[str, Array] = {}
        self.needs_input_gradient = True  # False for the first layer with weights: nobody below asks

    # --- what can be said without building ------------------------------------------------------------------------

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output sample. Raises ShapeError when the layer cannot stand on `input_shape`."""
        self.check_rank(input_shape)
        return input_shape

    def weight_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name and shape of each trainable array, in the order of `get_weights()`."""
        return {}

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name and shape of each array that is kept and saved but not trained, such as moving averages."""
        return {}

    def multiply_adds(self, input_shape: Shape) -> int:
        """Multiplications (each with an addition) of one forward pass of one sample."""
        return 0

    def working_numbers(self, input_shape: Shape) -> tuple[int, int]:
        """How many numbers one sample takes while it is computed: on the way forward, and then on the way back."""
        inputs, outputs = math.prod(input_shape), math.prod(self.output_shape(input_shape))
        return 2 * outputs, inputs + outputs

    def chips(self) -> tuple[str, ...]:
        """The two or three hyperparameters that matter, as short texts for the layer's card."""
        return ()

    def check_rank(self, input_shape: Shape) -> None:
        """Raise ShapeError unless a sample has the number of axes that this layer needs."""
        if self.input_rank is not None and len(input_shape) != self.input_rank:
            need = {1: "a flat input (n)", 3: "an image (height, width, channels)"}[self.input_rank]
            remedy = {1: "Insert Flatten before it.", 3: "Put it before Flatten, or insert Reshape."}[self.input_rank]
            raise ShapeError(f"{self.label} needs {need} but gets {shape_text(input_shape)}. {remedy}")

    @property
    def label(self) -> str:
        """How messages call this layer: "Dense 'dense_1'"."""
        return f"{self.kind_name()} '{self.name}'" if self.name else self.kind_name()

    # --- life -------------------------------------------------------------------------------------------------------

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: Any = np.float32) -> Shape:
        """Fix the input shape, draw the weights, return the output shape."""
        output_shape = self.output_shape(input_shape)
        self.input_shape = input_shape
        self.dtype = np.dtype(dtype)
        self.buffers = Buffers(self.dtype)
        self.rng = rng
        values = self.initialize(input_shape, rng)
        states = {name: values[name] for name in self.state_shapes(input_shape)}
        parameters = {name: value for name, value in values.items() if name not in states}
        self.bind(parameters, {name: np.zeros_like(value) for name, value in parameters.items()}, states)
        self.built = True
        return output_shape

    def initialize(self, input_shape: Shape, rng: np.random.Generator) -> dict[str, Array]:
        """The first value of each array, trainable or state."""
        return {}

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array], states: dict[str, Array]) -> None:
        """Let the layer work on these arrays: views into the model's flat vectors."""
        self.parameters, self.gradients, self.states = parameters, gradients, states

    def get_weights(self) -> list[Array]:
        """Copies of its arrays, trained ones first."""
        return [array.copy() for array in (*self.parameters.values(), *self.states.values())]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Take over arrays in the order of `get_weights()`. Raises ShapeError when they do not fit."""
        arrays = [*self.parameters.values(), *self.states.values()]
        if [np.shape(value) for value in weights] != [array.shape for array in arrays]:
            raise ShapeError(
                f"{self.label} has arrays of shapes {[array.shape for array in arrays]}, but those given have "
                f"{[np.shape(value) for value in weights]}. Give as many of the same shapes, in its order."
            )
        for array, value in zip(arrays, weights, strict=True):
            array[...] = value

    def penalty(self) -> float:
        """What the layer adds to the loss for the size of its weights (L2)."""
        return 0.0

    def check_input(self, X: Array) -> None:
        """Raise ShapeError when X is not a batch of what this layer was built for, ConfigError before it is built."""
        if X.shape[1:] == self.input_shape and self.built:
            return
        if not self.built:
            raise ConfigError(f"{self.label} is not built yet. Call build(input_shape, rng) before it is given arrays.")
        expected = ", ".join(("N", *map(str, self.input_shape)))
        remedy = (
            "That is one sample without the batch axis: give X[np.newaxis]."
            if X.shape == self.input_shape
            else "Its input was fixed when the model was built; rebuild the model for "
            f"{shape_text(X.shape[1:])} or give it what it was built for."
        )
        raise ShapeError(f"{self.label} expects X of shape ({expected}) but got {X.shape}. {remedy}")

    def forward(self, X: Array, training: bool = False) -> Array:
        """Y for the batch X. The result is one of the layer's buffers: it is overwritten by the next call."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def backward(self, dY: Array) -> Array | None:
        """Fill `gradients` and return dX, or None when nobody needs it (`needs_input_gradient`)."""
        raise NotImplementedError(f"{type(self).__name__} must define backward")

    # --- an activation at the layer's end ------------------------------------------------------------------------

    @property
    def output_activation(self) -> ActivationFunction | None:
        """The activation function that the layer ends with, if it ends with one."""
        return None

    def backward_from_preactivation(self, dZ: Array) -> Array | None:
        """`backward` that starts behind the activation: a loss that knows dZ directly skips the Jacobian."""
        raise NotImplementedError(f"{type(self).__name__} has no activation to skip")

    # --- mathematics, once ----------------------------------------------------------------------------------------

    def forward_equations(self) -> tuple[Equation, ...]:
        """What `forward` computes, line by line."""
        raise NotImplementedError(f"{type(self).__name__} must state its forward equations")

    def equation_functions(self) -> dict[str, Callable[..., Any]]:
        """Operations of this layer that its equations use beside NumPy's, such as `windows` of a convolution."""
        return {}

    def backward_equations(self) -> tuple[Equation, ...]:
        """What `backward` computes, line by line."""
        raise NotImplementedError(f"{type(self).__name__} must state its backward equations")

    def arrays(self) -> dict[str, Any]:
        """The arrays of the last pass by the names the equations use: X, W, b, Z, Y, dY, dZ, dW, db, dX."""
        values: dict[str, Any] = {**self.values(), **self.parameters, **self.states}
        values |= {f"d{name}": gradient for name, gradient in self.gradients.items()}
        passed = {name: getattr(self, name, None) for name in self.passed_names}
        return values | {name: array for name, array in passed.items() if array is not None}


def shape_text(shape: Shape) -> str:
    """(28, 28, 1) as people write it: 28×28×1."""
    return "×".join(map(str, shape)) if shape else "a single number"


def count(shapes: dict[str, Shape]) -> int:
    """How many numbers arrays of these shapes hold."""
    return sum(math.prod(shape) for shape in shapes.values())
