"""Drawn scenes: the cart with its pole, and the ant from the places of its links."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from engine.figures.arrays import Array

_BACK, _LINE = (26, 29, 35), (70, 78, 92)
_INK, _WARM, _COOL = (214, 220, 230), (230, 159, 0), (86, 180, 233)
_BITS = 4
_TRACK_M = 2.4


def draw_cartpole(state: Array) -> Array:
    """Track, cart and pole as (300, 600, 3) uint8, for a state (4,)."""
    import cv2

    image = np.full((300, 600, 3), _BACK, "u1")
    scale, middle, ground = 110.0, (300.0, 170.0), 170.0
    left, right = middle[0] - _TRACK_M * scale, middle[0] + _TRACK_M * scale
    cv2.line(image, _at(left, ground), _at(right, ground), _LINE, 2, cv2.LINE_AA, _BITS)
    for edge in (left, right):
        ends = _at(edge, ground - 14), _at(edge, ground + 14)
        cv2.line(image, *ends, _LINE, 2, cv2.LINE_AA, _BITS)
    x, theta = middle[0] + state[0] * scale, float(state[2])
    corners = _at(x - 26, ground - 12), _at(x + 26, ground + 12)
    cv2.rectangle(image, *corners, _COOL, -1, cv2.LINE_AA, _BITS)
    for wheel in (-16, 16):
        cv2.circle(image, _at(x + wheel, ground + 15), 6 << _BITS, _INK, -1, cv2.LINE_AA, _BITS)
    tip = (x + math.sin(theta) * 110, ground - math.cos(theta) * 110)
    cv2.line(image, _at(x, ground), _at(*tip), _WARM, 8, cv2.LINE_AA, _BITS)
    cv2.circle(image, _at(x, ground), 6 << _BITS, _INK, -1, cv2.LINE_AA, _BITS)
    return image


def draw_ant(torso: Array, legs: list[Array]) -> Array:
    """The ant from behind and above as (300, 480, 3) uint8.

    Parameters
    ----------
    torso
        (3,) m.
    legs
        Hip, knee and tip of each leg, (3, 3) m.
    """
    import cv2

    image = np.full((300, 480, 3), _BACK, "u1")
    camera = _Camera(np.array([torso[0], torso[1], 0.3]))
    _draw_floor(image, camera, torso)
    shadow = [np.concatenate((np.stack((torso, *leg)),), axis=0) * [1, 1, 0] for leg in legs]
    for path in shadow:
        _polyline(image, camera, path, (16, 18, 22), 6)
    order = sorted(legs, key=lambda leg: -camera.depth(leg[1]))
    for i, leg in enumerate(order):
        _polyline(image, camera, np.stack((torso, *leg)), _COOL if i % 2 else (0, 158, 115), 7)
        cv2.circle(image, _at(*camera.project(leg[2])), 5 << _BITS, _INK, -1, cv2.LINE_AA, _BITS)
    radius = round(0.25 * camera.scale(torso))
    centre = camera.project(torso)
    cv2.circle(image, _at(*centre), radius << _BITS, _WARM, -1, cv2.LINE_AA, _BITS)
    return image


class _Camera:
    """A pinhole behind the ant, turned a little to the side."""

    _FOCAL = 600.0

    def __init__(self, target: Array) -> None:
        self._eye = target + np.array([-2.2, -1.9, 1.5])
        ahead = target - self._eye
        self._ahead = ahead / np.linalg.norm(ahead)
        right = np.cross(self._ahead, (0.0, 0.0, 1.0))
        self._right = right / np.linalg.norm(right)
        self._down = -np.cross(self._right, self._ahead)

    def depth(self, point: Array) -> float:
        return float((point - self._eye) @ self._ahead)

    def scale(self, point: Array) -> float:
        return self._FOCAL / max(self.depth(point), 0.1)

    def project(self, point: Array) -> tuple[float, float]:
        offset, scale = point - self._eye, self.scale(point)
        return 240 + offset @ self._right * scale, 160 + offset @ self._down * scale


def _draw_floor(image: Array, camera: _Camera, torso: Array) -> None:
    """Lines every metre; they stay with the ground, so that running shows."""
    base = np.floor(torso[:2])
    for k in range(-5, 9):
        for start, end in (((k, -5), (k, 8)), ((-5, k), (8, k))):
            ends = [np.array([*(base + place), 0.0]) for place in (start, end)]
            if all(camera.depth(place) > 0.3 for place in ends):
                _polyline(image, camera, np.stack(ends), (44, 50, 60), 1)


def _polyline(image: Array, camera: _Camera, path: Array, color: Any, width: int) -> None:
    import cv2

    points = [_at(*camera.project(point)) for point in path]
    for start, end in pairwise(points):
        cv2.line(image, start, end, color, width, cv2.LINE_AA, _BITS)


def _at(x: float, y: float) -> tuple[int, int]:
    """A point in the fixed-point coordinates of OpenCV."""
    return round(x * (1 << _BITS)), round(y * (1 << _BITS))
