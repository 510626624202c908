"""Help > System report: the same lines as ``python main.py doctor``, each with its cure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.doctor import Check, heading, lines_of
from gui.style import set_look
from gui.theme import theme

_LOOKS = {"ok": "faint", "warning": "title", "problem": "differs"}
_WORDS = {"ok": "ok", "warning": "warning", "problem": "problem"}
_WIDTH_PX, _HEIGHT_PX = 760, 520


class ReportDialog(QDialog):
    """A row for each thing looked at; text can be selected, and all of it copied.

    Parameters
    ----------
    look
        Asks for the checks; they arrive by `show_checks`.
    """

    def __init__(self, look: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("System report")
        self._look = look
        self._checks: Sequence[Check] = ()
        self._head = _label(heading(), "secondary")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme().px(16))
        self._grid.setVerticalSpacing(theme().px(6))
        self._grid.setColumnStretch(2, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.addLayout(self._grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        scroll.setAccessibleName("Checks")
        self.copy_button = QPushButton("Copy")
        self.copy_button.clicked.connect(self._copy)
        self.again_button = QPushButton("Look again")
        self.again_button.clicked.connect(self.look)
        close = QPushButton("Close")
        set_look(close, "primary")
        close.clicked.connect(self.accept)
        end = QHBoxLayout()
        end.addWidget(self.copy_button)
        end.addWidget(self.again_button)
        end.addStretch()
        end.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme().px(12))
        for item in (self._head, scroll):
            layout.addWidget(item)
        layout.addLayout(end)
        self.resize(theme().px(_WIDTH_PX), theme().px(_HEIGHT_PX))
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
        self._grid.addWidget(_label("Looking at Qt, OpenGL, codecs, torch, disk…", "faint"), 0, 0)
        self._look()

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show what was found."""
        self._checks = checks
        self._clear()
        row = 0
        for check in checks:
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(_label(_WORDS[check.state], _LOOKS[check.state]), row, 0, top)
            self._grid.addWidget(_label(check.name, "title"), row, 1, top)
            self._grid.addWidget(_label(check.found, ""), row, 2, top)
            row += 1
            if check.cure:
                self._grid.addWidget(_label(check.cure, "mono"), row, 2, top)
                row += 1
        self.copy_button.setEnabled(True)
        self.again_button.setEnabled(True)

    def show_failure(self, sentence: str) -> None:
        """It could not be looked."""
        self._clear()
        self._grid.addWidget(_label(sentence, "differs"), 0, 0)
        self.again_button.setEnabled(True)

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)


def _label(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setAccessibleName(text)
    set_look(label, look)
    return label
