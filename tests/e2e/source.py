"""Another program on the same screen, as a file manager beside ours: it offers a picture to be pasted or dragged.

`source.py PICTURE` puts the picture's pixels into the clipboard, and can be dragged: then it offers the file.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

AREA = (8, 700, 120, 48)  # on the screen: over the timeline, where nothing of the story happens


class Source(QLabel):
    """A small window above all others."""

    def __init__(self, path: str) -> None:
        super().__init__("drag me")
        self._path = path
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
                            | Qt.WindowType.X11BypassWindowManagerHint | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setGeometry(*AREA)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A drag begins."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(self._path)])
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)


def main() -> int:
    """Stay until the end of the test."""
    app = QApplication(sys.argv[:1])
    source = Source(sys.argv[1])
    source.show()
    app.clipboard().setImage(QImage(sys.argv[1]))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
