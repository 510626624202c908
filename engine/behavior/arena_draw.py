"""Drawing the two animals of `engine.behavior.arena` in scenes that differ in what is still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.behavior.arena import CENTRE, NODES, RADIUS, SIZE, PairTruth
from engine.figures.arrays import Array

_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Scene:
    """A dish and its light. Grey levels from 0 (black) to 255 (white).

    Attributes
    ----------
    name
        As a person would call it.
    floor, outside
        Grey of the dish and around it.
    body, wing, leg
        Grey of the animals.
    slope, grain, stripes
        Light from one side, roughness of the floor, and strength of a printed pattern.
    noise
        Standard deviation of the camera's noise.
    """

    name: str
    floor: float
    outside: float
    body: float
    wing: float
    leg: float
    slope: float
    grain: float
    stripes: float
    noise: float


SCENES = (
    Scene("white dish", 205, 150, 45, 120, 70, 18, 5, 0, 2.0),
    Scene("infrared", 34, 14, 205, 130, 150, 8, 6, 0, 3.0),
    Scene("sand", 150, 96, 40, 92, 58, 30, 12, 0, 2.5),
    Scene("striped paper", 190, 120, 38, 105, 62, -25, 6, 34, 2.0),
)


def scene_frames(truth: PairTruth, scene: Scene, seed: int) -> Iterator[Array]:
    """Draw a recording frame by frame: (SIZE, SIZE) uint8 grey."""
    random = np.random.default_rng([seed, 12])
    still = still_part(scene, random)
    for xy in truth.xy:
        frame = still.copy()
        for animal in xy:
            _draw(frame, animal, scene)
        frame += random.normal(0, scene.noise, frame.shape).astype("f4")
        yield np.clip(frame, 0, 255).astype("u1")


def still_part(scene: Scene, random: np.random.Generator) -> Array:
    """What never moves, (SIZE, SIZE) float32."""
    import cv2

    rows, columns = np.mgrid[0:SIZE, 0:SIZE].astype("f4")
    grain = cv2.GaussianBlur(random.normal(0, 1, (SIZE, SIZE)).astype("f4"), (0, 0), 2)
    grain *= scene.grain / max(float(grain.std()), 1e-6)
    stripes = scene.stripes * (np.sin((columns + rows) / 9.0) > 0)
    inside = np.hypot(columns - CENTRE, rows - CENTRE) < RADIUS
    still: Array = np.where(inside, scene.floor + grain - stripes, scene.outside)
    still = still + scene.slope * (columns / SIZE - 0.5)
    still = still.astype("f4")
    centre = _fixed(np.array([CENTRE, CENTRE]))
    rim = 0.6 * scene.outside
    cv2.circle(still, centre, round(RADIUS * 2**_SHIFT), rim, 3, cv2.LINE_AA, _SHIFT)
    cv2.rectangle(still, (12, 12), (26, 22), rim, -1, cv2.LINE_AA)
    smooth: Array = cv2.GaussianBlur(still, (0, 0), 0.8)
    return smooth


def _draw(frame: Array, animal: Array, scene: Scene) -> None:
    """Legs, then body, then wings."""
    import cv2

    at = dict(zip(NODES, animal, strict=True))
    length = float(np.linalg.norm(at["head"] - at["abdomen"]))
    for leg in (name for name in NODES if "leg" in name):
        knee = (at["thorax"] + at[leg]) / 2 + 0.16 * (at["head"] - at["thorax"])
        points = np.stack([_fixed(at["thorax"]), _fixed(knee), _fixed(at[leg])]).astype("i4")
        cv2.polylines(frame, [points], False, scene.leg, 1, cv2.LINE_AA, _SHIFT)
    for wing in ("wingL", "wingR"):
        _oval(frame, at["thorax"], at[wing], 0.16 * length, scene.wing)
    _oval(frame, at["thorax"], at["abdomen"], 0.20 * length, scene.body)
    _oval(frame, at["head"], at["thorax"], 0.15 * length, 0.85 * scene.body + 0.15 * scene.wing)
    _disc(frame, at["head"], 0.12 * length, scene.body)
    for eye in ("eyeL", "eyeR"):
        _disc(frame, at[eye], 0.055 * length, scene.wing)


def _oval(frame: Array, start: Array, end: Array, width: float, shade: float) -> None:
    """An ellipse from one point to another."""
    import cv2

    along = end - start
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    half = max(float(np.linalg.norm(along)) / 2 * 1.15, 1.0)
    axes = (round(half * 2**_SHIFT), round(width * 2**_SHIFT))
    centre = _fixed((start + end) / 2)
    cv2.ellipse(frame, centre, axes, angle, 0, 360, shade, -1, cv2.LINE_AA, _SHIFT)


def _disc(frame: Array, centre: Array, radius: float, shade: float) -> None:
    import cv2

    size = round(radius * 2**_SHIFT)
    cv2.circle(frame, _fixed(centre), size, shade, -1, cv2.LINE_AA, _SHIFT)


def _fixed(point: Array) -> tuple[int, int]:
    """A point in the fixed-point coordinates of OpenCV's drawing functions."""
    return round(float(point[0]) * 2**_SHIFT), round(float(point[1]) * 2**_SHIFT)
