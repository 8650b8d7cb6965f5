"""Gradients, activations and deltas on a few validation images: the right numbers, of the step that is shown."""

import numpy as np
import pytest

from core.data import Scaling
from core.layers import Conv2D, Dense, Flatten
from core.sequential import Sequential
from nnvis.panels.learn import LearnPanel
from nnvis.session import RunState
from nnvis.training.run import MOST_PROBED, PROBE_WORK, probe_size
from nnvis.viewer import Probe, Viewer


def small() -> Sequential:
    model = Sequential([Flatten(), Dense(6, activation="relu"), Dense(3, activation="softmax")], seed=3)
    model.build((4, 4, 1))
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


@pytest.fixture
def probe() -> Probe:
    rng = np.random.default_rng(4)
    return Probe(rng.integers(0, 256, (12, 4, 4, 1), dtype=np.uint8), rng.integers(0, 3, 12), True)


def test_the_three_kinds_are_what_numpy_finds(probe):
    model = small()
    viewer = Viewer(model.clone(), Scaling.unit())
    W1, b1, W2, b2 = model.get_weights()
    X = probe.images.reshape(12, 16) / np.float32(255)
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    P = np.exp(A1 @ W2 + b2)
    P /= P.sum(axis=1, keepdims=True)
    delta2 = P - np.eye(3)[probe.labels]
    delta1 = (delta2 @ W2.T) * (Z1 > 0)
    expected = {
        "a": (A1, P),
        "δ": (delta1, delta2),
        "dW": (X.T @ delta1 / 12, A1.T @ delta2 / 12),
    }
    for kind, (first, second) in expected.items():
        measured = viewer.measure(kind, model.parameters, probe)
        assert (measured.images, measured.are_validation) == (12, True)
        np.testing.assert_allclose(measured.values["dense"], first, atol=1e-5)
        np.testing.assert_allclose(measured.values["dense_1"], second, atol=1e-5)


def test_measuring_other_weights_leaves_the_answer_as_it_is(probe):
    model = small()
    viewer = Viewer(model.clone(), Scaling.unit())
    before = viewer.outputs(probe.images)
    other = viewer.measure("a", model.parameters * 2, probe).values["dense"]
    assert not np.allclose(other, viewer.measure("a", model.parameters, probe).values["dense"])
    np.testing.assert_array_equal(viewer.outputs(probe.images), before)


def test_a_heavy_network_is_probed_with_fewer_images():
    assert probe_size(small()) == MOST_PROBED
    heavy = Sequential([Conv2D(32, 3, padding="same"), Conv2D(32, 3, padding="same"), Flatten(), Dense(10)], seed=1)
    heavy.build((28, 28, 1))
    work = sum(layer.multiply_adds(layer.input_shape) for layer in heavy.layers)
    assert 1 <= probe_size(heavy) == PROBE_WORK // work < 10


@pytest.fixture
def panel(qtbot, session, theme_source) -> LearnPanel:
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 900)
    panel.show()
    for count in (1, 2, 3):
        session.step_batch()
        qtbot.waitUntil(lambda: len(session.history) == count and session.state is RunState.PAUSED)  # noqa: B023
    return panel


def shown(panel: LearnPanel, place: int) -> np.ndarray:
    return panel.distributions.columns[place].histogram.now.counts


def test_the_page_shows_them_and_follows_the_timeline(panel, session):
    card = panel.distributions
    card.arrays_switch.set_current("a")
    assert card._caption.text() == "on 107 validation images"
    assert [column.arrays.title for column in card.columns] == ["Dense 128", "Dense 64", "Dense 10"]
    for step in (3, 1, 2):
        session.look_back(step)
        values = session.measure("a").values["dense"]
        plot = card.columns[0].histogram
        expected, _ = np.histogram(values[values != 0], plot.now.edges)
        assert np.abs(shown(panel, 0) - expected).sum() <= 4
        assert "are 0, left out" in card.columns[0].note
        assert plot.start is not None
    assert card.columns[0].ridge.isHidden()
    card.arrays_switch.set_current("W")
    assert card._caption.text() == ""
    assert not card.columns[0].ridge.isHidden()
    assert card.columns[0].note == "every 7th value"


def test_a_fresh_network_is_measured_anew(qtbot, panel, session):
    panel.distributions.arrays_switch.set_current("δ")
    before = shown(panel, 2).copy()
    session.set_seed(99)
    session.reset()
    qtbot.waitUntil(lambda: len(session.history) == 0)
    assert len(panel.distributions.columns) == 3
    assert panel.distributions.columns[2].histogram.start is None
    assert not np.array_equal(shown(panel, 2), before)


def test_nothing_is_measured_unless_it_is_chosen(panel, session, monkeypatch):
    asked = []
    measure = type(session).measure
    monkeypatch.setattr(type(session), "measure", lambda self, kind, **more: (asked.append(kind),
                                                                           measure(self, kind, **more))[1])
    session.look_back(1)
    assert asked == []
    panel.distributions.arrays_switch.set_current("dW")
    assert set(asked) == {"dW"}
