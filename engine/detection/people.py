"""Drawn people: a figure with a pose and clothes, painted into a small patch with its mask."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.figures.arrays import Array

Color = tuple[int, int, int]
#: OpenCV draws in sixteenths of a pixel.
_SHIFT = 4
_ROOM = 1.15
_SKIN = ((236, 201, 176), (224, 172, 138), (190, 132, 98), (141, 85, 54), (92, 58, 40))
_HAIR = ((30, 24, 22), (66, 44, 28), (120, 84, 50), (196, 164, 110), (110, 108, 110), (20, 20, 24))


@dataclass(frozen=True, slots=True)
class Person:
    """One figure. Lengths are shares of the height.

    Attributes
    ----------
    height_px
        From the sole to the crown, before the pose bends it.
    shoulders, hips, head
        Half widths of the trunk above and below, and half the height of the head.
    stride, arms
        How far the feet and hands swing.
    phase
        Where in its step the figure is, in radians.
    facing
        +1 to the right, -1 to the left.
    skirt, bag
        Clothes that change the outline.
    colors
        Skin, hair, upper and lower clothes, shoes, bag.
    """

    height_px: float
    shoulders: float
    hips: float
    head: float
    stride: float
    arms: float
    phase: float
    facing: int
    skirt: bool
    bag: bool
    colors: tuple[Color, Color, Color, Color, Color, Color]


def any_person(height_px: float, random: np.random.Generator) -> Person:
    """A figure of that height with everything else drawn by chance."""
    return Person(
        height_px=height_px,
        shoulders=float(random.uniform(0.085, 0.13)),
        hips=float(random.uniform(0.07, 0.105)),
        head=float(random.uniform(0.062, 0.078)),
        stride=float(random.uniform(0.02, 0.14)),
        arms=float(random.uniform(0.02, 0.13)),
        phase=float(random.uniform(0, 2 * math.pi)),
        facing=int(random.choice((-1, 1))),
        skirt=bool(random.random() < 0.2),
        bag=bool(random.random() < 0.25),
        colors=_colors(random),
    )


def painted(person: Person) -> tuple[Array, Array]:
    """The figure alone.

    Returns
    -------
    tuple
        Colours (h, w, 3) uint8 RGB and a mask (h, w) bool; the sole stands on the last row and
        the middle of the body on the middle column.
    """
    import cv2

    side = person.height_px
    rows, columns = math.ceil(side * _ROOM), math.ceil(side * 0.75)
    pixels = np.zeros((rows, columns, 3), "u1")
    mask = np.zeros((rows, columns), "u1")
    brush = _Brush(pixels, mask, columns / 2, rows - 0.5, side)
    _paint_body(brush, person)
    shade = cv2.GaussianBlur(pixels, (0, 0), max(0.5, side * 0.006))
    return shade, mask > 0


class _Brush:
    """Draws into colours and mask at once; y grows upwards from the sole, in heights."""

    def __init__(self, pixels: Array, mask: Array, x: float, y: float, side: float) -> None:
        self._targets = (pixels, mask)
        self._x, self._y, self._side = x, y, side

    def limb(self, points: list[tuple[float, float]], width: float, color: Color) -> None:
        import cv2

        thickness = max(1, round(width * self._side))
        outline = np.array([self._at(*point) for point in points], "i4")
        for target, ink in zip(self._targets, (color, 1), strict=True):
            cv2.polylines(target, [outline], False, ink, thickness, cv2.LINE_8, _SHIFT)

    def shape(self, points: list[tuple[float, float]], color: Color) -> None:
        import cv2

        outline = np.array([self._at(*point) for point in points], "i4")
        for target, ink in zip(self._targets, (color, 1), strict=True):
            cv2.fillPoly(target, [outline], ink, cv2.LINE_8, _SHIFT)

    def oval(self, x: float, y: float, half: tuple[float, float], color: Color) -> None:
        import cv2

        scale = self._side * (1 << _SHIFT)
        size = (max(8, round(half[0] * scale)), max(8, round(half[1] * scale)))
        for target, ink in zip(self._targets, (color, 1), strict=True):
            cv2.ellipse(target, self._at(x, y), size, 0, 0, 360, ink, -1, cv2.LINE_8, _SHIFT)

    def _at(self, x: float, y: float) -> tuple[int, int]:
        scale = 1 << _SHIFT
        return (
            round((self._x + x * self._side) * scale),
            round((self._y - y * self._side) * scale),
        )


def _paint_body(brush: _Brush, person: Person) -> None:
    skin, hair, upper, lower, shoes, bag = person.colors
    swing = math.sin(person.phase)
    reach, far = person.facing * person.stride * swing, person.facing * person.arms * swing
    top, hips, neck = 0.985, 0.5, 0.985 - 2.1 * person.head
    # Far limbs first, then the trunk, then near limbs.
    _paint_leg(brush, person, -reach, _dark(lower), shoes)
    _paint_arm(brush, person, far, neck, _dark(upper), skin)
    _paint_leg(brush, person, reach, lower, shoes)
    shoulder, hip = person.shoulders, person.hips
    brush.shape(
        [(-shoulder, neck - 0.02), (-shoulder * 0.45, neck + 0.01), (shoulder * 0.45, neck + 0.01),
         (shoulder, neck - 0.02), (hip, hips - 0.02), (-hip, hips - 0.02)],
        upper,
    )  # fmt: skip
    if person.skirt:
        brush.shape([(-hip, hips), (hip, hips), (hip * 1.6, 0.27), (-hip * 1.6, 0.27)], lower)
    brush.limb([(0, neck - 0.01), (0, neck + 0.03)], 0.05, skin)
    brush.oval(0, top - person.head, (person.head * 0.78, person.head), skin)
    brush.oval(
        -0.012 * person.facing, top - person.head * 0.62, (person.head * 0.8, person.head * 0.62),
        hair,
    )  # fmt: skip
    if person.bag:
        x = -person.facing * (shoulder + 0.015)
        brush.oval(x, 0.6, (0.05, 0.1), bag)
    _paint_arm(brush, person, -far, neck, upper, skin)


def _paint_leg(brush: _Brush, person: Person, reach: float, cloth: Color, shoes: Color) -> None:
    hip = 0.45 * person.hips * (1 if reach >= 0 else -1)
    knee = (hip + 0.55 * reach + 0.012 * person.facing, 0.26)
    lift = max(0.0, -reach * person.facing) * 0.25
    foot = (hip + reach, 0.035 + lift)
    brush.limb([(hip, 0.5), knee, foot], 0.085, cloth)
    toe = (foot[0] + 0.045 * person.facing, foot[1] - 0.008)
    brush.limb([foot, toe], 0.045, shoes)


def _paint_arm(
    brush: _Brush, person: Person, reach: float, neck: float, cloth: Color, skin: Color
) -> None:
    side = person.shoulders * (1 if reach >= 0 else -1) * 0.95
    elbow = (side + 0.5 * reach, neck - 0.19)
    hand = (side + reach * 1.25, neck - 0.34)
    brush.limb([(side, neck - 0.03), elbow, hand], 0.055, cloth)
    brush.oval(*hand, (0.024, 0.03), skin)


def _colors(random: np.random.Generator) -> tuple[Color, Color, Color, Color, Color, Color]:
    skin, hair = _SKIN[random.integers(len(_SKIN))], _HAIR[random.integers(len(_HAIR))]
    upper, lower, shoes, bag = (_cloth(random) for _ in range(4))
    return skin, hair, upper, lower, _dark(shoes), bag


def _cloth(random: np.random.Generator) -> Color:
    """Often muted, sometimes bright: people in the street wear both."""
    base = random.uniform(20, 235)
    spread = random.choice((12.0, 30.0, 80.0))
    return _color(base + random.normal(0, spread, 3))


def _dark(color: Color) -> Color:
    return _color(np.array(color) * 0.72)


def _color(values: Array) -> Color:
    red, green, blue = (int(value) for value in np.clip(values, 0, 255))
    return red, green, blue
