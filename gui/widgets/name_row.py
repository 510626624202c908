"""A row of names, of which one is chosen: the head of views that share a place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gui.theme import theme
from gui.widgets.drop_box import DropBox


class NameRow(QHBoxLayout):
    """Buttons as wide as there is room; a drop-down of the names where they have none.

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
        self._box = DropBox(owner)
        self._box.addItems([name for name, _ in names])
        self._box.setAccessibleName("Page")
        self._box.textActivated.connect(self.chosen)
        self._box.hide()
        self.addWidget(self._box)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(theme().px(4))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        """Buttons while their names have room, else the drop-down."""
        hints = [button.sizeHint().width() for button in self._buttons.values()]
        margins = self.contentsMargins()
        needed = sum(hints) + self.spacing() * (len(hints) - 1) + margins.left() + margins.right()
        narrow = rect.width() < needed
        if self._box.isHidden() is narrow:
            for button in self._buttons.values():
                button.setVisible(not narrow)
            self._box.setVisible(narrow)
        super().setGeometry(rect)

    def set_chosen(self, name: str) -> None:
        """Mark a name; tells nobody."""
        self._buttons[name].setChecked(True)
        self._box.setCurrentText(name)

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
