"""How a job stands, as plain data for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.experiment import Lane

State = Literal[
    "queued", "waiting", "running", "paused", "cancelling", "done", "failed", "cancelled"
]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class JobStatus:
    """One moment of a job.

    Attributes
    ----------
    key
        Number of the job, unique in the process.
    title
        What a person calls it ("Embedding mouse_3.mp4").
    state
        "waiting" is for something outside the queue, told by `note` ("loading torch").
    step, total, note
        Of its newest snapshot.
    counts
        What a step of it is ("frame").
    seconds, remaining_s
        Time it has run (pauses left out), and what is left, None while unknown.
    device
        Where it computes ("cpu · 1 thread").
    message
        Why it failed, in one sentence; else empty.
    command
        The command line that repeats it.
    kept
        False where its results are wanted for a moment only, as those of a replay.
    """

    key: int
    title: str
    experiment: str
    lane: Lane
    state: State
    step: int = 0
    total: int | None = None
    note: str = ""
    seconds: float = 0.0
    remaining_s: float | None = None
    device: str = ""
    message: str = ""
    command: str = ""
    kept: bool = True
    counts: str = "step"

    @property
    def ended(self) -> bool:
        """True once nothing more will come of it."""
        return self.state in ENDED

    @property
    def replayable(self) -> bool:
        """True when its results are there to be compared with."""
        return self.state == "done" and self.kept
