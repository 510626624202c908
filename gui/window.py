"""The window. It only wires: tabs, drops, commands, notes and the job strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.claim_runs import request_of
from engine.claims import Claim
from engine.device import batch_threads, device_label
from engine.job_status import JobStatus, State
from engine.registry import System, systems
from engine.run import RunRequest
from gui import gl_probe
from gui.actions import standard_commands
from gui.bridge import Update, WarmBridge
from gui.claim_checks import ClaimChecks
from gui.columns import remember_columns
from gui.commands import CommandRegistry
from gui.opening import Opening
from gui.replays import Replays
from gui.sessions import Sessions
from gui.settings import SettingsStore
from gui.tabs.base import Tab
from gui.theme import theme
from gui.top_bar import TopBar
from gui.widgets.command_palette import CommandPalette
from gui.widgets.error_note import BELOW_HEADERS_PX, NoteStack, Severity
from gui.widgets.job_strip import JobStrip, foremost
from gui.workspace import Workspace

if TYPE_CHECKING:
    from gui.tabs.home import HomeTab

#: Modules that the first tab needs, loaded before torch.
WARM_FIRST = ("numpy", "gui.widgets.plot", "gui.widgets.figure_view", "gui.widgets.plot.page")
MENUS = ("File", "Edit", "View", "Jobs", "Help")


class Window(QMainWindow):
    """The one window of the application.

    Parameters
    ----------
    settings
        Where its settings are kept.
    first
        Name of the tab that it opens on.

    Signals
    -------
    painted()
        It was painted for the first time.
    tab_made(object)
        A tab was made.
    """

    painted = Signal()
    tab_made = Signal(object)

    def __init__(self, settings: SettingsStore, first: str = "home") -> None:
        super().__init__()
        self.setWindowTitle("Peerscope")
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.settings = settings
        self.warm = WarmBridge(WARM_FIRST, tuple(_tab_module(system) for system in with_tabs()))
        self.workspace = Workspace(settings, self.warm)
        self.tabs: dict[str, Tab] = {}
        self._painted = False
        self._current = first
        self._home: HomeTab | None = None
        self._states: dict[int, State] = {}
        self._waiting_for_tabs: list[tuple[str, Callable[[Tab], None]]] = []
        self.top = TopBar()
        self.notes = NoteStack()
        self.stack = QStackedWidget()
        self.strip = JobStrip()
        self.checks = ClaimChecks(self.workspace)
        self.sessions = Sessions(self)
        self.opening = Opening(self)
        self.replays = Replays(self)
        self._lay_out()
        self.commands = CommandRegistry(self, settings.settings.shortcuts)
        self.commands.add(*standard_commands(self))
        self.palette_box = CommandPalette(self.commands, self)
        self._connect()
        self._restore_geometry()
        self.show_tab(first)
        if first == "home":
            self.home.take_focus()

    @property
    def current(self) -> str:
        """Name of the tab shown."""
        return self._current

    @property
    def home(self) -> HomeTab:
        """Home, made when it is first wanted: a window that opens on a tab shows that sooner."""
        if self._home is None:
            self._home = self._make_home()
        return self._home

    def fill_home(self) -> None:
        """Let Home show what a first picture of the window need not wait for."""
        if self._home is not None:
            self._home.fill_when_shown()

    def show_tab(self, name: str) -> None:
        """Show a tab; it is made when first shown, once its modules are loaded."""
        if name != self._current:
            self.notes.leave()
        self._current = name
        self.top.set_current(name)
        # What waits for an answer stands on top of Home, and claims are far below.
        self.notes.set_top(None if name == "home" else BELOW_HEADERS_PX)
        known = self.home if name == "home" else self.tabs.get(name)
        if known is not None:
            theme().freshen(known)
            self.stack.setCurrentWidget(known)
        elif self.warm.first_done:
            self.stack.setCurrentWidget(self._make_tab(name))
        else:
            self.stack.setCurrentWidget(self._loading)
        self.strip.set_status(*foremost(self.workspace.jobs.statuses(), name))
        self.commands.refresh()

    def has_tab(self, name: str) -> bool:
        """True when a registered system has a tab of that name."""
        return any(system.name == name for system in with_tabs())

    def with_tab(self, name: str, work: Callable[[Tab], None], now: bool = False) -> None:
        """Do something with a tab: as soon as its modules are loaded, or where asked, `now`."""
        if now or name in self.tabs or self.warm.first_done:
            work(self.tabs.get(name) or self._make_tab(name))
        else:
            self._waiting_for_tabs.append((name, work))
            module = next(_tab_module(item) for item in systems() if item.name == name)
            self.warm.prefer(module)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files and folders, whatever they are."""
        self.opening.open_paths(paths)

    def open_example(self, name: str) -> None:
        """Open the example of a system in its tab."""
        self.with_tab(name, methodcaller("open_example"))
        self.show_tab(name)

    def open_claim(self, claim: Claim) -> None:
        """Show the tab of a claim on the live experiment that tests it."""
        if not claim.runnable:
            self.show_tab(claim.system)
            return

        def show(request: RunRequest) -> None:
            self.opening.open_request(request, start=True)

        self.workspace.background.run(partial(request_of, claim), show, self.workspace.note)

    def show_palette(self) -> None:
        """Open the command palette."""
        self.palette_box.open(self.settings.settings.recent_commands)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, whatever they are; what they are is found out when dropped."""
        if event.mimeData().hasUrls():
            _accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped anywhere on the window."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        _accept_copy(event)
        if paths:
            self.open_paths(paths)
        else:
            self.workspace.note(
                "Only files of this machine can be dropped; save it here first, then drop it.",
                "warning",
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell when the first frame is on its way."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """End everything in good order, in under two seconds."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self.settings.update(window_geometry=geometry)
        self.sessions.before_close()
        for tab in self.tabs.values():
            tab.close_down()
        self.workspace.close()
        self.sessions.close()
        self.settings.close()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        self._loading = QWidget()
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top, self.stack, self.strip):
            column.addWidget(widget, int(widget is self.stack))
        self.stack.addWidget(self._loading)
        self.setCentralWidget(centre)
        self.notes.float_over(centre, self.top)
        self.strip.set_device(device_label("cpu", batch_threads()))
        self.top.add_tab("home", "Home")
        for system in with_tabs():
            self.top.add_tab(system.name, system.title)

    def _connect(self) -> None:
        workspace = self.workspace
        self.top.tab_chosen.connect(self.show_tab)
        self.top.palette_requested.connect(self.show_palette)
        self.top.set_shortcut(self.commands.shortcut("palette.open"))
        self.commands.fill_menu_bar(self.top.menu, MENUS)
        self.commands.failed.connect(workspace.note)
        self.commands.ran.connect(self._on_ran)
        self.commands.shortcuts_changed.connect(self._on_shortcuts)
        workspace.noted.connect(self.notes.show_note)
        workspace.offered.connect(self._on_offered)
        workspace.history_changed.connect(self.commands.refresh)
        workspace.jobs.statuses_changed.connect(self._on_statuses)
        workspace.jobs.updated.connect(self._on_update)
        self.strip.pause_requested.connect(self._on_pause)
        self.strip.resume_requested.connect(self._on_resume)
        self.strip.cancel_requested.connect(self._on_cancel)
        self.strip.replay_requested.connect(self.replays.replay_job)
        self.settings.failed.connect(workspace.note)
        self.settings.changed.connect(self._on_settings)
        self.warm.first_ready.connect(self._on_first_ready, Qt.ConnectionType.QueuedConnection)
        self.warm.ready.connect(self._on_warm, Qt.ConnectionType.QueuedConnection)
        if self.settings.note:
            workspace.note(self.settings.note, "warning")

    def _make_home(self) -> HomeTab:
        from gui.tabs.home import HomeTab

        home = HomeTab(systems(), self.settings, self.workspace.thumbnails)
        home.files_chosen.connect(self.open_paths)
        home.open_requested.connect(self.sessions.choose_files)
        home.example_requested.connect(self.open_example)
        home.session_chosen.connect(self.sessions.open)
        home.claims.run_requested.connect(self.checks.run)
        home.claims.open_requested.connect(self.open_claim)
        self.checks.judged.connect(home.claims.set_verdict)
        self.checks.running_changed.connect(home.claims.set_running)
        self.stack.addWidget(home)
        if self._painted:
            home.fill_when_shown()
        return home

    def _restore_geometry(self) -> None:
        self.resize(1280, 800)
        kept = self.settings.settings.window_geometry
        if kept:
            self.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii")))

    def _make_tab(self, name: str) -> Tab:
        system = next(item for item in systems() if item.name == name)
        made = getattr(import_module(_tab_module(system)), system.tab.partition(":")[2])
        # In its place from the start: to move it there later would style each part once more.
        tab: Tab = made(self.workspace, self.stack)
        self.tabs[name] = tab
        remember_columns(tab, self.settings)
        self.stack.addWidget(tab)
        self.commands.add(*tab.commands())
        self.commands.fill_menu_bar(self.top.menu, MENUS)
        self.tab_made.emit(tab)
        return tab

    @Slot()
    def _on_first_ready(self) -> None:
        # First what they are made for, then their first look: what it changes is painted once.
        waiting, self._waiting_for_tabs = self._waiting_for_tabs, []
        for name, work in waiting:
            work(self.tabs.get(name) or self._make_tab(name))
        if self._current != "home" and self.stack.currentWidget() is self._loading:
            self.show_tab(self._current)
        self.sessions.recovery.look()

    @Slot(str, str, object, str)
    def _on_offered(
        self, sentence: str, label: str, action: Callable[[], object], severity: Severity
    ) -> None:
        self.notes.show_note(sentence, severity, (label, action))

    @Slot()
    def _on_warm(self) -> None:
        # Probed at rest: it costs tens of milliseconds, which a job's first cloud must not wait.
        gl_probe.allow()
        QTimer.singleShot(0, self, gl_probe.choose)
        for failure in self.warm.warm_up.failures:
            self.workspace.note(f"A package cannot be loaded: {failure}", "warning")

    @Slot(object)
    def _on_statuses(self, statuses: dict[int, JobStatus]) -> None:
        every = self.workspace.jobs.statuses()
        self.strip.set_status(*foremost(every, self._current))
        self.checks.note_statuses(statuses)
        self.replays.note_statuses(statuses)
        states = {status.key: status.state for status in every}
        self.strip.set_jobs(every)
        if states != self._states:
            self._states = states
            self.commands.refresh()
            self.sessions.keeper.soon()

    @Slot(object)
    def _on_update(self, update: Update) -> None:
        for tab in self.tabs.values():
            tab.show_update(update)

    @Slot(int)
    def _on_pause(self, key: int) -> None:
        self.workspace.jobs.job(key).pause()

    @Slot(int)
    def _on_resume(self, key: int) -> None:
        self.workspace.jobs.job(key).resume()

    @Slot(int)
    def _on_cancel(self, key: int) -> None:
        self.workspace.jobs.job(key).cancel()

    @Slot(str)
    def _on_ran(self, command_id: str) -> None:
        if command_id != "palette.open":
            self.settings.add_recent("recent_commands", command_id)

    @Slot(object)
    def _on_shortcuts(self, overrides: dict[str, str]) -> None:
        self.settings.update(shortcuts=overrides)
        self.top.set_shortcut(self.commands.shortcut("palette.open"))

    @Slot(object)
    def _on_settings(self, names: set[str]) -> None:
        settings = self.settings.settings
        application = QApplication.instance()
        if names & {"theme", "font_scale"} and isinstance(application, QApplication):
            theme().apply(application, settings.theme, settings.font_scale)
        if "cloud" in names:
            gl_probe.set_preference(settings.cloud)
        if names & {"recent_files", "recent_sessions"} and self._home is not None:
            self._home.show_recent()


def _accept_copy(event: QDropEvent) -> None:
    """Whatever key is held: what is told to be moved, a file manager may delete."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def with_tabs() -> tuple[System, ...]:
    """The systems that have a tab."""
    return tuple(system for system in systems() if system.tab)


def _tab_module(system: System) -> str:
    return system.tab.partition(":")[0]
