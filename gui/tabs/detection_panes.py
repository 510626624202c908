"""The panes of the Detection tab: frames with people on them, and time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.files.video.recording import Recording
from engine.files.video.server import ServedFrame
from gui.widgets.empty_state import EmptyState
from gui.widgets.pane import Pane
from gui.widgets.people_view import Layers, PeopleView
from gui.widgets.timeline import Timeline, clock_text
from gui.widgets.transport import Transport

_TRACES = ("people", "raw")


class PicturePane(Pane):
    """One or two views of the same frame, and the buttons that move it."""

    open_example = Signal()
    chosen = Signal(int, bool)

    def __init__(self) -> None:
        self.first, self.second = PeopleView(), PeopleView()
        self.transport = Transport()
        self._views = QSplitter()
        self._views.setChildrenCollapsible(False)
        self._empty = EmptyState(
            "Drop a street video or images",
            "then boxes of a file (odgt, COCO, CityPersons, YOLO, MOT) or a model, if you like",
        )
        self._stack = QStackedWidget()
        super().__init__("People", self._make_body())
        self._empty.add_button("Open example", self.open_example.emit, primary=True)
        self.first.moved.connect(self._on_first_moved)
        self.second.moved.connect(self._on_second_moved)
        self.first.chosen.connect(self._on_first_chosen)
        self.second.chosen.connect(self._on_second_chosen)
        self.second.hide()

    def say(self, text: str) -> None:
        """Say what is being waited for."""
        self.first.clear(text)
        self.second.clear()
        self._stack.setCurrentIndex(1)

    def show_frame(self, frame: ServedFrame) -> None:
        """Paint a frame in every view."""
        self._stack.setCurrentIndex(1)
        self.transport.setEnabled(True)
        self.first.set_frame(frame.pixels, exact=frame.exact)
        self.second.set_frame(frame.pixels, exact=frame.exact)

    def show_position(self, index: int, recording: Recording, boxes: str) -> None:
        """Name the frame, its time and its boxes in the header."""
        seconds = float(recording.times_s[index]) if recording.frame_count else 0.0
        place = f"frame {index} of {recording.frame_count} · {clock_text(seconds)}"
        self.set_shown(f"{place} · {boxes}" if boxes else place)

    def set_split(self, split: bool) -> None:
        """Show one view or two."""
        self.second.setVisible(split)
        if split:
            half = max(1, self._views.width() // 2)
            self._views.setSizes([half, half])
            self.second.follow(self.first)

    def set_layers(self, layers: Layers) -> None:
        """Draw these parts in every view."""
        self.first.set_layers(layers)
        self.second.set_layers(layers)

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._views.addWidget(self.first)
        self._views.addWidget(self.second)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._views)
        column.addWidget(self._stack, 1)
        column.addWidget(self.transport)
        return body

    @Slot()
    def _on_first_moved(self) -> None:
        self.second.follow(self.first)

    @Slot()
    def _on_second_moved(self) -> None:
        self.first.follow(self.second)

    @Slot(int)
    def _on_first_chosen(self, row: int) -> None:
        self.chosen.emit(row, False)

    @Slot(int)
    def _on_second_chosen(self, row: int) -> None:
        self.chosen.emit(row, True)


class TimePane(Pane):
    """Counts over the whole recording, which frames are done, and the cursor."""

    def __init__(self) -> None:
        self.line = Timeline()
        super().__init__("Time", self.line)
        self._recording: Recording | None = None

    def open(self, recording: Recording) -> None:
        """A recording was opened: nothing is found yet."""
        self._recording = recording
        self.line.set_clock(recording.times_s)
        self.set_shown("press Detect: counts appear while frames are looked at")

    def show_counts(self, raw: dict[int, int], kept: dict[int, int]) -> None:
        """Counts by frame number, and the stretch that is done as a strip."""
        if self._recording is None or not raw:
            return
        times = self._recording.times_s
        numbers = np.array(sorted(raw))
        values = np.array([[kept.get(n, np.nan), raw[n]] for n in numbers.tolist()], "f8")
        shown = [i for i in range(2) if np.isfinite(values[:, i]).any()]
        self.line.set_traces([_TRACES[i] for i in shown], values[:, shown], times[numbers])
        gaps = np.flatnonzero(np.diff(numbers) > 1)
        starts, stops = np.append(0, gaps + 1), np.append(gaps, len(numbers) - 1)
        last = len(times) - 1
        self.line.set_spans(
            [
                (float(times[numbers[a]]), float(times[min(numbers[b] + 1, last)]), 0)
                for a, b in zip(starts, stops, strict=True)
            ]
        )
        total = self._recording.readable_frames
        self.set_shown(f"people kept and raw boxes · {len(numbers)} of {total} frames looked at")
