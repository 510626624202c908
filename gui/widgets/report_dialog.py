"""Help > System report: the same lines as ``python main.py doctor``, each with its cure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from engine.doctor import Check, heading, lines_of
from gui.widgets.findings_dialog import FindingsDialog, finding

_LOOKS = {"ok": "faint", "warning": "title", "problem": "differs"}
_WORDS = {"ok": "ok", "warning": "warning", "problem": "problem"}
_SIZE_PX = (760, 520)


class ReportDialog(FindingsDialog):
    """A row for each thing looked at; text can be selected, and all of it copied.

    Parameters
    ----------
    look
        Asks for the checks; they arrive by `show_checks`.
    """

    def __init__(self, look: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__("System report", "Checks", _SIZE_PX, parent)
        self._look = look
        self._checks: Sequence[Check] = ()
        self.set_head(_label(heading(), "secondary"))
        self.grid.setColumnStretch(2, 1)
        self.again_button = QPushButton("Look again")
        self.again_button.clicked.connect(self.look)
        self.buttons.insertWidget(1, self.again_button)
        self.look()

    @property
    def text(self) -> str:
        """What Copy gives: the very lines of the command line."""
        return "\n".join([heading(), *lines_of(self._checks)])

    def look(self) -> None:
        """Look at everything again."""
        self.copy_button.setEnabled(False)
        self.again_button.setEnabled(False)
        self._clear()
        self.grid.addWidget(_label("Looking at Qt, OpenGL, codecs, torch, disk…", "faint"), 0, 0)
        self._look()

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show what was found."""
        self._checks = checks
        self._clear()
        row = 0
        for check in checks:
            top = Qt.AlignmentFlag.AlignTop
            self.grid.addWidget(_label(_WORDS[check.state], _LOOKS[check.state]), row, 0, top)
            self.grid.addWidget(_label(check.name, "title"), row, 1, top)
            self.grid.addWidget(_label(check.found, ""), row, 2, top)
            row += 1
            if check.cure:
                self.grid.addWidget(_label(check.cure, "mono"), row, 2, top)
                row += 1
        self.copy_button.setEnabled(True)
        self.again_button.setEnabled(True)

    def show_failure(self, sentence: str) -> None:
        """It could not be looked."""
        self._clear()
        self.grid.addWidget(_label(sentence, "differs"), 0, 0)
        self.again_button.setEnabled(True)

    def _clear(self) -> None:
        while (item := self.grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()


def _label(text: str, look: str) -> QLabel:
    label = finding(text, look)
    label.setWordWrap(True)
    label.setAccessibleName(text)
    return label
