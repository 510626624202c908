"""A card on Home: what a window that was killed has left, and what restoring it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from gui.style import set_look
from gui.theme import theme


class RecoveryCard(QFrame):
    """Sentences, and two buttons: restore it, or leave it where it is."""

    def __init__(
        self, words: Sequence[str], restore: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        super().__init__()
        set_look(self, "card")
        self.setAccessibleName(f"Peerscope was not closed in good order. {' '.join(words)}")
        title = QLabel("Peerscope was not closed in good order")
        set_look(title, "title")
        text = QVBoxLayout()
        text.setSpacing(theme().px(2))
        text.addWidget(title)
        for sentence in words:
            label = QLabel(sentence)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_look(label, "secondary")
            text.addWidget(label)
        self.restore_button = QPushButton("Restore")
        self.restore_button.clicked.connect(partial(_do, restore))
        self.leave_button = QPushButton("Not now")
        self.leave_button.setToolTip("It stays where it is, and under Recent")
        set_look(self.leave_button, "quiet")
        self.leave_button.clicked.connect(partial(_do, leave))
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme().px(n) for n in (16, 12, 16, 12)))
        row.addLayout(text, 1)
        row.addWidget(self.leave_button)
        row.addWidget(self.restore_button)


def _do(action: Callable[[], None], *_: object) -> None:
    action()
