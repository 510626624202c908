"""A plot with its legend above and its colour bar at the right."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from engine.figures.model import Figure
from gui.theme import theme
from gui.widgets.plot.canvas import PlotCanvas
from gui.widgets.plot.legend import ColorBar, Legend


class PlotPage(QWidget):
    """Legend, canvas and colour bar of one figure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        self.canvas = PlotCanvas()
        self.color_bar = ColorBar()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.addWidget(self.legend, 0, 0, 1, 2)
        self._grid.addWidget(self.canvas, 1, 0)
        self._grid.addWidget(self.color_bar, 1, 1)
        self._grid.setColumnStretch(0, 1)
        self._grid.setRowStretch(1, 1)
        self._dress()
        theme().changed.connect(self._dress)

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure of kind ``plot``."""
        self.canvas.setAccessibleName(figure.title)
        self.canvas.setAccessibleDescription(figure.caption)
        self.canvas.set_figure(figure)
        self.legend.set_keys(self.canvas.legend)
        self.color_bar.set_scale(self.canvas.color_scale)

    def _dress(self) -> None:
        self._grid.setSpacing(theme().px(8))
