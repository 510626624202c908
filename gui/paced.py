"""Work for the window spread over turns of the event loop, so that no turn is long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot


class Paced(QObject):
    """Does one waiting thing a turn; of one key only the newest waits."""

    def __init__(self, parent: QObject | None = None, interval_ms: int = 4) -> None:
        super().__init__(parent)
        self._waiting: dict[Any, Callable[[], object]] = {}
        self._timer = QTimer(self, singleShot=True, interval=interval_ms)
        self._timer.timeout.connect(self._do_next)

    def put(self, key: Any, work: Callable[[], object]) -> None:
        """Let something wait for its turn."""
        self._waiting[key] = work
        if not self._timer.isActive():
            self._timer.start()

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._timer.stop()

    @Slot()
    def _do_next(self) -> None:
        if not self._waiting:
            return
        work = self._waiting.pop(next(iter(self._waiting)))
        # Set again before the work, so that a fault in it does not strand the rest.
        if self._waiting:
            self._timer.start()
        work()
