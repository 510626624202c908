"""Where every frame of a video lies in time, read from its packets without decoding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.video.container import Padded, missing_bytes, open_container, packets

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

Clock = Literal["pts", "dts"]

#: MPEG program streams stamp some packets only, and not reliably.
_UNTIMED = "mpeg"
#: Type of the H.264 unit that no later frame reaches past.
_IDR = 5


@dataclass(frozen=True)
class VideoIndex:
    """The frames of a video in the order of presentation.

    Frames that a decoder drops are not among them: those an edit list cuts off, and those
    presented before the first key frame of a trimmed copy.

    Attributes
    ----------
    pts
        (n,) int64 presentation times in units of `time_base`; may start anywhere.
    key
        (n,) bool, True where decoding can start.
    time_base
        Seconds per unit of `pts`.
    header_frames
        Frames the file's header announces; 0 when it announces none.
    readable
        Frames 0 to this number, exclusive, have all their data in the file.
    key_pts, key_frames
        (k,) int64 each, ascending: the times of all places where decoding can start, and the
        first frame shown from each. A place inside a cut-off part shows no frame of its own.
    nominal_rate
        Frames per second as the header states them; None when it does not.
    clock
        Which time of a packet `pts` is taken from: "dts" where the container keeps no times of
        presentation (H.264 in AVI), else "pts".
    counted
        True when frames are told apart by counting from a key frame, because their times are
        not kept or not unique.
    """

    pts: Array
    key: Array
    time_base: Fraction
    header_frames: int
    readable: int
    key_pts: Array
    key_frames: Array
    nominal_rate: Fraction | None = None
    clock: Clock = "pts"
    counted: bool = False

    def __len__(self) -> int:
        return len(self.pts)

    @cached_property
    def times_s(self) -> Array:
        """(n,) float64 presentation times in seconds, read-only."""
        times: Array = self.pts * self.time_base.numerator / self.time_base.denominator
        times.flags.writeable = False
        return times

    @cached_property
    def average_rate(self) -> Fraction:
        """Frames per second: intervals over the time they span.

        The header's rate is taken where it agrees within a unit of `time_base`, since times
        rounded to milliseconds would make 30000/1001 an unsightly fraction.
        """
        span = (int(self.pts[-1]) - int(self.pts[0])) * self.time_base
        nominal = self.nominal_rate
        if nominal and abs((len(self) - 1) / nominal - span) <= self.time_base:
            return nominal
        return (len(self) - 1) / span if span else Fraction(0)

    @cached_property
    def is_constant(self) -> bool:
        """True when every frame lies within one unit of `time_base` of an even spacing."""
        even = np.linspace(self.pts[0], self.pts[-1], len(self))
        return bool(np.all(np.abs(self.pts - even) <= 1))

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last, which lasts an average interval."""
        rate = self.average_rate
        interval = float(1 / rate) if rate else 0.0
        return float(self.times_s[-1] - self.times_s[0]) + interval

    def index_at_time(self, time_s: float) -> int:
        """The frame on show at a time; the first before all, the last after all."""
        at = int(np.searchsorted(self.times_s, time_s, side="right")) - 1
        return min(max(at, 0), len(self) - 1)

    def start_for(self, number: int) -> int:
        """Position in `key_pts` of the nearest place at or before a frame to decode from."""
        at = int(np.searchsorted(self.key_frames, number, side="right")) - 1
        return max(at, 0)

    def start_at(self, time: int) -> int | None:
        """Position in `key_pts` of exactly that time, or None."""
        return _position(self.key_pts, time)

    def number_at(self, time: int) -> int | None:
        """Number of the frame presented at exactly that time, or None."""
        return _position(self.pts, time)

    def stamp(self, packet: Packet[VideoStream]) -> int | None:
        """The time a packet is known by."""
        return _stamp(packet, self.clock)


@dataclass(slots=True)
class _Packets:
    """Columns of the packets in the order of decoding."""

    pts: list[int]
    key: list[bool]
    shown: list[bool]
    whole: list[bool]


def read_index(path: Path) -> VideoIndex:
    """The index of a video. Reads packets and decodes nothing: about 4 ms per 1000 frames.

    Only MPEG program streams are decoded once, since their packets do not tell their times.

    Raises
    ------
    BadInput
        It is no video, or holds no frames.
    """
    container, stream = open_container(path)
    with container:
        missing = missing_bytes(path, stream)
        if not missing:
            return _index(container, stream, path, None)
    with Padded(path, missing) as file:
        container, stream = open_container(path, file)
        with container:
            return _index(container, stream, path, path.stat().st_size)


