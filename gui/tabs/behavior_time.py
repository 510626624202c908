"""Time below the video: codes and motifs over the recording, and the frames that are selected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent

from engine.figures.model import Figure, Line
from engine.jobs import Job
from gui.tabs.behavior_parts import export_action
from gui.theme import theme
from gui.widgets.pane import Pane
from gui.widgets.timeline import Span, Timeline

_HOW = "drag to seek · Shift-drag to select · wheel to zoom"
_BAND_PX, _EDGE_PX = 14, 3
Stretch = tuple[float, float]


class MotifLine(Timeline):
    """A timeline whose spans have names, and over which what is selected is marked."""

    def __init__(self) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()
        self._selected: tuple[Stretch, ...] = ()

    @property
    def selected(self) -> tuple[Stretch, ...]:
        """The stretches that are marked, in seconds."""
        return self._selected

    def set_clock(self, times_s: NDArray[np.float64]) -> None:
        """Set when each frame is presented; traces, spans and marks go."""
        self._selected = ()
        super().set_clock(times_s)

    def set_motifs(self, spans: Sequence[Span], names: Sequence[str]) -> None:
        """Show motifs (start, stop, category) on top, named by their category."""
        self._words = tuple(names)
        self.set_spans(spans)

    def set_selected(self, stretches: Sequence[Stretch]) -> None:
        """Mark stretches (start, stop), in seconds."""
        self._selected = tuple(stretches)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark what is selected, below the motifs."""
        super().paintEvent(event)
        if not self._selected or len(self._times) == 0:
            return
        painter = QPainter(self)
        painter.setClipRect(self.rect().adjusted(self._gutter, 0, 0, 0))
        wash, edge = theme().color("accent", 0.2), theme().color("accent")
        top = theme().px(_BAND_PX) if self._spans else 0
        for start, stop in self._selected:
            left = self._x(start)
            width = max(2.0, self._x(stop) - left)
            painter.fillRect(QRectF(left, top, width, self.height() - top), wash)
            painter.fillRect(QRectF(left, top, width, theme().px(_EDGE_PX)), edge)

    def _draw_spans(self, painter: QPainter) -> None:
        super()._draw_spans(painter)
        band = QRectF(0, 0, self.width(), theme().px(_BAND_PX))
        painter.setFont(theme().mono_font(10))
        if self._gutter:
            self._draw_name(painter, band, "motifs", theme().color("secondary"))
        painter.setPen(theme().color("background"))
        for start, stop, category in self._spans:
            left, right = max(self._x(start), float(self._gutter)), self._x(stop)
            box = QRectF(left, 0, right - left, band.height())
            words = self._words[category] if category < len(self._words) else ""
            for name in (words, words.split(" ")[-1]):
                if painter.fontMetrics().horizontalAdvance(name) + theme().px(4) <= box.width():
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
                    break


class TimePane(Pane):
    """The components over time, and the selection.

    Signals
    -------
    export_requested(object)
        The figure of the traces.
    """

    export_requested = Signal(object)

    def __init__(self) -> None:
        self.line = MotifLine()
        super().__init__("Time", self.line, _HOW)
        self._figure: Figure | None = None
        self.add_action(export_action(self, self.request_export))

    def set_clock(self, times_s: NDArray[np.float64]) -> None:
        """Another recording is on show, with frames at `times_s` (n,): nothing is known of it."""
        self.line.set_clock(times_s)
        self._clear()

    def show_traces(self, figure: Figure, size: int = 0) -> None:
        """Show the lines of a figure over time; they are of codes of so many numbers, if known."""
        self._figure = figure
        lines = [layer for layer in figure.layers if isinstance(layer, Line)]
        values = np.stack([line.y for line in lines], axis=1)
        names = [line.name for line in lines]
        self.line.set_traces(names, values, lines[0].x)
        many = f"{len(lines)} of {size} codes" if size else "the first codes"
        self.set_shown(f"{many}, each by its own range")

    def begin(self, job: Job) -> None:
        """What was shown is of an earlier run: its curves go."""
        self.line.set_traces((), np.zeros((0, 0)))
        self._clear()

    def show_selection(self, stretches: Sequence[Stretch], frames: int) -> None:
        """Mark what is selected, and say how much it is."""
        self.line.set_selected(stretches)
        clips = "1 clip" if len(stretches) == 1 else f"{len(stretches)} clips"
        some = f"{frames} frames selected, {clips} · Esc clears"
        self.set_detail(some if frames else "")

    def request_export(self) -> None:
        """Ask whoever listens to export the traces."""
        if self._figure is not None:
            self.export_requested.emit(self._figure)

    def _clear(self) -> None:
        self._figure = None
        self.set_shown(_HOW)
