"""Pause and Cancel of one job, as the strip and the list both have them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from engine.job_status import JobStatus
from gui.style import set_look
from gui.theme import theme


class JobButtons(QWidget):
    """Pause (or Resume) and Cancel.

    Signals
    -------
    pause_requested(int), resume_requested(int), cancel_requested(int)
        Carry the key of the job.
    """

    pause_requested = Signal(int)
    resume_requested = Signal(int)
    cancel_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status: JobStatus | None = None
        self.pause = QPushButton("Pause")
        self.cancel = QPushButton("Cancel")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(4))
        for button in (self.pause, self.cancel):
            set_look(button, "quiet")
            layout.addWidget(button)
        self.pause.clicked.connect(self._on_pause)
        self.cancel.clicked.connect(self._on_cancel)
        self.show_status(None)

    def show_status(self, status: JobStatus | None) -> None:
        """Offer what can be done with a job."""
        self._status = status
        state = status.state if status else "done"
        self.pause.setText("Resume" if state == "paused" else "Pause")
        self.pause.setVisible(state in ("running", "paused"))
        self.cancel.setVisible(status is not None and not status.ended)
        self.cancel.setEnabled(state != "cancelling")
        for button in (self.pause, self.cancel):
            title = status.title if status else ""
            button.setAccessibleName(f"{button.text()} {title}".strip())

    def _on_pause(self) -> None:
        if self._status is None:
            return
        paused = self._status.state == "paused"
        (self.resume_requested if paused else self.pause_requested).emit(self._status.key)

    def _on_cancel(self) -> None:
        if self._status is not None:
            self.cancel_requested.emit(self._status.key)
