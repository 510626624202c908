"""The bar at the top: the product's name, the tabs, the way to every command."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from engine.figures import tokens
from gui.icons import set_icon
from gui.style import set_look
from gui.theme import theme

_UNDERLINE_PX = 2


class TopBar(QFrame):
    """Tabs as words; the current one is underlined.

    Signals
    -------
    tab_chosen(str)
        The person chose a tab, by name.
    palette_requested()
        The person wants the command palette.
    """

    tab_chosen = Signal(str)
    palette_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, "bar")
        self._name = QLabel("Peerscope")
        set_look(self._name, "title")
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, TabButton] = {}
        self._words = "Search commands"
        self._search = QPushButton()
        self._search.setAccessibleName("Search commands")
        self._search.clicked.connect(self.palette_requested)
        self.menu = QMenu(self)
        self._menu_button = QToolButton()
        self._menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu_button.setMenu(self.menu)
        self._menu_button.setToolTip("Menu")
        self._menu_button.setAccessibleName("Menu")
        set_icon(self._menu_button, "list")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._name)
        self._row.addStretch(1)
        self._row.addWidget(self._search)
        self._row.addWidget(self._menu_button)
        self._dress()
        theme().changed.connect(self._dress)

    def add_tab(self, name: str, title: str) -> None:
        """Add a tab at the right of those there are."""
        button = TabButton(title, name)
        button.clicked.connect(self._on_clicked)
        self._group.addButton(button)
        self._row.insertWidget(1 + len(self._buttons), button)
        self._buttons[name] = button

    def set_current(self, name: str) -> None:
        """Underline a tab."""
        self._buttons[name].setChecked(True)

    def set_shortcut(self, shortcut: str) -> None:
        """Show how the palette is opened."""
        words = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        self._words = f"Search commands   {words}"
        self._search.setToolTip(self._words)
        self._fit_search()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tabs keep their whole names: the search gives way."""
        super().resizeEvent(event)
        self._fit_search()

    def _fit_search(self) -> None:
        self._search.setText(self._words)
        if self._row.sizeHint().width() > self.width():
            self._search.setText("Search")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the surface, and a hairline below."""
        super().paintEvent(event)
        at = self.height() - 1
        QPainter(self).fillRect(0, at, self.width(), 1, theme().color("hairline"))

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, TabButton):
            self.tab_chosen.emit(button.name)

    def _dress(self) -> None:
        px = theme().px
        self.setFixedHeight(px(tokens.TOP_BAR_PX))
        self._row.setContentsMargins(px(16), 0, px(12), 0)
        self._row.setSpacing(px(8))


class TabButton(QPushButton):
    """A word, underlined in the accent while its tab is shown."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__(title)
        self.name = name
        self.setCheckable(True)
        set_look(self, "quiet")
        self.setAccessibleName(f"{title} tab")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word, and the line below when checked."""
        super().paintEvent(event)
        if self.isChecked():
            thick = theme().px(_UNDERLINE_PX)
            line = QRect(0, self.height() - thick, self.width(), thick)
            QPainter(self).fillRect(line, theme().color("accent"))
