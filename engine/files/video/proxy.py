"""A small twin of a recording that can be scrubbed at once: short GOPs, no B frames.

It is shown only while the exact frame is on its way. Frame i of the recording is the frame
presented at time i in the proxy, so that frames that cannot be decoded leave a gap and shift
nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.digest import quick_digest
from engine.files.video.index import VideoIndex
from engine.files.video.reader import FrameReader
from engine.files.video.recording import Check
from engine.files.video.source import VideoSource
from engine.whole_file import named_whole

#: Longer side of a proxy, and frames from one key frame to the next.
SIDE_PX, GOP = 512, 10
#: A recording whose seeks decode more pixels than this on the way deserves a proxy.
_SLOW_PIXELS = 16 * 2**20
#: Bytes a frame of 512 x 512 takes, measured with room to spare: 1.2 MB for 500 frames of
#: animals on a plain floor; grass and bedding take more.
_BYTES_A_FRAME = 6000
_MARGIN = 200 * 2**20

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ProxyPlan:
    """A proxy that could be made.

    Attributes
    ----------
    target
        Where it goes; the name tells the content it is of.
    size
        Width and height.
    frames
        How many.
    bytes_needed
        Disk it will take, estimated high.
    """

    target: Path
    size: tuple[int, int]
    frames: int
    bytes_needed: int

    @property
    def made(self) -> bool:
        """True when it is already there."""
        return self.target.is_file()


def wants_proxy(source: VideoSource) -> bool:
    """True when an exact seek takes so long that a hand feels it."""
    starts = np.append(source.index.key_frames, source.frame_count)
    longest = int(np.diff(starts).max(initial=1))
    return longest * source.width * source.height > _SLOW_PIXELS


def plan_proxy(source: VideoSource, folder: Path) -> ProxyPlan:
    """What a proxy of a recording would be; reads two MiB of the file for its name."""
    factor = min(1.0, SIDE_PX / max(source.width, source.height))
    size = (_even(source.width * factor), _even(source.height * factor))
    needed = round(source.frame_count * _BYTES_A_FRAME * size[0] * size[1] / SIDE_PX**2)
    name = f"{quick_digest(source.path)[:20]}-{source.frame_count}.mp4"
    return ProxyPlan(folder / name, size, source.frame_count, needed)


def build_proxy(
    path: Path, index: VideoIndex, plan: ProxyPlan, check: Check, progress: Progress
) -> int:
    """Make a proxy; about 200 frames a second on one core.

    Parameters
    ----------
    path, index
        The recording.
    plan
        Where to, and how large.
    check
        Called for each frame; what it raises ends the work and leaves nothing behind.
    progress
        Called with frames done and in all.

    Returns
    -------
    int
        Frames that could be decoded: the count that no header can be wrong about.

    Raises
    ------
    BadInput
        The disk is too full.
    """
    _ensure_room(plan)
    try:
        with named_whole(plan.target) as unfinished:
            return _encoded(path, index, plan, unfinished, check, progress)
    except OSError as error:
        raise BadInput(
            f"The proxy cannot be written ({error.strerror or error}); make room or go without."
        ) from error


def drop_proxies(folder: Path, quota: int) -> None:
    """Remove the proxies used longest ago until the rest takes at most `quota` bytes."""
    found = sorted(folder.glob("*.mp4"), key=lambda path: path.stat().st_mtime, reverse=True)
    used = 0
    for path in found:
        used += path.stat().st_size
        if used > quota:
            path.unlink(missing_ok=True)


class Proxy:
    """A proxy that is there, asked by the numbers of the recording's frames."""

    def __init__(self, path: Path) -> None:
        self._source = VideoSource(path)
        # Used just now: the last to be dropped.
        path.touch()

    def frame(self, number: int) -> Array | None:
        """A frame as (h, w, 3) uint8 RGB; None where the recording's could not be decoded."""
        step = self._source.index.time_base
        at = self._source.index.number_at(round(number / (_RATE * step)))
        return None if at is None else self._source.frame(at)

    def close(self) -> None:
        """Close the file."""
        self._source.close()


_RATE = 30


def _encoded(
    path: Path, index: VideoIndex, plan: ProxyPlan, target: Path, check: Check, progress: Progress
) -> int:
    import av

    reader = FrameReader(path, index)
    done = 0
    try:
        with av.open(str(target), "w") as out:
            stream = None
            while (found := reader.next_frame()) is not None:
                check()
                number, native = found
                if stream is None:
                    turned = native.rotation
                    stream = out.add_stream("libx264", rate=_RATE)
                    sides = plan.size[::-1] if turned % 180 else plan.size
                    stream.width, stream.height = sides
                    stream.pix_fmt = "yuv420p"
                    stream.options = {
                        "g": str(GOP), "bf": "0", "preset": "veryfast", "crf": "26",
                        "threads": "1", "tune": "fastdecode",
                    }  # fmt: skip
                    if turned:
                        stream.set_display_rotation(turned)
                small = native.reformat(stream.width, stream.height, "yuv420p", threads=1)
                small.pts, small.time_base = number, 1 / stream.codec_context.framerate
                small.pict_type = 0
                out.mux(stream.encode(small))
                done += 1
                progress(number + 1, plan.frames)
            if stream is not None:
                out.mux(stream.encode())
    finally:
        reader.close()
    return done


def _ensure_room(plan: ProxyPlan) -> None:
    plan.target.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(plan.target.parent).free
    if free < plan.bytes_needed + _MARGIN:
        raise BadInput(
            f"A proxy needs about {plan.bytes_needed / 2**20:.0f} MB, but only "
            f"{free / 2**20:.0f} MB are free in {plan.target.parent}; make room or go without."
        )


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)
