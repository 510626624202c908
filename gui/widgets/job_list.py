"""The list of jobs: what runs, what waits, what ended, and the command that repeats each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.job_status import JobStatus
from gui.job_text import progress_text
from gui.style import set_look
from gui.theme import theme
from gui.widgets.job_buttons import JobButtons
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.progress_line import ProgressLine

#: Ended jobs listed; older ones stay in their results folders.
ENDED_SHOWN = 30
_BAR_PX, _TITLE_PX = 160, 260


class JobRow(QFrame):
    """One job, in two or three lines.

    Signals
    -------
    copy_command_requested(int)
        Its command was copied.
    replay_requested(int)
        It shall be run again and its numbers compared.
    """

    copy_command_requested = Signal(int)
    replay_requested = Signal(int)

    def __init__(self, status: JobStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = status
        self._title = ElidedLabel("", "title")
        self._chip = QLabel()
        set_look(self._chip, "chip")
        self._bar = ProgressLine()
        self._text = ElidedLabel("", "mono")
        self.buttons = JobButtons()
        self.replay = QPushButton("Replay")
        self.replay.setToolTip("Run it again on the same inputs, and compare every number")
        set_look(self.replay, "quiet")
        self.replay.clicked.connect(self._on_replay)
        self._command = ElidedLabel("", "mono-faint", Qt.TextElideMode.ElideMiddle)
        self.copy_command = _copy_button("Copy command", self._on_copy_command)
        self._error = QLabel()
        self._error.setWordWrap(True)
        self._error.setTextFormat(Qt.TextFormat.PlainText)
        set_look(self._error, "differs")
        self.copy_error = _copy_button("Copy error", self._on_copy_error)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme().px(6), 0, theme().px(6))
        layout.setSpacing(theme().px(2))
        layout.addLayout(self._head())
        layout.addLayout(_line(self._error, self.copy_error))
        layout.addLayout(_line(self._command, self.copy_command))
        self.show_status(status)

    def show_status(self, status: JobStatus) -> None:
        """Show how it stands now."""
        self._status = status
        text = progress_text(status)
        self._title.set_text(status.title)
        self._chip.setText(status.device)
        self._chip.setVisible(bool(status.device))
        self._bar.show_status(status)
        self._text.set_text(text)
        self.buttons.show_status(status)
        self.replay.setVisible(status.replayable)
        self.replay.setAccessibleName(f"Replay {status.title}")
        self._command.set_text(status.command)
        self.copy_command.setVisible(bool(status.command))
        self._error.setText(status.message)
        for widget in (self._error, self.copy_error):
            widget.setVisible(bool(status.message))
        self.setAccessibleName(f"{status.title}: {text}")

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme().px(12))
        self._title.setFixedWidth(theme().px(_TITLE_PX))
        self._bar.setFixedWidth(theme().px(_BAR_PX))
        for widget in (self._title, self._chip, self._bar):
            head.addWidget(widget)
        head.addWidget(self._text, 1)
        head.addWidget(self.buttons)
        head.addWidget(self.replay)
        return head

    def _on_copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._status.command)
        self.copy_command_requested.emit(self._status.key)

    def _on_replay(self) -> None:
        self.replay_requested.emit(self._status.key)

    def _on_copy_error(self) -> None:
        QGuiApplication.clipboard().setText(self._status.message)


class JobList(QFrame):
    """Jobs of this window: those under way first, then the ended ones, newest first.

    Signals
    -------
    pause_requested(int), resume_requested(int), cancel_requested(int)
        Carry the key of the job.
    copy_command_requested(int)
        Its command has been copied to the clipboard.
    replay_requested(int)
        It shall be run again and its numbers compared.
    """

    pause_requested = Signal(int)
    resume_requested = Signal(int)
    cancel_requested = Signal(int)
    copy_command_requested = Signal(int)
    replay_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, JobRow] = {}
        set_look(self, "bar")
        self._empty = QLabel("No jobs yet. What you run appears here.")
        set_look(self._empty, "secondary")
        self._count = QLabel()
        set_look(self._count, "secondary")
        content = QWidget()
        self._layout = QVBoxLayout(content)
        self._layout.setContentsMargins(0, 0, theme().px(12), 0)
        self._layout.setSpacing(0)
        self._layout.addStretch()
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        head = QHBoxLayout()
        head.addWidget(Heading("Jobs"))
        head.addStretch()
        head.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme().px(16), theme().px(8), theme().px(16), theme().px(4))
        layout.addLayout(head)
        layout.addWidget(self._empty)
        layout.addWidget(scroll, 1)

    @property
    def rows(self) -> dict[int, JobRow]:
        """The rows shown, by key of their job."""
        return dict(self._rows)

    @property
    def whole_height(self) -> int:
        """The height that shows every row."""
        margins = self.contentsMargins()
        layout = self.layout()
        assert layout is not None
        edges = layout.contentsMargins()
        height = margins.top() + margins.bottom() + edges.top() + edges.bottom()
        height += self._count.sizeHint().height() + layout.spacing()
        shown = tuple(self._rows.values()) or (self._empty,)
        return height + sum(row.sizeHint().height() for row in shown) + theme().px(4)

    def set_jobs(self, jobs: Sequence[JobStatus]) -> None:
        """Show these jobs; rows of jobs already shown are kept."""
        ended = [job for job in jobs if job.ended]
        active = [job for job in jobs if not job.ended]
        shown = active + ended[: -ENDED_SHOWN - 1 : -1]
        for key in self._rows.keys() - {job.key for job in shown}:
            self._remove(key)
        for place, job in enumerate(shown):
            self._place(place, job)
        self._empty.setVisible(not shown)
        self._scroll.setVisible(bool(shown))
        self._count.setText(_count_text(len(active), len(ended), len(shown) - len(active)))

    def _place(self, place: int, job: JobStatus) -> None:
        row = self._rows.get(job.key)
        if row is None:
            row = self._rows[job.key] = self._make_row(job)
        else:
            row.show_status(job)
        if self._layout.indexOf(row) != place:
            self._layout.insertWidget(place, row)

    def _make_row(self, job: JobStatus) -> JobRow:
        row = JobRow(job)
        row.buttons.pause_requested.connect(self.pause_requested)
        row.buttons.resume_requested.connect(self.resume_requested)
        row.buttons.cancel_requested.connect(self.cancel_requested)
        row.copy_command_requested.connect(self.copy_command_requested)
        row.replay_requested.connect(self.replay_requested)
        return row

    def _remove(self, key: int) -> None:
        row = self._rows.pop(key)
        self._layout.removeWidget(row)
        row.hide()
        row.deleteLater()


def _count_text(active: int, ended: int, ended_shown: int) -> str:
    if not active and not ended:
        return ""
    older = f", the newest {ended_shown} shown" if ended_shown < ended else ""
    return f"{active} under way · {ended} ended{older}"


def _copy_button(name: str, slot: Callable[[], None]) -> QPushButton:
    button = QPushButton("Copy")
    button.setAccessibleName(name)
    button.setToolTip(name)
    set_look(button, "quiet")
    button.clicked.connect(slot)
    return button


def _line(text: QWidget, button: QPushButton) -> QHBoxLayout:
    line = QHBoxLayout()
    line.addWidget(text, 1)
    line.addWidget(button)
    return line
