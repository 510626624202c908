"""AP, MR^-2 and JI in the CrowdHuman flavour, MR^-2 of subsets in the CityPersons flavour.

Each follows its public toolkit to the letter; where a toolkit has a trap (an index of -1 reads
the last recall, a zero miss rate has no logarithm) the value is made safe and said so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.detection.annotated import ImageBoxes
from engine.detection.boxes import inside, iou
from engine.detection.matching import Curve, Pair, curve, match
from engine.figures.arrays import Array

#: Literally the toolkits' reference points, false positives an image.
REFERENCES = (0.0100, 0.0178, 0.0316, 0.0562, 0.1000, 0.1778, 0.3162, 0.5623, 1.0000)
#: Below this many images the low reference points cannot be reached.
FEW_IMAGES = 100
_LEAST_MISS = 1e-10
_MOST_AN_IMAGE = 1000
_TALLER = 1.25


Check = Callable[[], None]


def _nothing() -> None:
    """For callers that never break off."""


@dataclass(frozen=True, slots=True)
class Subset:
    """People of some heights (pixels) and visibilities, both ends of the latter inclusive."""

    name: str
    height: tuple[float, float]
    visibility: tuple[float, float]

    def ignored(self, truth: ImageBoxes) -> Array:
        """(n,) bool: who does not belong to it and so does not count."""
        height = truth.full[:, 3] - truth.full[:, 1]
        low, high = self.visibility
        belongs = (height >= self.height[0]) & (height <= self.height[1])
        belongs &= (truth.visibility >= low) & (truth.visibility <= high)
        outside: Array = truth.ignore | ~belongs
        return outside


#: "heavy" is the reported Heavy (visibility 0 to 0.65); the older one begins at 0.20.
SUBSETS = (
    Subset("reasonable", (50, math.inf), (0.65, math.inf)),
    Subset("bare", (50, math.inf), (0.90, math.inf)),
    Subset("partial", (50, math.inf), (0.65, 0.90)),
    Subset("heavy", (50, math.inf), (0.0, 0.65)),
    Subset("heavy_older", (50, math.inf), (0.20, 0.65)),
    Subset("all", (20, math.inf), (0.20, math.inf)),
    Subset("small", (50, 75), (0.65, math.inf)),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A score, the curve behind it, and what a person must know to read it."""

    value: float
    curve: Curve
    warning: str = ""


def crowdhuman_curve(pairs: Sequence[Pair], check: Check = _nothing) -> Curve:
    """Matching behind CrowdHuman's AP and MR^-2: overlap above 0.5, boxes cut to the image."""
    clipped = [(truth.clipped(), found.clipped()) for truth, found in pairs]
    matches = []
    for truth, found in clipped:
        check()
        matches.append(match(truth, found, truth.ignore, equal=False))
    return curve(matches, clipped)


def average_precision(points: Curve) -> float:
    """Area under the raw polyline of precision over recall, from its first point on."""
    if not len(points.recall):
        return 0.0
    return float(np.trapezoid(points.precision, points.recall))


def crowdhuman_miss_rate(points: Curve) -> Scored:
    """MR^-2 with the first point whose FPPI is at least each reference."""
    at = np.searchsorted(points.fppi, REFERENCES, side="left")
    at = np.minimum(at, len(points.fppi) - 1)
    recall = points.recall[at] if len(points.recall) else np.zeros(len(REFERENCES))
    return _miss_rate(recall, points)


def subset_miss_rate(pairs: Sequence[Pair], subset: Subset, check: Check = _nothing) -> Scored:
    """MR^-2 of a subset with the last point whose FPPI is at most each reference."""
    kept = [(truth, _tall_enough(found, subset)) for truth, found in pairs]
    matches = []
    for truth, found in kept:
        check()
        matches.append(match(truth, found, subset.ignored(truth), equal=True))
    points = curve(matches, kept)
    at = np.searchsorted(points.fppi, REFERENCES, side="right") - 1
    # -1 would silently read the last recall: nothing was found at that rate.
    recall = np.where(at >= 0, points.recall[at] if len(points.recall) else 0.0, 0.0)
    return _miss_rate(recall, points)


