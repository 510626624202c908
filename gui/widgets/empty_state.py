"""What an empty pane says: one quiet sentence, and buttons for what to do next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.style import set_look
from gui.theme import theme


class EmptyState(QWidget):
    """A sentence in the middle, a smaller one under it, and a row of buttons.

    Parameters
    ----------
    text
        What to do next ("Drop a video here").
    detail
        What is taken, or why there is nothing; may be empty.
    """

    def __init__(self, text: str, detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = _centred(text, "secondary")
        self._detail = _centred(detail, "faint")
        # Not shown by word of its own: without a parent it would be a window for a moment.
        self._detail.setHidden(not detail)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch()
        self._buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.addStretch()
        layout.addWidget(self._text)
        layout.addWidget(self._detail)
        layout.addSpacing(theme().px(8))
        layout.addLayout(self._buttons)
        layout.addStretch()

    def set_text(self, text: str, detail: str = "") -> None:
        """Say something else."""
        self._text.setText(text)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))

    def add_button(
        self, title: str, slot: Callable[[], object], *, primary: bool = False
    ) -> QPushButton:
        """Add a button after those there are."""
        button = QPushButton(title)
        set_look(button, "primary" if primary else "")
        button.clicked.connect(slot)
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        return button


def _centred(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    set_look(label, look)
    return label
