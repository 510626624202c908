"""Notes inside the window: one sentence each, never a dialog that stops the work."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
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

from engine.figures import tokens
from gui.icons import set_icon
from gui.style import set_look
from gui.theme import theme

Severity = Literal["info", "warning", "error"]

#: Notes shown at once; the least severe gives way, of these the oldest, but none to a lesser one.
LIMIT = 3
_RANKS = {"info": 0, "warning": 1, "error": 2}
_INFO_MS = 5000
#: A note is half as wide as the window, within these.
_LEAST_PX, _WIDTH_PX, _EDGE_PX = 360, 620, 12
#: How far below the bar it floats: under names of pages and both lines of a pane's header.
BELOW_HEADERS_PX = 104
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

    def __init__(
        self,
        sentence: str,
        severity: Severity,
        parent: QWidget | None = None,
        action: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
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
        self.action_button: QPushButton | None = None
        if action is not None:
            self.action_button = QPushButton(action[0])
            self.action_button.clicked.connect(self.dismissed)
            self.action_button.clicked.connect(partial(_do, action[1]))
            layout.addWidget(self.action_button)
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
    """A few notes, the newest below; they float over a host and move nothing in it.

    A press beside the notes goes to what lies under them.

    An "info" note without a button goes by itself after some seconds, unless it is pointed at or
    has the focus; the others stay until they are dismissed. A sentence that is already shown is
    not shown twice.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: list[Note] = []
        self._bar: QWidget | None = None
        self._top_px: int | None = BELOW_HEADERS_PX
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme().px(4))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Notes")
        self.hide()
        theme().changed.connect(self._place)

    def float_over(self, host: QWidget, bar: QWidget) -> None:
        """Lie over a host from now on, below a bar at its top."""
        self._bar = bar
        self.setParent(host)
        host.installEventFilter(self)

    def set_top(self, top_px: int | None) -> None:
        """Float so far below the bar, in pixels of the design; None: above the job strip."""
        self._top_px = top_px
        self._place()

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes shown, oldest first."""
        return tuple(self._notes)

    def show_note(
        self,
        sentence: str,
        severity: Severity = "error",
        action: tuple[str, Callable[[], object]] | None = None,
    ) -> Note:
        """Show a sentence, perhaps with a button that does something, and return its note."""
        for old in self.notes:
            if (old.sentence, old.severity) == (sentence, severity):
                return old
        lesser = [old for old in self._notes if _RANKS[old.severity] <= _RANKS[severity]]
        lesser.sort(key=lambda old: _RANKS[old.severity])
        for old in lesser[: max(0, len(self._notes) - LIMIT + 1)]:
            self._remove(old)
        note = Note(sentence, severity, action=action)
        note.dismissed.connect(self._on_dismissed)
        self._notes.append(note)
        self._layout.addWidget(note)
        note.show()
        if severity == "info" and action is None:
            timer = QTimer(note, interval=_INFO_MS)
            timer.timeout.connect(self._on_expired)
            timer.start()
        self.show()
        self._place()
        note.announce()
        return note

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the host."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        """Give a note more room when it asks for it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        """In the middle of the host, as high as the notes need."""
        host, px = self.parentWidget(), theme().px
        if host is None or self._bar is None or not self._notes:
            return
        width = min(px(_WIDTH_PX), max(host.width() // 2, px(_LEAST_PX)))
        width = min(width, host.width() - 2 * px(_EDGE_PX))
        height = self._layout.totalHeightForWidth(width)
        if self._top_px is None:
            top = host.height() - height - px(tokens.JOB_STRIP_PX + _EDGE_PX)
        else:
            top = self._bar.height() + px(self._top_px)
        place = QRect((host.width() - width) // 2, top, width, height)
        if place != self.geometry():
            self.setGeometry(place)
        self.raise_()

    def leave(self) -> None:
        """What they were about is no longer on show: those that ask for nothing go."""
        for note in self.notes:
            if note.severity == "info" and note.action_button is None:
                self._remove(note)

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
        if note not in self._notes:
            return  # taken away by another hand before it was deleted
        self._notes.remove(note)
        self._layout.removeWidget(note)
        note.hide()
        note.deleteLater()
        self.setVisible(bool(self.notes))
        self._place()


def _do(action: Callable[[], object], *_: object) -> None:
    action()


def _has_focus(note: Note) -> bool:
    return note.copy_button.hasFocus() or note.dismiss_button.hasFocus()
