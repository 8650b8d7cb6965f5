"""Optimizers: how the parameters move, given their gradient. Each is a few in-place passes over two flat vectors.

The vectors are worked through in blocks that stay in the processor's cache, so that several passes cost little more
than one. (Smaller blocks lose: below 50,000 numbers the calls cost more than the closer cache gives.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.buffers import Array, aligned_zeros
from core.equation import Equation
from core.errors import ShapeError
from core.hyper import Configurable, from_dict, hyper

BLOCK = 131072  # numbers; five such float32 blocks fit into a small third-level cache, and calls are few


@dataclass
class Optimizer(Configurable):
    """Base. `learning_rate` may be changed at any time; a schedule works on top of it through `rate_factor`."""

    title: ClassVar[str]
    sentence: ClassVar[str]
    state_names: ClassVar[tuple[str, ...]] = ()

    learning_rate: float = hyper(
        0.01,
        low=0,
        high=1e6,
        exclusive_low=True,
        log=True,
        live=True,
        help="How far one update goes along the gradient.",
    )
    weight_decay: float = hyper(
        0.0, low=0, high=1, log=True, live=True, kw_only=True,
        help="Share of each weight, times the learning rate, that every update takes away.",
        advanced=True,
    )  # fmt: skip
    global_clipnorm: float | None = hyper(
        None, kind="float", low=0, high=1e6, exclusive_low=True, log=True, live=True, optional=True, kw_only=True,
        help="A longer gradient is shortened to this length before it is used; none: never.",
        title="Clip norm",
        advanced=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rate_factor = 1.0
        self.reset()

    def reset(self) -> None:
        """Forget what was learned about the gradient (momentum, moving averages, step count)."""
        self.steps = 0
        self.state: dict[str, Array] = {}
        self._whole: tuple[Array, ...] = ()  # the vectors that `blocks` are cut from
        self._rolls = True  # whether there may be momentum left

    def resume(self, steps: int, state: dict[str, Array]) -> None:
        """Go on after `steps` updates that left `state`."""
        self.reset()
        self.steps = steps
        for name, vector in state.items():
            self.state[name] = aligned_zeros(vector.size, vector.dtype)
            self.state[name][...] = vector

    @property
    def remembers(self) -> bool:
        """Whether a step depends on the steps before it."""
        return bool(self.state_names)

    @property
    def rate(self) -> float:
        """The learning rate of the next update: the hyperparameter times what the schedule makes of it."""
        return self.learning_rate * self.rate_factor

    def step(self, parameters: Array, gradient: Array) -> None:
        """One update. Shapes: both (n,), the flat vectors of the model. Raises ShapeError when they differ.

        Clipping changes `gradient` in place.
        """
        if not self._whole or self._whole[0] is not parameters or self._whole[1] is not gradient:
            self._begin(parameters, gradient)
        self.steps += 1
        if self.global_clipnorm is not None:
            length = math.sqrt(np.vdot(gradient, gradient))
            if length > self.global_clipnorm:
                gradient *= self.global_clipnorm / length
        if self.weight_decay:
            parameters *= 1 - self.rate * self.weight_decay
        self.update()

    def _begin(self, parameters: Array, gradient: Array) -> None:
        """Get ready for these vectors: with the state that is there if it fits, otherwise from scratch."""
        if parameters.shape != gradient.shape:
            raise ShapeError(f"Parameters {parameters.shape} and gradient {gradient.shape} must have the same shape.")
        if not self.steps or any(vector.shape != parameters.shape for vector in self.state.values()):
            self.reset()  # another model, too, is begun from scratch
            self.state = {name: self.first(name, parameters) for name in self.state_names}
        self._cut(parameters, gradient)

    def first(self, name: str, parameters: Array) -> Array:
        """The state vector of this name before the first update."""
        return aligned_zeros(parameters.size, parameters.dtype)

    def _cut(self, parameters: Array, gradient: Array) -> None:
        """Cut the vectors and the state into cache-sized pieces, once; a scratch piece ends each tuple."""
        self._whole = (parameters, gradient)
        scratch = np.empty(min(BLOCK, parameters.size), parameters.dtype)
        self.blocks: list[tuple[Array, ...]] = []
        for start in range(0, parameters.size, BLOCK):
            pieces = [vector[start : start + BLOCK] for vector in (parameters, gradient, *self.state.values())]
            self.blocks.append((*pieces, scratch[: pieces[0].size]))

    def settle(self, momentum: float) -> None:
        """Let the last step be forgotten where momentum is off: switched on again, it must not revive."""
        if momentum == 0 and self._rolls:
            self.state["m"].fill(0)
        self._rolls = momentum != 0

    def update(self) -> None:
        """The rule itself, block by block: (P, G, *state, scratch)."""
        raise NotImplementedError(f"{type(self).__name__} must define update")

    def rule(self) -> tuple[Equation, ...]:
        """The rule as equations over P (parameters), G (gradient) and the state before the step."""
        raise NotImplementedError(f"{type(self).__name__} must state its rule")

    def update_equations(self) -> tuple[Equation, ...]:
        """Everything `step` does: clipping and weight decay where they are on, then the rule."""
        before: list[Equation] = []
        if self.global_clipnorm is not None:
            shorter = "G * minimum(1, global_clipnorm / sqrt(sum(square(G), axis=-1)))"
            before.append(Equation("G", shorter, "shortened to the allowed length"))
        if self.weight_decay:
            before.append(Equation("P", "P * (1 - learning_rate * weight_decay)", "every weight fades a little"))
        return (*before, *self.rule())

    def arrays(self) -> dict[str, Any]:
        """Hyperparameters and copies of the state by the names the equations use, as the next step will find them."""
        # before the first step the length of the vectors is unknown, but all their entries are equal
        state = {name: self.first(name, np.zeros(1)) for name in self.state_names}
        state |= {name: array.copy() for name, array in self.state.items()}
        return {**self.values(), "learning_rate": self.rate, "t": self.steps + 1, **state}


@dataclass
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum and Nesterov's look ahead. Source: Sutskever et al. (2013)."""

    momentum: float = hyper(0.0, low=0, high=0.999, live=True, help="Share of the last step that is kept; 0: none.")
    nesterov: bool = hyper(False, help="Take the gradient's step from where momentum will have carried us.", live=True)

    title: ClassVar[str] = "SGD"
    sentence: ClassVar[str] = "A step against the gradient, as long as the learning rate says."
    state_names: ClassVar[tuple[str, ...]] = ("m",)

    @property
    def remembers(self) -> bool:
        return self.momentum != 0

    def update(self) -> None:
        rate, momentum = self.rate, self.momentum
        self.settle(momentum)
        for P, G, m, step in self.blocks:
            np.multiply(G, rate, out=step)
            if momentum == 0:
                P -= step
                continue
            m *= momentum
            m -= step
            if self.nesterov:
                P -= step
                np.multiply(m, momentum, out=step)
                P += step
            else:
                P += m

    def rule(self) -> tuple[Equation, ...]:
        if self.momentum == 0:
            return (Equation("P_new", "P - learning_rate * G", "a step against the gradient"),)
        kept = Equation("m_new", "momentum * m - learning_rate * G", "the last step, faded, and the new one")
        if self.nesterov:
            return (kept, Equation("P_new", "P + momentum * m_new - learning_rate * G", "as if already carried on"))
        return (kept, Equation("P_new", "P + m_new", "roll on"))


