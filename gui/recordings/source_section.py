"""What the recording is made of: its frames, counted; its clock, views and proxy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QProgressBar, QVBoxLayout, QWidget

from engine.files.video.recording import Recording
from gui.recordings.parts import button, labelled, quiet, row
from gui.theme import theme
from gui.widgets.section import Section


class SourceSection(Section):
    """Clock, views and proxy of the recording on show.

    Signals
    -------
    choose_clock(), own_clock(), add_view(), make_proxy(), cancel_proxy(), count()
        A button was pressed.
    view_moved(int, float), view_removed(int)
        Another view is ahead by other seconds; it is not shown any more.
    """

    choose_clock = Signal()
    own_clock = Signal()
    add_view = Signal()
    view_moved = Signal(int, float)
    view_removed = Signal(int)
    make_proxy = Signal()
    cancel_proxy = Signal()
    count = Signal()

    def __init__(self) -> None:
        super().__init__("Source")
        self._counts = quiet()
        self._count = button("Count by decoding", "Decode every frame once", self.count.emit)
        self._clock = quiet()
        self._proxy = quiet(look="faint")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedHeight(theme().px(4))
        self._bar.setAccessibleName("Progress of the proxy")
        self._make = button("Make proxy", "A small copy for quick scrubbing", self.make_proxy.emit)
        self._cancel = button("Cancel", "Make no proxy", self.cancel_proxy.emit)
        self._views = QWidget()
        self._view_rows = QVBoxLayout(self._views)
        self._view_rows.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(6))
        for widget in (self._counts, self._count, self._clock):
            layout.addWidget(widget)
        layout.addWidget(
            row(
                button(
                    "Frame times…", "A CSV by the camera or its pulses", self.choose_clock.emit
                ),
                button("Own clock", "Back to the times in the file", self.own_clock.emit),
            )
        )
        layout.addWidget(button("Add view…", "Another camera on this clock", self.add_view.emit))
        layout.addWidget(self._views)
        layout.addWidget(self._proxy)
        layout.addWidget(self._bar)
        layout.addWidget(row(self._make, self._cancel))
        self.show_recording(None)
        self.show_proxy("")

    def show_recording(self, recording: Recording | None) -> None:
        """Show how many frames there are: in the header, and in the index."""
        self._count.hide()
        self._stored = ""
        if recording is None:
            self._counts.setText("")
            self._clock.setText("")
            return
        header = getattr(getattr(recording, "index", None), "header_frames", None)
        if header is None:
            self._stored = f"Frames: {recording.frame_count} images."
        else:
            told = f"{header} in the header" if header else "none in the header"
            self._stored = f"Frames: {told}, {recording.frame_count} in the index"
        self._counts.setText(self._stored)

    def show_decoded(self, decoded: int, *, counting: bool = False) -> None:
        """Say how many frames were decoded; 0 offers to count them."""
        self._count.setVisible(not decoded and not counting)
        told = f"{decoded} decoded{' so far' * counting}" if decoded or counting else "not counted"
        self._counts.setText(f"{self._stored}, {told}{'…' if counting else '.'}")

    def show_clock(self, words: str) -> None:
        """Say which clock is in use."""
        self._clock.setText(words)

    def show_views(self, views: Sequence[tuple[str, float]]) -> None:
        """Show the further views, and how far each is ahead."""
        while (item := self._view_rows.takeAt(0)) is not None:
            held = item.widget()
            if held is not None:
                held.deleteLater()
        for at, (name, offset) in enumerate(views):
            field = QDoubleSpinBox(decimals=3, singleStep=0.01, suffix=" s")
            field.setRange(-86400, 86400)
            field.setValue(offset)
            field.setToolTip("Seconds its clock is ahead")
            field.valueChanged.connect(partial(self.view_moved.emit, at))
            self._view_rows.addWidget(labelled(name[:24], field))
            remove = button("Remove", name, partial(self.view_removed.emit, at), "quiet")
            self._view_rows.addWidget(remove)

    def show_proxy(
        self, words: str, done: int = 0, total: int = 0, *, making: bool = False
    ) -> None:
        """Say how the proxy stands."""
        self._proxy.setText(words)
        self._proxy.setVisible(bool(words))
        self._bar.setVisible(making)
        self._cancel.setVisible(making)
        self._make.setVisible(not making)
        if total:
            self._bar.setRange(0, total)
            self._bar.setValue(done)
