"""Clips that benchmarks write for themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_clip(path: Path, frames: Iterable[np.ndarray], rate: int = 25, gop: int = 250) -> None:
    """H.264 with B frames from (height, width) uint8 grey frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.time_base = Fraction(1, rate)
        stream.pix_fmt = "yuv420p"
        stream.options = {"g": str(gop), "bf": "3", "preset": "veryfast"}
        for number, pixels in enumerate(frames):
            if number == 0:
                stream.height, stream.width = pixels.shape
            frame = av.VideoFrame.from_ndarray(pixels, format="gray")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def rolling_noise(count: int, width: int = 640, height: int = 480) -> Iterator[np.ndarray]:
    """Noise that rolls by a pixel a frame: dear to decode, and every frame differs."""
    base = np.random.default_rng(0).integers(0, 255, (height, width)).astype("u1")
    for number in range(count):
        yield np.roll(base, number, axis=1)


def arena(count: int, width: int, height: int) -> Iterator[np.ndarray]:
    """A dim textured floor and a bright animal that walks across it."""
    floor = np.random.default_rng(0).integers(0, 40, (height, width)).astype("u1")
    for number in range(count):
        frame = floor.copy()
        top, left = (3 * number) % (height - 60), (5 * number) % (width - 100)
        frame[top : top + 60, left : left + 100] = 220
        yield frame
