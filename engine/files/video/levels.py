"""How samples of more than 8 bits become grey levels that a person can see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True)
class Levels:
    """Samples from `black` to `white` are spread over 0 to 255; `told` says so to a person."""

    black: float
    white: float
    told: str = ""

    def applied(self, samples: Array) -> Array:
        """Samples (..., any number type) as uint8, rounded down as when bits are dropped."""
        if samples.dtype == np.uint8:
            return samples
        if samples.dtype == np.bool_:
            white: Array = samples.astype("u1") * np.uint8(255)
            return white
        if self.black == 0 and samples.dtype == np.uint16 and (self.white + 1) % 256 == 0:
            shift = int(self.white + 1).bit_length() - 9
            upper: Array = np.minimum(samples >> np.uint16(shift), 255).astype("u1")
            return upper
        spread = (samples.astype("f4") - self.black) * (256 / (self.white - self.black))
        grey: Array = np.clip(np.nan_to_num(spread), 0, 255).astype("u1")
        return grey


def levels_of(frames: Iterable[Array]) -> Levels:
    """Levels that fit a sample of frames.

    Whole numbers keep a power of two: cameras of 10, 12 or 14 bits store them in 16, and by the
    upper 8 bits alone would show next to nothing. Other numbers are spread from the least to the
    greatest that the sample holds.
    """
    low, high, kind = np.inf, -np.inf, np.dtype("u1")
    for frame in frames:
        kind = frame.dtype
        finite = frame[np.isfinite(frame)] if kind.kind == "f" else frame
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if kind in (np.uint8, np.bool_) or high < low:
        return Levels(0, 255)
    if kind.kind in "iu" and low >= 0:
        bits = max(8, int(high).bit_length())
        stored = kind.itemsize * 8
        told = f"{stored}-bit grey" if bits == stored else f"{bits} of {stored} bits in use"
        return Levels(0, float(2**bits - 1), told)
    white = high if high > low else low + 1
    return Levels(low, white, f"{kind.itemsize * 8}-bit numbers, {low:g} black to {white:g} white")
