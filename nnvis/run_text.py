"""What the toolbar and the status line say about the run, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnvis import number_text
from nnvis.widgets.run_toolbar import RunText

if TYPE_CHECKING:  # the window is laid out before NumPy, and with it the Session, is imported
    from nnvis.session import Session


STARTING = RunText("Starting …")


def run_text(session: Session) -> RunText:
    """The toolbar's words for the state the session is in."""
    state, progress = session.state.name, session.progress
    epochs = progress.epochs or session.project.training.epochs
    if state == "LOADING":
        return RunText("Reading images …", epochs=epochs)
    plan = _counted(epochs, "epoch", "epochs")
    if progress.batches_per_epoch:
        plan += f" of {_counted(progress.batches_per_epoch, 'batch', 'batches')}"
    if session.history.step == 0 and state != "RUNNING":
        return RunText("Stopped" if state == "FAILED" else "Ready", note=plan, epochs=epochs)
    speed = progress.images_per_second
    rate = f"{number_text.rate(speed)} images/s" if speed else ""
    done = progress.fraction * epochs
    if state == "DONE" and progress.fraction >= 1:
        return RunText("Done", "100 %", plan, epochs, done, f"{number_text.clock(session.history.seconds)} taken", rate)
    batch, batches = number_text.count(progress.batch), number_text.count(progress.batches_per_epoch)
    halted = "paused" if state == "PAUSED" else "stopped"
    return RunText(
        title=f"Epoch {progress.epoch} of {epochs}",
        percent=number_text.percent(progress.batch / max(1, progress.batches_per_epoch), 0),
        note=f"batch {batch} of {batches}" if state == "RUNNING" else f"{halted} at batch {batch}",
        epochs=epochs,
        done=done,
        left=f"{number_text.clock(progress.seconds_left)} left" if progress.seconds_left is not None else "",
        rate=rate,
    )


def status_text(session: Session) -> str:
    """What happens now, in one sentence."""
    state = session.state.name
    if state == "LOADING":
        return "Reading the images."
    if state == "RUNNING":
        images, optimizer = number_text.count(session.image_counts[0]), session.project.optimizer
        drawn = session.pen_progress
        if drawn is not None and not drawn.is_complete:
            return f"Drawing pen digits: {number_text.percent(drawn.done / drawn.count, 0)}; the first are trained with"
        batch = session.project.training.batch_size
        return f"Training on {images} images · {optimizer.title} {optimizer.learning_rate:g} · batch {batch}"
    if any(problem.severity == "error" for problem in session.problems):
        return "This network cannot be trained yet; its card at the left says why."
    if state == "FAILED":
        return "The run has stopped; the message above says why."
    if session.running_is_old and session.history.step > 0:
        return "The network has been changed since this run. Train starts a new run with it."
    if state == "PAUSED":
        return "Paused. Space goes on, → trains on one batch."
    if state == "DONE" and session.test_result is not None:
        result = session.test_result
        images = number_text.count(result.count)
        right, loss = number_text.percent(result.accuracy), number_text.measure(result.loss)
        return f"Done. On {images} test images: {right} right, loss {loss}. Train goes on from here."
    if state == "DONE":
        return "Done. Now it is tested on images it has never seen."
    return "Ready. Space or Train starts; every chart moves from the first batch."


def past_text(session: Session) -> str:
    """What a page that shows the past says above itself; empty while it shows the present."""
    if session.is_live:
        return ""
    going_on = "Training goes on." if session.is_training else "Training is at step "
    going_on += "" if session.is_training else f"{number_text.count(session.history.step)}."
    return f"You see step {number_text.count(session.shown_step)}, as it was. {going_on}"


def saved_text(is_saved: bool, is_modified: bool, seconds: float | None) -> str:
    """Beside the project's name: whether its file holds what is shown. `seconds`: since the last save here."""
    if not is_saved:
        return "not saved yet"
    if is_modified:
        return "changed since it was saved"
    if seconds is None:
        return "saved"
    if seconds < 60:
        return f"saved {max(1, round(seconds))} s ago"
    if seconds < 3600:
        return f"saved {seconds // 60:.0f} min ago"
    return f"saved {seconds // 3600:.0f} h ago"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number_text.count(number)} {one if number == 1 else many}"
