"""What a person reviews: boxes of every frame under one rule, scores, and a list of errors.

Everything here is pure and works on raw boxes that were stored: no network runs again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.detection.annotated import ImageBoxes, image_boxes
from engine.detection.boxes import iou
from engine.detection.detector import LEAST_SCORE, RawFrame
from engine.detection.evaluate import (
    SUBSETS,
    Scored,
    average_precision,
    crowdhuman_curve,
    crowdhuman_miss_rate,
    jaccard_index,
    subset_miss_rate,
)
from engine.detection.matching import FALSE, TRUE, Curve, match
from engine.detection.nms import Kept, Suppression, suppress
from engine.detection.tracking import Cost, Tracker
from engine.figures.arrays import Array

#: Of more raw boxes in a frame, the best are taken: a frame must be ready within a frame.
MOST_RAW = 400
#: A wrong box that overlaps somebody at least this much was misplaced, not made up.
MISPLACED = 0.1


@dataclass(frozen=True, slots=True)
class Error:
    """One mistake: where, of what kind, and how bad.

    `kind` is "missed", "false" or "misplaced"; `row` a row of the truth for a missed person, of
    the kept boxes otherwise; `overlap` the best IoU with the other side.
    """

    frame: int
    kind: str
    score: float
    overlap: float
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """Everything computed over all frames for one rule.

    Attributes
    ----------
    kept
        Suppression of each frame, all scores.
    ids
        Identities of the kept rows of each frame above the score that was asked.
    counts
        (frames,) people above the score, by frame number.
    curve, ap, mr2, ji, subsets
        Scores against truth; None and empty without truth.
    errors
        Worst first.
    """

    kept: dict[int, Kept]
    ids: dict[int, dict[int, int]]
    counts: dict[int, int]
    curve: Curve | None = None
    ap: float = float("nan")
    mr2: float = float("nan")
    ji: float = float("nan")
    subsets: Mapping[str, Scored] | None = None
    errors: tuple[Error, ...] = ()


def best_rows(frame: RawFrame) -> RawFrame:
    """The frame with at most `MOST_RAW` boxes, the best by score."""
    if len(frame) <= MOST_RAW:
        return frame
    rows = np.argsort(-frame.score, kind="stable")[:MOST_RAW]
    return RawFrame(
        frame.full[rows], frame.visible[rows], frame.score[rows], frame.first[rows],
        frame.second[rows],
    )  # fmt: skip


def kept_of(frame: RawFrame, how: Suppression) -> Kept:
    """Suppression of all boxes of a frame: a higher score later only leaves some out."""
    everything = replace(how, score_min=LEAST_SCORE)
    return suppress(frame.full, frame.visible, frame.score, everything)


def review(
    raw: Mapping[int, RawFrame],
    how: Suppression,
    size: tuple[int, int],
    truth: Mapping[int, ImageBoxes] | None = None,
    cost: Cost = "iou",
    known: Mapping[int, Kept] | None = None,
) -> Review:
    """Suppress, track, and where there is truth score every frame.

    Parameters
    ----------
    raw
        Boxes by frame number.
    how
        Rule, threshold and the score above which identities and errors are told.
    size
        Width and height of a frame.
    truth
        People by frame number, in pixels.
    known
        Suppressions of this rule that were already computed.
    """
    kept = {
        number: (known or {}).get(number) or kept_of(frame, how) for number, frame in raw.items()
    }
    tracker, ids, counts = Tracker(cost, spread=how.spread), {}, {}
    for number in sorted(raw):
        rows = above(kept[number], how.score_min)
        found = tracker.update(raw[number].full[rows], raw[number].visible[rows])
        ids[number] = dict(zip(rows.tolist(), found.tolist(), strict=True))
        counts[number] = len(rows)
    base = Review(kept, ids, counts)
    common = [number for number in sorted(raw) if truth and number in truth]
    if not truth or not common:
        return base
    pairs = [(truth[n], boxes_of(raw[n], kept[n], LEAST_SCORE, n, size)) for n in common]
    points = crowdhuman_curve(pairs)
    return replace(
        base,
        curve=points,
        ap=average_precision(points),
        mr2=crowdhuman_miss_rate(points).value,
        ji=jaccard_index(pairs)[0],
        subsets={subset.name: subset_miss_rate(pairs, subset) for subset in SUBSETS},
        errors=_errors(raw, kept, truth, common, how.score_min, size),
    )


def above(kept: Kept, score: float) -> Array:
    """Kept rows with at least that score, best first."""
    rows: Array = kept.rows[kept.score[kept.rows] >= score]
    return rows


def boxes_of(
    frame: RawFrame, kept: Kept, score: float, number: int, size: tuple[int, int]
) -> ImageBoxes:
    """Kept boxes of a frame as an image of a file, named by its number from 1."""
    rows = above(kept, score)
    return image_boxes(
        str(number + 1),
        frame.full[rows],
        size=size,
        visible=frame.visible[rows],
        score=kept.score[rows],
    )


def disagreement(first: Mapping[int, ImageBoxes], second: Mapping[int, ImageBoxes]) -> Array:
    """Rows (frame, boxes of one side that the other has not at IoU 0.5), most first, (k, 2)."""
    found = []
    for number in sorted(first.keys() & second.keys()):
        overlap = iou(first[number].full, second[number].full) >= 0.5
        alone = int((~overlap.any(axis=1)).sum() + (~overlap.any(axis=0)).sum())
        found.append((number, alone))
    rows = np.array(found, "i8").reshape(-1, 2)
    return rows[np.argsort(-rows[:, 1], kind="stable")]


def _errors(
    raw: Mapping[int, RawFrame],
    kept: Mapping[int, Kept],
    truth: Mapping[int, ImageBoxes],
    numbers: list[int],
    score: float,
    size: tuple[int, int],
) -> tuple[Error, ...]:
    errors: list[Error] = []
    for number in numbers:
        people = truth[number]
        found = boxes_of(raw[number], kept[number], score, number, size)
        one = match(people, found, people.ignore, equal=False)
        for at in np.flatnonzero(one.outcome == FALSE):
            row, overlap = int(one.order[at]), float(one.overlap[at])
            kind = "misplaced" if overlap >= MISPLACED else "false"
            errors.append(Error(number, kind, float(found.score[row]), overlap, row))
        hit = set(one.person[one.outcome == TRUE].tolist())
        overlaps = iou(people.full, found.full)
        for person in np.flatnonzero(~people.ignore).tolist():
            if person not in hit:
                best = float(overlaps[person].max()) if len(found) else 0.0
                # The more of a missed person can be seen, the worse.
                seen = float(people.visibility[person])
                errors.append(Error(number, "missed", seen, best, person))
    return tuple(sorted(errors, key=lambda error: -error.score))
