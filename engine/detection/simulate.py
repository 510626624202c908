"""Simulated raw detections of overlapping pairs of people, as a bench for suppression alone.

Each scene holds pairs: one person wholly visible, another behind, partly hidden. Every person
has ten jittered detections (4 % of the size on the full box, 5 % on the visible one), and the
scene a dozen boxes of background.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.detection.beta import clip_visible
from engine.detection.raw import RawBoxes
from engine.figures.arrays import Array

WIDTH, HEIGHT = 1600, 600
SCENES, PAIRS, COPIES, BACKGROUND = 40, 8, 10, 12
_ASPECT = 0.41
#: Sideways shift of the person behind, in widths, by how hard the crowd is.
SHIFTS = {"easy": (0.22, 0.5), "hard": (0.09, 0.3), "same": (0.0, 0.0)}


def simulated(crowd: str, seed: int, scenes: int = SCENES) -> RawBoxes:
    """Raw boxes of simulated crowds.

    Parameters
    ----------
    crowd
        A key of `SHIFTS`. In "same" both people of a pair have the very same full box, and one
        shows its left half, the other its right: IoU is 1 where nobody is a duplicate.
    seed, scenes
        Seed, and number of scenes.
    """
    random = np.random.default_rng(seed)
    parts = [_scene(random, crowd) for _ in range(scenes)]
    full, visible, score, owner = (np.concatenate(column) for column in zip(*parts, strict=True))
    number = np.repeat(np.arange(scenes), [len(part[2]) for part in parts])
    people = dict.fromkeys(range(scenes), 2 * PAIRS)
    return RawBoxes(Path(f"simulated {crowd}"), full, visible, score, number, owner, people)


def _scene(random: np.random.Generator, crowd: str) -> tuple[Array, Array, Array, Array]:
    full, visible = _people(random, crowd)
    owner = np.repeat(np.arange(len(full)), COPIES)
    found = _jittered(random, full[owner], 0.04)
    seen = clip_visible(found, _jittered(random, visible[owner], 0.05))
    score = np.clip(random.beta(6, 2.2, len(owner)), 0.01, 0.999)
    empty = _background(random)
    return (
        np.concatenate([found, empty]),
        np.concatenate([seen, empty]),
        np.concatenate([score, np.clip(random.beta(2, 6, BACKGROUND), 0.01, 0.99)]),
        np.concatenate([owner, np.full(BACKGROUND, -1)]),
    )


def _people(random: np.random.Generator, crowd: str) -> tuple[Array, Array]:
    """Pairs, front person first, far enough from other pairs not to matter."""
    full, visible = np.empty((2 * PAIRS, 4)), np.empty((2 * PAIRS, 4))
    slots = WIDTH / PAIRS
    for pair in range(PAIRS):
        tall = random.uniform(120, 260)
        wide = _ASPECT * tall
        left = slots * (pair + 0.5) - wide / 2 + random.uniform(-0.1, 0.1) * slots
        top = random.uniform(20, HEIGHT - tall - 20)
        front = np.array([left, top, left + wide, top + tall])
        side = random.choice((-1, 1))
        shift = side * random.uniform(*SHIFTS[crowd]) * wide
        behind = front + np.array([shift, 0, shift, 0])
        full[2 * pair], full[2 * pair + 1] = front, behind
        visible[2 * pair], visible[2 * pair + 1] = _seen(front, behind, crowd, side)
    return full, visible


def _seen(front: Array, behind: Array, crowd: str, side: int) -> tuple[Array, Array]:
    if crowd == "same":
        middle = (front[0] + front[2]) / 2
        left, right = front.copy(), front.copy()
        left[2], right[0] = middle, middle
        return left, right
    rest = behind.copy()
    # What sticks out beyond the front person, and a little of the head beside it.
    peek = 0.12 * (behind[2] - behind[0])
    if side > 0:
        rest[0] = max(behind[0], front[2] - peek)
    else:
        rest[2] = min(behind[2], front[0] + peek)
    return front.copy(), rest


def _jittered(random: np.random.Generator, boxes: Array, share: float) -> Array:
    sides = boxes[:, 2:] - boxes[:, :2]
    noise = random.normal(0, share, boxes.shape) * np.tile(sides, 2)
    moved = boxes + noise
    low, high = np.minimum(moved[:, :2], moved[:, 2:] - 2), moved[:, 2:]
    jittered: Array = np.concatenate([low, high], axis=1)
    return jittered


def _background(random: np.random.Generator) -> Array:
    tall = random.uniform(60, 260, BACKGROUND)
    left = random.uniform(0, WIDTH - _ASPECT * tall)
    top = random.uniform(0, HEIGHT - tall)
    boxes: Array = np.stack([left, top, left + _ASPECT * tall, top + tall], axis=1)
    return boxes
