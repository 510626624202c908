"""A box of which one choice is taken, with an arrow that says so."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QWidget

from gui.icons import icon
from gui.theme import theme


class DropBox(QComboBox):
    """A combo box; its arrow is painted, as a style sheet knows no tinted icons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the arrow in the colour of the palette."""
        super().paintEvent(event)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        arrow = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxArrow,
            self,
        )
        side = theme().px(12)
        arrow.setSize(QSize(side, side))
        arrow.moveCenter(self.rect().center())
        arrow.moveRight(self.rect().right() - theme().px(4))
        icon("chevron-down", "faint", 12).paint(QPainter(self), arrow)
