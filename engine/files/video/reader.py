"""Decoding from any place of a video, each frame under its exact number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from engine.files.video.container import open_container, packets
from engine.files.video.index import VideoIndex

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_Numbered = tuple[int, "VideoFrame"]

#: A seek that landed too late is tried again this many key frames earlier, then from the start.
_TRIES = 6


class FrameReader:
    """A decoder that knows the number of every frame it gives.

    A seek in a container may land late, and a decoder may give frames that lack what they build
    on, or none for a while: so the first packet and the first frame after a seek are checked,
    frames presented before it are dropped, and the others are known by their time.

    On the way to a frame far ahead, frames that no other builds on need not be decoded: see
    `aim_at`.

    Parameters
    ----------
    path, index
        The video and its index.
    """

    def __init__(self, path: Path, index: VideoIndex) -> None:
        self._path = path
        self._index = index
        # Places marked as key frames from which decoding gives no frame at once.
        self._unfit: set[int] = set()
        #: Number of the frame that `next_frame` gives if none is missing.
        self.position = 0
        #: Frames before this number may be missing, or lack what they build on.
        self.aim = 0
        self._open()

    @property
    def codec(self) -> str:
        """Name of the codec."""
        return str(self._stream.codec_context.codec.canonical_name)

    def next_frame(self) -> tuple[int, VideoFrame] | None:
        """The next frame with its number; None at the end."""
        found = next(self._frames, None)
        self.position = len(self._index) if found is None else found[0] + 1
        return found

    def aim_at(self, number: int) -> None:
        """Give the frames from a number on whole, and hurry there.

        Those before it come out, if at all, without any promise, for what no other frame builds
        on is left out (with B frames, half of the work). No effect where frames are known by
        their count alone.
        """
        if self._index.clock == "pts" and not self._index.counted:
            self.aim = max(self.aim, number)

    def seek(self, number: int, earlier: int = 0) -> None:
        """Go to the last place at or before a frame from which it can be decoded.

        Parameters
        ----------
        number
            The frame wanted.
        earlier
            How many places to go further back, for a frame that did not come out.
        """
        self.aim = 0
        wanted = max(self._index.start_for(number) - earlier, 0)
        places = (place for place in range(wanted, -1, -1) if place not in self._unfit)
        for place in islice(places, _TRIES):
            if self._landed(place, wanted):
                return
        before = self._container
        self._open()
        before.close()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _open(self) -> None:
        self._container, self._stream = open_container(self._path)
        self._frames: Iterator[_Numbered] = self._decoded(self._packets(), 0)
        self._hurries = False
        self.position = self.aim = 0

    def _landed(self, place: int, wanted: int) -> bool:
        """Seek to a place, and say whether decoding starts at one not after the wanted."""
        import av

        try:
            self._container.seek(int(self._index.key_pts[place]), stream=self._stream)
            following = self._packets()
            first = next(following, None)
        except av.error.FFmpegError:
            return False
        time = None if first is None else self._index.stamp(first)
        start = None if time is None else self._index.start_at(time)
        if first is None or start is None or start > wanted or start in self._unfit:
            return False
        frames = self._decoded(chain((first,), following), start)
        shown = next(frames, None)
        if shown is None or not self._fits(start, shown[1]):
            self._unfit.add(start)
            return False
        self.position = int(self._index.key_frames[start])
        self._frames = chain((shown,), frames)
        return True

    def _fits(self, start: int, frame: VideoFrame) -> bool:
        """True when the first frame decoded is the one the place is named after.

        A point of gradual refresh gives nothing until all of the picture is renewed, and then a
        picture that may differ from the true one.
        """
        number = int(self._index.key_frames[start])
        hidden = number == len(self._index) or not self._index.key[number]
        return hidden or self._index.clock == "dts" or frame.pts == self._index.key_pts[start]

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        stored = packets(self._container, self._stream)
        return (packet for packet in stored if not packet.is_corrupt)

    def _decoded(self, stored: Iterator[Packet[VideoStream]], start: int) -> Iterator[_Numbered]:
        """Decode packets that begin at a place of the index."""
        import av

        since = int(self._index.key_pts[start])
        count = int(self._index.key_frames[start])
        for packet in stored:
            self._hurry(packet)
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                # A damaged packet: its frame stays missing, and whoever wants it is told.
                continue
            for frame in frames:
                number = self._number(frame, since, count)
                if number is not None:
                    count += 1
                    yield number, frame

    def _hurry(self, packet: Packet[VideoStream]) -> None:
        """Have the decoder leave out a packet before the aim if no other builds on it."""
        time = packet.pts
        early = self.aim > 0 and time is not None and bool(time < self._index.pts[self.aim])
        if early != self._hurries:
            self._hurries = early
            self._stream.codec_context.skip_frame = "NONREF" if early else "DEFAULT"

    def _number(self, frame: VideoFrame, since: int, count: int) -> int | None:
        """Number of a decoded frame, or None when it is not to be shown."""
        if self._index.clock == "dts":
            return count
        if frame.pts is None or frame.pts < since:
            return None
        return count if self._index.counted else self._index.number_at(frame.pts)
