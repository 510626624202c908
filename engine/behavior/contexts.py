"""The frame that tells what does not move: picked, from before an event, or a temporal median."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.behavior.cropping import Crops
from engine.behavior.split import Split
from engine.behavior.training import Pool, Session
from engine.errors import BadParams
from engine.figures.arrays import Array

Check = Callable[[], None]

#: Frames of a median used to embed; medians to train with, and frames of each.
_MEDIAN_OF, _MEDIANS, _TRAINED_ON = 100, 8, 50
#: A pre-event frame is this long before the event, and moved by so many frames in training.
PRE_EVENT_S, JITTER = 1.0, 15


def session_of(
    crops: Crops, split: Split, kind: str, frame: int, seed: int, check: Check
) -> Session:
    """A subject's frames with their contexts.

    Parameters
    ----------
    kind
        "picked": frame `frame` of the recording (-1: the first one trained on); in training, any
        frame trained on. "pre_event": the frame one second before `frame`; in training moved by
        up to 15 frames. "median": the temporal median of 100 training frames; in training,
        medians of 50 others.

    Raises
    ------
    BadParams
        The frame does not exist.
    """
    frames, numbers = crops.frames, crops.numbers
    if kind == "median":
        random = np.random.default_rng([seed, 21])
        many = [_median(frames, split.train, _TRAINED_ON, random, check) for _ in range(_MEDIANS)]
        context = _median(frames, split.train, _MEDIAN_OF, random, check)
        return _session(crops, split, np.stack(many), context)
    if kind == "pre_event":
        at = _position(numbers, frame, crops.subject.name)
        before = int(np.searchsorted(crops.times_s, crops.times_s[at] - PRE_EVENT_S))
        near = np.arange(max(0, before - JITTER), min(len(frames), before + JITTER + 1))
        return _session(crops, split, frames[near], np.array(frames[before]))
    at = int(split.train[0]) if frame < 0 else _position(numbers, frame, crops.subject.name)
    return _session(crops, split, _Chosen(frames, split.train), np.array(frames[at]))


class _Chosen:
    """Some of the frames, without copying them."""

    def __init__(self, frames: Array, chosen: Array) -> None:
        self._frames, self._chosen = frames, chosen

    def __len__(self) -> int:
        return len(self._chosen)

    def __getitem__(self, at: int) -> Array:
        taken: Array = self._frames[self._chosen[at]]
        return taken


def _session(crops: Crops, split: Split, contexts: Pool, context: Array) -> Session:
    return Session(crops.subject.name, crops.frames, split.train, split.test, contexts, context)


def _position(numbers: Array, frame: int, name: str) -> int:
    """Position of the frame nearest to a number."""
    if not 0 <= frame <= int(numbers[-1]):
        raise BadParams(f"{name} has no frame {frame} to take the context from.")
    return int(np.abs(numbers - frame).argmin())


def _median(
    frames: Array, train: Array, count: int, random: np.random.Generator, check: Check
) -> Array:
    check()
    chosen = np.sort(random.choice(train, min(count, len(train)), replace=False))
    middle: Array = np.median(frames[chosen], axis=0).astype("u1")
    return middle