@dataclass
class RMSprop(Optimizer):
    """Divides each step by the recent size of its gradient. Source: Tieleman and Hinton (2012), as in Keras."""

    learning_rate: float = hyper(
        0.001,
        low=0,
        high=1e6,
        exclusive_low=True,
        log=True,
        live=True,
        help="About how far each weight moves per update.",
    )
    rho: float = hyper(0.9, low=0, high=0.9999, help="How slowly the mean of the squared gradient follows.")
    momentum: float = hyper(0.0, low=0, high=0.999, live=True, help="Share of the last step that is kept; 0: none.")
    epsilon: float = hyper(
        1e-7, low=1e-12, high=1, log=True,
        help="Keeps 0 / 0 away where the gradient is 0.",
        advanced=True,
    )

    title: ClassVar[str] = "RMSprop"
    sentence: ClassVar[str] = "Divides each weight's step by the recent size of its gradient."
    state_names: ClassVar[tuple[str, ...]] = ("v", "m")

    def update(self) -> None:
        rate, rho, momentum = self.rate, self.rho, self.momentum
        self.settle(momentum)
        for P, G, v, m, step in self.blocks:
            np.multiply(G, G, out=step)
            step *= 1 - rho
            v *= rho
            v += step
            np.add(v, self.epsilon, out=step)
            np.sqrt(step, out=step)
            np.divide(G, step, out=step)
            step *= rate
            if momentum == 0:
                P -= step
            else:
                m *= momentum
                m += step
                P -= m

    def rule(self) -> tuple[Equation, ...]:
        size = Equation("v_new", "rho * v + (1 - rho) * square(G)", "the recent mean of the squared gradient")
        step = "learning_rate * G / sqrt(v_new + epsilon)"
        if self.momentum == 0:
            return (size, Equation("P_new", f"P - {step}", "each weight has its own step"))
        kept = Equation("m_new", f"momentum * m + {step}", "the last step, faded, and the new one")
        return (size, kept, Equation("P_new", "P - m_new", "roll on"))