def jaccard_index(
    pairs: Sequence[Pair], check: Check = _nothing
) -> tuple[float, tuple[float, ...]]:
    """The largest of the JI at score cuts 0.0, 0.1, ... 0.9, and all of them."""
    clipped = [(truth.clipped(), found.clipped()) for truth, found in pairs]
    cuts = []
    for cut in range(10):
        values = []
        for truth, found in clipped:
            check()
            values.append(_image_jaccard(truth, found, cut / 10))
        known = [value for value in values if value is not None]
        cuts.append(float(np.mean(known)) if known else 0.0)
    return max(cuts), tuple(cuts)


def few_images(count: int) -> str:
    """What to say of MR^-2 on so few images; empty when there are enough."""
    if count >= FEW_IMAGES:
        return ""
    return f"{count} images: one false positive is already {1 / max(1, count):.3f} an image"


def _tall_enough(found: ImageBoxes, subset: Subset) -> ImageBoxes:
    height = found.full[:, 3] - found.full[:, 1]
    low, high = subset.height
    kept = np.flatnonzero((height >= low / _TALLER) & (height < high * _TALLER))
    best = np.argsort(-found.score[kept], kind="stable")[:_MOST_AN_IMAGE]
    return found.rows(kept[best])


def _miss_rate(recall: Array, points: Curve) -> Scored:
    miss = 1 - recall
    warning = few_images(points.images)
    if (miss < _LEAST_MISS).any():
        warning = "somebody was missed at no reference point: the score has no meaning"
    if not points.people:
        return Scored(math.nan, points, "nobody belongs to this subset")
    value = math.exp(np.log(np.maximum(miss, _LEAST_MISS)).mean())
    return Scored(value, points, warning)


def _image_jaccard(truth: ImageBoxes, found: ImageBoxes, cut: float) -> float | None:
    """JI of one image; None for an image where nobody is and nothing was found."""
    from scipy.optimize import linear_sum_assignment

    found = found.rows(np.flatnonzero(found.score > cut))
    people = truth.full[~truth.ignore]
    regions = truth.full[truth.ignore]
    overlap = iou(found.full, people)
    weight = np.where(overlap > 0.5, overlap, 0.0)
    rows, columns = linear_sum_assignment(weight, maximize=True)
    good = weight[rows, columns] > 0
    pairs = int(good.sum())
    alone = np.setdiff1d(np.arange(len(found)), rows[good])
    missed = np.setdiff1d(np.arange(len(people)), columns[good])
    n = len(found) - _absorbed(found.full[alone], regions)
    m = len(people) - _absorbed(people[missed], regions)
    return None if m + n == 0 else pairs / (m + n - pairs)


def _absorbed(boxes: Array, regions: Array) -> int:
    return int((inside(boxes, regions) > 0.5).any(axis=1).sum()) if len(regions) else 0


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Every score of a set of detections, as fractions."""

    ap: float
    mr2: Scored
    ji: float
    ji_cuts: tuple[float, ...]
    subsets: dict[str, Scored]
    images: int


def evaluate(pairs: Sequence[Pair], *, pixels: bool = True, check: Check = _nothing) -> Evaluation:
    """All scores.

    Parameters
    ----------
    pairs
        Truth and detections of each image.
    pixels
        False where boxes are shares of the image: no height is known, and so no subset.
    check
        Called for each image; may raise to end.
    """
    points = crowdhuman_curve(pairs, check)
    chosen = SUBSETS if pixels else ()
    subsets = {subset.name: subset_miss_rate(pairs, subset, check) for subset in chosen}
    ji, cuts = jaccard_index(pairs, check)
    return Evaluation(
        average_precision(points), crowdhuman_miss_rate(points), ji, cuts, subsets, len(pairs)
    )
