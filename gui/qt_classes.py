"""Qt's classes are completed in the window's thread before another thread may touch them.

PySide completes a class when it is first touched. pyqtgraph, imported in a thread, touches all
of them while the window's thread does the same. Completing them takes a tenth of a second: it is
done a few at a time, after the window has been painted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Slot

_MODULES = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
_TURN_S = 0.006
#: What is to be painted has been painted by then.
_PAINT_MS = 50


class ClassCompletion(QObject):
    """Completes every class, a few a turn of the event loop, and then calls `then`."""

    def __init__(self, then: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._then = then
        self._names = _touched()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)

    def start(self) -> None:
        """Begin with the next turn."""
        self._timer.start()

    @Slot()
    def start_soon(self) -> None:
        """Begin when what has changed is on the screen."""
        QTimer.singleShot(_PAINT_MS, self, self.start)

    @Slot()
    def _go_on(self) -> None:
        end = time.perf_counter() + _TURN_S
        while time.perf_counter() < end:
            if next(self._names, None) is None:
                self._timer.stop()
                self._then()
                return


def _touched() -> Iterator[str]:
    """Names of Qt's modules, each touched as it comes."""
    for module in map(import_module, _MODULES):
        for name in dir(module):
            getattr(module, name)
            yield name
