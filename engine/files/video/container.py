"""Opening video files, with every refusal as one sentence."""

from __future__ import annotations

import io
import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.errors import BadInput

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"uuid", b"moof"})


def open_container(path: Path, file: Any = None) -> tuple[InputContainer, VideoStream]:
    """Open a video and its first stream of pictures, decoded by one thread.

    One thread is deterministic, leaves the other cores to the analysis, and hands out a frame
    as soon as it is decoded; frame threads delay each by as many frames as there are threads.

    Parameters
    ----------
    path
        The video.
    file
        Something readable to take its bytes from instead.

    Raises
    ------
    BadInput
        It is no video, holds no pictures, or its codec is not known here.
    """
    import av

    try:
        container = av.open(str(path) if file is None else file)
    except (av.error.FFmpegError, OSError) as error:
        raise BadInput(_why_closed(path, error)) from error
    try:
        return container, _pictures(container, path)
    except BaseException:
        container.close()
        raise


def packets(
    container: InputContainer, stream: VideoStream
) -> Generator[Packet[VideoStream], None, None]:
    """Packets in the order of decoding, up to the end or to where the file is damaged."""
    import av

    try:
        yield from container.demux(stream)
    except av.error.FFmpegError:
        # What follows cannot be told apart any more; frames that stay missing are reported.
        return


def missing_bytes(path: Path, stream: VideoStream) -> int:
    """How many bytes the frames listed in the file's own index reach beyond its end."""
    entries = stream.index_entries
    end = max((entry.pos + entry.size for entry in entries), default=0)
    return max(0, int(end) - path.stat().st_size)


class Padded(io.RawIOBase):
    """A file followed by zeros, so that a cut-off video still tells all its packets."""

    def __init__(self, path: Path, extra: int) -> None:
        self._file: BinaryIO = path.open("rb")
        self._real = path.stat().st_size
        self._size = self._real + extra
        self._at = 0

    def readable(self) -> bool:
        """True: it can be read."""
        return True

    def seekable(self) -> bool:
        """True: it can be read from anywhere."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place in the padded file, and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """The present place."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, zeros beyond the real end."""
        left = max(0, self._size - self._at)
        count = left if size < 0 else min(size, left)
        self._file.seek(self._at)
        data = self._file.read(min(count, max(0, self._real - self._at)))
        self._at += count
        return data + bytes(count - len(data))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def _pictures(container: InputContainer, path: Path) -> VideoStream:
    if not container.streams.video:
        kind = "sound but no pictures" if container.streams.audio else "no pictures"
        raise BadInput(f"{path.name} holds {kind}; choose a video.")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise BadInput(
            f"{path.name} uses a codec that cannot be decoded here; convert it to H.264."
        )
    stream.thread_type = "NONE"
    stream.codec_context.thread_count = 1
    return stream


def _why_closed(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist; check the path."
    if isinstance(error, PermissionError):
        return f"{path.name} may not be read; change its permissions."
    if _lacks_index(path):
        return (
            f"{path.name} has no index (its moov box is missing or cut off); "
            f"copy it again, or repair it with a tool such as untrunc."
        )
    return f"{path.name} cannot be opened as a video; it may be damaged, so copy it again."


def _lacks_index(path: Path) -> bool:
    """True for a file of the MP4 family without a whole ``moov`` box at its top level."""
    seen = False
    try:
        end = path.stat().st_size
        with path.open("rb") as file:
            while len(head := file.read(16)) >= 8 and head[4:8] in _BOXES:
                seen = True
                size = int.from_bytes(head[:4], "big")
                size = int.from_bytes(head[8:], "big") if size == 1 else size
                start = file.tell() - len(head)
                if head[4:8] == b"moov":
                    return start + size > end
                if size < 8:
                    break
                file.seek(start + size)
    except OSError:
        return False
    return seen
