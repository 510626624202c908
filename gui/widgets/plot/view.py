"""The view of a plot: how the mouse pans, zooms and clicks."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal


class PanView(pg.ViewBox):  # type: ignore[misc]
    """A view that the left button pans and the wheel zooms; it has no menu of its own."""

    clicked = Signal(QPointF)
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.disableAutoRange()

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Pan; the right button is the menu's."""
        if event.button() == Qt.MouseButton.RightButton:
            event.ignore()
        else:
            super().mouseDragEvent(event, axis)

    def mouseClickEvent(self, event: Any) -> None:
        """Tell a click in the pixels of the view."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
        elif event.double():
            self.double_clicked.emit()
        else:
            self.clicked.emit(QPointF(event.pos()))
