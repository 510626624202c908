"""Show the table of claims of every registered method.

    python examples/claims.py [dark | light]

Nothing is computed here: Run marks the row as running until it is pressed in another row.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine import registry
from engine.claims import NOT_RUN, Claim
from examples._screenshot import show
from gui.widgets.claim_table import ClaimTable
from gui.widgets.error_note import NoteStack


class Bench(QWidget):
    """The table, with a note for what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Claims")
        self.notes = NoteStack()
        self.table = ClaimTable()
        self.table.set_rows([(claim, NOT_RUN) for claim in registry.claims()])
        self.table.run_requested.connect(self._on_run)
        self.table.open_requested.connect(self._on_open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(36, 24, 36, 24)
        layout.addWidget(self.notes)
        layout.addWidget(self.table)

    def _on_run(self, claim: Claim) -> None:
        self.table.set_running([claim])
        self.notes.show_note(f"Would run {claim.experiment} with {dict(claim.params)}.", "info")

    def _on_open(self, claim: Claim) -> None:
        self.notes.show_note(f"Would open the tab of {claim.system}.", "info")


if __name__ == "__main__":
    sys.exit(show(Bench, (1280, 800)))
