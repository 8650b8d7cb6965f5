"""What `fit` returns, with Keras's names, and the one place where the core speaks to a console."""

from __future__ import annotations

from core.events import EpochDone


class History:
    """What `fit` returns: `history["loss"]` and so on hold one number per epoch, as in Keras."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def append(self, event: EpochDone, with_accuracy: bool) -> None:
        """Add the numbers of a finished epoch."""
        logs = {
            "loss": event.loss,
            "accuracy": event.accuracy,
            "val_loss": event.val_loss,
            "val_accuracy": event.val_accuracy,
        }
        for name, value in logs.items():
            if value is not None and (with_accuracy or "accuracy" not in name):
                self.history.setdefault(name, []).append(value)
        self.epoch.append(event.epoch)

    def last_line(self, epochs: int, seconds: float) -> str:
        """The last epoch in one line of text."""
        numbers = " - ".join(f"{name}: {values[-1]:.4f}" for name, values in self.history.items())
        return f"Epoch {self.epoch[-1] + 1}/{epochs} - {seconds:.1f} s - {numbers}"


def say(text: str) -> None:
    """Print a line for whoever called `fit` or `summary` in a console."""
    print(text)  # noqa: T201
