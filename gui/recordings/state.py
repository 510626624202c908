"""What a recording holds beside its entry: where one stands in it, notes, how poses are drawn."""

from __future__ import annotations

from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from engine.behavior.notes import Span
from engine.behavior.project import Project


class Cursor(Protocol):
    """Where the tab stands in the recording."""

    @property
    def index(self) -> int:
        """The current frame."""
        ...

    @property
    def stretch(self) -> tuple[float, float] | None:
        """The stretch of time that is selected, in seconds."""
        ...


class RecordingsState(BaseModel):
    """Everything the session keeps of the recordings.

    Attributes
    ----------
    project, current
        The recordings, and the position of the one on show; -1 for none.
    notes
        Spans by position of the recording, as plain rows.
    decoded
        Frames that could be decoded, by the content of the recording, where they were counted.
    overlay
        How poses are drawn: skeleton, names, threshold, trail, hidden.
    group_by
        What the list is grouped by.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    project: Project = Project()
    current: int = -1
    notes: dict[int, list[tuple[float, float, str, str, str]]] = {}
    overlay: dict[str, Any] = {}
    decoded: dict[str, int] = {}
    group_by: str = "animal"

    def spans_of(self, at: int) -> tuple[Span, ...]:
        """Notes of a recording."""
        return tuple(Span(*row) for row in self.notes.get(at, []))


def rows_of(spans: tuple[Span, ...]) -> list[tuple[float, float, str, str, str]]:
    """Spans as plain rows."""
    return [(s.start_s, s.stop_s, s.label, s.subject, s.note) for s in spans]
