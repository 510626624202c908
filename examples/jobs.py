"""Show the job strip and the list of jobs, with a job that counts.

python examples/jobs.py [dark | light]
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.job_status import JobStatus
from examples._screenshot import show
from gui.widgets.empty_state import EmptyState
from gui.widgets.error_note import NoteStack
from gui.widgets.job_strip import JobStrip
from gui.widgets.pane import Pane

STEPS, STEP_S = 900, 0.05
COMMAND = "python main.py run behavior.embed recording.mp4 --set latent=8 --seed 0 --out results"
FIRST = JobStatus(
    3,
    "Embedding recording.mp4",
    "behavior.embed",
    "batch",
    "running",
    total=STEPS,
    device="cpu · 1 thread",
    command=COMMAND,
)
OTHERS = (
    replace(FIRST, key=1, title="Embedding first.mp4", state="done", step=900, seconds=93.0),
    replace(
        FIRST,
        key=2,
        title="Embedding second.mp4",
        state="failed",
        step=12,
        message="The video second.mp4 ends in the middle of frame 13: copy it again.",
    ),
    replace(FIRST, key=4, title="Embedding third.mp4", state="queued"),
    replace(FIRST, key=5, title="Embedding a folder", state="waiting", note="loading torch"),
)


class Bench(QWidget):
    """An empty pane, notes, and the strip below."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Jobs")
        self._job = FIRST
        empty = EmptyState("Drop a video here", "mp4 · avi · mov · a session or a figure")
        empty.add_button("Show a note", self._on_show_note)
        self.notes = NoteStack()
        self.strip = JobStrip()
        self.strip.pause_requested.connect(self._on_pause)
        self.strip.resume_requested.connect(self._on_resume)
        self.strip.cancel_requested.connect(self._on_cancel)
        body = QVBoxLayout()
        body.setContentsMargins(12, 12, 12, 12)
        body.setSpacing(12)
        body.addWidget(self.notes)
        body.addWidget(Pane("Video", empty, "nothing yet"), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(body, 1)
        layout.addWidget(self.strip)
        self._clock = QTimer(self, interval=round(1000 * STEP_S))
        self._clock.timeout.connect(self._on_tick)
        self._clock.start()
        self._show()

    def _on_tick(self) -> None:
        job = self._job
        if job.state != "running":
            return
        step = job.step + 1
        state = "done" if step == STEPS else "running"
        left = (STEPS - step) * STEP_S
        self._job = replace(
            job, step=step, state=state, seconds=job.seconds + STEP_S, remaining_s=left
        )
        self._show()

    def _on_show_note(self) -> None:
        self.notes.show_note("The file notes.txt is a text; drop a video, poses or a matrix.")

    def _on_pause(self, key: int) -> None:
        self._set(key, "paused")

    def _on_resume(self, key: int) -> None:
        self._set(key, "running")

    def _on_cancel(self, key: int) -> None:
        self._set(key, "cancelled")

    def _set(self, key: int, state: str) -> None:
        if key == self._job.key:
            self._job = replace(self._job, state=state)  # type: ignore[arg-type]
            self._show()

    def _show(self) -> None:
        self.strip.set_status(self._job)
        self.strip.set_jobs([*OTHERS[:2], self._job, *OTHERS[2:]])


if __name__ == "__main__":
    sys.exit(show(Bench, (1280, 800)))
