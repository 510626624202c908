"""Widgets take the colours of another palette: those that are seen at once, the others after.

Qt would style every widget again when a sheet is set, half a millisecond each, most of them on
tabs and pages that nobody sees. The sheet stays as it is instead; only the palette changes, and
a widget looks its roles up again when it is polished. What is hidden is polished a few at a time
while the event loop turns, or just before it is shown.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

_TURN_S = 0.004


class Restyler(QObject):
    """Polishes widgets anew after the palette of the application has changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hidden: deque[QWidget] = deque()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def waiting(self) -> int:
        """How many hidden widgets have the former colours still."""
        return len(self._hidden)

    def restyle(self, application: QApplication) -> None:
        """Polish what is seen now, and begin with the rest at the next turn."""
        seen: list[QWidget] = []
        self._hidden = deque()
        for widget in application.allWidgets():
            (seen if widget.isVisible() else self._hidden).append(widget)
        _polish(seen)
        self._timer.start()

    def freshen(self, root: QWidget) -> None:
        """Polish what becomes visible with `root`, where it waits still."""
        if not self._hidden:
            return
        waiting = {id(widget) for widget in self._hidden}
        family = [root, *root.findChildren(QWidget)]
        shown = [w for w in family if id(w) in waiting and (w is root or w.isVisibleTo(root))]
        polished = {id(widget) for widget in shown}
        self._hidden = deque(widget for widget in self._hidden if id(widget) not in polished)
        _polish(shown)

    @Slot()
    def _go_on(self) -> None:
        end = time.perf_counter() + _TURN_S
        while self._hidden and time.perf_counter() < end:
            _polish((self._hidden.popleft(),))
        if not self._hidden:
            self._timer.stop()


def _polish(widgets: Iterable[QWidget]) -> None:
    for widget in widgets:
        # One that was never shown is polished when it is; one may be gone by now.
        if isValid(widget) and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            font = widget.font()
            widget.style().polish(widget)
            if widget.font() != font:
                # Qt gives it the font back that it had before it was first polished.
                widget.setFont(font)
            widget.update()
