"""The example of the Detection tab: a drawn street with walkers, and the truth of every frame."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from engine.detection.people import Person, any_person
from engine.detection.scenes import Film, Placed, Scene, backdrop, compose
from engine.figures.arrays import Array
from engine.whole_file import named_whole

WIDTH, HEIGHT, RATE, FRAMES = 384, 288, 12, 48
WALKERS = 11
_NAME = "street (drawn).mp4"
_SEED = 20


@dataclass(frozen=True, slots=True)
class Walker:
    """A person on a straight path: place at time 0 and pixels a second."""

    person: Person
    x: float
    y: float
    speed: float

    def at(self, seconds: float) -> Placed:
        """Where they are, legs and all; whoever leaves comes in again on the other side."""
        reach = WIDTH + 120
        x = (self.x + self.speed * seconds + 60) % reach - 60
        stride = 2 * math.pi * abs(self.speed) * seconds / (0.55 * self.person.height_px)
        person = replace(self.person, phase=self.person.phase + stride)
        return Placed(person, x, self.y)


def street(seed: int = _SEED) -> Iterator[tuple[Scene, tuple[int, ...]]]:
    """Every frame with its truth, and who each annotated person is."""
    random = np.random.default_rng(seed)
    background = backdrop(random, (WIDTH, HEIGHT))
    walkers = [_walker(random) for _ in range(WALKERS)]
    order = sorted(range(WALKERS), key=lambda i: walkers[i].y)
    film = Film(gain=0.95, lift=6.0, blur_px=0.6, noise=4.0)
    for frame in range(FRAMES):
        people = [walkers[i].at(frame / RATE) for i in order]
        made = compose(background, people, random, film=film)
        yield made, tuple(order[row] + 1 for row in made.who)


def example_clip(folder: Path) -> Path:
    """The clip in `folder`, written there if it is missing, with its truth beside it."""
    path = folder / _NAME
    if path.exists() and truth_of(path).exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with named_whole(path) as unfinished:
        records = _write(unfinished)
        truth_of(path).write_text("".join(records), encoding="utf-8")
    return path


def truth_of(clip: Path) -> Path:
    """Where the truth of the example lies."""
    return clip.with_suffix(".odgt")


def _write(path: Path) -> list[str]:
    import av

    records = []
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        stream.options = {"crf": "18", "g": "12", "preset": "veryfast", "threads": "1"}
        for number, (made, who) in enumerate(street()):
            picture = av.VideoFrame.from_ndarray(made.pixels, format="rgb24")
            picture.pts = number
            for packet in stream.encode(picture):
                container.mux(packet)
            records.append(json.dumps(_record(number, made, who)) + "\n")
        for packet in stream.encode():
            container.mux(packet)
    return records


def _record(number: int, made: Scene, who: tuple[int, ...]) -> dict[str, object]:
    boxes = [
        {
            "tag": "person",
            "fbox": _sides(made.full[row]),
            "vbox": _sides(made.visible[row]),
            "track_id": who[row],
            "extra": {"ignore": 0},
        }
        for row in range(len(made.full))
    ]
    return {"ID": str(number + 1), "width": WIDTH, "height": HEIGHT, "gtboxes": boxes}


def _sides(box: Array) -> list[float]:
    left, top, right, bottom = (float(value) for value in box)
    return [left, top, right - left, bottom - top]


def _walker(random: np.random.Generator) -> Walker:
    y = float(random.uniform(0.48, 0.98)) * HEIGHT
    tall = float(random.uniform(0.9, 1.1)) * (45 + 75 * (y / HEIGHT - 0.4))
    person = any_person(tall, random)
    speed = float(random.uniform(14, 34)) * person.facing
    return Walker(person, float(random.uniform(0, WIDTH)), y, speed)
