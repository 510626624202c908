"""Pixels of decoded frames: RGB for the eye, luma for analysis."""

from __future__ import annotations

import re
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from engine.figures.arrays import Array

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

#: Formats whose first plane is luma, one sample a pixel, up to 16 bits little endian.
_LUMA_FIRST = re.compile(r"(yuvj?|yuva)4[0-4][0-4]p(\d+le)?|gray(\d+le)?|nv(12|16|21|24)")
_FULL_RANGE = 2
_own = threading.local()


def rgb(frame: VideoFrame) -> Array:
    """A decoded frame as (h, w, 3) uint8 RGB, turned as its file asks for."""
    # A frame that converts itself keeps a scaler of its own, with a thread for each core.
    pixels: Array = _scaler().reformat(frame, format="rgb24", threads=1).to_ndarray()
    return _turned(pixels, frame.rotation)


def _scaler() -> VideoReformatter:
    """The scaler of the thread that asks; none may be used by two at once."""
    scaler: VideoReformatter | None = getattr(_own, "scaler", None)
    if scaler is None:
        from av.video.reformatter import VideoReformatter

        scaler = _own.scaler = VideoReformatter()
    return scaler


def gray(frame: VideoFrame) -> Array:
    """A decoded frame as (h, w) uint8 luma, 0 black to 255 white, turned as its file asks for.

    The luma plane is taken as it is stored, limited range expanded to the full one; frames
    stored as RGB are weighted as in ITU-R BT.601.
    """
    if _LUMA_FIRST.fullmatch(frame.format.name) is None:
        return luma_of_rgb(rgb(frame))
    return _turned(_expanded(_first_plane(frame), _bits(frame), _is_full(frame)), frame.rotation)


def luma_of_rgb(pixels: Array) -> Array:
    """BT.601 luma of (h, w, 3) uint8 RGB as (h, w) uint8, rounded to the nearest."""
    # Weights in 1/65536, as whole numbers that add up to one.
    weighted = pixels.astype("u4") @ np.array([19595, 38470, 7471], "u4")
    luma: Array = ((weighted + 0x8000) >> 16).astype("u1")
    return luma


def stored_bytes(frame: VideoFrame) -> int:
    """Memory that a decoded frame holds."""
    return sum(plane.buffer_size for plane in frame.planes)


def _first_plane(frame: VideoFrame) -> Array:
    plane = frame.planes[0]
    sample = np.dtype("<u2" if _bits(frame) > 8 else "u1")
    rows = np.frombuffer(memoryview(plane), sample).reshape(-1, plane.line_size // sample.itemsize)
    samples: Array = rows[: frame.height, : frame.width]
    return samples


def _bits(frame: VideoFrame) -> int:
    return int(frame.format.components[0].bits)


def _is_full(frame: VideoFrame) -> bool:
    """True when samples span all their values; grey formats do, as converters hold too."""
    name = frame.format.name
    return name.startswith(("yuvj", "gray")) or frame.color_range == _FULL_RANGE


def _expanded(samples: Array, bits: int, full: bool) -> Array:
    """Samples of `bits` bits as a new uint8 array over the full range."""
    if bits == 8 and full:
        return samples.copy()
    table = _table(bits, full)
    # Ten times as fast, and without the interpreter's lock; but the first picture of a recording
    # need not wait until it is loaded.
    looked_up = getattr(sys.modules.get("cv2"), "LUT", None) if bits == 8 else None
    expanded: Array = table[samples] if looked_up is None else looked_up(samples, table)
    return expanded


@cache
def _table(bits: int, full: bool) -> Array:
    """Grey level 0..255 (uint8) of every stored value."""
    scale = 1 << (bits - 8)
    black, white = (0, (1 << bits) - 1) if full else (16 * scale, 235 * scale)
    levels = (np.arange(1 << bits) - black) * 255 / (white - black)
    table: Array = np.clip(np.rint(levels), 0, 255).astype("u1")
    return table


def _turned(pixels: Array, degrees: int) -> Array:
    """Turn counter-clockwise by a multiple of 90 degrees."""
    turns = round(degrees / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels
