"""The Microscope page: `walking` knows the way, `page` shows where it is."""

from nnvis.panels.microscope.page import MicroscopePanel

__all__ = ["MicroscopePanel"]
