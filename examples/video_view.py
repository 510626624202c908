"""The video view over the product's own synthetic recording, with a timeline below.

python examples/video_view.py [--theme dark | light] [--screenshot FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.behavior.data import STATES, behaviour, frames
from examples._screenshot import show
from gui.playback import Playback
from gui.widgets.pane import Pane
from gui.widgets.timeline import Timeline
from gui.widgets.video_view import VideoView

SECONDS, SEED = 4.0, 0


class Player(QWidget):
    """Four seconds that play on, drawn in memory."""

    def __init__(self) -> None:
        super().__init__()
        truth = behaviour(SECONDS, SEED)
        self._frames = list(frames(truth, SEED))
        self._view, self._line = VideoView(), Timeline()
        self._line.set_clock(truth.times_s)
        self._line.set_traces(("paw x", "paw y"), truth.joints[:, 4])
        self._playback = Playback(self)
        self._playback.set_clock(truth.times_s)
        self._playback.moved.connect(self._show)
        self._line.sought.connect(self._show)
        column = QVBoxLayout(self)
        column.addWidget(Pane("Video", self._view, f"synthetic · {len(STATES)} behaviours"), 3)
        column.addWidget(Pane("Time", self._line, "where the paw is"), 1)
        self._show(0)
        self._playback.play(0)

    def _show(self, index: int) -> None:
        self._view.set_frame(self._frames[index])
        self._line.set_cursor_index(index)


if __name__ == "__main__":
    sys.exit(show(Player, (720, 640)))
