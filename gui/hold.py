"""What is to be seen first is waited for before anything else is loaded."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

#: Nothing is held back for longer, whatever holds it.
_LONGEST_MS = 4000


class Hold(QObject):
    """Holds back what nobody waits for: two threads that import share one interpreter.

    Signals
    -------
    released()
        What was held back may begin; after some seconds at last.
    """

    released = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.released)

    @property
    def on(self) -> bool:
        """True while something is held back."""
        return self._timer.isActive()

    def begin(self) -> None:
        """Hold back from now on."""
        self._timer.start(_LONGEST_MS)

    def release(self) -> None:
        """Let it begin; also where nothing was held."""
        if self.on:
            self._timer.stop()
            self.released.emit()
