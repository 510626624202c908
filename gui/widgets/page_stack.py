"""Views that share a place: one is shown at a time, chosen by its name at the top."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.theme import theme


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
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(theme().px(4))
        for name, tip, pane in pages:
            head.addWidget(self._button(name, tip))
            self._stack.addWidget(pane)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(6))
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self.show_page(pages[0][0])

    @property
    def shown(self) -> str:
        """Name of the page shown."""
        return next(n for n, pane in self._pages.items() if pane is self._stack.currentWidget())

    def show_page(self, name: str) -> None:
        """Show one of the pages."""
        before = self._stack.currentWidget()
        self._buttons[name].setChecked(True)
        self._stack.setCurrentWidget(self._pages[name])
        if before is not self._stack.currentWidget():
            self.shown_changed.emit(name)

    def _button(self, name: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setText(name)
        made.setCheckable(True)
        made.setToolTip(tip)
        made.setAccessibleName(name)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.clicked.connect(partial(self._on_clicked, name))
        self._group.addButton(made)
        self._buttons[name] = made
        return made

    def _on_clicked(self, name: str, *_: object) -> None:
        self.show_page(name)
