"""The Microscope page: `page` chooses the view, `walking` knows the way of one update, `walk` shows where it is."""

from nnvis.panels.microscope.page import MicroscopePage
from nnvis.panels.microscope.walk import MicroscopePanel

__all__ = ["MicroscopePage", "MicroscopePanel"]
