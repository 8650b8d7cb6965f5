"""See the Learn page alone: `python -m nnvis.panels.learn`."""

from nnvis.panels.learn.page import LearnPanel
from nnvis.session import Session
from nnvis.widgets.preview import preview

preview(lambda source: LearnPanel(Session(), source), 838, 600, margin=0)
