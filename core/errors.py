"""What can go wrong, said in three parts: what happened, where with which values, and what to do."""

from typing import Literal


class CoreError(Exception):
    """Any error this library raises on purpose; its text is meant for the user."""


class ConfigError(CoreError, ValueError):
    """A hyperparameter has a value it may not have, or two of them do not fit together."""


class ShapeError(CoreError, ValueError):
    """An array does not have the shape that a layer, a loss or a metric expects."""


class DivergenceError(CoreError, ArithmeticError):
    """Training exploded: the loss is no longer finite, or has grown beyond any use.

    The model keeps the last finite weights. `step` is the batch (counted from 1) whose loss failed, `cause` what is to
    blame: the learning "rate", the "data" (values that are not finite) or the first "weights".
    """

    def __init__(
        self,
        message: str,
        *,
        step: int,
        first_loss: float,
        loss: float,
        cause: Literal["rate", "data", "weights"] = "rate",
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.step = step
        self.first_loss = first_loss
        self.loss = loss


class FileError(CoreError, OSError):
    """A file is missing, damaged, too large or not what it claims to be."""

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.args)
