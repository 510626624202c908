"""Several views of one scene on one clock: which frame of each belongs to a moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True)
class ViewClock:
    """The frames of another view at the moments of the first.

    Parameters
    ----------
    times_s
        (n,) rising seconds of the other view's frames.
    offset_s
        Added to the first view's time: positive when the other view's clock is ahead.
    """

    times_s: Array
    offset_s: float = 0.0

    def frame_at(self, time_s: float) -> int | None:
        """The frame on show at a moment of the first view; None before and after the other."""
        moment = time_s + self.offset_s
        at = int(np.searchsorted(self.times_s, moment + _SLACK_S, side="right")) - 1
        last = float(self.times_s[-1]) + self._interval
        return at if at >= 0 and moment < last - _SLACK_S else None

    @property
    def _interval(self) -> float:
        """How long the last frame lasts: as long as the median one."""
        return float(np.median(np.diff(self.times_s))) if len(self.times_s) > 1 else 0.04


#: Times that are equal but for rounding belong together.
_SLACK_S = 1e-6
