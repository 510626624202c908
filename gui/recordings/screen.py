"""The frames of the recording on the screen: its decoder, its proxy, its companions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from engine.files.pool import second_handle
from engine.files.video.recording import Recording
from engine.files.video.server import ServedFrame
from gui.bridge import FrameBridge
from gui.playback import PlayMeter
from gui.recordings.opening import OpenedEntry
from gui.recordings.sources import Sources
from gui.recordings.view_grid import ViewGrid
from gui.workspace import Workspace


class Pane(Protocol):
    """Where frames are shown."""

    grid: ViewGrid

    def show_recording(self, name: str) -> None:
        """Another recording is on show."""

    def show_missing(self) -> None:
        """The frame at the cursor cannot be had."""

    def show_frame(self, frame: ServedFrame) -> None:
        """Paint a frame."""

    def show_position(self, index: int, recording: Recording, left_out: str = "") -> None:
        """Name the frame and its time."""

    def show_download(self, name: str, done: int, total: int) -> None:
        """Say how a download stands."""


class Screen(QObject):
    """Asks for frames and shows them; holds the handle of the open recording.

    Signals
    -------
    failed(str)
        A frame cannot be had; one sentence.
    shown()
        A frame is painted.
    """

    failed = Signal(str)
    shown = Signal()

    def __init__(self, pane: Pane, workspace: Workspace, sources: Sources) -> None:
        super().__init__(sources)
        self._opened: OpenedEntry | None = None
        self.meter = PlayMeter()
        self._pane, self._workspace = pane, workspace
        self._frames: FrameBridge | None = None
        self._index = 0
        pane.grid.failed.connect(self.failed)
        sources.proxy_ready.connect(self._on_proxy)
        sources.views_changed.connect(self._on_views)
        sources.downloading.connect(self._on_downloading)

    @property
    def recording(self) -> Recording | None:
        """The recording on show."""
        return None if self._opened is None else self._opened.recording

    def open(self, opened: OpenedEntry) -> None:
        """Show another recording, which is released when a further one takes its place."""
        self.close()
        self._opened = opened
        self._pane.show_recording(opened.recording.name)
        self._frames = FrameBridge(partial(second_handle, opened.recording), self)
        self._frames.arrived.connect(self._on_frame)
        self._frames.failed.connect(self._on_failed)

    def show_index(self, index: int, *, playing: bool) -> None:
        """Show a frame of every view."""
        if self.recording is None or self._frames is None:
            return
        self._index = index
        self._frames.request(index, playing=playing)
        left_out = self.meter.words if playing else ""
        self._pane.show_position(index, self.recording, left_out)
        self._pane.grid.show_time(self._now_s(), playing=playing)

    def close(self) -> None:
        """End the decoder, and let go of the recording."""
        if self._frames is not None:
            self._frames.close()
            self._frames.deleteLater()
            self._frames = None
        if self._opened is not None:
            self._opened.release()
            self._opened = None

    def _now_s(self) -> float:
        """Seconds since the first frame."""
        if self.recording is None:
            return 0.0
        times = self.recording.times_s
        return float(times[self._index] - times[0])

    @Slot(object)
    def _on_frame(self, frame: ServedFrame) -> None:
        self._pane.show_frame(frame)
        self.meter.shown()
        self.shown.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._pane.show_missing()
        self.failed.emit(sentence)

    @Slot(object)
    def _on_proxy(self, path: Path) -> None:
        if self._frames is not None:
            self._frames.use_proxy(path)

    @Slot(object)
    def _on_views(self, views: list[tuple[Path, float]]) -> None:
        self._pane.grid.show_views(views, self._workspace.background, self._now_s())

    @Slot(str, int, int)
    def _on_downloading(self, name: str, done: int, total: int) -> None:
        if self.recording is None:
            self._pane.show_download(name, done, total)
