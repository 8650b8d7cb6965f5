"""The Learn page. It watches training live: curves, distributions, health and pictures of weights, a file for each."""

from nnvis.panels.learn.page import LearnPanel

__all__ = ["LearnPanel"]
