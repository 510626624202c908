"""What the mouse wheel means over a view: zoom, or scroll the column it stands in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget


def scrolls(event: QWheelEvent, view: QWidget) -> bool:
    """True when a wheel over `view` is for the column round it; with Ctrl it is for the view.

    A view that stands in no column has the wheel for itself. Whoever asks hands the event on
    by ignoring it.
    """
    return not event.modifiers() & Qt.KeyboardModifier.ControlModifier and in_column(view)


def in_column(view: QWidget) -> bool:
    """True for what lies in something that scrolls."""
    parent = view.parentWidget()
    return parent is not None and (isinstance(parent, QScrollArea) or in_column(parent))
