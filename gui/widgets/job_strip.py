"""The strip at the bottom of the window: the job under way, and above it the list of all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.figures import tokens
from engine.job_status import JobStatus
from gui.icons import set_icon
from gui.job_text import progress_text
from gui.style import set_look
from gui.theme import theme
from gui.widgets.job_buttons import JobButtons
from gui.widgets.job_list import JobList
from gui.widgets.labels import ElidedLabel
from gui.widgets.progress_line import ProgressLine

_BAR_PX, _TITLE_PX, _LEAST_PX = 300, 260, 96
#: The list is as high as its rows, up to this share of the window.
_LIST_SHARE = 1 / 3


def foremost(jobs: Sequence[JobStatus], system: str) -> tuple[JobStatus | None, int]:
    """The job that a strip shows, and how many more run.

    One of the system on show that runs, else the newest that does, else the newest of all.
    """
    live = [job for job in jobs if not job.ended]
    here = [job for job in live if job.experiment.startswith(f"{system}.")]
    chosen = here or live or jobs
    return (chosen[-1] if chosen else None), max(0, len(live) - 1)


class JobStrip(QFrame):
    """One line for the job under way; unfolds to the list of jobs.

    Signals
    -------
    pause_requested(int), resume_requested(int), cancel_requested(int)
        Carry the key of the job.
    copy_command_requested(int)
        The command of a job has been copied to the clipboard.
    replay_requested(int)
        A job shall be run again and its numbers compared.
    """

    pause_requested = Signal(int)
    resume_requested = Signal(int)
    cancel_requested = Signal(int)
    copy_command_requested = Signal(int)
    replay_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, "bar")
        self.setAccessibleName("Jobs")
        self._chip = QLabel()
        set_look(self._chip, "chip")
        self._title = ElidedLabel("No job running")
        self._bar = ProgressLine()
        self._text = ElidedLabel("", "mono")
        self.buttons = JobButtons()
        self.list_button = QToolButton()
        self.list_button.setCheckable(True)
        set_icon(self.list_button, "list", size_px=16)
        self.job_list = JobList()
        self.job_list.hide()
        self._jobs: tuple[JobStatus, ...] = ()
        self._strip = QWidget()
        self._fill()
        self._connect()
        self.set_status(None)
        self._on_toggled(False)
        self._dress()
        theme().changed.connect(self._dress)

    @property
    def expanded(self) -> bool:
        """True while the list is shown."""
        return self.list_button.isChecked()

    @expanded.setter
    def expanded(self, expanded: bool) -> None:
        self.list_button.setChecked(expanded)

    def set_device(self, device: str) -> None:
        """Name the device while no job does."""
        self._chip.setText(device)
        self._chip.setVisible(bool(device))

    def set_status(self, status: JobStatus | None, more: int = 0) -> None:
        """Show a job, and how many more run; or that none does."""
        self.buttons.show_status(status)
        for widget in (self._bar, self._text):
            widget.setVisible(status is not None)
        if status is None:
            self._title.set_text("No job running")
            set_look(self._title, "secondary")
            self.set_device(self._chip.text())
            return
        set_look(self._title, "")
        self._title.set_text(f"{status.title} · {more} more" if more else status.title)
        self.set_device(status.device)
        self._bar.show_status(status)
        self._bar.setAccessibleName(status.title)
        self._text.set_text(status.message or progress_text(status))
        set_look(self._text, "differs" if status.state == "failed" else "mono")

    def set_jobs(self, jobs: Sequence[JobStatus]) -> None:
        """Show these in the list, once it is unfolded."""
        self._jobs = tuple(jobs)
        if self.expanded:
            self.job_list.set_jobs(self._jobs)
            self._fit_list()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list may be as high as a share of the window."""
        super().resizeEvent(event)
        if self.expanded:
            self._fit_list()

    def _fit_list(self) -> None:
        most = max(theme().px(_LEAST_PX), round(self.window().height() * _LIST_SHARE))
        self.job_list.setFixedHeight(min(most, self.job_list.whole_height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the surface, and a hairline above."""
        super().paintEvent(event)
        QPainter(self).fillRect(0, 0, self.width(), 1, theme().color("hairline"))

    def _fill(self) -> None:
        self._row = QHBoxLayout(self._strip)
        self._row.addWidget(self._chip)
        self._row.addWidget(self._title)
        self._row.addWidget(self._bar, 1)
        self._row.addWidget(self._text)
        self._row.addStretch(1)
        self._row.addWidget(self.buttons)
        self._row.addWidget(self.list_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.job_list)
        layout.addWidget(self._strip)

    def _connect(self) -> None:
        for source in (self.buttons, self.job_list):
            source.pause_requested.connect(self.pause_requested)
            source.resume_requested.connect(self.resume_requested)
            source.cancel_requested.connect(self.cancel_requested)
        self.job_list.copy_command_requested.connect(self.copy_command_requested)
        self.job_list.replay_requested.connect(self.replay_requested)
        self.list_button.toggled.connect(self._on_toggled)

    def _on_toggled(self, expanded: bool) -> None:
        self.job_list.setVisible(expanded)
        if expanded:
            # What it was told while folded, so that it says what the strip says.
            self.job_list.set_jobs(self._jobs)
            self._fit_list()
        word = "Hide the list of jobs" if expanded else "Show the list of jobs"
        self.list_button.setToolTip(word)
        self.list_button.setAccessibleName(word)

    def _dress(self) -> None:
        px = theme().px
        self._strip.setFixedHeight(px(tokens.JOB_STRIP_PX) - 1)
        self._row.setContentsMargins(px(16), 0, px(16), 0)
        self._row.setSpacing(px(16))
        self._bar.setMaximumWidth(px(_BAR_PX))
        self._title.setMaximumWidth(px(_TITLE_PX))
        if self.expanded:
            self._fit_list()
