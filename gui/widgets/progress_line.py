"""A progress bar that only moves when the work does."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from engine.job_status import JobStatus
from gui.theme import theme

_LINE_PX, _DASH_PX = 4, 6
_TICKS = 10_000


class ProgressLine(QProgressBar):
    """A line filled as far as the work is done; dashed and still while nobody knows how far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token = "measured"
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_status(self, status: JobStatus) -> None:
        """Show how far a job is."""
        self._token = _TOKENS.get(status.state, "measured")
        if status.state == "done":
            self._show_share(1.0)
        elif status.total:
            self._show_share(status.step / status.total)
        elif status.state in ("queued", "waiting") or status.ended:
            self._show_share(0.0)
        else:
            self.setRange(0, 0)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(theme().px(160), theme().px(_LINE_PX))

    def minimumSizeHint(self) -> QSize:
        """Still to be seen."""
        return QSize(theme().px(40), theme().px(_LINE_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track, and on it what is done."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, 0, self.width(), theme().px(_LINE_PX))
        track.moveCenter(QRectF(self.rect()).center())
        radius = track.height() / 2
        painter.setBrush(theme().color("hairline"))
        painter.drawRoundedRect(track, radius, radius)
        painter.setBrush(theme().color(self._token))
        if self.maximum():
            track.setWidth(track.width() * self.value() / self.maximum())
            painter.drawRoundedRect(track, radius, radius)
        else:
            self._paint_dashes(painter, track)

    def _paint_dashes(self, painter: QPainter, track: QRectF) -> None:
        dash = theme().px(_DASH_PX)
        for left in range(0, self.width(), 3 * dash):
            painter.drawRect(QRectF(left, track.top(), dash, track.height()))

    def _show_share(self, share: float) -> None:
        # Left to itself, setValue paints at once, and with it whatever else waits in the window.
        self.setUpdatesEnabled(False)
        self.setRange(0, _TICKS)
        self.setValue(round(min(max(share, 0.0), 1.0) * _TICKS))
        self.setUpdatesEnabled(True)


_TOKENS = {"paused": "faint", "cancelling": "faint", "cancelled": "faint", "failed": "differs"}
