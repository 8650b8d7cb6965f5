"""What an empty panel says: one sentence on what will appear, and a way to make it appear."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.labels import text_label


class EmptyState(QWidget):
    """A sentence and, with `offer`, a link that asks for the step which fills the panel; `explained` on hover."""

    offer_taken = Signal()

    def __init__(self, theme_source: ThemeSource, sentence: str, offer: str = "", icon_name: str = "",
                 explained: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(text_label(sentence, tone="secondary", wrap=True))
        if offer:
            button = Button(theme_source, offer, "link", icon_name, tooltip=explained)
            button.clicked.connect(self.offer_taken)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: EmptyState(
        source, "After the first batch: how far each layer moves per update, its gradient, its dead units.",
        "Step one batch to see it", "step-batch"), 340, 110)
