"""How marks are drawn: the pens, brushes and dots of the product."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.model import Mark
from gui.theme import theme
from gui.widgets import painted
from gui.widgets.plot.geometry import color_at

LINE_PX = 1.5
_DASHES = {
    "solid": Qt.PenStyle.SolidLine,
    "dashed": Qt.PenStyle.DashLine,
    "dotted": Qt.PenStyle.DotLine,
}


def color(mark: Mark, alpha: float = 1.0) -> QColor:
    """The colour of a mark in the theme in force."""
    return color_at(QColor(theme().palette.mark(mark)), alpha)


def pen(mark: Mark, width_px: float = LINE_PX) -> QPen:
    """The line of a mark: measured solid, reported dashed, theory dotted."""
    made = QPen(color(mark), width_px * theme().scale)
    made.setCosmetic(True)
    made.setStyle(_DASHES[tokens.DASHES.get(str(mark), "solid")])
    return made


def brush(mark: Mark, alpha: float = 1.0) -> QBrush:
    """The fill of a mark; what is reported or derived stays open."""
    if mark in ("reported", "theory"):
        return QBrush(Qt.BrushStyle.NoBrush)
    return QBrush(color(mark, alpha))


def category_colors() -> Array:
    """The category palette in force, (27,) uint32."""
    return painted.packed(np.array([tokens.rgb(c) for c in theme().palette.cycle]))
