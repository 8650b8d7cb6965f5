"""What tests with widgets share."""

import pytest
from PySide6.QtWidgets import QApplication

from nnvis.theme import ThemeSource


@pytest.fixture
def theme_source(qapp: QApplication):
    """The dark theme at regular sizes, dressed; whatever a test switches is over with it."""
    source = ThemeSource("dark")
    source.apply(qapp)
    yield source
    qapp.setStyleSheet("")
    source.deleteLater()
