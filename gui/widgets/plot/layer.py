"""What the items of all layers have in common."""

from __future__ import annotations

from typing import Generic, TypeVar

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from engine.figures.model import Axis, Figure
from gui.widgets.plot.geometry import ColorScale, Extent, Key, Mapping, Reading

LayerT = TypeVar("LayerT")

#: Below the curves of pyqtgraph, and above them.
UNDER, OVER = -10.0, 10.0


class LayerItem(QGraphicsObject, Generic[LayerT]):
    """One layer of a figure, painted in the pixels of its view.

    The canvas calls `set_layer` for new data, `restyle` for a new theme, and after either, and
    whenever the view moves, `rebuild`: there an item computes all that `paint` needs.

    Attributes
    ----------
    depth
        Where it stands among its siblings.
    tight
        True when the view should end where the layer ends.
    grounded
        True when the layer stands on zero, below which there is nothing to show.
    """

    depth = OVER
    tight = False
    grounded = False

    layer: LayerT
    figure: Figure

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self.view = view
        self.mapping = Mapping(Extent(0, 1, 0, 1), 1, 1)
        self.setZValue(self.depth)

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The axes of the figure, x and y."""
        x, y = self.figure.x, self.figure.y
        if x is None or y is None:
            raise ValueError(f"figure {self.figure.title!r} has no axes to draw it over")
        return x, y

    def set_layer(self, layer: LayerT, figure: Figure) -> None:
        """Show another layer of the same type."""
        self.layer = layer
        self.figure = figure

    def restyle(self) -> None:
        """Take the colours of the theme in force."""

    def rebuild(self, mapping: Mapping) -> None:
        """Compute what will be painted in this view."""
        if mapping.rect != self.mapping.rect:
            self.prepareGeometryChange()
        self.mapping = mapping
        self.update()

    def extent(self) -> Extent | None:
        """The range the layer fills, in view coordinates; None when it has none."""
        return None

    def legend(self) -> list[Key]:
        """Its entries in the legend."""
        return []

    def color_scale(self) -> ColorScale | None:
        """What its continuous palette stands for, when it uses it."""
        return None

    def reading(self, at: QPointF) -> Reading | None:
        """The value nearest to a pixel of the view, when one is near enough."""
        return None

    def draw(self, painter: QPainter) -> None:
        """Paint what `rebuild` computed, in the pixels of the view."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Have the layer drawn, and leave the painter as it was."""
        painter.save()
        self.draw(painter)
        painter.restore()

    def boundingRect(self) -> QRectF:
        """The whole view, in pixels."""
        return self.mapping.rect

    def close(self) -> None:
        """Leave the scene, with everything the item brought."""
        if self.scene() is not None:
            self.scene().removeItem(self)
        self.deleteLater()
