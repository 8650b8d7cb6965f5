"""The centre of the window: a row of tabs, the tools of the page in front, a banner when there is something to say."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.banner import Banner
from nnvis.widgets.labels import hairline, text_label

STRIP = 24  # height of the line that says: this is the past
NARROWEST, NARROWEST_COMPACT = 768, 720  # two charts side by side, with the values in their heads and a scroll bar


class Pages(QWidget):
    """Pages are made first as empty places with a title, and filled when they are ready."""

    page_changed = Signal(int)  # number of the page that is in front now

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self.setObjectName("pages")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # keys that belong to nothing in particular drive the run
        self._tabs = QTabBar()
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setUsesScrollButtons(False)  # the few pages are always all in sight
        self._tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tabs.setAccessibleName("Pages")
        self._tools = QStackedWidget()
        self._stack = QStackedWidget()
        self.banner = Banner(theme_source)
        self._head = QWidget()
        self._head.setObjectName("panel")
        self._head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(8, 0, 8, 0)
        head.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        head.addWidget(self._tools)
        self._strip = text_label("", "body")  # says that the page shows the past; there only while it does
        self._strip.setObjectName("pastStrip")
        self._strip.setFixedHeight(STRIP)
        self._strip.hide()
        self._notice = QWidget()  # the banner's margins; there only while it is
        self._notice.hide()
        self._notice_layout = QVBoxLayout(self._notice)
        self._notice_layout.addWidget(self.banner)
        self.banner.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(hairline())
        column.addWidget(self._strip)
        column.addWidget(self._notice)
        column.addWidget(self._stack, 1)
        self._tabs.currentChanged.connect(self._on_current_changed)
        self._tabs.currentChanged.connect(self.page_changed)
        theme_source.metrics_changed.connect(self._fit)
        self._fit()

    def add_page(self, title: str) -> int:
        """Make a place for a page; returns its number."""
        self._stack.addWidget(QWidget())
        self._tools.addWidget(QWidget())
        return self._tabs.addTab(title)

    def fill(self, number: int, page: QWidget, tools: QWidget | None) -> None:
        """Put the page into its place, and its tools beside the tabs."""
        for stack, widget in ((self._stack, page), (self._tools, tools)):
            if widget is not None:
                empty = stack.widget(number)
                stack.insertWidget(number, widget)
                if empty is not None:
                    stack.removeWidget(empty)
                    empty.deleteLater()
        self._on_current_changed(self._tabs.currentIndex())

    def show_page(self, number: int) -> None:
        """Bring a page to the front."""
        self._tabs.setCurrentIndex(number)

    def say_past(self, text: str) -> None:
        """Say in a strip above the page that it shows the past; an empty text takes the strip away."""
        self._strip.setText(text)
        self._strip.setVisible(bool(text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the banner's margins come and go with it."""
        if watched is self.banner and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._notice.setVisible(event.type() == QEvent.Type.ShowToParent)
        return super().eventFilter(watched, event)

    def _on_current_changed(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        for stack in (self._stack, self._tools):  # what is behind needs no room
            for place in range(stack.count()):
                widget = stack.widget(place)
                if widget is not None:
                    policy = QSizePolicy.Policy.Preferred if place == number else QSizePolicy.Policy.Ignored
                    widget.setSizePolicy(policy, QSizePolicy.Policy.Preferred)
        self._tools.setCurrentIndex(number)

    def _fit(self) -> None:
        metrics = self._theme_source.metrics
        self.setMinimumWidth(NARROWEST_COMPACT if metrics.is_compact else NARROWEST)
        self._head.setFixedHeight(metrics.tabs)
        self._notice_layout.setContentsMargins(metrics.page_gap, metrics.page_gap, metrics.page_gap, 0)
