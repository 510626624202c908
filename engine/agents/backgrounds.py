"""Pictures in the place of CarRacing's grass, drawn by this project.

The paper swaps photographs and prints that are not supplied; scores on these pictures stand
beside no reported ones.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.agents.attack import Background
from engine.figures.arrays import Array

GRASS = ((102, 204, 102), (102, 230, 102))
_SIZE = 96


def swap_background(frame: Array, name: Background) -> Array:
    """A frame (96, 96, 3) uint8 whose grass, told by its exact colours, shows a picture."""
    if name == "none":
        return frame
    grass = np.zeros(frame.shape[:2], bool)
    for color in GRASS:
        grass |= (frame == np.array(color, "u1")).all(axis=2)
    swapped = frame.copy()
    swapped[grass] = background(name)[grass]
    return swapped


@cache
def background(name: Background) -> Array:
    """The picture of that name, (96, 96, 3) uint8."""
    rows, columns = np.mgrid[0:_SIZE, 0:_SIZE].astype("f8") / _SIZE
    drawn = {"dunes": _dunes, "ridge": _ridge, "blossom": _blossom, "checks": _checks}[name]
    picture: Array = np.clip(drawn(rows, columns), 0, 255).astype("u1")
    picture.setflags(write=False)
    return picture


def _dunes(rows: Array, columns: Array) -> Array:
    wave = np.sin(9 * rows + 2.2 * np.sin(4 * columns)) + 0.4 * np.sin(31 * rows - 6 * columns)
    shade = (wave + 1.4) / 2.8
    colors: Array = shade[..., None] * np.array([214, 172, 108]) + 30
    return colors


def _ridge(rows: Array, columns: Array) -> Array:
    sky = np.stack([90 + 90 * rows, 130 + 70 * rows, 190 + 40 * rows], axis=-1)
    peak = 0.25 + 0.9 * np.abs(columns - 0.52) + 0.03 * np.sin(40 * columns)
    far, near = rows > peak, rows > 0.66 + 0.06 * np.sin(9 * columns)
    snow = far & (rows < peak + 0.14)
    sky[far] = (84, 92, 118)
    sky[snow] = (236, 240, 246)
    sky[near] = (52, 74, 66)
    return sky


def _blossom(rows: Array, columns: Array) -> Array:
    random = np.random.default_rng(7)
    picture = np.full((_SIZE, _SIZE, 3), (24.0, 42.0, 84.0))
    for _ in range(46):
        y, x, size = random.random(), random.random(), random.uniform(0.03, 0.09)
        angle = np.arctan2(rows - y, columns - x)
        radius = np.hypot(rows - y, columns - x)
        petal = radius < size * (0.7 + 0.3 * np.cos(5 * angle))
        picture[petal] = np.array([226, 150, 170]) + random.uniform(-25, 25, 3)
        picture[radius < size * 0.2] = (244, 214, 110)
    return picture


def _checks(rows: Array, columns: Array) -> Array:
    odd = (np.floor(rows * 16) + np.floor(columns * 16)) % 2
    chosen: Array = np.where(odd[..., None] > 0, (196, 60, 54), (238, 232, 214)).astype("f8")
    return chosen
