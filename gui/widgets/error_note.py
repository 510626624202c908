"""Notes inside the window: one sentence each, never a dialog that stops the work."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import set_icon
from gui.style import set_look
from gui.theme import theme

Severity = Literal["info", "warning", "error"]

#: Notes shown at once; the oldest gives way.
LIMIT = 3
_INFO_MS = 8000
# Amber and teal belong to what papers report and what is measured: notes do without them.
_ICONS = {
    "info": ("info", "secondary"),
    "warning": ("warning", "text"),
    "error": ("warning", "differs"),
}


class Note(QFrame):
    """One sentence with Copy and Dismiss; Escape dismisses it too.

    Signals
    -------
    dismissed()
        It is to be taken away.
    """

    dismissed = Signal()

    def __init__(self, sentence: str, severity: Severity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = sentence
        self.severity = severity
        set_look(self, f"note-{severity}")
        self.setAccessibleName(f"{severity}: {sentence}")
        text = QLabel(sentence)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setAccessibleName("Copy the note")
        set_look(self.copy_button, "quiet")
        self.copy_button.clicked.connect(self._copy)
        self.dismiss_button = QToolButton()
        self.dismiss_button.setToolTip("Dismiss")
        self.dismiss_button.setAccessibleName("Dismiss the note")
        set_icon(self.dismiss_button, "close", size_px=16)
        self.dismiss_button.clicked.connect(self.dismissed)
        layout = QHBoxLayout(self)
        side = theme().px(8)
        layout.setContentsMargins(theme().px(12), theme().px(4), side, theme().px(4))
        layout.addWidget(self._make_sign())
        layout.addWidget(text, 1)
        layout.addWidget(self.copy_button)
        layout.addWidget(self.dismiss_button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape dismisses."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def announce(self) -> None:
        """Have a screen reader say it."""
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _make_sign(self) -> QToolButton:
        """The sign of the severity, which the accessible name tells in words."""
        sign = QToolButton()
        sign.setToolTip(self.severity.capitalize())
        sign.setAccessibleName(self.severity)
        sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        name, token = _ICONS[self.severity]
        set_icon(sign, name, token, size_px=16)
        return sign

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.sentence)


class NoteStack(QWidget):
    """A few notes, the newest below; takes no room while there are none.

    An "info" note goes by itself after some seconds, unless it is pointed at or has the focus;
    the others stay until they are dismissed. A sentence that is already shown is not shown
    twice.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: list[Note] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme().px(4))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Notes")
        self.hide()

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes shown, oldest first."""
        return tuple(self._notes)

    def show_note(self, sentence: str, severity: Severity = "error") -> Note:
        """Show a sentence, and return its note."""
        for old in self.notes:
            if (old.sentence, old.severity) == (sentence, severity):
                return old
        for old in self.notes[: max(0, len(self.notes) - LIMIT + 1)]:
            self._remove(old)
        note = Note(sentence, severity)
        note.dismissed.connect(self._on_dismissed)
        self._notes.append(note)
        self._layout.addWidget(note)
        if severity == "info":
            timer = QTimer(note, interval=_INFO_MS)
            timer.timeout.connect(self._on_expired)
            timer.start()
        self.show()
        note.announce()
        return note

    def clear(self) -> None:
        """Take all notes away."""
        for note in self.notes:
            self._remove(note)

    def _on_dismissed(self) -> None:
        note = self.sender()
        if isinstance(note, Note):
            self._remove(note)

    def _on_expired(self) -> None:
        timer = self.sender()
        note = timer.parent() if isinstance(timer, QTimer) else None
        if isinstance(note, Note) and not (note.underMouse() or _has_focus(note)):
            self._remove(note)

    def _remove(self, note: Note) -> None:
        self._notes.remove(note)
        self._layout.removeWidget(note)
        note.hide()
        note.deleteLater()
        self.setVisible(bool(self.notes))


def _has_focus(note: Note) -> bool:
    return note.copy_button.hasFocus() or note.dismiss_button.hasFocus()
