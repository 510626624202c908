"""The command palette: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from engine.figures import tokens
from gui.command_search import search
from gui.commands import Command, CommandRegistry
from gui.style import set_look
from gui.theme import theme

_WIDTH_PX, _ROW_PX, _ROWS, _TOP_PX, _PAD_PX = 560, 32, 9, 56, 12
_MOVES = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -_ROWS,
    Qt.Key.Key_PageDown: _ROWS,
}


_OWN_KEYS = {*_MOVES, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}


class CommandPalette(QFrame):
    """Lies over the window: a line to type in, and the commands it means, recent ones first.

    Parameters
    ----------
    registry
        The commands.
    window
        The window it lies over.
    """

    def __init__(self, registry: CommandRegistry, window: QWidget) -> None:
        super().__init__(window)
        self._registry = registry
        self._window = window
        self._recent: tuple[str, ...] = ()
        self._before: QWidget | None = None
        set_look(self, "overlay")
        self.setAccessibleName("Commands")
        self._line = QLineEdit()
        self._line.setPlaceholderText("Search commands")
        self._line.setAccessibleName("Search commands")
        self._line.textChanged.connect(self._on_typed)
        self._line.installEventFilter(self)
        self._rows = _Rows(registry, self)
        self._list = QListView()
        self._list.setModel(self._rows)
        self._list.setItemDelegate(_RowDelegate(self._rows, self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName("Commands found")
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._on_clicked)
        self._list.selectionModel().currentChanged.connect(self._on_current_changed)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._line)
        self._layout.addWidget(self._list)
        self._none = QLabel("No command matches")
        set_look(self._none, "secondary")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout.addWidget(self._none)
        window.installEventFilter(self)
        self.hide()

    def open(self, recent: Sequence[str] = ()) -> None:
        """Show it, with the commands used lately (newest first) on top."""
        self._recent = tuple(recent)
        self._before = self._window.focusWidget()
        self._registry.refresh()
        self._line.clear()
        self._find("")
        self._place()
        self.show()
        self.raise_()
        self._line.setFocus(Qt.FocusReason.PopupFocusReason)

    def found(self) -> tuple[Command, ...]:
        """The commands listed, best first."""
        return self._rows.commands

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the line, leaving it, presses elsewhere, and the size of the window."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self._on_press(event)
        if watched is self._line and isinstance(event, QKeyEvent):
            return self._on_key_event(event)
        if watched is self._line and event.type() == QEvent.Type.FocusOut:
            self._on_focus_out(event)  # type: ignore[arg-type]
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _on_key_event(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN_KEYS:
            # Else a shortcut of the window, such as a tab's own Escape, would take the key.
            event.accept()
            return True
        return event.type() == QEvent.Type.KeyPress and self._on_key(event.key())

    def _on_press(self, event: QMouseEvent) -> None:
        """A press anywhere else closes it, on what takes no focus too; and goes where it was."""
        place = self.mapFromGlobal(event.globalPosition()).toPoint()
        if not self.rect().contains(place):
            self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Watch for presses elsewhere while it is open."""
        super().showEvent(event)
        # The system's window alone: a filter of the application is asked of every event of every
        # widget, and each time waits for the interpreter's lock.
        handle = self._window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Watch no more."""
        super().hideEvent(event)
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)

    def _on_key(self, key: int) -> bool:
        if key in _MOVES:
            self._move(_MOVES[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._list.currentIndex().row())
        elif key == Qt.Key.Key_Escape:
            self._close()
        else:
            return False
        return True

    def _on_focus_out(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.hide()

    def _on_typed(self, text: str) -> None:
        self._find(text)
        self._place()

    def _on_clicked(self, index: QModelIndex) -> None:
        self._run(index.row())

    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        # The focus stays in the line, so the line tells a screen reader what Enter would do.
        text = current.data(Qt.ItemDataRole.AccessibleTextRole) or "nothing found"
        self._line.setAccessibleDescription(text)

    def _find(self, text: str) -> None:
        can_run = [item for item in self._registry.commands if self._registry.can_run(item.id)]
        self._rows.set_commands(search(text, can_run, self._recent))
        self._list.setCurrentIndex(self._rows.index(0))

    def _move(self, steps: int) -> None:
        last = self._rows.rowCount() - 1
        row = min(max(self._list.currentIndex().row() + steps, 0), last)
        self._list.setCurrentIndex(self._rows.index(row))

    def _run(self, row: int) -> None:
        if not 0 <= row < len(self._rows.commands):
            return
        command = self._rows.commands[row]
        self._close()
        self._registry.run(command.id)

    def _close(self) -> None:
        """Hide it and give the focus back."""
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def _place(self) -> None:
        px, window = theme().px, self._window
        self._layout.setContentsMargins(px(8), px(8), px(8), px(8))
        rows = min(max(self._rows.rowCount(), 1), _ROWS)
        self._list.setFixedHeight(rows * px(_ROW_PX))
        self._none.setFixedHeight(px(_ROW_PX))
        self._list.setVisible(bool(self.found()))
        self._none.setVisible(not self.found())
        width = min(px(_WIDTH_PX), window.width() - px(24))
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((window.width() - width) // 2, px(_TOP_PX))


class _Rows(QAbstractListModel):
    """The commands found."""

    def __init__(self, registry: CommandRegistry, parent: QObject) -> None:
        super().__init__(parent)
        self._registry = registry
        self.commands: tuple[Command, ...] = ()

    def set_commands(self, commands: Sequence[Command]) -> None:
        self.beginResetModel()
        self.commands = tuple(commands)
        self.endResetModel()

    def shortcut(self, row: int) -> str:
        """As this desktop writes it."""
        shortcut = QKeySequence(self._registry.shortcut(self.commands[row].id))
        return shortcut.toString(QKeySequence.SequenceFormat.NativeText)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.commands)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if not index.isValid():
            return None
        command = self.commands[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(part for part in (command.title, self.shortcut(index.row())) if part)
        return None


class _RowDelegate(QStyledItemDelegate):
    """Draws a command: title, menu, and its shortcut at the right."""

    def __init__(self, rows: _Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """One row of the design."""
        return QSize(0, theme().px(_ROW_PX))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one command."""
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(rect, theme().color("accent"))
        inside = rect.adjusted(theme().px(_PAD_PX), 0, -theme().px(_PAD_PX), 0)
        command = self._rows.commands[index.row()]
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme().mono_font(tokens.HEADING_PX))
        painter.setPen(theme().color("on_accent" if chosen else "secondary"))
        painter.drawText(
            inside, middle | Qt.AlignmentFlag.AlignRight, self._rows.shortcut(index.row())
        )
        painter.setFont(theme().ui_font())
        painter.setPen(theme().color("on_accent" if chosen else "text"))
        painter.drawText(inside, middle, command.title)
        metrics = QFontMetrics(theme().ui_font())
        inside.setLeft(inside.left() + metrics.horizontalAdvance(command.title) + theme().px(10))
        painter.setPen(theme().color("on_accent" if chosen else "faint"))
        painter.drawText(inside, middle, command.menu.replace("/", " › "))
        painter.restore()
