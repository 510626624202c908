"""The same behaviour in other light: further sessions made from the frames of one.

Scene 0 is the recording itself. Scene k is clip(gain x frame + 0.25 x texture + 0.1 x ramp), the
texture smooth noise drawn from seed 4 + k, the gain 0.7 in scene 1, and the ramp from left to
right in scene 1; further scenes change gain and direction of the ramp. Codes of the same moment
should agree between scenes, and a pose redrawn in another scene's context should be that scene's
frame: here the true frame is known.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.figures.arrays import Array

_TEXTURE, _RAMP, _SIGMA_PX, _FIRST_SEED = 0.25, 0.1, 6.0, 4
#: Gain of the scenes in turn, from scene 1.
_GAINS = (0.7, 0.55, 0.85, 0.65)
_CHUNK = 128


def scene_of(frames: Array, scene: int, path: Path, check: Callable[[], None]) -> Array:
    """Frames (n, V, H, W) uint8 as scene `scene` shows them, kept in `path`.

    Scene 0 gives the frames themselves.
    """
    if scene == 0:
        return frames
    added = still_part(frames.shape[-2:], scene)
    gain = _GAINS[(scene - 1) % len(_GAINS)]
    made = np.memmap(path, "u1", "w+", shape=frames.shape)
    for start in range(0, len(frames), _CHUNK):
        check()
        grey = frames[start : start + _CHUNK] / 255.0
        seen = np.clip(gain * grey + added, 0, 1)
        made[start : start + _CHUNK] = np.round(255 * seen)
    return made


def still_part(size: tuple[int, int], scene: int) -> Array:
    """What a scene adds to every frame, (H, W) float64 in grey of 0..1."""
    from scipy.ndimage import gaussian_filter

    random = np.random.RandomState(_FIRST_SEED + scene)
    texture = gaussian_filter(random.rand(*size), _SIGMA_PX, mode="mirror")
    texture = (texture - texture.min()) / (texture.max() - texture.min())
    ramp = np.broadcast_to(np.arange(size[1]) / size[1], size)
    turned = np.rot90(ramp, scene - 1) if size[0] == size[1] else ramp
    added: Array = _TEXTURE * texture + _RAMP * turned
    return added
