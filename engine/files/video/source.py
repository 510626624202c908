"""A video, frame by frame: exact seeks, luma in one pass, a bounded memory of recent frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.video import planes
from engine.files.video.cache import ByteCache
from engine.files.video.index import VideoIndex, read_index
from engine.files.video.reader import FrameReader
from engine.files.video.recording import Check, checked_clock
from engine.files.video.state import FileState

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

CACHE_BYTES = 128 * 2**20

#: Up to this many pixels are decoded on the way to a frame that counts as quickly had (20 to
#: 40 ms on one core).
_QUICK_PIXELS = 32 * 2**20
#: Decoding on over a key frame this close is quicker than a seek to it.
_NEAR = 3
#: So many frames before the one wanted are decoded whole and kept, for steps back.
_KEPT_BEFORE = 32
#: Where a frame does not come out, it is tried again from this many key frames earlier.
_EARLIER = (0, 1, 4)


class VideoSource:
    """A video opened for exact access; a `Recording`.

    Not safe for several threads: each opens its own, ``VideoSource(path, index=other.index)``.

    Parameters
    ----------
    path
        The video.
    index
        Its index, when it has been read before.
    cache_bytes
        Bound of the memory for decoded frames. They are kept as the decoder made them: 1.5
        bytes a pixel in the common format, half of what RGB takes.

    Raises
    ------
    BadInput
        It is no video, or none of its frames can be read.
    """

    times_known = True

    def __init__(
        self, path: Path, *, index: VideoIndex | None = None, cache_bytes: int = CACHE_BYTES
    ) -> None:
        self.path = path
        self._state = FileState(path)
        self.index = read_index(path) if index is None else index
        #: Frames decoded so far.
        self.decoded = 0
        self._cache: ByteCache[VideoFrame] = ByteCache(cache_bytes)
        self._reader = FrameReader(path, self.index)
        self._clock: Array | None = None
        self._marks: tuple[str, ...] = ()
        try:
            self._codec, self._size = self._first_look()
        except BaseException:
            self._reader.close()
            raise

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def frame_count(self) -> int:
        """Frames in the index, readable or not."""
        return len(self.index)

    @property
    def readable_frames(self) -> int:
        """Frames 0 to this number, exclusive, have their data in the file."""
        return self.index.readable

    @property
    def width(self) -> int:
        """Pixels in a row of a frame as it is shown."""
        return self._size[1]

    @property
    def height(self) -> int:
        """Rows of a frame as it is shown."""
        return self._size[0]

    @property
    def times_s(self) -> Array:
        """(frame_count,) float64 seconds, read-only, as stored: the first need not be zero.

        Those of `use_clock` where another clock is in use.
        """
        return self.index.times_s if self._clock is None else self._clock

    def use_clock(self, times_s: Array | None) -> None:
        """Take other times for the frames; see `Recording.use_clock`."""
        self._clock = None if times_s is None else checked_clock(times_s, self.frame_count)

    @property
    def summary(self) -> str:
        """Size, frames, rate, length and codec in one line, and what is missing."""
        index = self.index
        rate = f"{float(index.average_rate):.6g} fps{'' if index.is_constant else ' on average'}"
        line = (
            f"{self.width} x {self.height} px, {len(index)} frames, {rate}, "
            f"{index.duration_s:.1f} s, {', '.join((self._codec, *self._marks))}"
        )
        if index.readable < len(index):
            line += f"; cut off: {index.readable} of {len(index)} frames can be read"
        elif index.header_frames not in (0, len(index)):
            line += f"; its header announces {index.header_frames} frames"
        return line

    def frame(self, number: int, *, check: Check | None = None) -> Array:
        """One frame as (height, width, 3) uint8 RGB; see `Recording.frame`."""
        return self._sized(planes.rgb(self._native(number, check)), number)

    def gray(self, number: int, *, check: Check | None = None) -> Array:
        """One frame as (height, width) uint8 luma over the full range; see `Recording.gray`."""
        return self._sized(planes.gray(self._native(number, check)), number)

    def gray_frames(
        self,
        start: int = 0,
        stop: int | None = None,
        step: int = 1,
        *,
        check: Check | None = None,
    ) -> Iterator[Array]:
        """Luma of ``range(start, stop, step)`` in one pass; see `Recording.gray_frames`.

        Other frames may be asked for in between; that costs a seek.
        """
        stop = self.readable_frames if stop is None else stop
        for number in range(start, stop, step):
            native = self._native(number, check, keep=False)
            yield self._sized(planes.gray(native), number)

    def preview(self, number: int) -> int:
        """The frame itself, or its key frame when many lie between."""
        if number in self._cache or self._distance(number) * self.width * self.height < (
            _QUICK_PIXELS
        ):
            return number
        return int(self.index.key_frames[self.index.start_for(number)])

    def prepare(self, number: int, *, check: Check | None = None) -> None:
        """Decode a frame ahead of its time, if it comes next; see `Recording.prepare`."""
        if number < self.readable_frames and number not in self._cache and self._is_ahead(number):
            self._native(number, check)

    def rest(self) -> None:
        """Let go of the cached frames and of another clock; the file stays open."""
        self._cache.clear()
        self._clock = None

    def close(self) -> None:
        """Close the file and let go of the cached frames."""
        self._cache.clear()
        self._reader.close()

    def _first_look(self) -> tuple[str, tuple[int, int]]:
        """Name of the codec, and height and width of a frame as shown."""
        native = self._native(0, None)
        turned = native.rotation % 360
        self._marks = (*(f"turned by {turned}°" for _ in range(turned != 0)),)
        if native.interlaced_frame:
            self._marks += ("interlaced: each frame holds two moments",)
        pixels = planes.gray(native)
        return self._reader.codec, (pixels.shape[0], pixels.shape[1])

    def _native(self, number: int, check: Check | None, *, keep: bool = True) -> VideoFrame:
        """A frame as the decoder made it; the last ones on the way are kept, too."""
        self._ensure_readable(number)
        found = self._cache.get(number)
        if found is not None:
            return found
        if self._state.was_lost():
            self._reopen()
        for earlier in _EARLIER:
            if earlier or not self._is_ahead(number):
                self._reader.seek(number, earlier)
            if not earlier:
                self._reader.aim_at(max(number - _KEPT_BEFORE * keep, 0))
            found = self._forward(number, check, keep)
            if found is not None:
                return found
        # An error of a drive leaves the decoder without its place.
        self._state.lost = True
        raise BadInput(
            f"Frame {number} of {self.name} cannot be decoded; the file is damaged there, so "
            f"copy it again."
        )

    def _reopen(self) -> None:
        """Begin anew on a file that went away and came back."""
        self._reader.close()
        self._reader = FrameReader(self.path, self.index)
        self._state.lost = False

    def _forward(self, number: int, check: Check | None, keep: bool) -> VideoFrame | None:
        """Decode up to a frame; None when a later one comes, or the end."""
        while (found := self._reader.next_frame()) is not None:
            at, native = found
            self.decoded += 1
            if keep and at >= self._reader.aim:
                self._cache.put(at, native, planes.stored_bytes(native))
            if at >= number:
                return native if at == number else None
            if check is not None:
                check()
        return None

    def _is_ahead(self, number: int) -> bool:
        """True when decoding on is the quickest way to a frame."""
        start = self.index.key_frames[self.index.start_for(number)]
        position = self._reader.position
        # A hurried way that was broken off has left out what lies before its aim.
        passed = position <= number and number >= self._reader.aim
        return passed and bool(start <= position + _NEAR)

    def _distance(self, number: int) -> int:
        """Frames to decode until a frame is there."""
        start = int(self.index.key_frames[self.index.start_for(number)])
        return number - (self._reader.position if self._is_ahead(number) else start)

    def _ensure_readable(self, number: int) -> None:
        if not 0 <= number < self.frame_count:
            raise IndexError(f"frame {number} of {self.frame_count}")
        if number >= self.readable_frames:
            raise BadInput(
                f"Frame {number} of {self.name} is missing: the file is cut off after "
                f"{self.readable_frames} of {self.frame_count} frames; copy it again."
            )

    def _sized(self, pixels: Array, number: int) -> Array:
        if pixels.shape[:2] != self._size:
            raise BadInput(
                f"{self.name} changes its size at frame {number}, from "
                f"{self.width} x {self.height} to {pixels.shape[1]} x {pixels.shape[0]} pixels; "
                f"split it there."
            )
        return pixels
