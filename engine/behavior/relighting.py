"""Frames in other light: an augmentation that leaves nothing of the light for the code to tell.

A frame is encoded in one light, and drawn in another that its context is in too. What the decoder
needs to know of the light then stands in the context alone. This is not in the paper (Shi et al.,
NeurIPS 2021, train on frames as they are); the loss stays the squared error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.figures.arrays import Array

#: Ends of what a strength of 1 draws from: log gain and log gamma, grey added, slope of a side.
_GAIN, _GAMMA, _ADDED, _SLOPE = 0.5, 0.5, 0.2, 0.15
#: Share of the frames that are relit; the others are as they were taken.
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Light:
    """gain x grey ** gamma + added + slopes along the columns and rows, which go from -1 to 1."""

    gain: float = 1.0
    gamma: float = 1.0
    added: float = 0.0
    across: float = 0.0
    down: float = 0.0

    @classmethod
    def drawn(cls, random: np.random.Generator, strength: float) -> Light:
        """Another light, or in `1 - SHARE` of the draws the light that is there."""
        own = random.random() >= SHARE
        gain, gamma, added, across, down = random.uniform(-strength, strength, 5)
        if own:
            return cls()
        return cls(
            float(np.exp(_GAIN * gain)),
            float(np.exp(_GAMMA * gamma)),
            _ADDED * added,
            _SLOPE * across,
            _SLOPE * down,
        )

    def on(self, frames: Array) -> Array:
        """Frames (B, V, H, W) uint8 in this light, the same shape and type."""
        if self == Light():
            return frames
        height, width = frames.shape[-2:]
        tone = self.gain * (np.arange(256, dtype="f4") / 255) ** self.gamma + self.added
        slope = self.down * np.linspace(-1, 1, height, dtype="f4")[:, None]
        slope = slope + self.across * np.linspace(-1, 1, width, dtype="f4")
        lit: Array = np.round(255 * np.clip(tone.astype("f4")[frames] + slope, 0, 1)).astype("u1")
        return lit


def in_many_lights(frames: Array, random: np.random.Generator, strength: float) -> Array:
    """Each of the frames (B, V, H, W) uint8 in a light of its own."""
    lit = [Light.drawn(random, strength).on(frame[None]) for frame in frames]
    return np.concatenate(lit)
