"""An outline drawn by hand or set corner by corner from the keyboard."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from engine.figures.arrays import Array
from gui.theme import theme

STEP_PX = 8
_NEXT_PX = 2.0


class Lasso:
    """Corners set so far, and the pen that sets the next from the keyboard.

    It is `armed` while the next drag draws it or the keyboard moves its pen.
    """

    def __init__(self) -> None:
        self._corners: list[QPointF] = []
        self._pen: QPointF | None = None
        self._drawing = False

    @property
    def armed(self) -> bool:
        """True while a lasso was asked for and is not closed."""
        return self._pen is not None

    @property
    def drawing(self) -> bool:
        """True while the mouse draws."""
        return self._drawing

    def arm(self, middle: QPointF) -> None:
        """Wait for the mouse or the keyboard; the pen is put in the middle."""
        self._corners, self._pen, self._drawing = [], QPointF(middle), False

    def begin(self, place: QPointF) -> None:
        """The mouse was pressed."""
        self._corners, self._drawing = [place], True

    def draw_to(self, place: QPointF) -> None:
        """The mouse moved; a move of less than two pixels adds no corner."""
        if (place - self._corners[-1]).manhattanLength() >= _NEXT_PX:
            self._corners.append(place)

    def move_pen(self, across: int, down: int) -> None:
        """Move the pen by steps."""
        if self._pen is not None:
            self._pen += QPointF(across, down) * theme().px(STEP_PX)

    def set_corner(self) -> bool:
        """Set a corner at the pen; True when it closes the outline, being where the last is."""
        assert self._pen is not None
        if self._corners and self._corners[-1] == self._pen:
            return True
        self._corners.append(QPointF(self._pen))
        return False

    def close(self) -> Array:
        """The corners (k, 2) float64; nothing is armed afterwards."""
        corners = np.array([[corner.x(), corner.y()] for corner in self._corners]).reshape(-1, 2)
        self.cancel()
        return corners

    def cancel(self) -> None:
        """Give it up."""
        self._corners, self._pen, self._drawing = [], None, False

    def paint(self, painter: QPainter) -> None:
        """Paint the outline so far, and the pen."""
        painter.setPen(QPen(theme().color("accent"), 1.5, Qt.PenStyle.DashLine))
        if self._corners:
            painter.setBrush(theme().color("accent", 0.12))
            painter.drawPolygon(QPolygonF(self._corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._pen is None or self._drawing:
            return
        painter.setPen(QPen(theme().color("accent"), 1.5))
        reach = theme().px(4)
        painter.drawEllipse(self._pen, reach, reach)
        for corner in self._corners:
            painter.drawEllipse(corner, 2, 2)
