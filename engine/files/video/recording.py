"""What every recording offers, whether it is a video, a folder of images or one image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array

#: Called inside long work; whatever it raises ends that work and leaves the recording usable.
Check = Callable[[], None]

#: Frames per second given to images, which have no clock of their own.
NOMINAL_RATE = 25


def checked_clock(times_s: Array, frame_count: int) -> Array:
    """Times for every frame, checked, as a read-only float64 array; see `Recording.use_clock`."""
    times = np.array(times_s, "f8")
    if times.shape != (frame_count,):
        raise BadInput(
            f"There are {times.size} times for {frame_count} frames; choose the table of this "
            f"recording."
        )
    wrong = np.flatnonzero(~(np.diff(times) > 0))
    if not np.isfinite(times).all() or len(wrong):
        at = int(wrong[0]) + 1 if len(wrong) else int(np.flatnonzero(~np.isfinite(times))[0])
        raise BadInput(
            f"The times do not rise at frame {at}; mend the table, for a clock goes forwards."
        )
    times.flags.writeable = False
    return times


@runtime_checkable
class Recording(Protocol):
    """Frames in the order of presentation, numbered from 0.

    Pixels of a returned frame belong to the caller. A recording serves one thread: each thread
    opens its own. It conforms to `engine.files.kinds.Opened`.
    """

    @property
    def path(self) -> Path:
        """Where it was opened from."""
        ...

    @property
    def name(self) -> str:
        """Name of the file or folder."""
        ...

    @property
    def summary(self) -> str:
        """One line for a person: size, frames, rate."""
        ...

    @property
    def frame_count(self) -> int:
        """Frames that belong to it, readable or not."""
        ...

    @property
    def readable_frames(self) -> int:
        """Frames 0 to this number, exclusive, can be read; fewer when data is missing."""
        ...

    @property
    def width(self) -> int:
        """Pixels in a row of a frame."""
        ...

    @property
    def height(self) -> int:
        """Rows of a frame."""
        ...

    @property
    def times_s(self) -> Array:
        """(frame_count,) float64, read-only: when each frame is presented, in seconds."""
        ...

    @property
    def times_known(self) -> bool:
        """False when `times_s` only follows a nominal rate."""
        ...

    def frame(self, number: int, *, check: Check | None = None) -> Array:
        """One frame as (height, width, 3) uint8 RGB; `check` is called while it is sought.

        Raises
        ------
        BadInput
            The frame cannot be read.
        IndexError
            There is no frame of that number.
        """
        ...

    def gray(self, number: int, *, check: Check | None = None) -> Array:
        """One frame as (height, width) uint8 luma, 0 black to 255 white. Errors as `frame`."""
        ...

    def gray_frames(
        self,
        start: int = 0,
        stop: int | None = None,
        step: int = 1,
        *,
        check: Check | None = None,
    ) -> Iterator[Array]:
        """Luma of the frames ``range(start, stop, step)`` in order, decoded in one pass.

        `stop` defaults to `readable_frames`. `check` is called for the frames decoded between
        two that are given, so that a long stride can be broken off.
        """
        ...

    def use_clock(self, times_s: Array | None) -> None:
        """Take times from elsewhere, (frame_count,) rising seconds; None goes back to its own.

        Raises
        ------
        BadInput
            There are more or fewer than frames, or they do not rise.
        """
        ...

    def prepare(self, number: int, *, check: Check | None = None) -> None:
        """Get a frame ready that is likely to be asked for next; does nothing when it is far."""
        ...

    def preview(self, number: int) -> int:
        """The frame to show while `number` is sought: itself when it is quickly had."""
        ...

    def rest(self) -> None:
        """Let go of memory and of a clock from elsewhere; what is open stays open."""
        ...

    def close(self) -> None:
        """Let go of files and memory. Closing twice does nothing."""
        ...
