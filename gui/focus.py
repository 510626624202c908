"""The order in which Tab goes from field to field: that in which one reads them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def order_focus(root: QWidget) -> None:
    """Have Tab follow the layouts of a widget; Qt takes the order in which parts were made."""
    stops = [widget for widget in in_order(root) if _is_stop(widget)]
    for one, next_one in pairwise(stops):
        QWidget.setTabOrder(one, next_one)


def in_order(widget: QWidget) -> Iterator[QWidget]:
    """A widget and all below it, as their layouts place them; first what is in a layout."""
    yield widget
    layout = widget.layout()
    placed = list(_members(layout)) if layout is not None else []
    direct = widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    seen = {id(child) for child in placed}
    rest = [child for child in direct if id(child) not in seen]
    for child in (*placed, *rest):
        if not child.isWindow():
            yield from in_order(child)


def _members(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        inner, widget = (item.layout(), item.widget()) if item is not None else (None, None)
        if inner is not None:
            yield from _members(inner)
        elif widget is not None:
            yield widget


def _is_stop(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
