"""The video of the recording, and beside it further views of the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from engine.files.video.server import ServedFrame
from engine.files.video.views import ViewClock
from gui.bridge import Background, FrameBridge
from gui.recordings.sources import opened_view
from gui.widgets.video_view import VideoView


class ViewGrid(QSplitter):
    """The main view and its companions, each with a decoder of its own.

    Signals
    -------
    failed(str)
        A further view cannot be shown; one sentence.
    """

    failed = Signal(str)

    def __init__(self, main: VideoView, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setChildrenCollapsible(False)
        self.addWidget(main)
        self._companions: list[_Companion] = []
        self._shown: tuple[tuple[Path, float], ...] = ()

    def show_views(
        self, views: Sequence[tuple[Path, float]], background: Background, time_s: float
    ) -> None:
        """Show further views, each so many seconds ahead; those that are shown already stay."""
        paths = tuple(path for path, _ in views)
        if paths != tuple(path for path, _ in self._shown):
            self.close_views()
            for path in paths:
                companion = _Companion(path, background, self.failed.emit)
                self._companions.append(companion)
                self.addWidget(companion.view)
            self.setSizes([1] * self.count())
        self._shown = tuple(views)
        for companion, (_, ahead) in zip(self._companions, views, strict=True):
            companion.ahead_s = ahead
        self.show_time(time_s)

    def show_time(self, time_s: float, *, playing: bool = False) -> None:
        """Show every further view at a moment of the main clock."""
        for companion in self._companions:
            companion.show_time(time_s, playing)

    def close_views(self) -> None:
        """Show the main view alone."""
        for companion in self._companions:
            companion.close()
        self._companions, self._shown = [], ()


class _Companion:
    """A further view: its widget, its decoder, its clock."""

    def __init__(self, path: Path, background: Background, failed: Any) -> None:
        self.view = VideoView(f"Opening {path.name}…")
        self.view.setAccessibleName(f"View {path.name}")
        self.ahead_s = 0.0
        self._path = path
        self._clock: ViewClock | None = None
        self._time_s = 0.0
        self._closed = False
        self._frames = FrameBridge(partial(opened_view, path), self.view)
        self._frames.arrived.connect(self._on_frame)
        self._frames.failed.connect(failed)
        background.run(partial(_clock_of, path), self._on_clock, failed)

    def show_time(self, time_s: float, playing: bool = False) -> None:
        """Show the frame of a moment, or say that there is none."""
        self._time_s = time_s
        if self._clock is None or self._closed:
            return
        number = ViewClock(self._clock.times_s, self.ahead_s).frame_at(time_s)
        if number is None:
            self.view.clear(f"{self._path.name} has no frame at this moment.")
        else:
            self._frames.request(number, playing=playing)

    def close(self) -> None:
        """End the decoder and the widget."""
        self._closed = True
        self._frames.close()
        self.view.setParent(None)
        self.view.deleteLater()

    def _on_clock(self, clock: ViewClock) -> None:
        if not self._closed:
            self._clock = clock
            self.show_time(self._time_s)

    def _on_frame(self, frame: ServedFrame) -> None:
        self.view.set_frame(frame.pixels, exact=frame.exact, index=frame.index)


def _clock_of(path: Path) -> ViewClock:
    recording = opened_view(path)
    try:
        return ViewClock(recording.times_s - recording.times_s[0])
    finally:
        recording.close()