def _index(
    container: InputContainer, stream: VideoStream, path: Path, data_end: int | None
) -> VideoIndex:
    """The index of an open video, of which only the bytes before `data_end` are there."""
    timeless = container.format.name == "avi" and stream.codec_context.name == "h264"
    clock: Clock = "dts" if timeless else "pts"
    if container.format.name == _UNTIMED:
        columns = _decoded_columns(container, stream)
    else:
        columns = _columns(packets(container, stream), clock, data_end)
    starts = np.flatnonzero(columns.key)
    if data_end is not None and not any(columns.whole[start] for start in starts):
        raise BadInput(f"{path.name} is cut off before its first frame; copy it again.")
    if len(starts) == 0:
        raise BadInput(_why_none(container, path))
    pts = np.array(columns.pts, "i8")
    # Frames presented before the first key frame lack the frames they build on.
    shown = np.array(columns.shown) & (pts >= pts[starts[0]])
    shown[: starts[0]] = False
    order = np.flatnonzero(shown)
    order = order[np.argsort(pts[order], kind="stable")]
    if len(order) == 0:
        raise BadInput(f"{path.name} holds no frames; record it again.")
    return _built(stream, columns, pts, order, starts, clock)


def _why_none(container: InputContainer, path: Path) -> str:
    if container.format.name in ("h264", "hevc", "m4v", "mpegvideo"):
        return (
            f"{path.name} is a bare stream that keeps no times; wrap it into a file first: "
            f"ffmpeg -framerate FPS -i {path.name} -c copy {path.stem}.mp4"
        )
    return f"{path.name} holds no frames that can be decoded; record it again."


def _built(
    stream: VideoStream, columns: _Packets, pts: Array, order: Array, starts: Array, clock: Clock
) -> VideoIndex:
    """Bring the columns into the order of presentation."""
    number = np.full(len(pts), -1)
    number[order] = np.arange(len(order))
    ordered = pts[order]
    first = np.where(number[starts] >= 0, number[starts], np.searchsorted(ordered, pts[starts]))
    by_time = np.argsort(pts[starts], kind="stable")
    whole = np.array(columns.whole)[order]
    readable = len(order) if whole.all() else int(np.argmin(whole))
    rate = stream.average_rate or stream.guessed_rate
    return VideoIndex(
        pts=_frozen(ordered),
        key=_frozen(np.array(columns.key)[order]),
        time_base=Fraction(stream.time_base or 1),
        header_frames=int(stream.frames),
        readable=readable,
        key_pts=_frozen(pts[starts][by_time]),
        key_frames=_frozen(first[by_time].astype("i8")),
        nominal_rate=Fraction(rate) if rate else None,
        clock=clock,
        counted=clock == "dts" or len(np.unique(ordered)) < len(ordered),
    )


def _columns(
    stored: Iterable[Packet[VideoStream]], clock: Clock, data_end: int | None
) -> _Packets:
    columns = _Packets([], [], [], [])
    for packet in stored:
        time = _stamp(packet, clock)
        if time is None or packet.size == 0 or packet.is_corrupt:
            continue
        columns.pts.append(time)
        columns.key.append(_starts_decoding(packet, clock))
        columns.shown.append(not packet.is_discard)
        columns.whole.append(data_end is None or (packet.pos or 0) + packet.size <= data_end)
    return columns


def _decoded_columns(container: InputContainer, stream: VideoStream) -> _Packets:
    """The same by decoding every frame, where packets cannot be trusted to tell their times."""
    import av

    columns = _Packets([], [], [], [])
    for packet in packets(container, stream):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue
        for frame in frames:
            if frame.pts is not None:
                columns.pts.append(int(frame.pts))
                # No seek in such a file is to be trusted: every way begins at its start.
                columns.key.append(not columns.key)
                columns.shown.append(True)
                columns.whole.append(True)
    return columns


def _stamp(packet: Packet[VideoStream], clock: Clock) -> int | None:
    time = packet.dts if clock == "dts" else packet.pts
    return None if time is None else int(time)


def _starts_decoding(packet: Packet[VideoStream], clock: Clock) -> bool:
    """True for a key frame; without times, only for one that no later frame reaches past."""
    if clock == "pts" or not packet.is_keyframe:
        return bool(packet.is_keyframe)
    units = bytes(packet).split(b"\0\0\1")[1:]
    return any(unit and unit[0] & 0x1F == _IDR for unit in units)


def _position(ascending: Array, time: int) -> int | None:
    at = int(np.searchsorted(ascending, time))
    return at if at < len(ascending) and ascending[at] == time else None


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
