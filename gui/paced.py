"""Work for the window spread over turns of the event loop, so that no turn is long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import QObject, QTimer, Slot

from gui.drawing import begin_drawing


class Paced(QObject):
    """Does one waiting thing a turn; of one key only the newest waits.

    All of a window keep the same pace: what one has set to be drawn is drawn before the next
    has its turn, so that two dear paintings never fall into one turn of the event loop.
    """

    #: Between two things, of whichever instance; a painting takes up to ten.
    PACE_S: ClassVar[float] = 0.012
    _last: ClassVar[float] = 0.0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Any, tuple[float, Callable[[], object]]] = {}
        self._done: dict[Any, float] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._do_next)

    def put(self, key: Any, work: Callable[[], object], every_s: float = 0.0) -> None:
        """Let something wait for its turn, at least `every_s` after the last of its key."""
        self._waiting[key] = self._done.get(key, 0.0) + every_s, work
        self._schedule()

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._timer.stop()

    def _schedule(self) -> None:
        if not self._waiting or self._timer.isActive():
            return
        due = max(min(due for due, _ in self._waiting.values()), Paced._last + self.PACE_S)
        self._timer.start(max(0, round((due - time.monotonic()) * 1000)))

    @Slot()
    def _do_next(self) -> None:
        now = time.monotonic()
        ready = [key for key, (due, _) in self._waiting.items() if due <= now + 0.001]
        if ready and now >= Paced._last + self.PACE_S - 0.001:
            _, work = self._waiting.pop(ready[0])
            self._done[ready[0]] = Paced._last = now
            # Scheduled before the work, so that a fault in it does not strand the rest.
            self._schedule()
            begin_drawing()
            work()
        else:
            self._schedule()
