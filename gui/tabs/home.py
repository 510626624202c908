"""Home: a place to drop, what was open lately, the methods, and the claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.claim_store import kept_verdicts
from engine.figures import tokens
from engine.files.identify import kinds
from engine.recovery import Left
from engine.registry import System
from engine.session import FILE_NAME, read_title
from gui.settings import SettingsStore
from gui.style import set_look
from gui.theme import theme
from gui.thumbnails import Thumbnails
from gui.widgets.claim_table import ClaimTable
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.method_card import MethodCard
from gui.widgets.recovery_card import RecoveryCard
from gui.widgets.session_picture import SessionPicture

_RECENT_SHOWN = 6
_DROP_PX = 148
#: Longest name shown; beside a picture there is less room.
_FILE_LETTERS, _SESSION_LETTERS = 28, 18


class HomeTab(QScrollArea):
    """The first thing a person sees.

    Signals
    -------
    files_chosen(object)
        Paths to open.
    open_requested()
        The person wants to choose files.
    example_requested(str)
        The example of a system, by its name.
    session_chosen(object)
        Path of a session.
    """

    files_chosen = Signal(object)
    open_requested = Signal()
    example_requested = Signal(str)
    session_chosen = Signal(object)

    def __init__(
        self, systems: Sequence[System], settings: SettingsStore, thumbnails: Thumbnails
    ) -> None:
        super().__init__()
        self._settings = settings
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Home")
        self._recent = _RecentList()
        self._recent.file_chosen.connect(self._on_file)
        self._recent.session_chosen.connect(self._on_session)
        self.claims = ClaimTable()
        shown = [system for system in systems if system.tab]
        self._claims = [claim for system in systems for claim in system.claims]
        self._cards = [MethodCard(system, thumbnails) for system in shown]
        self._drop = DropZone(shown)
        self._left = QVBoxLayout()
        self._recovery: dict[Path, RecoveryCard] = {}
        self._waits = False
        self._lay_out()
        self.show_recent()

    def fill_when_shown(self) -> None:
        """Show what a first picture of the window need not wait for, now or once Home is shown."""
        if self.isVisible():
            self.fill()
        else:
            self._waits = True

    def showEvent(self, event: QShowEvent) -> None:
        """Fill, where that has waited."""
        super().showEvent(event)
        if self._waits:
            self.fill()

    def fill(self) -> None:
        """Show what takes longer than a first picture of the window should: claims and loops."""
        self._waits = False
        verdicts = kept_verdicts(self._claims)
        self.claims.set_rows(list(zip(self._claims, verdicts, strict=True)))
        for card in self._cards:
            card.loop.load()
        self._recent.show_pictures()

    def offer_recovery(
        self, left: Left, restore: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        """Show on top what a window that was killed has left, and two buttons."""
        card = RecoveryCard(left.words, restore, leave)
        self._recovery[left.folder] = card
        self._left.addWidget(card)

    def take_recovery_away(self, left: Left) -> None:
        """It is restored, or not wanted."""
        card = self._recovery.pop(left.folder, None)
        if card is not None:
            self._left.removeWidget(card)
            card.hide()
            card.deleteLater()

    def show_recent(self) -> None:
        """Show the recent sessions and files of the settings."""
        kept = self._settings.settings
        self._recent.show_entries(kept.recent_sessions, kept.recent_files)

    def take_focus(self) -> None:
        """Let the keyboard begin where most begin: at Open."""
        self._drop.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        px = theme().px
        top = QHBoxLayout()
        top.setSpacing(px(24))
        top.addWidget(self._drop, 3)
        top.addWidget(self._recent, 1)
        cards = QHBoxLayout()
        cards.setSpacing(px(12))
        for card in self._cards:
            cards.addWidget(card, 1)
            card.example_requested.connect(self.example_requested)
        cards.addStretch()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(px(40), px(28), px(40), px(24))
        column.setSpacing(px(20))
        column.addLayout(self._left)
        column.addLayout(top)
        column.addLayout(cards)
        column.addWidget(self.claims, 1)
        self.setWidget(page)
        self._drop.open_requested.connect(self.open_requested)
        self._drop.example_requested.connect(self.example_requested)

    def _on_file(self, path: str) -> None:
        self.files_chosen.emit([Path(path)])

    def _on_session(self, path: str) -> None:
        self.session_chosen.emit(Path(path))


class DropZone(QFrame):
    """A dashed frame that says what can be dropped; files dropped go to the window."""

    open_requested = Signal()
    example_requested = Signal(str)

    def __init__(self, systems: Sequence[System]) -> None:
        super().__init__()
        self.setAccessibleName("Drop zone")
        example = next((item for item in systems if item.example), None)
        title = QLabel(f"Drop {_listed([item.drops for item in systems if item.drops])}")
        set_look(title, "title")
        endings = QLabel(" · ".join([*_suffixes(systems), "a session", "an exported figure"]))
        set_look(endings, "secondary")
        endings.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addStretch()
        self.open_button = QPushButton("Open…")
        self.open_button.clicked.connect(self.open_requested)
        buttons.addWidget(self.open_button)
        if example is not None:
            button = QPushButton(f"{example.title} example")
            button.clicked.connect(partial(self.example_requested.emit, example.name))
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.addStretch()
        for label in (title, endings):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(theme().px(8))
        column.addLayout(buttons)
        column.addStretch()
        self.setMinimumHeight(theme().px(_DROP_PX))
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dashed frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme().color("faint"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        radius = theme().px(tokens.CORNER_PX)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _listed(things: Sequence[str]) -> str:
    """Things as a person lists them: "a video, a matrix or a session"."""
    *most, last = (*things, "a session")
    return f"{', '.join(most)} or {last}" if most else last


def _suffixes(systems: Sequence[System]) -> list[str]:
    """The usual endings of the files that the systems take, the first two of each kind."""
    taken = {
        kind
        for system in systems
        for experiment in system.experiments
        for spec in experiment.inputs
        for kind in spec.kinds
    }
    endings = [suffix for kind in kinds() if kind.name in taken for suffix in kind.suffixes[:2]]
    return list(dict.fromkeys(ending.lstrip(".") for ending in endings))


class _RecentList(QWidget):
    """Recent sessions, then recent files."""

    file_chosen = Signal(str)
    session_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pictured = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(4))
        self._column.addWidget(Heading("Recent"))
        self._column.addStretch(1)

    def show_pictures(self) -> None:
        """Read the pictures of the sessions; not before the window is painted."""
        self._pictured = True
        for picture in self.findChildren(SessionPicture):
            picture.load()

    def show_entries(self, sessions: Sequence[str], files: Sequence[str]) -> None:
        """Show at most six, sessions first; what is no longer there is left out."""
        while self._column.count() > 2:
            item = self._column.takeAt(1)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        entries = [(path, self.session_chosen) for path in map(Path, sessions)]
        entries += [(path, self.file_chosen) for path in map(Path, files)]
        shown = [(path, signal) for path, signal in entries if path.exists()][:_RECENT_SHOWN]
        for path, signal in shown:
            row = _recent_row(path, signal, session=signal is self.session_chosen)
            self._column.insertWidget(self._column.count() - 1, row)
        if self._pictured:
            self.show_pictures()
        if not shown:
            empty = QLabel("What you open appears here.")
            set_look(empty, "faint")
            self._column.insertWidget(1, empty)


def _recent_row(path: Path, signal: SignalInstance, *, session: bool) -> QWidget:
    """A button with the name, and beside it where or when it was."""
    name, told = _session_words(path) if session else (path.name, path.parent.name)
    most = _SESSION_LETTERS if session else _FILE_LETTERS
    button = QPushButton(name if len(name) <= most else f"{name[: most - 1]}…")
    set_look(button, "quiet")
    button.setToolTip(str(path))
    button.setAccessibleName(f"Open {name}")
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    button.clicked.connect(partial(signal.emit, str(path)))
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    if session:
        line.addWidget(SessionPicture(path))
    line.addWidget(button)
    line.addWidget(ElidedLabel(told, "faint"), 1)
    return row


def _session_words(folder: Path) -> tuple[str, str]:
    """The title of a session, and the day it was saved; its folder's name when it is damaged."""
    try:
        stamp = (folder / FILE_NAME).stat().st_mtime_ns
    except OSError:
        stamp = 0
    return _read_words(folder, stamp)


@lru_cache(maxsize=64)
def _read_words(folder: Path, stamp: int) -> tuple[str, str]:
    """The same, read again when the session has been kept since."""
    title, when = read_title(folder)
    try:
        saved = datetime.fromisoformat(when)
    except ValueError:
        return folder.name, "session"
    return title or folder.name, f"{saved:%d %b %H:%M}"
