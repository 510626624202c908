"""The one selection of a tab: what video, cloud, timeline and ethogram all follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, Signal

Span = tuple[float, float]


class Selection(QObject):
    """The current frame, the selected frames, and the selected span of time.

    Setting a value equal to the one in force emits nothing, so views may write back what they
    were told without an endless echo.

    Signals
    -------
    index_changed(int)
        The current frame moved.
    indices_changed(object)
        Other frames are selected; carries the array.
    span_changed(object)
        Another span of time is selected; carries ``(start_s, stop_s)`` or None.
    """

    index_changed = Signal(int)
    indices_changed = Signal(object)
    span_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._index = 0
        self._indices = _sorted_frames(())
        self._span: Span | None = None

    @property
    def index(self) -> int:
        """The current frame."""
        return self._index

    @index.setter
    def index(self, value: int) -> None:
        index = int(value)
        if index < 0:
            raise ValueError(f"a frame cannot be negative, got {index}")
        if index != self._index:
            self._index = index
            self.index_changed.emit(index)

    @property
    def indices(self) -> NDArray[np.int64]:
        """The selected frames (n,) int64, ascending, without repeats, read-only."""
        return self._indices

    @indices.setter
    def indices(self, values: ArrayLike) -> None:
        indices = _sorted_frames(values)
        if not np.array_equal(indices, self._indices):
            self._indices = indices
            self.indices_changed.emit(indices)

    @property
    def span(self) -> Span | None:
        """Start and stop in seconds, or None when no span is selected."""
        return self._span

    @span.setter
    def span(self, value: Span | None) -> None:
        span = None if value is None else (min(value), max(value))
        if span != self._span:
            self._span = span
            self.span_changed.emit(span)

    def clear(self) -> None:
        """Select no frames and no span; the current frame stays."""
        self.indices = ()
        self.span = None


def _sorted_frames(values: ArrayLike) -> NDArray[np.int64]:
    indices = np.asarray(values, dtype="i8")
    # Its first call loads numpy.ma, which an empty selection need not wait for.
    indices = np.unique(indices) if indices.size else indices.ravel()
    if len(indices) and indices[0] < 0:
        raise ValueError(f"a frame cannot be negative, got {indices[0]}")
    indices.setflags(write=False)
    return indices
