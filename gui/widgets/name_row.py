"""A row of names, of which one is chosen: the head of views that share a place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gui.theme import theme


class NameRow(QHBoxLayout):
    """Buttons as wide as there is room.

    Parameters
    ----------
    names
        (name, tool tip) from left to right.

    Signals
    -------
    chosen(str)
        A name was clicked.
    """

    chosen = Signal(str)

    def __init__(self, names: Sequence[tuple[str, str]], owner: QWidget) -> None:
        super().__init__()
        self._group = QButtonGroup(owner)
        self._buttons = {name: self._button(name, tip) for name, tip in names}
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(theme().px(4))

    def set_chosen(self, name: str) -> None:
        """Mark a name; tells nobody."""
        self._buttons[name].setChecked(True)

    def _button(self, name: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setText(name)
        made.setCheckable(True)
        made.setToolTip(tip)
        made.setAccessibleName(name)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.clicked.connect(partial(self._on_clicked, name))
        self._group.addButton(made)
        self.addWidget(made)
        return made

    def _on_clicked(self, name: str, *_: object) -> None:
        self.chosen.emit(name)
