"""What low rank leaves over, as whole multiples of one step, coded by LZMA.

Entropy is what a stored code costs, not its width: where most multiples are zero, or repeat
their neighbours, they take far less than a fixed number of bits. Reading is bounded: a stream
never makes more bytes than its shape says.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.figures.arrays import Array

Scan = Literal["rows", "columns"]
Predict = Literal["none", "before"]
#: Multiples of at most this size have a level of their own; others decode to the middle.
LEVELS = 7
_CHUNK = 1 << 18
#: Largest multiple; a step must not be finer than the largest entry over it.
MOST = 32767
_FILTERS: list[dict[str, Any]] = [
    {"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 0, "lp": 0, "pb": 0, "dict_size": 1 << 22}
]


@dataclass(frozen=True, slots=True)
class Remainder:
    """A matrix of multiples of `step`.

    Attributes
    ----------
    shape, step
        Rows and columns; the distance of two levels, single precision.
    levels
        (2 * LEVELS + 1,) float32: where multiples from -7 to 7 decode to, in steps (the mean of
        what was rounded to them).
    scan, predict
        Order of the stream, and whether it holds differences to the multiple before.
    width
        Bytes of a multiple, 1 or 2; two are kept as two planes.
    stream
        (bytes,) uint8, raw LZMA2.
    """

    shape: tuple[int, int]
    step: float
    levels: Array
    scan: Scan
    predict: Predict
    width: int
    stream: Array

    def multiples(self) -> Array:
        """The whole numbers, (n, d) int16.

        Raises
        ------
        ValueError
            The stream is damaged, or of another length than the shape says.
        """
        n, d = self.shape
        lines, length = (d, n) if self.scan == "columns" else (n, d)
        raw = _decompressed(self.stream.tobytes(), n * d * self.width)
        planes = np.frombuffer(raw, np.uint8).reshape(self.width, lines, length)
        whole = planes[0].astype(np.uint16)
        if self.width == 2:
            whole |= planes[1].astype(np.uint16) << np.uint16(8)
        if self.predict == "before":
            whole = np.cumsum(whole, axis=1, dtype=np.uint16)
        signed = whole.view(np.int16) if self.width == 2 else whole.astype(np.uint8).view(np.int8)
        out = signed.astype(np.int16)
        return np.ascontiguousarray(out.T) if self.scan == "columns" else out

    def decode(self) -> Array:
        """The values, (n, d) float64."""
        multiples = self.multiples()
        values = multiples.astype(np.float64)
        near = np.abs(multiples) <= LEVELS
        values[near] = self.levels.astype(np.float64)[multiples[near] + LEVELS]
        return values * float(self.step)


def encode(
    rest: Array,
    step: float,
    dead_zone: float = 0.5,
    scan: Scan = "rows",
    predict: Predict = "none",
    check: Callable[[], None] | None = None,
) -> Remainder:
    """Code a matrix (n, d) float64 in multiples of `step`.

    Parameters
    ----------
    dead_zone
        What is added before rounding down a magnitude: 0.5 is nearest; less makes more zeros,
        which cost little.
    scan, predict
        See `Remainder`.
    """
    step = float(np.float32(step))
    scaled = rest / step
    multiples = np.sign(scaled) * np.floor(np.abs(scaled) + dead_zone)
    multiples = np.clip(multiples, -MOST, MOST).astype(np.int16)
    levels = _centroids(scaled, multiples)
    lines = multiples.T if scan == "columns" else multiples
    width = 1 if np.abs(multiples.astype(np.int32)).max() <= 127 else 2
    whole = np.ascontiguousarray(lines).view(np.uint16)
    if predict == "before":
        whole = np.diff(whole, axis=1, prepend=np.uint16(0))
    planes = [(whole & np.uint16(255)).astype(np.uint8)]
    if width == 2:
        planes.append((whole >> np.uint16(8)).astype(np.uint8))
    stream = _compressed(b"".join(plane.tobytes() for plane in planes), check)
    return Remainder((rest.shape[0], rest.shape[1]), step, levels, scan, predict, width, stream)


def _centroids(scaled: Array, multiples: Array) -> Array:
    """Mean of what became each small multiple; the multiple itself where there was none."""
    near = np.abs(multiples) <= LEVELS
    place = multiples[near].astype(np.int64) + LEVELS
    counts = np.bincount(place, minlength=2 * LEVELS + 1)
    sums = np.bincount(place, weights=scaled[near], minlength=2 * LEVELS + 1)
    own = np.arange(-LEVELS, LEVELS + 1, dtype=np.float64)
    return np.where(counts > 0, sums / np.maximum(counts, 1), own).astype(np.float32)


def _compressed(data: bytes, check: Callable[[], None] | None) -> Array:
    coder = lzma.LZMACompressor(format=lzma.FORMAT_RAW, filters=_FILTERS)
    parts = []
    for start in range(0, len(data), _CHUNK):
        if check is not None:
            check()
        parts.append(coder.compress(data[start : start + _CHUNK]))
    return np.frombuffer(b"".join([*parts, coder.flush()]), np.uint8)


def _decompressed(stream: bytes, length: int) -> bytes:
    coder = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=_FILTERS)
    try:
        data = coder.decompress(stream, max_length=length + 1)
    except lzma.LZMAError as error:
        raise ValueError(f"the coded remainder is damaged ({error})") from error
    if len(data) != length or coder.unused_data:
        raise ValueError("the coded remainder has another length than the matrix")
    return data
