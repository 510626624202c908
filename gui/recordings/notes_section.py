"""Notes and labels on stretches of time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from engine.behavior.notes import Span
from gui.recordings.parts import QuietTable, button, labelled, quiet, row
from gui.theme import theme
from gui.widgets.section import Section
from gui.widgets.timeline import clock_text


class NotesSection(Section):
    """Spans of the recording on show.

    Signals
    -------
    added(str, str, str)
        Label, subject and note for the stretch that is selected, or the moment at the cursor.
    removed(int), sought(int)
        A row was taken away, or clicked.
    import_requested(), export_requested()
        A button was pressed.
    """

    added = Signal(str, str, str)
    removed = Signal(int)
    sought = Signal(int)
    import_requested = Signal()
    export_requested = Signal()

    def __init__(self) -> None:
        super().__init__("Notes")
        self.label = QLineEdit(placeholderText="groom")
        self.subject = QLineEdit(placeholderText="animal 1")
        self.note = QLineEdit(placeholderText="anything else")
        self._where = quiet("Shift-drag on the timeline to select a stretch.", "faint")
        self.table = QuietTable(("Label", "from", "s", ""), "Notes", 8)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(6))
        layout.addWidget(labelled("Label", self.label))
        layout.addWidget(labelled("Subject", self.subject))
        layout.addWidget(labelled("Note", self.note))
        layout.addWidget(self._where)
        layout.addWidget(button("Add note", "Keep it on the stretch (N)", self.add))
        layout.addWidget(self.table)
        layout.addWidget(
            row(
                button(
                    "Import…", "CSV, or events and projects of BORIS", self.import_requested.emit
                ),
                button("Export…", "CSV, or events of BORIS", self.export_requested.emit),
            )
        )
        self.table.cellClicked.connect(self._on_cell)
        self.label.returnPressed.connect(self.add)
        self.show_spans(())

    def add(self) -> None:
        """Add a note with what is written in the fields."""
        self.added.emit(self.label.text().strip(), self.subject.text(), self.note.text())

    def show_spans(self, spans: Sequence[Span]) -> None:
        """Show the notes in order of time."""
        self.table.show_rows(
            [
                (
                    f"{span.label} · {span.subject}" if span.subject else span.label,
                    clock_text(span.start_s, 0.01),
                    f"{span.duration_s:.2f}",
                    "×",
                )
                for span in spans
            ]
        )
        self.table.setVisible(bool(spans))

    def show_stretch(self, stretch: tuple[float, float] | None) -> None:
        """Say where the next note goes."""
        if stretch is None:
            self._where.setText("At the cursor; Shift-drag on the timeline selects a stretch.")
        else:
            start, stop = (clock_text(moment, 0.01) for moment in stretch)
            self._where.setText(f"From {start} to {stop}.")

    def _on_cell(self, at: int, column: int) -> None:
        (self.removed if column == 3 else self.sought).emit(at)
