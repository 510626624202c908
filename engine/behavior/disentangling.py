"""Is the pose apart from the scene? Session decoding, paired consistency, and swapped contexts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from engine.behavior import inference, scores
from engine.behavior.measured import positions
from engine.behavior.networks import Embedder
from engine.behavior.training import Session
from engine.figures.arrays import Array

Check = Callable[[], None]
Pairing = Sequence[tuple[int, int]]


def pairs_of(count: int, scenes: int) -> list[tuple[int, int]]:
    """Ordered pairs of sessions that show the same moments in different scenes.

    `count` recordings, each in `scenes` scenes one after the other.
    """
    groups = [range(first * scenes, (first + 1) * scenes) for first in range(count)]
    return [pair for group in groups for pair in permutations(group, 2)]


def told_apart(codes: Sequence[Array], sessions: Sequence[Session]) -> float:
    """Share of test frames whose session is told from the code; chance is 1 / sessions."""
    joined = np.concatenate(codes)
    label = np.repeat(np.arange(len(codes)), [len(values) for values in codes])
    return scores.session_accuracy(joined, label, *positions(sessions))


def consistency(codes: Sequence[Array], sessions: Sequence[Session], pairs: Pairing) -> float:
    """Mean paired R² of codes of the same test frames, z-scored by the pooled training frames."""
    train, _ = positions(sessions)
    scaled = scores.z_scored(np.concatenate(codes), train)
    parts = np.split(scaled, np.cumsum([len(values) for values in codes])[:-1])
    return float(
        np.mean(
            [
                scores.paired_r2(parts[a][sessions[a].test], parts[b][sessions[b].test])
                for a, b in pairs
                if a < b
            ]
        )
    )


def swap_error(
    network: Embedder,
    codes: Sequence[Array],
    sessions: Sequence[Session],
    pairs: Pairing,
    check: Check,
) -> float:
    """Mean squared error of poses of one session redrawn in the context of another.

    The truth is the other session's frame of the same moment; both directions of every pair.
    """
    errors = []
    for a, b in pairs:
        seen = inference.context_map(network, sessions[b].context)
        chosen = sessions[a].test
        truth = inference.Some(sessions[b].frames, chosen)
        errors.append(inference.redraw_error(network, codes[a][chosen], seen, truth, check))
    return float(np.mean(errors))


def unchanged_error(sessions: Sequence[Session], pairs: Pairing, check: Check) -> float:
    """The same error when the frame is left as it is: what swapping has to beat."""
    errors = []
    for a, b in pairs:
        first, second = sessions[a], sessions[b]
        total = 0.0
        for start in range(0, len(first.test), 256):
            check()
            part = first.test[start : start + 256]
            apart = first.frames[part] / 255.0 - second.frames[part] / 255.0
            total += float(np.sum(apart**2))
        errors.append(total / (len(first.test) * first.frames[0].size))
    return float(np.mean(errors))


@dataclass(frozen=True, slots=True, eq=False)
class Swapped:
    """Frames of one session, and their poses redrawn in the context of another.

    Attributes
    ----------
    frames, drawn
        (k, V, H, W) uint8, and float32 in 0..1.
    truth
        (k, V, H, W) uint8 of the same moments in the other session, None where there are none.
    context
        (V, H, W) uint8 of the other session.
    """

    frames: Array
    drawn: Array
    truth: Array | None
    context: Array
    words: str


def swapped(
    network: Embedder, first: Session, second: Session, count: int, paired: bool, check: Check
) -> Swapped:
    """Some test frames of `first` in the context of `second`."""
    chosen = first.test[np.linspace(0, len(first.test) - 1, count).astype(int)]
    frames = first.frames[chosen]
    codes = inference.encode(network, frames, check)
    seen = inference.context_map(network, second.context)
    drawn = inference.redraw(network, codes, seen, check)
    truth = second.frames[chosen] if paired else None
    return Swapped(frames, drawn, truth, second.context, f"{first.name} in {second.name}")
