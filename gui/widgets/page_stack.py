"""Views that share a place: one is shown at a time, chosen by its name at the top."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.theme import theme
from gui.widgets.name_row import NameRow


class PageStack(QWidget):
    """Several panes in the place of one.

    Parameters
    ----------
    pages
        (name, what it shows, pane) in the order of their buttons.

    Signals
    -------
    shown_changed(str)
        Another page is shown.
    """

    shown_changed = Signal(str)

    def __init__(
        self, pages: Sequence[tuple[str, str, QWidget]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._pages = {name: pane for name, _, pane in pages}
        self._stack = QStackedWidget(self)
        self._names = NameRow([(name, tip) for name, tip, _ in pages], self)
        self._names.chosen.connect(self.show_page)
        for _, _, pane in pages:
            self._stack.addWidget(pane)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(6))
        layout.addLayout(self._names)
        layout.addWidget(self._stack, 1)
        self.show_page(pages[0][0])

    @property
    def shown(self) -> str:
        """Name of the page shown."""
        return next(n for n, pane in self._pages.items() if pane is self._stack.currentWidget())

    def show_page(self, name: str) -> None:
        """Show one of the pages."""
        before = self._stack.currentWidget()
        self._names.set_chosen(name)
        self._stack.setCurrentWidget(self._pages[name])
        if before is not self._stack.currentWidget():
            self.shown_changed.emit(name)
