"""Recordings the product makes itself.

Two animals in a dish, seen from above, in several scenes (`write_pair`; what they do is in
`engine.behavior.arena`), and a head-fixed mouse on a wheel, seen from the side.

The mouse switches between five behaviours whose durations are drawn from gamma distributions;
every joint follows its target with a critically damped lag, so that movements blend as real
ones do. States and joint positions are known, and the same seed writes the same recording.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from engine.behavior.arena import EDGES, NODES, TRACKS, PairTruth, two_animals
from engine.behavior.arena import RATE as PAIR_RATE
from engine.figures.arrays import Array
from engine.files.poses.model import Poses, Skeleton, from_dense

#: Formats in which the poses of a synthetic recording can be written.
TWINS = ("dlc_csv", "dlc_h5", "slp", "analysis", "nwb")

STATES = ("rest", "walk", "reach", "groom", "lick")
JOINTS = ("nose", "jaw", "ear", "elbow", "paw", "hind paw", "tail")

WIDTH, HEIGHT, RATE = 256, 192, 30

_MEAN_S = {"rest": 1.6, "walk": 2.2, "reach": 0.9, "groom": 1.8, "lick": 1.2}
_NEXT = {
    "rest": (("walk", 0.45), ("reach", 0.3), ("groom", 0.25)),
    "walk": (("rest", 0.55), ("groom", 0.15), ("reach", 0.3)),
    "reach": (("lick", 0.75), ("rest", 0.25)),
    "groom": (("rest", 0.6), ("walk", 0.4)),
    "lick": (("rest", 0.6), ("walk", 0.4)),
}
_LAG_S = 0.06
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a synthetic recording.

    Attributes
    ----------
    times_s
        (n,) float64.
    state
        (n,) int64, an index into `STATES`.
    joints
        (n, len(JOINTS), 2) float64, x and y in pixels of the full frame, origin top left.
    wheel
        (n,) float64, angle of the wheel in radians.
    """

    times_s: Array
    state: Array
    joints: Array
    wheel: Array


def behaviour(seconds: float, seed: int) -> Truth:
    """A state sequence and the movements that follow from it."""
    count = max(1, round(seconds * RATE))
    random = np.random.default_rng(seed)
    state = _state_sequence(count, random)
    targets = np.empty((count, len(JOINTS), 2))
    wheel = np.empty(count)
    angle = 0.0
    for i in range(count):
        angle += 0.11 if STATES[state[i]] == "walk" else 0.0
        wheel[i] = angle
        targets[i] = _targets(STATES[state[i]], i / RATE, angle)
    jitter = random.normal(0, 0.25, targets.shape)
    joints = _followed(targets + jitter)
    return Truth(np.arange(count) / RATE, state, joints, wheel)


def frames(truth: Truth, seed: int) -> Iterator[Array]:
    """Draw the recording frame by frame: (HEIGHT, WIDTH) uint8 grey, with camera noise."""
    random = np.random.default_rng([seed, 1])
    scene = _scene(random)
    for i in range(len(truth.times_s)):
        frame = scene.copy()
        _draw_wheel(frame, truth.wheel[i])
        _draw_animal(frame, truth.joints[i], i / RATE)
        noisy = frame + random.normal(0, 1.6, frame.shape).astype("f4")
        yield np.clip(noisy, 0, 255).astype("u1")


def write_recording(path: Path, *, seconds: float, seed: int) -> Truth:
    """Write an H.264 video of a synthetic recording, and return what is known of it."""
    truth = behaviour(seconds, seed)
    encode(path, frames(truth, seed), RATE)
    return truth


def write_pair(
    folder: Path,
    stem: str,
    *,
    seconds: float,
    seed: int,
    scene: int = 0,
    twins: tuple[str, ...] = TWINS,
) -> PairTruth:
    """Write a recording of two animals, and pose files that tell what is known of it.

    Parameters
    ----------
    folder, stem
        The video is ``STEM.mp4``; the poses are named as each tool names them.
    seconds, seed
        Length; and what they do, which other scenes leave the same.
    scene
        Position in `engine.behavior.arena_draw.SCENES`, taken round.
    twins
        Formats of poses, of `TWINS`.
    """
    from engine.behavior.arena_draw import SCENES, scene_frames

    truth = two_animals(seconds, seed)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = scene_frames(truth, SCENES[scene % len(SCENES)], seed)
    encode(folder / f"{stem}.mp4", drawn, PAIR_RATE)
    poses = pair_poses(truth, folder / f"{stem}.mp4", seed)
    for twin in twins:
        write_twin(poses, twin, folder, stem)
    return truth


