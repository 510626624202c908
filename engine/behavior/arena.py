"""Two animals in a dish, as a simulation: what each does, and where every body part is.

Each animal goes through bouts of behaviour whose durations are drawn from gamma distributions.
The first may chase the second and sing to it with one wing; both keep inside the dish and out of
each other's way. Amplitudes and angles follow what the behaviour asks for with a short lag, so
that movements blend as real ones do. The same seed gives the same numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from engine.figures.arrays import Array

STATES = ("rest", "walk", "turn", "groom", "chase", "sing")
NODES = (
    "head", "thorax", "abdomen", "wingL", "wingR", "forelegL", "forelegR", "midlegL", "midlegR",
    "hindlegL", "hindlegR", "eyeL", "eyeR",
)  # fmt: skip
EDGES = tuple(
    (NODES.index(a), NODES.index(b))
    for a, b in (
        ("head", "thorax"), ("thorax", "abdomen"), ("head", "eyeL"), ("head", "eyeR"),
        ("thorax", "wingL"), ("thorax", "wingR"), ("thorax", "forelegL"), ("thorax", "forelegR"),
        ("thorax", "midlegL"), ("thorax", "midlegR"), ("thorax", "hindlegL"),
        ("thorax", "hindlegR"),
    )
)  # fmt: skip
TRACKS = ("animal 1", "animal 2")
SIZE, RATE = 320, 30
#: Head to abdomen, in pixels, of the first animal; the second is a tenth longer.
BODY_PX = 36.0
#: Centre and radius of the dish.
CENTRE, RADIUS = SIZE / 2, 138.0

_MEAN_S = {"rest": 1.6, "walk": 1.5, "turn": 0.5, "groom": 1.8, "chase": 1.3, "sing": 0.9}
_NEXT = {
    "rest": {"walk": 0.5, "groom": 0.3, "turn": 0.2},
    "walk": {"rest": 0.35, "turn": 0.35, "groom": 0.1, "chase": 0.2},
    "turn": {"walk": 0.6, "rest": 0.2, "chase": 0.2},
    "groom": {"rest": 0.5, "walk": 0.5},
    "chase": {"sing": 0.6, "walk": 0.25, "rest": 0.15},
    "sing": {"chase": 0.45, "rest": 0.3, "walk": 0.25},
}
_LEAST_FRAMES = 8
#: Body lengths a second.
_SPEED = {"walk": 1.6, "turn": 0.4, "chase": 2.2, "sing": 0.5}
_LAG_S = 0.09
#: Feet at rest, in body lengths: forwards and to the left of the thorax; the right is mirrored.
_FEET = {"fore": (0.62, 0.36), "mid": (0.02, 0.62), "hind": (-0.58, 0.48)}
_STRIDE = 0.17
#: Feet that step together.
_TRIPOD = {"foreL": 0.0, "midR": 0.0, "hindL": 0.0, "foreR": 0.5, "midL": 0.5, "hindR": 0.5}


@dataclass(frozen=True, slots=True)
class PairTruth:
    """What is known of a recording of two animals.

    Attributes
    ----------
    times_s
        (n,) float64.
    state
        (n, 2) int64, an index into `STATES` for each animal.
    xy
        (n, 2, len(NODES), 2) float64 pixels, (0, 0) the centre of the first pixel.
    heading
        (n, 2) float64 radians, from the x axis towards y (down).
    """

    times_s: Array
    state: Array
    xy: Array
    heading: Array


@dataclass(slots=True)
class _Animal:
    """An animal at one moment."""

    at: Array
    heading: float
    length: float
    wing_side: float
    gait: float = 0.0
    speed: float = 0.0
    turning: float = 0.0
    gate: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STATES, 0.0))


def two_animals(seconds: float, seed: int) -> PairTruth:
    """Simulate two animals for a stretch of time."""
    count = max(1, round(seconds * RATE))
    random = np.random.default_rng([seed, 11])
    state = np.stack([_states(count, random, suitor) for suitor in (True, False)], axis=1)
    wander = random.normal(0, 1, (count, 2))
    animals = [
        _Animal(np.array([CENTRE - 55.0, CENTRE + 20]), 0.4, BODY_PX, 1.0),
        _Animal(np.array([CENTRE + 60.0, CENTRE - 25]), 2.6, 1.1 * BODY_PX, -1.0),
    ]
    xy = np.empty((count, 2, len(NODES), 2))
    heading = np.empty((count, 2))
    for i in range(count):
        for k, animal in enumerate(animals):
            _move(animal, animals[1 - k], STATES[state[i, k]], float(wander[i, k]))
            xy[i, k] = _body(animal, i / RATE)
            heading[i, k] = animal.heading
    return PairTruth(np.arange(count) / RATE, state, xy, heading)


def _states(count: int, random: np.random.Generator, suitor: bool) -> Array:
    """A sequence of bouts; only the suitor chases and sings."""
    states = np.empty(count, dtype="i8")
    name, at = "rest", 0
    while at < count:
        length = max(_LEAST_FRAMES, round(random.gamma(4.0, _MEAN_S[name] / 4.0) * RATE))
        states[at : at + length] = STATES.index(name)
        at += length
        odds = {k: p for k, p in _NEXT[name].items() if suitor or k not in ("chase", "sing")}
        total = sum(odds.values())
        name = str(random.choice(list(odds), p=[p / total for p in odds.values()]))
    return states


def _move(animal: _Animal, other: _Animal, state: str, wander: float) -> None:
    """One frame of movement."""
    follow = 1 - math.exp(-1 / (RATE * _LAG_S))
    for name in STATES:
        animal.gate[name] += follow * ((name == state) - animal.gate[name])
    speed = _SPEED.get(state, 0.0) * animal.length
    turning = {"turn": 3.2 * animal.wing_side, "walk": 0.9 * wander}.get(state, 0.0)
    towards = _angle_to(animal, other.at)
    distance = float(np.linalg.norm(other.at - animal.at))
    if state in ("chase", "sing"):
        turning = 5.0 * towards
        speed *= min(1.0, max(0.0, distance / animal.length - 1.5))
    turning += _kept_inside(animal) + _kept_apart(animal, towards, distance)
    animal.speed += follow * (speed - animal.speed)
    animal.turning += follow * (turning - animal.turning)
    animal.heading += animal.turning / RATE
    step = animal.speed / RATE
    forwards = np.array([math.cos(animal.heading), math.sin(animal.heading)])
    shove = max(0.0, 1.3 - distance / animal.length) * 0.12 * animal.length
    away = (animal.at - other.at) / max(distance, 1e-6)
    place = animal.at + step * forwards + shove * away
    animal.at = _inside(place, RADIUS - animal.length)
    animal.gait += (step + 0.25 * animal.length * abs(animal.turning) / RATE) / animal.length
    if state == "turn" and abs(wander) > 2.4:
        animal.wing_side = -animal.wing_side


def _angle_to(animal: _Animal, place: Array) -> float:
    """Angle from where it heads to a place, -pi to pi."""
    wanted = math.atan2(place[1] - animal.at[1], place[0] - animal.at[0])
    return math.remainder(wanted - animal.heading, 2 * math.pi)


def _kept_inside(animal: _Animal) -> float:
    """Turning back near the wall."""
    out = float(np.linalg.norm(animal.at - CENTRE)) / RADIUS
    if out < 0.55 or animal.speed < 1:
        return 0.0
    return 7.0 * (out - 0.55) * _angle_to(animal, np.array([CENTRE, CENTRE]))


def _kept_apart(animal: _Animal, towards: float, distance: float) -> float:
    """Turning away from the other when too near."""
    near = max(0.0, 1.6 - distance / animal.length)
    return -4.0 * near * math.copysign(1.0, towards) if animal.speed > 1 else 0.0


def _inside(place: Array, radius: float) -> Array:
    offset = place - CENTRE
    out = float(np.linalg.norm(offset))
    return place if out <= radius else CENTRE + offset * (radius / out)


def _body(animal: _Animal, t: float) -> Array:
    """Body parts (len(NODES), 2) of an animal, in pixels."""
    gate, length = animal.gate, animal.length
    breath = 0.006 * math.sin(2 * math.pi * 1.9 * t)
    nod = 0.05 * gate["groom"] * math.sin(2 * math.pi * 2.1 * t)
    places = {
        "thorax": (0.0, 0.0),
        "head": (0.42, nod),
        "abdomen": (-0.58 - breath, -0.08 * animal.turning / 3),
        "eyeL": (0.46, 0.13 + nod),
        "eyeR": (0.46, -0.13 + nod),
        **_wings(animal, t),
        **{f"{leg}leg{side}": _foot(animal, leg, side, t) for leg in _FEET for side in "LR"},
    }
    forwards, leftwards = np.array([places[name] for name in NODES]).T * length
    c, s = math.cos(animal.heading), math.sin(animal.heading)
    # Left of a heading is up in an image, whose y points down.
    x, y = c * forwards + s * leftwards, s * forwards - c * leftwards
    return np.stack([x, y], axis=1) + animal.at


def _wings(animal: _Animal, t: float) -> dict[str, tuple[float, float]]:
    """Folded over the abdomen; singing stretches one out, and it trembles."""
    out = {"L": 0.16, "R": 0.16}
    side = "L" if animal.wing_side > 0 else "R"
    out[side] += animal.gate["sing"] * (1.15 + 0.12 * math.sin(2 * math.pi * 7.5 * t))
    for name in out:
        out[name] += 0.03 * animal.gate["walk"] * math.sin(2 * math.pi * animal.gait)
    return {
        "wingL": (-0.78 * math.cos(out["L"]), 0.78 * math.sin(out["L"])),
        "wingR": (-0.78 * math.cos(out["R"]), -0.78 * math.sin(out["R"])),
    }


def _foot(animal: _Animal, leg: str, side: str, t: float) -> tuple[float, float]:
    """A foot swings forwards quickly and stays on the ground as the body passes over it."""
    forwards, outwards = _FEET[leg]
    phase = (1.6 * animal.gait + _TRIPOD[leg + side]) % 1.0
    swing = phase / 0.4 if phase < 0.4 else 1 - (phase - 0.4) / 0.6
    moving = min(1.0, animal.speed / (0.4 * animal.length) + abs(animal.turning) / 2)
    forwards += _STRIDE * (2 * swing - 1) * moving
    groom = animal.gate["groom"] if leg == "fore" else 0.0
    stroke = 2 * math.pi * 4.2 * t + (0.0 if side == "L" else math.pi)
    forwards += groom * (0.02 + 0.09 * math.sin(stroke))
    outwards -= groom * (0.22 + 0.05 * math.cos(stroke))
    return forwards, outwards if side == "L" else -outwards
