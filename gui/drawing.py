"""Tells the work beside the window when it draws."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTimer

from engine import courtesy


class _Turn:
    """The turn of the event loop that draws; one at a time."""

    def __init__(self) -> None:
        self._open = False

    def begin(self) -> None:
        application = QCoreApplication.instance()
        if application is not None and not self._open:
            self._open = True
            courtesy.begin()
            # What is changed now is painted before timers have their turn.
            QTimer.singleShot(0, application, self._end)

    def _end(self) -> None:
        self._open = False
        courtesy.end()


_turn = _Turn()


def begin_drawing() -> None:
    """News is about to be shown: work beside the window waits until it is painted."""
    _turn.begin()