def pair_poses(truth: PairTruth, video: Path, seed: int, missing: float = 0.02) -> Poses:
    """The truth as a pose file tells it: a share of the points missing, the others with scores.

    Points that are there are exact; scores are drawn from a beta distribution.
    """
    random = np.random.default_rng([seed, 13])
    xy = np.where(random.random(truth.xy.shape[:3])[..., None] < missing, np.nan, truth.xy)
    # The thorax is what everything else hangs on; trackers rarely miss it.
    thorax = NODES.index("thorax")
    xy[:, :, thorax] = truth.xy[:, :, thorax]
    scores = random.beta(12, 1.5, xy.shape[:3])
    name = video.name
    return from_dense(video, "truth", TRACKS, Skeleton(NODES, EDGES), xy, scores, video=name)


def write_twin(poses: Poses, twin: str, folder: Path, stem: str) -> Path:
    """Write poses in one of the formats of `TWINS`; returns the path."""
    from engine.files.poses import write

    writers: dict[str, tuple[str, Callable[[Poses, Path], None]]] = {
        "dlc_csv": (f"{stem}{write.SCORER}.csv", write.write_dlc_csv),
        "dlc_h5": (f"{stem}{write.SCORER}.h5", write.write_dlc_h5),
        "slp": (f"{stem}.slp", write.write_slp),
        "analysis": (f"{stem}.analysis.h5", write.write_analysis),
        "nwb": (f"{stem}.nwb", partial(write.write_nwb, rate=Fraction(PAIR_RATE))),
    }
    name, writer = writers[twin]
    writer(poses, folder / name)
    return folder / name


