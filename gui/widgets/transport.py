"""The buttons that move through a recording: step, play, speed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from gui.icons import set_icon
from gui.widgets.drop_box import DropBox

_SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class Transport(QWidget):
    """Step back, play or pause, step forward, and the speed.

    Parameters
    ----------
    between
        What stands between the buttons and the speed; nothing leaves room there.

    Signals
    -------
    play_requested()
        The play button was pressed.
    step_requested(int)
        Frames to step, negative for back.
    speed_changed(float)
        Seconds of the recording a second.
    """

    play_requested = Signal()
    step_requested = Signal(int)
    speed_changed = Signal(float)

    def __init__(self, between: QWidget | None = None) -> None:
        super().__init__()
        self._play = QToolButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.addWidget(self._button("step-back", "Step back (Left on the timeline)", -1))
        row.addWidget(self._play)
        row.addWidget(self._button("step-forward", "Step forward (Right on the timeline)", 1))
        row.addWidget(between or QWidget(), 1)
        row.addWidget(self._make_speeds())
        self._play.clicked.connect(self.play_requested)
        self.show_playing(False)
        self.setEnabled(False)

    def show_playing(self, playing: bool) -> None:
        """Turn the play button into a pause button and back."""
        word = "Pause" if playing else "Play"
        set_icon(self._play, word.lower())
        self._play.setToolTip(f"{word} (Space)")
        self._play.setAccessibleName(word)

    def _button(self, icon: str, tip: str, frames: int) -> QToolButton:
        button = QToolButton()
        set_icon(button, icon)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(partial(self._on_step, frames))
        return button

    def _make_speeds(self) -> QComboBox:
        box = DropBox()
        box.setAccessibleName("Speed")
        box.setToolTip("Seconds of the recording a second")
        for speed in _SPEEDS:
            box.addItem(f"{speed:g}×", speed)
        box.setCurrentIndex(_SPEEDS.index(1.0))
        box.currentIndexChanged.connect(self._on_speed)
        return box

    def _on_step(self, frames: int, *_: object) -> None:
        self.step_requested.emit(frames)

    def _on_speed(self, index: int) -> None:
        self.speed_changed.emit(_SPEEDS[index])
