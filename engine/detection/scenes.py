"""Crowded scenes drawn by the product, with the exact full and visible box of every person.

The full box is the bounding box of a person's own silhouette cut to the image; the visible box
that of the pixels nobody in front has painted over. Scenes follow from their seed alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.detection.people import Person, any_person, painted
from engine.figures.arrays import Array

Occlusion = Literal["light", "default", "heavy"]

WIDTH, HEIGHT = 256, 192
#: Sideways distance of neighbours in a group, in widths of a person.
SHIFTS: dict[str, tuple[float, float]] = {
    "light": (0.5, 1.2),
    "default": (0.12, 0.6),
    "heavy": (0.05, 0.35),
}
#: People with fewer visible pixels than this are not annotated.
LEAST_VISIBLE_PX = 25
#: Share of scenes with something that hides the legs of somebody.
_THINGS = 0.35
_ASPECT = 0.41
_HEIGHTS = (50.0, 120.0)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One image and what is known of it.

    Attributes
    ----------
    pixels
        (h, w, 3) uint8 RGB.
    full, visible
        (n, 4) float64: left, top, right, bottom in pixels.
    ids
        (h, w) int16: row of the person seen at each pixel, -1 for the background and -2 for
        a person too hidden to be annotated.
    who
        (n,) int64: position of each in the people given, by rising foot.
    """

    pixels: Array
    full: Array
    visible: Array
    ids: Array
    who: Array


@dataclass(frozen=True, slots=True)
class Placed:
    """A person standing at a point: middle of the body and sole, in pixels."""

    person: Person
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Film:
    """Light, focus and noise of a camera; None draws the noise anew for each image."""

    gain: float
    lift: float
    blur_px: float
    noise: float | None = None


def any_film(random: np.random.Generator) -> Film:
    """A camera drawn by chance."""
    gain, lift = float(random.uniform(0.7, 1.2)), float(random.uniform(-15, 25))
    return Film(gain, lift, float(random.uniform(0.4, 0.9)))


