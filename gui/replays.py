"""Replays from the window: a recorded run done again as a job, and its numbers compared."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog

from engine.control import Control
from engine.errors import PeerscopeError, cannot_write
from engine.job_status import JobStatus
from engine.replay import Comparison, Recorded, Replayable, compare, load_recorded, request_of
from engine.run import RunRequest
from gui.widgets.replay_dialog import Outcome, ReplayDialog, verdict_of

if TYPE_CHECKING:
    from gui.window import Window

Prepared = tuple[Recorded, RunRequest]


@dataclass(slots=True)
class _Batch:
    """The runs of one folder, session or figure that are replayed together."""

    name: str
    left_out: tuple[str, ...]
    waiting: dict[int, tuple[Recorded, tempfile.TemporaryDirectory[str]]] = field(
        default_factory=dict
    )
    outcomes: list[Outcome] = field(default_factory=list)


class Replays(QObject):
    """Queues replays, and tells what came of them."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace
        self._batches: list[_Batch] = []
        self._last: _Batch | None = None

    @property
    def has_outcome(self) -> bool:
        """True once a replay has ended."""
        return self._last is not None

    @property
    def replayable(self) -> int | None:
        """The newest run of this window that can be replayed; None without any."""
        jobs = reversed(self._workspace.jobs.jobs)
        return next((job.key for job in jobs if job.status().replayable), None)

    @Slot(int)
    def replay_job(self, key: int) -> None:
        """Replay a run of this window."""
        self.replay_path(self._workspace.jobs.job(key).folder)

    def replay_last(self) -> None:
        """Replay the newest run of this window."""
        key = self.replayable
        if key is None:
            raise PeerscopeError("There is no finished run to replay; run something first.")
        self.replay_job(key)

    def choose_folder(self) -> None:
        """Ask for a results folder or a session, and replay it."""
        start = str(self._workspace.planned_folder)
        words = QFileDialog.getExistingDirectory(self._window, "Replay results of", start)
        if words:
            self.replay_path(Path(words))

    def choose_figure(self) -> None:
        """Ask for an exported figure or a session in one file, and replay what it tells of."""
        kinds = "Figures and sessions (*.svg *.pdf *.png *.peerscope)"
        start = str(self._workspace.export_folder)
        words, _ = QFileDialog.getOpenFileName(self._window, "Replay", start, kinds)
        if words:
            self.replay_path(Path(words))

    def replay_path(self, path: Path) -> None:
        """Replay a results folder, a session, an archive or a figure.

        Its inputs are found and hashed beside the window; one that is missing or has changed
        is named in a note, and nothing is run on it.
        """
        self._workspace.note(f"Looking for the inputs of {path.name}…", "info")
        begin = partial(self._submit, path)
        work = partial(_prepared, path, self._workspace.background.control)
        self._workspace.background.run(work, begin, self._workspace.note)

    @Slot(object)
    def note_statuses(self, statuses: dict[int, JobStatus]) -> None:
        """Compare the replays that have ended."""
        for batch in tuple(self._batches):
            for key in [key for key in batch.waiting if key in statuses and statuses[key].ended]:
                self._end(batch, key, statuses[key])
            if not batch.waiting:
                self._batches.remove(batch)
                self._tell(batch)

    def show_last(self) -> ReplayDialog | None:
        """Show what the last replay found."""
        if self._last is None:
            return None
        batch = self._last
        dialog = ReplayDialog(batch.name, batch.outcomes, batch.left_out, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def _submit(self, path: Path, found: tuple[Replayable, list[Prepared]]) -> None:
        recorded, prepared = found
        batch = _Batch(path.name, recorded.left_out)
        for run, request in prepared:
            folder = _scratch()
            title = f"Replay of {request.experiment.name}"
            job = self._workspace.jobs.submit(request, Path(folder.name), title, kept=False)
            batch.waiting[job.key] = run, folder
        self._batches.append(batch)

    def _end(self, batch: _Batch, key: int, status: JobStatus) -> None:
        recorded, folder = batch.waiting.pop(key)
        job = self._workspace.jobs.job(key)
        self._workspace.background.run(folder.cleanup, lambda done: None, lambda told: None)
        if status.state == "done" and job.result is not None:
            batch.outcomes.append(compare(job.request.experiment, recorded.result, job.result))
        elif status.state == "failed":
            name = job.request.experiment.name
            batch.outcomes.append(f"{name}: the replay failed. {status.message}")

    def _tell(self, batch: _Batch) -> None:
        if not batch.outcomes:
            return  # cancelled by the person, who knows
        self._last = batch
        told = f"Replay of {batch.name}: {verdict_of(batch.outcomes)}."
        same = all(
            isinstance(item, Comparison) and item.likeness != "different"
            for item in batch.outcomes
        )
        self._workspace.offer(told, "Show", self.show_last, "info" if same else "warning")


def _scratch() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="peerscope-replay-", ignore_cleanup_errors=True)
    except OSError as error:
        raise PeerscopeError(cannot_write(Path(tempfile.gettempdir()), error)) from error


def _prepared(path: Path, control: Control) -> tuple[Replayable, list[Prepared]]:
    """What is to be run, with every input found and its bytes compared."""
    found = load_recorded(path)
    return found, [(run, request_of(run, control)) for run in found.runs]
