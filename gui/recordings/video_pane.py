"""The pane of the video: the frame at the cursor, and the buttons that move it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.files.video.recording import Recording
from engine.files.video.server import ServedFrame
from gui.recordings.view_grid import ViewGrid
from gui.widgets.empty_state import EmptyState
from gui.widgets.labels import ElidedLabel
from gui.widgets.pane import Pane
from gui.widgets.timeline import clock_text
from gui.widgets.transport import Transport
from gui.widgets.video_view import VideoView


class VideoPane(Pane):
    """The frame at the cursor, and the buttons that move it."""

    play_requested = Signal()
    step_requested = Signal(int)
    speed_changed = Signal(float)
    open_example = Signal()
    download_requested = Signal()

    def __init__(self) -> None:
        self.view = VideoView()
        self.grid = ViewGrid(self.view)
        self._empty = EmptyState(
            "Drop a behaviour video",
            "mp4, avi, mkv, mov…, a TIFF stack, a folder of images or of recordings; poses of "
            "SLEAP, DeepLabCut or NWB go on top",
        )
        self._size: tuple[int, int] | None = None
        self._detail_words = self._waiting = ""
        self._has_recording = False
        self.readout = (ElidedLabel("", "mono"), ElidedLabel("", "mono"))
        self._body = QStackedWidget()
        self._transport = Transport(self._make_readout())
        super().__init__("Video", self._make_body())
        self._transport.play_requested.connect(self.play_requested)
        self._transport.step_requested.connect(self.step_requested)
        self._transport.speed_changed.connect(self.speed_changed)
        self._empty.add_button("Open example", self.open_example.emit)
        self._empty.add_button("Download example…", self.download_requested.emit)

    def wait_for(self, words: str) -> None:
        """Say what is waited for, above the picture where there is one; empty for nothing."""
        self._waiting = words
        if self._has_recording:
            self.set_detail(words or self._detail_words)
        else:
            self.view.clear(words)
            self._body.setCurrentIndex(1 if words else 0)

    def show_recording(self, name: str) -> None:
        """Another recording is on show: nothing of the one before is left beside its name."""
        self._has_recording, self._waiting = True, ""
        self.view.clear(f"Opening {name}…")
        self.view.index = -1
        self._body.setCurrentIndex(1)

    def show_missing(self) -> None:
        """The frame at the cursor cannot be had."""
        if self.view.index < 0:
            self.view.clear("This frame cannot be shown.")

    def show_download(self, name: str, done: int, total: int) -> None:
        """Say how a download stands; an empty name is its end."""
        share = f"{done / 2**20:.1f} of {total / 2**20:.1f} MB" if total else "connecting…"
        self.wait_for(f"Downloading {name}: {share}. Esc cancels." if name else "")

    def show_frame(self, frame: ServedFrame) -> None:
        """Paint a frame."""
        self._body.setCurrentIndex(1)
        self._transport.setEnabled(True)
        label = "proxy, the exact frame follows…" if frame.proxied else "nearest key frame…"
        self.view.set_frame(
            frame.pixels, exact=frame.exact, index=frame.index, size=self._size, label=label
        )

    def show_position(self, index: int, recording: Recording, left_out: str = "") -> None:
        """Name the frame and its time in the header, and what playing leaves out."""
        self._size = (recording.width, recording.height)
        seconds = float(recording.times_s[index]) if recording.frame_count else 0.0
        words = f"frame {index} of {recording.frame_count} · {clock_text(seconds)}"
        self.set_shown(f"{words} · {left_out}" if left_out else words)
        missing = recording.frame_count - recording.readable_frames
        nominal = "" if recording.times_known else "nominal clock"
        self._detail_words = f"{missing} frames cannot be read" if missing else nominal
        self.set_detail(self._waiting or self._detail_words)

    def show_readout(self, words: str) -> None:
        """Say what the poses tell at this frame, in up to two lines."""
        for label, line in zip(self.readout, (*words.split("\n"), ""), strict=False):
            label.set_text(line)

    def show_playing(self, playing: bool) -> None:
        """Turn the play button into a pause button and back."""
        self._transport.show_playing(playing)

    def _make_readout(self) -> QWidget:
        """Two short lines: one long one has no room in a narrow window."""
        readout = QWidget()
        lines = QVBoxLayout(readout)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        tips = ("Speed of the animals that are drawn", "Distance of the first two animals")
        for label, tip in zip(self.readout, tips, strict=True):
            label.set_tool_tip(tip)
            lines.addWidget(label)
        return readout

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._body.addWidget(self._empty)
        self._body.addWidget(self.grid)
        column.addWidget(self._body, 1)
        column.addWidget(self._transport)
        return body
