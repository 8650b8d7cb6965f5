"""The Theory page: contents, article, and the same mathematics in the network at hand."""

from nnvis.panels.theory.page import TheoryPanel

__all__ = ["TheoryPanel"]
