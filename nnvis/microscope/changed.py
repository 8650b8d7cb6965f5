"""A number is changed, on a copy, and every later number follows: a pixel, a weight, a label. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nnvis.microscope.specimen import Specimen
from nnvis.microscope.stops import Stop

WEIGHTS = ("W", "b", "gamma", "beta", "P")


def can_change(stop: Stop, name: str) -> bool:
    """Whether the numbers of this block may be changed: those that were not computed."""
    if name == "X":
        return stop.names.get("X") == "X"
    if name == "T":
        return stop.trace.labels.ndim == 1 and stop.trace.labels.dtype.kind in "iu"
    return name in WEIGHTS and stop.layer_trace is not None


def changed(stop: Stop, image: int | None, name: str, at: Mapping[str, int], value: float) -> Specimen | None:
    """The specimen with one number changed; of a label, `at` names the class and `value` does not count."""
    specimen = stop.trace.specimen
    if not can_change(stop, name):
        return None
    sample = at.get("n", image or 0)
    if name == "T":
        labels = np.array(specimen.labels)
        labels[sample] = at["j"]
        return replace(specimen, labels=labels, is_changed=True)
    if name == "X":
        X = np.array(specimen.X)
        if "i" in at:
            X[sample].reshape(-1)[at["i"]] = value
        else:
            X[sample][tuple(at.get(axis, 0) for axis in "yxc")] = value
        return replace(specimen, X=X, is_changed=True)
    traced = stop.layer_trace
    assert traced is not None
    view = stop.view or next(view for view in traced.views if view.name == name)
    parameters = np.array(specimen.parameters)
    index = tuple(at.get(axis, 0) for axis in stop.axes["P_new" if stop.view else name])
    view.of(parameters)[index] = value
    return replace(specimen, parameters=parameters, is_changed=True)
