"""The Microscope page: `walking` knows the way, `walk` shows where it is."""

from nnvis.panels.microscope.walk import MicroscopePanel

__all__ = ["MicroscopePanel"]