def scene(
    seed: int | Sequence[int],
    occlusion: str = "default",
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Scene:
    """The scene of a seed: 2 to 4 groups of 1 to 3 people before a made-up background.

    Parameters
    ----------
    seed
        One number or several.
    occlusion
        How close the people of a group stand, a key of `SHIFTS`.
    size
        Width and height in pixels.
    """
    random = np.random.default_rng(seed)
    people = _groups(random, SHIFTS[occlusion], size)
    return compose(backdrop(random, size), people, random, _things(people, random))


def compose(
    background: Array,
    people: Sequence[Placed],
    random: np.random.Generator,
    things: Sequence[tuple[int, int, int, int]] = (),
    film: Film | None = None,
) -> Scene:
    """Draw people back to front over a background (h, w, 3) float32, with camera noise.

    `things` are rectangles (left, top, right, bottom) that stand before everybody; `film` keeps
    light and focus equal over the frames of a clip.
    """
    pixels = background.copy()
    height, width = pixels.shape[:2]
    ids = np.full((height, width), -1, "i2")
    order = sorted(people, key=lambda placed: placed.y)
    full = np.zeros((len(order), 4))
    for row, placed in enumerate(order):
        full[row] = _paste(pixels, ids, placed, row)
    for left, top, right, bottom in things:
        pixels[top:bottom, left:right] = _paint(random, 15, 230)
        ids[top:bottom, left:right] = -1
    full, visible, ids, who = _annotated(full, ids)
    return Scene(_filmed(pixels, random, film), full, visible, ids, who)


def backdrop(random: np.random.Generator, size: tuple[int, int]) -> Array:
    """A background (h, w, 3) float32: sky or wall, ground, blocks and coloured noise."""
    width, height = size
    horizon = round(height * random.uniform(0.15, 0.55))
    image = np.empty((height, width, 3), "f4")
    image[:horizon], image[horizon:] = _paint(random, 60, 220), _paint(random, 40, 190)
    image *= np.linspace(random.uniform(0.75, 1.1), random.uniform(0.85, 1.2), height, dtype="f4")[
        :, None, None
    ]
    image += random.uniform(2, 26) * _grain(random, size)
    for _ in range(int(random.integers(4, 12))):
        _draw_block(image, random)
    for draw in (_draw_pole, _draw_sign, _draw_windows, _draw_fork):
        for _ in range(int(random.integers(0, 4))):
            draw(image, random)
    return np.clip(image, 0, 255)


def _paint(random: np.random.Generator, low: float, high: float) -> Array:
    """A colour (3,), more often dull than bright."""
    color = random.uniform(low, high, 3)
    bright = random.random() ** 2
    dull: Array = bright * color + (1 - bright) * color.mean()
    return dull


def _grain(random: np.random.Generator, size: tuple[int, int]) -> Array:
    """Blotches (h, w, 3) of unit strength, as large as leaves or as walls."""
    import cv2

    width, height = size
    cell = int(random.choice((3, 8, 20)))
    shape = (max(2, height // cell), max(2, width // cell), 3)
    small = random.standard_normal(shape, dtype="f4")
    bright = float(random.random())
    small = bright * small + (1 - bright) * small[..., :1]
    grain: Array = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return grain


def _draw_block(image: Array, random: np.random.Generator) -> None:
    """A rectangle: a window, a car, a sign; some as tall and narrow as a person."""
    height, width = image.shape[:2]
    wide = random.uniform(0.04, 0.3) * width
    tall = wide * random.uniform(0.4, 3.0)
    x, y = random.uniform(-0.1, 1.0) * width, random.uniform(-0.1, 0.9) * height
    left, top = max(0, int(x)), max(0, int(y))
    area = image[top : max(top, int(y + tall)), left : max(left, int(x + wide))]
    strength = random.uniform(0.4, 1.0)
    area[:] = (1 - strength) * area + strength * _paint(random, 15, 240)


def _draw_pole(image: Array, random: np.random.Generator) -> None:
    import cv2

    height, width = image.shape[:2]
    x = random.uniform(0, width)
    lean = random.normal(0, 0.05) * height
    top, bottom = sorted(random.uniform(0, height, 2))
    color = tuple(float(value) for value in _paint(random, 15, 230))
    thickness = int(random.integers(1, max(2, width // 24)))
    cv2.line(image, (int(x), int(top)), (int(x + lean), int(bottom)), color, thickness)


def _draw_sign(image: Array, random: np.random.Generator) -> None:
    """A blob on a post, with about the outline of a head on a body."""
    import cv2

    height, width = image.shape[:2]
    x, y = random.uniform(0, width), random.uniform(0, height)
    tall = random.uniform(0.15, 0.6) * height
    wide = tall * random.uniform(0.03, 0.3)
    post, blob = (tuple(float(v) for v in _paint(random, 15, 230)) for _ in range(2))
    left, right = (int(x - wide / 2), int(y)), (int(x + wide / 2), int(y + tall))
    cv2.rectangle(image, left, right, post, -1)
    axes = (max(1, int(tall * random.uniform(0.05, 0.2))), max(1, int(tall * 0.1)))
    cv2.ellipse(image, (int(x), int(y)), axes, 0, 0, 360, blob, -1)


def _draw_windows(image: Array, random: np.random.Generator) -> None:
    """Equal upright rectangles in a row: windows, doors, a fence."""
    height, width = image.shape[:2]
    wide, tall = random.uniform(0.01, 0.08) * width, random.uniform(0.08, 0.5) * height
    step = wide * random.uniform(1.2, 2.5)
    x, y = random.uniform(-0.1, 0.9) * width, random.uniform(-0.1, 0.8) * height
    color = _paint(random, 15, 240)
    for column in range(int(random.integers(2, 8))):
        left = max(0, int(x + column * step))
        image[max(0, int(y)) : max(0, int(y + tall)), left : left + max(1, int(wide))] = color


def _draw_fork(image: Array, random: np.random.Generator) -> None:
    """Lines from one point, such as a tripod or a bare tree."""
    import cv2

    height, width = image.shape[:2]
    x, y = random.uniform(0, width), random.uniform(0, height)
    color = tuple(float(value) for value in _paint(random, 15, 230))
    thickness = int(random.integers(1, 4))
    for _ in range(int(random.integers(2, 6))):
        reach = random.uniform(-0.2, 0.2, 2) * width
        end = (int(x + reach[0] * 0.4), int(y + reach[1]))
        cv2.line(image, (int(x), int(y)), end, color, thickness)


def _groups(
    random: np.random.Generator, shifts: tuple[float, float], size: tuple[int, int]
) -> list[Placed]:
    width, height = size
    people: list[Placed] = []
    for _ in range(int(random.integers(2, 5))):
        tall = float(random.uniform(*_HEIGHTS))
        x = float(random.uniform(0.05, 0.95) * width)
        y = float(random.uniform(min(0.55 * height, tall), 1.02 * height))
        for _ in range(int(random.integers(1, 4))):
            own = tall * float(random.uniform(0.9, 1.1))
            depth = float(random.uniform(-0.12, 0.12)) * tall
            people.append(Placed(any_person(own, random), x, y + depth))
            x += float(random.uniform(*shifts) * random.choice((-1, 1))) * _ASPECT * tall
    return people


def _things(
    people: Sequence[Placed], random: np.random.Generator
) -> list[tuple[int, int, int, int]]:
    """Now and then something low before somebody: a bench, a hedge, a car."""
    if random.random() > _THINGS:
        return []
    before = people[int(random.integers(len(people)))]
    tall = before.person.height_px
    top = before.y - tall * random.uniform(0.2, 0.6)
    left = before.x - tall * random.uniform(0.1, 0.5)
    right, bottom = left + tall * random.uniform(0.4, 1.0), before.y + tall * 0.1
    return [(max(0, int(left)), max(0, int(top)), max(0, int(right)), max(0, int(bottom)))]


def _paste(pixels: Array, ids: Array, placed: Placed, row: int) -> Array:
    """Paint one person; their full box (4,), zeros when wholly outside."""
    colors, mask = painted(placed.person)
    height, width = ids.shape
    left = math.floor(placed.x - mask.shape[1] / 2)
    top = math.floor(placed.y - mask.shape[0])
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + mask.shape[1]), min(height, top + mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return np.zeros(4)
    part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    where = mask[part]
    pixels[y0:y1, x0:x1][where] = colors[part][where]
    ids[y0:y1, x0:x1][where] = row
    return _bounds(where, x0, y0)


def _bounds(where: Array, x0: int = 0, y0: int = 0) -> Array:
    rows = np.flatnonzero(where.any(axis=1))
    columns = np.flatnonzero(where.any(axis=0))
    if not len(rows):
        return np.zeros(4)
    edges = (columns[0] + x0, rows[0] + y0, columns[-1] + 1 + x0, rows[-1] + 1 + y0)
    return np.array(edges, "f8")


def _annotated(full: Array, ids: Array) -> tuple[Array, Array, Array, Array]:
    """Full and visible boxes of who can be seen, the map renumbered, and who that is."""
    count = len(full)
    pixels = np.bincount(ids[ids >= 0].astype("i8"), minlength=count)
    kept = np.flatnonzero(pixels >= LEAST_VISIBLE_PX)
    visible = [_bounds(ids == row) for row in kept]
    number = np.full(count + 2, -2, "i2")
    number[kept] = np.arange(len(kept))
    # The last entry answers for index -1: the background.
    number[-1] = -1
    boxes = np.array(visible, "f8").reshape(-1, 4)
    return full[kept], boxes, number[ids], kept


def _filmed(pixels: Array, random: np.random.Generator, film: Film | None) -> Array:
    """Light, focus and noise of a camera, to (h, w, 3) uint8."""
    import cv2

    film = film or any_film(random)
    image = cv2.GaussianBlur(pixels, (0, 0), film.blur_px)
    noise = random.standard_normal(image.shape, dtype="f4")
    noise *= float(random.uniform(2, 9)) if film.noise is None else film.noise
    gain, lift = film.gain, film.lift
    filmed: Array = np.clip(image * gain + lift + noise, 0, 255).astype("u1")
    return filmed