@dataclass
class Adagrad(Optimizer):
    """Divides each step by the size of all gradients so far. Source: Duchi, Hazan and Singer (2011)."""

    learning_rate: float = hyper(
        0.001,
        low=0,
        high=1e6,
        exclusive_low=True,
        log=True,
        live=True,
        help="How far the first update moves each weight.",
    )
    initial_accumulator_value: float = hyper(
        0.1, low=0, high=1e3,
        title="First sum", help="What the sum of squares starts from.",
        advanced=True,
    )
    epsilon: float = hyper(
        1e-7, low=1e-12, high=1, log=True,
        help="Keeps 0 / 0 away where the gradient is 0.",
        advanced=True,
    )

    title: ClassVar[str] = "Adagrad"
    sentence: ClassVar[str] = "What has moved much moves less and less."
    state_names: ClassVar[tuple[str, ...]] = ("v",)

    def first(self, name: str, parameters: Array) -> Array:
        return super().first(name, parameters) + parameters.dtype.type(self.initial_accumulator_value)

    def update(self) -> None:
        for P, G, v, step in self.blocks:
            np.multiply(G, G, out=step)
            v += step
            np.add(v, self.epsilon, out=step)
            np.sqrt(step, out=step)
            np.divide(G, step, out=step)
            step *= self.rate
            P -= step

    def rule(self) -> tuple[Equation, ...]:
        return (
            Equation("v_new", "v + square(G)", "the sum of all squares so far"),
            Equation("P_new", "P - learning_rate * G / sqrt(v_new + epsilon)", "ever smaller steps"),
        )


@dataclass
class Adam(Optimizer):
    """Adaptive moments: each parameter has its own step length. Source: Kingma and Ba (2015), with Keras's epsilon."""

    learning_rate: float = hyper(
        0.001,
        low=0,
        high=1e6,
        exclusive_low=True,
        log=True,
        live=True,
        help="About how far each weight moves per update.",
    )
    beta_1: float = hyper(0.9, low=0, high=0.9999, help="How slowly the mean of the gradient follows.", advanced=True)
    beta_2: float = hyper(0.999, low=0, high=0.99999, help="How slowly the mean of its square follows.", advanced=True)
    epsilon: float = hyper(
        1e-7, low=1e-12, high=1, log=True,
        help="Keeps 0 / 0 away where the gradient is 0.",
        advanced=True,
    )

    title: ClassVar[str] = "Adam"
    sentence: ClassVar[str] = "Gives each weight its own step, from the recent mean and size of its gradient."
    state_names: ClassVar[tuple[str, ...]] = ("m", "v")

    def update(self) -> None:
        # Dividing m by (1 - beta_1) and v by (1 - beta_2) once, in the two scalars below, saves two passes per block:
        # the state keeps m / (1 - beta_1) and v / (1 - beta_2).
        mean_correction = (1 - self.beta_1) / (1 - self.beta_1**self.steps)
        square_correction = ((1 - self.beta_2) / (1 - self.beta_2**self.steps)) ** 0.5
        rate = self.rate * mean_correction / square_correction
        epsilon = self.epsilon / square_correction
        for P, G, m, v, step in self.blocks:
            m *= self.beta_1
            m += G
            v *= self.beta_2
            np.multiply(G, G, out=step)
            v += step
            np.sqrt(v, out=step)
            step += epsilon
            np.divide(m, step, out=step)
            step *= rate
            P -= step

    def arrays(self) -> dict[str, Any]:
        values = super().arrays()
        return values | {"m": values["m"] * (1 - self.beta_1), "v": values["v"] * (1 - self.beta_2)}

    def rule(self) -> tuple[Equation, ...]:
        return (
            Equation("m_new", "beta_1 * m + (1 - beta_1) * G", "the recent mean of the gradient"),
            Equation("v_new", "beta_2 * v + (1 - beta_2) * square(G)", "the recent mean of its square"),
            Equation("m_hat", "m_new / (1 - beta_1 ** t)", "corrected for having started at 0"),
            Equation("v_hat", "v_new / (1 - beta_2 ** t)", "the same"),
            Equation("P_new", "P - learning_rate * m_hat / (sqrt(v_hat) + epsilon)", "each weight has its own step"),
        )


@dataclass
class AdamW(Adam):
    """Adam with weight decay that does not pass through its averages. Source: Loshchilov and Hutter (2019)."""

    weight_decay: float = hyper(
        0.004, low=0, high=1, log=True, live=True, kw_only=True,
        help="Share of each weight, times the learning rate, that every update takes away.",
        advanced=True,
    )  # fmt: skip

    title: ClassVar[str] = "AdamW"
    sentence: ClassVar[str] = "Adam, and every update takes a little off each weight."


OPTIMIZERS: tuple[type[Optimizer], ...] = (SGD, RMSprop, Adagrad, Adam, AdamW)


def get(optimizer: str | Optimizer) -> Optimizer:
    """The optimizer of this name ("sgd", "adam", any case), or the optimizer itself. Raises ConfigError."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    names = {kind.kind_name().lower(): kind.kind_name() for kind in OPTIMIZERS}
    result: Optimizer = from_dict(OPTIMIZERS, {"type": names.get(optimizer.lower(), optimizer)}, "optimizer")
    return result
