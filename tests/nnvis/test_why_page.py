"""The page Why with a real session: a map over the drawing, and the training images nearest to it."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.saliency import integrated_gradients
from nnvis.draw_pages.why import METHODS, WhyPage
from nnvis.neighbours import embed, nearest, seen
from nnvis.panels.draw import DrawPanel
from nnvis.session import RunState, Session
from nnvis.theme import REGULAR, ThemeSource


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> DrawPanel:
    made = DrawPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(REGULAR.right_dock, 860)
    with qtbot.waitExposed(made):
        made.show()
    made.chooser.set_current("why")
    return made


@pytest.fixture
def page(panel: DrawPanel) -> WhyPage:
    made = panel.pages["why"]
    assert isinstance(made, WhyPage)
    return made


def explained(page: WhyPage) -> bool:
    """Whether the map belongs to what is drawn now."""
    shown = page._shown
    return shown is not None and shown.image is page._session.drawing and shown.method == page.method.currentIndex()


def test_without_a_drawing_it_says_what_will_appear(page: WhyPage) -> None:
    assert "here appears" in page._words.text()
    assert page.nearest.names == ()


def test_the_map_is_that_of_the_shown_network(qtbot: QtBot, panel: DrawPanel, page: WhyPage, session: Session) -> None:
    panel.desk.show_test_image(4)
    qtbot.waitUntil(lambda: explained(page))
    shown, answer = page._shown, session.answer
    assert shown.first == answer.digit
    label = int(session.dataset.y_test[4])
    assert shown.second == (label if label != answer.digit else answer.second)

    def directly(model, X):
        return integrated_gradients(model, X[0].copy(), np.zeros_like(X[0]), shown.first, shown.second).values

    np.testing.assert_allclose(shown.saliency.values, session.look(directly), atol=1e-5)
    assert f"against {shown.first}" in page._scale.accessibleDescription()
    assert "the score's rise" in page._words.text()


@pytest.mark.parametrize("method", range(len(METHODS)))
def test_every_method_explains_itself(qtbot: QtBot, panel: DrawPanel, page: WhyPage, method: int) -> None:
    panel.desk.show_test_image(2)
    page.method.setCurrentIndex(method)
    qtbot.waitUntil(lambda: explained(page))
    assert page._words.text().startswith("Orange")
    assert "{" not in page._words.text()
    assert np.abs(page._shown.saliency.values).max() > 0


def test_it_lies_over_the_drawing_only_while_it_is_wanted(qtbot: QtBot, panel: DrawPanel, page: WhyPage) -> None:
    panel.desk.show_test_image(1)
    qtbot.waitUntil(lambda: explained(page))
    assert panel.canvas._overlay is not None
    with_it = panel.canvas.grab().toImage()
    page.overlay.setChecked(False)
    assert panel.canvas._overlay is None
    assert panel.canvas.grab().toImage() != with_it
    page.overlay.setChecked(True)
    assert panel.canvas._overlay is not None
    panel.chooser.set_current("answer")
    assert panel.canvas._overlay is None


def test_the_nearest_images_are_the_nearest(qtbot: QtBot, panel: DrawPanel, page: WhyPage, session: Session) -> None:
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=30_000)
    panel.desk.show_test_image(0)  # a 7
    qtbot.waitUntil(lambda: page._near is not None and page._near.found.embedding.step == session.shown_step
                    and len(page.nearest.names) == 6)
    names = page.nearest.names
    assert names.count("7") >= 4
    dataset = session.dataset

    def distances(model, X):
        others = seen(model, (dataset.x_train / 255).astype(np.float32))
        return np.sqrt(((others - seen(model, X)) ** 2).sum(axis=1))

    expected = np.argsort(session.look(distances), kind="stable")[:6]
    assert list(names) == [str(dataset.y_train[index]) for index in expected]
    assert page._near_words.text() == f"of 1,280 training images, step {session.shown_step}"


def test_neighbours_are_found_without_a_window(session: Session) -> None:
    def find(model, X):
        from core.data import Scaling
        images = session.dataset.x_train[:600]
        embedding = embed(model, Scaling.unit(), images, 3, lambda: False)
        assert embed(model, Scaling.unit(), images, 3, lambda: True) is None
        return nearest(model, X, images[17, ..., 0], embedding, 3)

    found = session.look(find, session.dataset.x_train[17])
    assert found.indices[0] == 17
    assert found.distances[0] == pytest.approx(0, abs=1e-2)
    assert np.all(np.diff(found.distances) >= 0)


def test_hidden_it_asks_nothing(qtbot: QtBot, panel: DrawPanel, page: WhyPage, session: Session) -> None:
    panel.chooser.set_current("answer")
    panel.desk.show_test_image(5)
    qtbot.waitUntil(lambda: panel.pages["answer"].history.strip.moments > 0)  # the study has answered that
    assert page._shown is None
    assert page._near is None


def test_it_follows_while_the_network_learns(qtbot: QtBot, panel: DrawPanel, page: WhyPage, session: Session) -> None:
    panel.desk.show_test_image(3)
    qtbot.waitUntil(lambda: explained(page))
    before = page._shown
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=30_000)
    qtbot.waitUntil(lambda: page._shown is not before and explained(page))
