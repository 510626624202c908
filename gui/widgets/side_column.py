"""A column at the side of a tab: as wide as the design says, folded with one key."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.figures import tokens
from gui.icons import set_icon
from gui.style import set_look
from gui.theme import theme

Side = Literal["left", "right"]
_FOLDED_PX = 28


class SideColumn(QFrame):
    """A column whose content scrolls down and never sideways.

    Folded, a slim strip stays with the button that unfolds it.

    Parameters
    ----------
    title
        What it holds ("Parameters"), its accessible name.
    side
        Where it stands; the hairline is on the inner side.

    Signals
    -------
    folded_changed(bool)
        It was folded or unfolded.
    """

    folded_changed = Signal(bool)

    def __init__(self, title: str, side: Side = "left", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._side, self._folded = title, side, False
        set_look(self, "side")
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._content = _Content()
        self._content_layout = QVBoxLayout(self._content)
        self._content_layout.addStretch()
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._content)
        self._button = QToolButton()
        self._button.clicked.connect(self.toggle)
        inner = Qt.AlignmentFlag.AlignRight if side == "left" else Qt.AlignmentFlag.AlignLeft
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._scroll, 1)
        self._layout.addStretch()
        self._layout.addWidget(self._button, 0, inner)
        self._tell()
        self._dress()
        theme().changed.connect(self._dress)

    @property
    def folded(self) -> bool:
        """True while only the strip is there."""
        return self._folded

    @folded.setter
    def folded(self, folded: bool) -> None:
        if folded == self._folded:
            return
        self._folded = folded
        self._scroll.setVisible(not folded)
        self._tell()
        self._dress()
        self.folded_changed.emit(folded)

    def toggle(self) -> None:
        """Fold or unfold; what the one key does."""
        self.folded = not self._folded

    def add(self, widget: QWidget) -> None:
        """Add a widget below those there are."""
        self._content_layout.insertWidget(self._content_layout.count() - 1, widget)

    def add_space(self, length: float) -> None:
        """Add room below, in pixels of the design."""
        spacing = theme().px(length)
        self._content_layout.insertSpacing(self._content_layout.count() - 1, spacing)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the surface, and the hairline on the inner side."""
        super().paintEvent(event)
        at = self.width() - 1 if self._side == "left" else 0
        QPainter(self).fillRect(at, 0, 1, self.height(), theme().color("hairline"))

    def _tell(self) -> None:
        word = "Unfold" if self._folded else "Fold"
        self._button.setToolTip(f"{word} {self._title.lower()}")
        self._button.setAccessibleName(f"{word} {self._title.lower()}")
        outward = self._folded == (self._side == "left")
        set_icon(self._button, "fold-right" if outward else "fold-left", "faint", size_px=16)

    def _dress(self) -> None:
        px = theme().px
        self.setFixedWidth(px(_FOLDED_PX if self._folded else tokens.SIDE_PX))
        self._layout.setContentsMargins(px(2), 0, px(2), px(4))
        self._layout.setSpacing(0)
        self._content_layout.setContentsMargins(px(14), px(14), px(14), px(14))
        self._content_layout.setSpacing(px(8))


class _Content(QWidget):
    """Never asks for more width than there is."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())
