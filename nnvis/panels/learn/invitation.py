"""What the Learn page says before the first batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnvis import number_text
from nnvis.widgets.invitation import Invitation

if TYPE_CHECKING:
    from nnvis.session import Session

GUESSING = 2.5  # an accuracy below that many times chance is called guessing
COME_ALIVE = "Train it and watch every chart below come alive."


def invite(invitation: Invitation, session: Session) -> None:
    """Say how good the untrained network is, and offer to train it; hide once something has been trained."""
    invitation.setVisible(len(session.history) == 0 and not session.is_training)
    if session.shown_dataset is None:
        invitation.say("One moment.", "The images are being read.")
        invitation.offer(False)
        return
    errors = [problem for problem in session.problems if problem.severity == "error"]
    digits = session.shown_dataset.name == "mnist"
    headline = f"This network has never seen {'a digit' if digits else 'one of these images'}."
    if errors:
        invitation.say(headline, "It cannot be trained yet: its card at the left says what is wrong.")
    elif session.history.validations:
        first = session.history.validations[0]
        share, images = number_text.percent(first.accuracy), number_text.count(first.count)
        guessing = ": guessing" if first.accuracy < GUESSING / session.shown_dataset.classes else ""
        so_far = f"It is right for {share} of {images} validation images{guessing}."
        invitation.say(headline, f"{so_far} {COME_ALIVE}")
    else:
        invitation.say(headline, COME_ALIVE)
    invitation.offer(not errors)
