"""The view of a plot: how the mouse pans, zooms and clicks."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal

#: Zoomed out, a view shows at most so many times what shows all data.
MOST_OUT = 2.0


class PanView(pg.ViewBox):  # type: ignore[misc]
    """A view that the left button pans and the wheel zooms; it has no menu of its own.

    However it is moved, its middle stays over the home view, and it never shows much more.
    """

    clicked = Signal(QPointF)
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.disableAutoRange()
        self._home = QRectF()

    def set_home(self, home: QRectF) -> None:
        """Tell which part, in view coordinates, shows all data."""
        self._home = home

    def scaleBy(  # noqa: N802
        self, s: Any = None, center: Any = None, x: float | None = None, y: float | None = None
    ) -> None:
        """Zoom, but not far beyond the data."""
        super().scaleBy(s, center, x, y)
        self._come_back()

    def translateBy(  # noqa: N802
        self, t: Any = None, x: float | None = None, y: float | None = None
    ) -> None:
        """Move, but not away from the data."""
        super().translateBy(t, x, y)
        self._come_back()

    def _come_back(self) -> None:
        view = self.targetRect()
        locked = self.state["aspectLocked"] is not False
        kept = near_home(view, self._home, locked=locked)
        if kept != view:
            self.setRange(kept, padding=0)

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


def near_home(view: QRectF, home: QRectF, *, locked: bool) -> QRectF:
    """The part of the plane nearest to `view` that is not far from `home`.

    With `locked` sides both are made smaller by the same factor.
    """
    if home.isEmpty() or view.isEmpty():
        return view
    across = min(1.0, MOST_OUT * home.width() / view.width())
    up = min(1.0, MOST_OUT * home.height() / view.height())
    if locked:
        across = up = max(across, up)
    kept = QRectF(0, 0, view.width() * across, view.height() * up)
    middle = view.center()
    x = min(max(middle.x(), home.left()), home.right())
    y = min(max(middle.y(), home.top()), home.bottom())
    kept.moveCenter(QPointF(x, y))
    return view if (across, up, QPointF(x, y)) == (1.0, 1.0, middle) else kept
