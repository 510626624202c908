"""What stands behind the recording that is shown: its proxy, clock, views and downloads."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFileDialog, QMenu

from engine.behavior.example import DOWNLOADS
from engine.downloads import Download, fetch_all
from engine.errors import PeerscopeError
from engine.files.identify import identify, open_file
from engine.files.video.count import count_decodable
from engine.files.video.proxy import (
    ProxyPlan,
    build_proxy,
    drop_proxies,
    plan_proxy,
    wants_proxy,
)
from engine.files.video.recording import Recording
from engine.files.video.source import VideoSource
from engine.places import cache_dir, data_dir
from engine.session import FilePath
from gui.bridge import Task
from gui.recordings.opening import OpenedEntry, learn_print

if TYPE_CHECKING:
    from gui.recordings.controller import Recordings

_MB = 2**20
#: Recordings of up to this many pixels in all are counted without being asked: a minute at most.
_COUNTED_PIXELS = 20e9
_TABLES = "Tables (*.csv *.tsv *.txt)"


class Sources(QObject):
    """What the section of the source asks for.

    Signals
    -------
    proxy_ready(object)
        Path of a proxy of the current recording.
    views_changed(object)
        (path, seconds ahead) of every further view.
    downloading(str, int, int)
        What is being downloaded, how much came, and how much there is; an empty name at the end.
    """

    proxy_ready = Signal(object)
    views_changed = Signal(object)
    downloading = Signal(str, int, int)

    def __init__(self, owner: Recordings) -> None:
        super().__init__(owner)
        self._owner = owner
        self._task: Task | None = None
        self._download: Task | None = None
        self._counter: Task | None = None
        #: Frames that could be decoded, by the content of the recording, where they were counted.
        self.decoded: dict[str, int] = {}
        self._plan: ProxyPlan | None = None
        section = owner.column.source
        section.choose_clock.connect(partial(owner.guarded, self._choose_clock))
        section.own_clock.connect(partial(owner.change, clock=None))
        section.add_view.connect(partial(owner.guarded, self._choose_view))
        section.view_moved.connect(self._on_view_moved)
        section.view_removed.connect(self._on_view_removed)
        section.make_proxy.connect(self.make_proxy)
        section.cancel_proxy.connect(self.cancel_proxy)
        section.count.connect(self.count)
        owner.column.list.download.connect(self.show_downloads)

    @property
    def downloads(self) -> bool:
        """True while an example is being downloaded."""
        return self._download is not None

    def show(self, opened: OpenedEntry) -> None:
        """Another recording is shown."""
        self.cancel_proxy()
        self._stop_counting()
        self._plan = None
        section = self._owner.column.source
        section.show_recording(opened.recording)
        section.show_clock(opened.clock)
        section.show_proxy("")
        self.show_views()
        if opened.print_now is not None:
            self._examine(opened)
            return
        # Never seen before: its picture comes first.
        background = self._owner.workspace.background
        work = partial(learn_print, opened, background.control.check)
        done, failed = partial(self._on_print, opened), partial(self._on_no_print, opened)
        background.run(work, done, failed)

    def _on_print(self, opened: OpenedEntry, _: None) -> None:
        owner, found = self._owner, opened.print_now
        at = owner.project.position(opened.entry.path.absolute)
        if at >= 0 and found is not None and owner.project.entries[at].fingerprint is None:
            owner.project = owner.project.changed(at, fingerprint=found.model_dump())
            opened.entry = owner.project.entries[at]
        self._examine(opened)

    def _on_no_print(self, opened: OpenedEntry, sentence: str) -> None:
        self._owner.workspace.note(sentence, "warning")
        self._examine(opened)

    def _examine(self, opened: OpenedEntry) -> None:
        """Find out whether a proxy helps, and how many frames can be decoded."""
        if opened is self._owner.entry_open and isinstance(opened.recording, VideoSource):
            source, section = opened.recording, self._owner.column.source
            section.show_decoded(self.decoded.get(opened.content, 0))
            work = partial(plan_proxy, source, cache_dir() / "proxies")
            done = partial(self._on_planned, source)
            self._owner.workspace.background.run(work, done, self._owner.workspace.note)

    def show_views(self) -> None:
        """Show the further views of the current recording."""
        entry = self._owner.entry
        if entry is None:
            return
        views = [(place.find(self._owner.folder), ahead) for place, ahead in entry.views]
        found = [(path, ahead) for path, ahead in views if path is not None]
        if len(found) < len(views):
            self._owner.workspace.note(
                "A further view is no longer there; put it back or add it again.", "warning"
            )
        names = [(Path(place.absolute).name, ahead) for place, ahead in entry.views]
        self._owner.column.source.show_views(names)
        self.views_changed.emit(found)

    def close(self) -> None:
        """End what runs."""
        for task in (self._task, self._download, self._counter):
            if task is not None:
                task.cancel()

    @Slot()
    def make_proxy(self) -> None:
        """Begin to make the proxy of the current recording, beside everything else."""
        opened, plan = self._owner.entry_open, self._plan
        if opened is None or plan is None or not isinstance(opened.recording, VideoSource):
            self._owner.workspace.note("A proxy is made of a video; open one first.", "warning")
            return
        self.cancel_proxy()
        self._stop_counting()
        source = opened.recording
        quota = self._owner.workspace.settings.settings.cache_quota_mb * _MB

        def work(check: Any, progress: Any) -> int:
            drop_proxies(plan.target.parent, max(0, quota - plan.bytes_needed))
            return build_proxy(source.path, source.index, plan, check, progress)

        self._task = Task(work, self)
        self._task.progressed.connect(partial(self._on_progress, plan))
        self._task.done.connect(partial(self._on_made, source, plan))
        self._task.failed.connect(self._on_failed)
        self._task.start()
        self._on_progress(plan, 0, plan.frames)

    @Slot()
    def count(self) -> None:
        """Decode all of the current recording beside everything else, to count its frames."""
        opened = self._owner.entry_open
        if opened is None or not isinstance(opened.recording, VideoSource):
            return
        self._stop_counting()
        source = opened.recording
        self._counter = Task(partial(count_decodable, source.path, source.index), self)
        self._counter.progressed.connect(self._on_counting)
        self._counter.done.connect(partial(self._on_counted, source))
        self._counter.failed.connect(self._on_count_failed)
        self._counter.start()
        self._on_counting(0, source.frame_count)

    @Slot()
    def cancel_proxy(self) -> None:
        """Make no proxy; what was begun is taken away."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            task.deleteLater()
            self._owner.column.source.show_proxy("No proxy: scrubbing shows key frames first.")

    def add_view(self, path: Path) -> None:
        """Show another camera on the clock of the current recording.

        Raises
        ------
        PeerscopeError
            It is no recording, or none is open.
        """
        self._owner.ensure_open()
        file = identify(path)
        if file.kind.name not in ("video", "images", "image"):
            raise PeerscopeError(f"{path.name} is a {file.kind.title}; choose a video or images.")
        entry = self._owner.entry
        assert entry is not None
        place = FilePath.of(path, self._owner.folder)
        self._owner.change(views=(*entry.views, (place, 0.0)))

    def use_clock(self, path: Path) -> None:
        """Take the frame times of a table; what is wrong with it is told when it is read."""
        self._owner.ensure_open()
        self._owner.change(clock=FilePath.of(path, self._owner.folder))

    def download(self, name: str) -> None:
        """Fetch an example and open it."""
        self.cancel_download()
        items: tuple[Download, ...] = DOWNLOADS[name]
        folder = data_dir() / "examples"

        def work(check: Any, progress: Any) -> list[Path]:
            return fetch_all(items, folder, check, progress)

        self._download = Task(work, self)
        self._download.progressed.connect(partial(self.downloading.emit, name))
        self._download.done.connect(self._on_downloaded)
        self._download.failed.connect(self._on_download_failed)
        self._download.start()
        self.downloading.emit(name, 0, 0)

    def cancel_download(self) -> None:
        """End the download; nothing is left of it."""
        task, self._download = self._download, None
        if task is not None:
            task.cancel()
            task.deleteLater()
            self.downloading.emit("", 0, 0)

    def _on_planned(self, source: VideoSource, plan: ProxyPlan) -> None:
        opened = self._owner.entry_open
        if opened is None or opened.recording is not source:
            return
        self._plan = plan
        section = self._owner.column.source
        if plan.made:
            section.show_proxy("Proxy in use: exact frames follow.")
            self.proxy_ready.emit(plan.target)
        elif not wants_proxy(source):
            section.show_proxy("No proxy needed: seeks are quick.")
        elif self._owner.workspace.settings.settings.make_proxies:
            self.make_proxy()
        else:
            size = plan.bytes_needed / _MB
            section.show_proxy(f"Slow to scrub; a proxy would take about {size:.0f} MB.")
        pixels = source.frame_count * source.width * source.height
        # Making a proxy counts, too.
        known = opened.content in self.decoded
        if self._task is None and not known and pixels <= _COUNTED_PIXELS:
            self.count()

    def _on_progress(self, plan: ProxyPlan, done: int, total: int) -> None:
        size = plan.bytes_needed / _MB
        words = f"Making a proxy (about {size:.0f} MB): {done} of {total} frames"
        self._owner.column.source.show_proxy(words, done, total, making=True)

    def _on_made(self, source: VideoSource, plan: ProxyPlan, decoded: int) -> None:
        self._task = None
        if not self._is_open(source):
            return
        self._on_counted(source, decoded)
        self._owner.column.source.show_proxy("Proxy in use: exact frames follow.")
        self.proxy_ready.emit(plan.target)

    @Slot(int, int)
    def _on_counting(self, done: int, _total: int) -> None:
        self._owner.column.source.show_decoded(done, counting=True)

    def _on_counted(self, source: VideoSource, decoded: int) -> None:
        self._stop_counting()
        if not self._is_open(source):
            return
        opened = self._owner.entry_open
        if opened is not None and opened.content:
            self.decoded[opened.content] = decoded
        self._owner.column.source.show_decoded(decoded)
        if decoded < source.readable_frames:
            told = f"{decoded} of {source.frame_count} frames of {source.name} can be decoded."
            self._owner.workspace.note(told, "warning")

    @Slot(str)
    def _on_count_failed(self, sentence: str) -> None:
        self._stop_counting()
        self._owner.column.source.show_decoded(0)
        self._owner.workspace.note(sentence)

    def _stop_counting(self) -> None:
        task, self._counter = self._counter, None
        if task is not None:
            task.cancel()
            task.deleteLater()

    def _is_open(self, source: VideoSource) -> bool:
        opened = self._owner.entry_open
        return opened is not None and opened.recording is source

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._task = None
        self._owner.column.source.show_proxy(sentence)

    def _choose_clock(self) -> None:
        recording = self._owner.ensure_open()
        path, _ = QFileDialog.getOpenFileName(
            self._owner.window,
            "Frame times",
            str(recording.path.parent),
            _TABLES,
        )
        if path:
            self.use_clock(Path(path))

    def _choose_view(self) -> None:
        recording = self._owner.ensure_open()
        start = str(recording.path.parent)
        path, _ = QFileDialog.getOpenFileName(self._owner.window, "Another view", start)
        if path:
            self.add_view(Path(path))

    @Slot(int, float)
    def _on_view_moved(self, at: int, ahead: float) -> None:
        entry = self._owner.entry
        if entry is not None and at < len(entry.views):
            views = list(entry.views)
            views[at] = (views[at][0], ahead)
            self._owner.change(views=tuple(views))

    @Slot(int)
    def _on_view_removed(self, at: int) -> None:
        entry = self._owner.entry
        if entry is not None:
            self._owner.change(views=entry.views[:at] + entry.views[at + 1 :])

    @Slot()
    def show_downloads(self) -> None:
        """Offer the examples that can be downloaded."""
        menu = QMenu(self._owner.window)
        for name in DOWNLOADS:
            menu.addAction(name).setData(name)
        chosen = menu.exec(QCursor.pos())
        if chosen is not None:
            self.download(str(chosen.data()))
        menu.deleteLater()

    @Slot(object)
    def _on_downloaded(self, paths: list[Path]) -> None:
        self._download = None
        self.downloading.emit("", 0, 0)
        self._owner.add(paths, open_first=True)

    @Slot(str)
    def _on_download_failed(self, sentence: str) -> None:
        self._download = None
        self.downloading.emit("", 0, 0)
        self._owner.workspace.note(sentence)


def opened_view(path: Path) -> Recording:
    """Open another view; called in the thread that decodes it."""
    handle: Any = open_file(identify(path))
    return handle  # type: ignore[no-any-return]
