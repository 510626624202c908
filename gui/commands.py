"""Commands as data: actions, menus, palette rows and the table of shortcuts from one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from engine.errors import PeerscopeError
from gui.icons import set_icon


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do.

    Attributes
    ----------
    id
        Stable name ("file.open"), the key of a changed shortcut.
    title
        What menus and palette call it ("Open…").
    callback
        Does it. A `PeerscopeError` it raises is shown as a note.
    shortcut
        As Qt writes it ("Ctrl+O"; Ctrl is Cmd on macOS); empty for none.
    menu
        Path of its menu ("File" or "View/Theme"); empty to be in the palette alone.
    section
        Commands of one menu with different sections are parted by a line.
    icon
        Name in `gui.icons`.
    enabled, checked
        Whether it can be done now, and for a switch, whether it is on.
    keywords
        Other words the palette finds it by.
    """

    id: str
    title: str
    callback: Callable[[], object]
    shortcut: str = ""
    menu: str = ""
    section: str = ""
    icon: str = ""
    enabled: Callable[[], bool] | None = None
    checked: Callable[[], bool] | None = None
    keywords: tuple[str, ...] = ()


def normal_shortcut(shortcut: str) -> str:
    """A shortcut as Qt writes it, so that equal ones are equal text; empty for none."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.PortableText)


class CommandRegistry(QObject):
    """The commands of a window.

    Parameters
    ----------
    window
        Gets the actions, so that their shortcuts work in it.
    overrides
        Shortcuts a person changed, by command id; an empty text means none.

    Signals
    -------
    ran(str)
        A command was run; carries its id.
    failed(str)
        A command could not be done; carries the sentence to show.
    shortcuts_changed(object)
        Carries the overrides now in force, as a dict to be kept.
    """

    ran = Signal(str)
    failed = Signal(str)
    shortcuts_changed = Signal(object)

    def __init__(self, window: QWidget, overrides: Mapping[str, str] | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._overrides = dict(overrides or {})
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command, in the order added."""
        return tuple(self._commands.values())

    def add(self, *commands: Command) -> None:
        """Register commands; an id that is taken is a fault."""
        for command in commands:
            if command.id in self._commands:
                raise ValueError(f"there is already a command {command.id!r}")
            self._commands[command.id] = command
            self._actions[command.id] = self._make_action(command)
        self.refresh()

    def remove(self, *ids: str) -> None:
        """Forget commands, for example those of a tab that closes."""
        for command_id in ids:
            del self._commands[command_id]
            action = self._actions.pop(command_id)
            self._window.removeAction(action)
            action.deleteLater()

    def action(self, command_id: str) -> QAction:
        """The action of a command, for buttons and tool bars."""
        return self._actions[command_id]

    def can_run(self, command_id: str) -> bool:
        """Whether a command can be done now."""
        enabled = self._commands[command_id].enabled
        return enabled is None or enabled()

    def run(self, command_id: str) -> None:
        """Do a command, if it can be done now."""
        if not self.can_run(command_id):
            return
        try:
            self._commands[command_id].callback()
        except PeerscopeError as error:
            self.failed.emit(error.sentence)
        self.ran.emit(command_id)
        self.refresh()

    def refresh(self) -> None:
        """Ask again what can be done; call it when that may have changed."""
        for command_id, action in self._actions.items():
            action.setEnabled(self.can_run(command_id))
            checked = self._commands[command_id].checked
            if checked is not None:
                action.setChecked(checked())

    def shortcut(self, command_id: str) -> str:
        """The shortcut in force, empty for none."""
        default = self._commands[command_id].shortcut
        return normal_shortcut(self._overrides.get(command_id, default))

    def is_changed(self, command_id: str) -> bool:
        """True when a person changed its shortcut."""
        return self.shortcut(command_id) != normal_shortcut(self._commands[command_id].shortcut)

    def set_shortcut(self, command_id: str, shortcut: str | None) -> None:
        """Change a shortcut; empty for none, None for the original one."""
        if shortcut is None:
            self._overrides.pop(command_id, None)
        else:
            self._overrides[command_id] = normal_shortcut(shortcut)
        self._show_shortcut(command_id)
        self.shortcuts_changed.emit(dict(self._overrides))

    def reset_shortcuts(self) -> None:
        """Give every command its original shortcut."""
        self._overrides.clear()
        for command_id in self._commands:
            self._show_shortcut(command_id)
        self.shortcuts_changed.emit({})

    def conflict(self, command_id: str, shortcut: str) -> Command | None:
        """Another command that a shortcut would set off, or begin to."""
        wanted = QKeySequence(shortcut)
        for other in self._commands.values():
            used = QKeySequence(self.shortcut(other.id))
            if other.id != command_id and _clash(wanted, used):
                return other
        return None

    def conflicts(self) -> dict[str, str]:
        """Commands whose shortcut clashes with another's: id to the other's id."""
        found = {}
        for command_id in self._commands:
            other = self.conflict(command_id, self.shortcut(command_id))
            if other is not None:
                found[command_id] = other.id
        return found

    def fill_menu_bar(self, bar: QMenuBar | QMenu, order: Iterable[str] = ()) -> None:
        """Make the menus of a bar, or below a menu, anew; those named in `order` come first."""
        for old in bar.findChildren(QMenu):
            old.deleteLater()
        bar.clear()
        menus: dict[str, QMenu] = {}
        for name in order:
            _menu_at(name, bar, menus)
        sections: dict[str, str] = {}
        for command in self._commands.values():
            if not command.menu:
                continue
            menu = _menu_at(command.menu, bar, menus)
            if sections.setdefault(command.menu, command.section) != command.section:
                menu.addSeparator()
                sections[command.menu] = command.section
            menu.addAction(self._actions[command.id])
        for menu in menus.values():
            menu.aboutToShow.connect(self.refresh)

    def _make_action(self, command: Command) -> QAction:
        action = QAction(command.title, self._window)
        action.setData(command.id)
        action.setCheckable(command.checked is not None)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(self._on_triggered)
        self._window.addAction(action)
        if command.icon:
            set_icon(action, command.icon)
        action.setShortcut(QKeySequence(self.shortcut(command.id)))
        return action

    def _show_shortcut(self, command_id: str) -> None:
        self._actions[command_id].setShortcut(QKeySequence(self.shortcut(command_id)))

    def _on_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.run(action.data())


def _clash(one: QKeySequence, other: QKeySequence) -> bool:
    """True when one is the other or the beginning of it."""
    if one.isEmpty() or other.isEmpty():
        return False
    return _begins(one, other) or _begins(other, one)


def _begins(short: QKeySequence, long: QKeySequence) -> bool:
    return short.matches(long) != QKeySequence.SequenceMatch.NoMatch


def _menu_at(path: str, bar: QMenuBar | QMenu, menus: dict[str, QMenu]) -> QMenu:
    """The menu of a path, made with those above it where missing."""
    if path not in menus:
        above, _, title = path.rpartition("/")
        parent = _menu_at(above, bar, menus) if above else bar
        menus[path] = parent.addMenu(title)
    return menus[path]
