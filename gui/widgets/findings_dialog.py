"""The frame of a dialog that tells what was found: a head, a page that scrolls, Copy and Close."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.style import set_look
from gui.theme import theme


class FindingsDialog(QDialog):
    """A grid of findings below a head; text can be selected, and all of it copied.

    Parameters
    ----------
    title, page
        Name of the window, and of its page for screen readers.
    size_px
        Width and height, before the theme's scale.
    """

    def __init__(
        self, title: str, page: str, size_px: tuple[int, int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(theme().px(16))
        self.grid.setVerticalSpacing(theme().px(6))
        self.copy_button = QPushButton("Copy")
        self.copy_button.clicked.connect(self._copy)
        close = QPushButton("Close")
        set_look(close, "primary")
        close.clicked.connect(self.accept)
        self.buttons = QHBoxLayout()
        self.buttons.addWidget(self.copy_button)
        self.buttons.addStretch()
        self.buttons.addWidget(close)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(theme().px(12))
        self._column.addWidget(self._page(page), 1)
        self._column.addLayout(self.buttons)
        self.resize(*map(theme().px, size_px))

    @property
    def text(self) -> str:
        """What Copy gives."""
        raise NotImplementedError

    def set_head(self, head: QWidget) -> None:
        """Show a line above the page."""
        self._column.insertWidget(0, head)

    def _page(self, name: str) -> QScrollArea:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addLayout(self.grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        scroll.setAccessibleName(name)
        return scroll

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)


def finding(text: str, look: str) -> QLabel:
    """A text of such a dialog, which can be selected."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    set_look(label, look)
    return label
