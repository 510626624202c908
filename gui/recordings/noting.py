"""Notes on the recording that is shown; every change can be undone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from engine.behavior.notes import Span, read_notes, write_boris, write_notes
from engine.errors import PeerscopeError
from engine.history import Change

if TYPE_CHECKING:
    from gui.recordings.controller import Recordings

_TABLES = "Tables (*.csv *.tsv *.txt *.boris)"


class Noting(QObject):
    """What the section of notes asks for, by the path of the recording it was noted on."""

    def __init__(self, owner: Recordings) -> None:
        super().__init__(owner)
        self._owner = owner
        self._kept: dict[str, tuple[Span, ...]] = {}
        section = owner.column.notes
        section.added.connect(self._on_note)
        section.removed.connect(self._remove_note)
        section.sought.connect(self._seek_note)
        section.import_requested.connect(partial(owner.guarded, self._import_notes))
        section.export_requested.connect(partial(owner.guarded, self._export_notes))

    @property
    def notes(self) -> dict[int, tuple[Span, ...]]:
        """Spans by position of the recording in the list."""
        found = (self._kept.get(entry.path.absolute) for entry in self._owner.project.entries)
        return {at: spans for at, spans in enumerate(found) if spans is not None}

    def restore(self, notes: dict[int, tuple[Span, ...]]) -> None:
        """Hold what a session kept, by position in its list."""
        entries = self._owner.project.entries
        self._kept = {
            entry.path.absolute: notes[at] for at, entry in enumerate(entries) if at in notes
        }

    @Slot(str, str, str)
    def _on_note(self, label: str, subject: str, note: str) -> None:
        opened = self._owner.entry_open
        if opened is None:
            return
        if not label:
            self._owner.workspace.note("Write a label first, such as groom.", "warning")
            notes = self._owner.column.notes
            self._owner.listed.emit()
            self._owner.column.reveal(notes, notes.label)
            return
        now = float(opened.recording.times_s[self._owner.cursor.index])
        start, stop = self._owner.cursor.stretch or (now, now)
        self.set_notes((*self._spans, Span(start, stop, label, subject, note)))

    def set_notes(self, spans: tuple[Span, ...]) -> None:
        """Replace the notes of the current recording, so that it can be undone."""
        path, ordered = self._owner.shown_path, tuple(sorted(spans))
        put = partial(self._put_notes, path)
        change = Change(f"notes of {Path(path).name}", self._spans, ordered, put, False)
        self._owner.workspace.history.do(change)

    @property
    def _spans(self) -> tuple[Span, ...]:
        return self._kept.get(self._owner.shown_path, ())

    def _put_notes(self, path: str, name: str, spans: tuple[Span, ...]) -> None:
        self._kept[path] = spans
        self.show()

    def show(self) -> None:
        """Show the notes of the current recording, in the list and over the time."""
        self._owner.column.notes.show_spans(self._spans)
        labels = list(dict.fromkeys(span.label for span in self._spans))
        self._owner.line.set_labels(
            [(s.start_s, s.stop_s, labels.index(s.label), s.label) for s in self._spans]
        )

    def _remove_note(self, at: int) -> None:
        self.set_notes(self._spans[:at] + self._spans[at + 1 :])

    def _seek_note(self, at: int) -> None:
        if self._owner.entry_open is not None:
            times = self._owner.entry_open.recording.times_s
            self._owner.seek.emit(int(times.searchsorted(self._spans[at].start_s)))

    def _import_notes(self) -> None:
        self._owner.ensure_open()
        path, _ = QFileDialog.getOpenFileName(self._owner.window, "Import notes", "", _TABLES)
        if path:
            self.import_notes(Path(path))

    def import_notes(self, path: Path) -> None:
        """Add the notes of a table to those there are; errors as `read_notes`."""
        recording = self._owner.ensure_open()
        self.set_notes((*self._spans, *read_notes(path, recording.name)))

    def _export_notes(self) -> None:
        recording = self._owner.ensure_open()
        kinds = "Peerscope notes (*.csv);;BORIS aggregated events (*.csv)"
        start = f"{recording.path.stem} notes.csv"
        path, kind = QFileDialog.getSaveFileName(self._owner.window, "Export notes", start, kinds)
        if path:
            self.export_notes(Path(path), boris=kind.startswith("BORIS"))

    def export_notes(self, path: Path, *, boris: bool) -> None:
        """Write the notes of the current recording."""
        recording = self._owner.ensure_open()
        times = recording.times_s
        span = float(times[-1] - times[0])
        rate = (len(times) - 1) / span if span else 0.0
        try:
            if boris:
                write_boris(self._spans, path, recording.name, rate)
            else:
                write_notes(self._spans, path)
        except OSError as error:
            raise PeerscopeError(
                f"{path} cannot be written ({error.strerror}); choose another place."
            ) from error
        self._owner.workspace.note(f"{len(self._spans)} notes written to {path}.", "info")