def encode(path: Path, frames: Iterable[Array], rate: int, **options: str) -> None:
    """Encode grey frames (h, w) uint8 as H.264, a GOP a second unless `options` say otherwise."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, rate)
        defaults = {"crf": "20", "g": str(rate), "preset": "veryfast", "threads": "1"}
        stream.options = {**defaults, **options}
        for i, gray in enumerate(frames):
            if i == 0:
                stream.height, stream.width = gray.shape
            frame = av.VideoFrame.from_ndarray(gray, format="gray")
            frame.pts = i
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _state_sequence(count: int, random: np.random.Generator) -> Array:
    states = np.empty(count, dtype="i8")
    name, at = "rest", 0
    while at < count:
        length = max(8, round(random.gamma(4.0, _MEAN_S[name] / 4.0) * RATE))
        states[at : at + length] = STATES.index(name)
        at += length
        names, odds = zip(*_NEXT[name], strict=True)
        name = str(random.choice(names, p=odds))
    return states


def _targets(state: str, t: float, wheel: float) -> Array:
    """Where each joint wants to be, (len(JOINTS), 2)."""
    breath = 0.8 * math.sin(2 * math.pi * 2.0 * t)
    nose, jaw = (198.0, 84.0 + breath), (188.0, 94.0 + breath)
    elbow, paw = (160.0, 122.0), (166.0, 140.0)
    hind, tail = (104.0, 146.0), (52.0, 128.0 + 2 * math.sin(2.2 * t))
    if state == "walk":
        stride = 4.2 * wheel
        paw = (160.0 + 13 * math.cos(stride), 136.0 - 7 * max(0.0, math.sin(stride)))
        hind = (104.0 - 12 * math.cos(stride), 146.0 - 6 * max(0.0, -math.sin(stride)))
        tail = (50.0, 122.0 + 7 * math.sin(stride / 2))
    elif state == "reach":
        phase = 0.5 - 0.5 * math.cos(2 * math.pi * 1.6 * t)
        paw = (186.0 + 34 * phase, 128.0 - 34 * phase)
        elbow = (168.0 + 10 * phase, 118.0 - 6 * phase)
    elif state == "groom":
        stroke = 2 * math.pi * 5.0 * t
        paw = (190.0 + 7 * math.cos(stroke), 92.0 + 9 * math.sin(stroke))
        elbow = (166.0, 112.0 + 3 * math.sin(stroke))
        nose = (195.0, 87.0 + 2 * math.sin(stroke))
    elif state == "lick":
        jaw = (189.0 + 3 * math.sin(2 * math.pi * 6.5 * t), 99.0 + 3 * math.sin(13 * math.pi * t))
    ear = (166.0, 62.0 + 0.5 * breath)
    return np.array([nose, jaw, ear, elbow, paw, hind, tail])


def _followed(targets: Array) -> Array:
    """Critically damped second-order lag of every coordinate."""
    position, speed = targets[0].copy(), np.zeros_like(targets[0])
    followed = np.empty_like(targets)
    step, stiffness = 1.0 / RATE / 4, 1.0 / _LAG_S**2
    for i, target in enumerate(targets):
        for _ in range(4):
            speed += step * (stiffness * (target - position) - 2 / _LAG_S * speed)
            position = position + step * speed
        followed[i] = position
    return followed


def _scene(random: np.random.Generator) -> Array:
    """The still part: lit backdrop, head bar, spout. (HEIGHT, WIDTH) float32."""
    import cv2

    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype("f4")
    light = 62 + 26 * np.exp(-(((columns - 170) / 120) ** 2 + ((rows - 60) / 90) ** 2))
    grain = cv2.GaussianBlur(random.normal(0, 14, (HEIGHT, WIDTH)).astype("f4"), (0, 0), 3)
    scene: Array = (light + grain).astype("f4")
    cv2.rectangle(scene, (150, 0), (158, 58), 112, -1, cv2.LINE_AA)
    cv2.rectangle(scene, (140, 50), (172, 56), 124, -1, cv2.LINE_AA)
    cv2.line(scene, (255, 112), (222, 100), 150, 4, cv2.LINE_AA)
    return scene


def _draw_wheel(frame: Array, angle: float) -> None:
    import cv2

    centre, radius = (118, 300), 156
    cv2.circle(frame, centre, radius, 44, -1, cv2.LINE_AA)
    cv2.circle(frame, centre, radius, 96, 3, cv2.LINE_AA)
    for k in range(36):
        # The belt runs backwards under an animal that walks to the right.
        at = -angle * 0.5 + k * math.pi / 18
        inner = _point(centre[0] + 140 * math.cos(at), centre[1] + 140 * math.sin(at))
        outer = _point(centre[0] + 154 * math.cos(at), centre[1] + 154 * math.sin(at))
        cv2.line(frame, inner, outer, 84, 2, cv2.LINE_AA, _SUBPIXEL_BITS)


def _draw_animal(frame: Array, joints: Array, t: float) -> None:
    import cv2

    at = dict(zip(JOINTS, joints, strict=True))
    body = np.array([112.0, 112.0 + 0.7 * math.sin(4 * math.pi * t)])
    _limb(frame, _shifted(body, -44, 8), at["tail"], 5, 96)
    _limb(frame, _shifted(body, -22, 16), at["hind paw"], 15, 138)
    _blob(frame, body, (56, 33), -4, 168)
    _blob(frame, _shifted(body, 46, -18), (34, 27), -14, 176)
    _blob(frame, _shifted((at["nose"] + at["ear"]) / 2, 6, 8), (31, 19), 28, 184)
    _blob(frame, _shifted(at["jaw"], -7, -1), (13, 5), 18, 158)
    _blob(frame, at["ear"], (11, 13), -20, 202)
    _blob(frame, at["nose"], (4, 4), 0, 122)
    _blob(frame, _shifted(at["ear"], 17, 13), (4, 4), 0, 26)
    _limb(frame, _shifted(body, 40, 4), at["elbow"], 13, 190)
    _limb(frame, at["elbow"], at["paw"], 9, 206)
    _blob(frame, at["paw"], (6, 5), 0, 226)
    cv2.GaussianBlur(frame, (0, 0), 0.8, dst=frame)


def _shifted(point: Array, right: float, down: float) -> Array:
    shifted: Array = point + np.array([right, down])
    return shifted


def _limb(frame: Array, start: Array, end: Array, width: int, shade: float) -> None:
    import cv2

    cv2.line(frame, _point(*start), _point(*end), shade, width, cv2.LINE_AA, _SUBPIXEL_BITS)


def _blob(frame: Array, centre: Array, axes: tuple[int, int], angle: float, shade: float) -> None:
    import cv2

    scale = 1 << _SUBPIXEL_BITS
    size = (axes[0] * scale, axes[1] * scale)
    at = _point(*centre)
    cv2.ellipse(frame, at, size, angle, 0, 360, shade, -1, cv2.LINE_AA, _SUBPIXEL_BITS)


def _point(x: float, y: float) -> tuple[int, int]:
    """A point in the fixed-point coordinates of OpenCV's drawing functions."""
    scale = 1 << _SUBPIXEL_BITS
    return round(x * scale), round(y * scale)
