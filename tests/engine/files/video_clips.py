"""Clips made for a test, each frame carrying its own number as black and white squares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SQUARE = 8
BITS = 16
#: Grey of the two squares in limited range, so that every codec stores them without clipping.
BLACK, WHITE = 16, 235


@dataclass(frozen=True)
class ClipSpec:
    """How to encode a clip of numbered frames."""

    codec: str = "libx264"
    suffix: str = ".mp4"
    pixels: str = "yuv420p"
    count: int = 120
    size: tuple[int, int] = (72, 40)
    rate: int = 25
    options: Mapping[str, str] = field(default_factory=dict)
    pts: Sequence[int] | None = None
    time_base: Fraction | None = None
    rotation: int = 0


def numbered(number: int, size: tuple[int, int]) -> np.ndarray:
    """A grey frame (h, w) that shows a number in two rows of eight squares."""
    width, height = size
    gray = np.full((height, width), 90, "u1")
    gray[2 * SQUARE :, :] += (np.arange(width) * 3 + number * 7).astype("u1") % 60
    for bit in range(BITS):
        row, column = divmod(bit, 8)
        at = np.s_[row * SQUARE :, column * SQUARE :]
        gray[at][:SQUARE, :SQUARE] = WHITE if number >> bit & 1 else BLACK
    return gray


def number_in(pixels: np.ndarray) -> int:
    """The number that a grey or RGB frame shows."""
    gray = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    number = 0
    for bit in range(BITS):
        row, column = divmod(bit, 8)
        middle = gray[row * SQUARE + 2 :, column * SQUARE + 2 :][:4, :4].mean()
        number |= (middle > 128) << bit
    return int(number)


def write_clip(path: Path, spec: ClipSpec) -> Path:
    """Encode numbered frames."""
    time_base = spec.time_base or Fraction(1, spec.rate)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(spec.codec, rate=spec.rate)
        stream.width, stream.height = spec.size
        stream.pix_fmt = spec.pixels
        stream.time_base = stream.codec_context.time_base = time_base
        stream.options = {"threads": "1", **spec.options}
        if spec.rotation:
            stream.set_display_rotation(spec.rotation)
        for i in range(spec.count):
            frame = av.VideoFrame.from_ndarray(numbered(i, spec.size), format="gray")
            frame.pts = i if spec.pts is None else int(spec.pts[i])
            frame.time_base = time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def copy_clip(
    source: Path,
    target: Path,
    keep: Callable[[av.Packet], bool] = lambda packet: True,
    *,
    shift: int = 0,
    options: Mapping[str, str] | None = None,
) -> Path:
    """Copy packets without decoding them, moved to earlier by `shift` units of time."""
    with (
        av.open(str(source)) as read,
        av.open(str(target), "w", options=dict(options or {})) as out,
    ):
        stream = read.streams.video[0]
        copied = out.add_stream_from_template(stream)
        for packet in read.demux(stream):
            if packet.size == 0 or not keep(packet):
                continue
            packet.pts -= shift
            packet.dts -= shift
            packet.stream = copied
            out.mux(packet)
    return target


def decoded_in_order(path: Path) -> list[tuple[int, np.ndarray]]:
    """Presentation time and RGB of every frame, as plain PyAV decodes the file from its start."""
    frames = []
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            if packet.is_corrupt:
                continue
            frames += [(f.pts, f.to_ndarray(format="rgb24")) for f in packet.decode()]
    return frames
