"""Scores on small cases one can count by hand, and the traps of the toolkits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.detection.annotated import image_boxes
from engine.detection.evaluate import (
    REFERENCES,
    SUBSETS,
    average_precision,
    crowdhuman_curve,
    crowdhuman_miss_rate,
    evaluate,
    jaccard_index,
    subset_miss_rate,
)
from engine.detection.matching import FALSE, IGNORED, TRUE, match

REASONABLE = SUBSETS[0]


def person(left: float, top: float = 0.0, tall: float = 100.0) -> list[float]:
    return [left, top, left + 40, top + tall]


def truth(*boxes, ignore=(), visible=None, name="a"):
    count = len(boxes)
    marks = np.isin(np.arange(count), ignore)
    seen = None if visible is None else np.array(visible, "f8")
    return image_boxes(name, np.array(boxes, "f8"), ignore=marks, visible=seen)


def found(*scored, name="a"):
    boxes = np.array([box for box, _ in scored], "f8").reshape(-1, 4)
    return image_boxes(name, boxes, score=np.array([score for _, score in scored]))


def test_each_person_is_found_once():
    pair = truth(person(0)), found((person(0), 0.9), (person(2), 0.8))
    one = match(*pair, pair[0].ignore, equal=False)
    assert one.outcome.tolist() == [TRUE, FALSE]
    points = crowdhuman_curve([pair])
    assert points.recall.tolist() == [1, 1]
    assert points.precision.tolist() == [1, 0.5]


def test_an_ignored_region_absorbs_any_number_and_is_no_hit():
    region = [0, 0, 400, 400]
    pair = truth(person(500), region, ignore=[1]), found(
        (person(500), 0.9), (person(10), 0.8), (person(100), 0.7), (person(450, 200), 0.6)
    )  # fmt: skip
    one = match(*pair, pair[0].ignore, equal=False)
    assert one.outcome.tolist() == [TRUE, IGNORED, IGNORED, FALSE]
    assert one.people == 1


def test_a_real_person_comes_before_an_ignored_region():
    pair = truth([0, 0, 400, 400], person(10), ignore=[0]), found((person(12), 0.9))
    one = match(*pair, pair[0].ignore, equal=False)
    assert one.outcome.tolist() == [TRUE]
    assert one.person.tolist() == [1]


def test_half_an_overlap_counts_in_one_flavour_only():
    """IoU of exactly 0.5: more than that is asked by CrowdHuman, that by CityPersons."""
    pair = truth([0, 0, 100, 100]), found(([0, 0, 100, 50], 0.9))
    ignore = pair[0].ignore
    assert match(*pair, ignore, equal=False).outcome.tolist() == [FALSE]
    assert match(*pair, ignore, equal=True).outcome.tolist() == [TRUE]


def test_average_precision_is_the_raw_trapezoid_from_the_first_point():
    pair = truth(person(0), person(200)), found(
        (person(0), 0.9), (person(400), 0.8), (person(200), 0.7)
    )  # fmt: skip
    # Points (0.5, 1), (0.5, 1/2), (1, 2/3): nothing before 0.5, then one trapezoid.
    assert average_precision(crowdhuman_curve([pair])) == pytest.approx(0.5 * (1 / 2 + 2 / 3) / 2)


def test_reference_points_are_picked_as_each_toolkit_does():
    images = [(truth(person(0), name=str(i)), found(name=str(i))) for i in range(10)]
    # One false alarm first (FPPI 0.1), then five of ten people found.
    images[0] = images[0][0], found((person(300), 0.99), name="0")
    for i in range(1, 6):
        images[i] = images[i][0], found((person(0), 0.9 - i / 100), name=str(i))
    city = subset_miss_rate(images, REASONABLE).value
    # At and above FPPI 0.1 half are missed; below no detection exists, so all are.
    below = sum(reference < 0.1 for reference in REFERENCES)
    expected = math.exp((below * math.log(1.0) + (9 - below) * math.log(0.5)) / 9)
    assert city == pytest.approx(expected)
    crowd = crowdhuman_miss_rate(crowdhuman_curve(images)).value
    # The first point with FPPI at least the reference is the very first, where nobody is found.
    above = sum(reference > 0.1 for reference in REFERENCES)
    assert crowd == pytest.approx(math.exp(above * math.log(0.5) / 9))


def test_the_last_recall_is_not_read_where_nothing_was_found():
    """An index of -1 would claim perfect recall at every rate."""
    pair = truth(person(0)), found((person(300), 0.9), (person(0), 0.8))
    assert subset_miss_rate([pair], REASONABLE).value > 0.01


def test_a_zero_miss_rate_is_said_to_mean_nothing():
    pair = truth(person(0)), found((person(0), 0.9))
    scored = subset_miss_rate([pair], REASONABLE)
    assert scored.value == pytest.approx(1e-10)
    assert "no meaning" in scored.warning


def test_people_outside_a_subset_are_ignored_not_deleted():
    hidden = person(200)
    seen = [person(0), [200, 0, 210, 100]]
    pair = truth(person(0), hidden, visible=seen), found((person(0), 0.9), (hidden, 0.95))
    scored = subset_miss_rate([pair], REASONABLE)
    assert scored.curve.people == 1
    assert scored.curve.fppi.tolist() == [0]


def test_detections_far_too_small_are_left_out_of_a_subset():
    small = [300, 0, 315, 39]
    pair = truth(person(0)), found((small, 0.99), (person(0), 0.9))
    assert subset_miss_rate([pair], REASONABLE).curve.fppi.tolist() == [0]


def test_jaccard_counts_pairs_and_takes_the_best_cut():
    pair = truth(person(0), person(200)), found((person(0), 0.95), (person(400), 0.35))
    best, cuts = jaccard_index([pair])
    assert cuts[0] == pytest.approx(1 / 3)
    assert cuts[4] == pytest.approx(1 / 2)
    assert best == pytest.approx(1 / 2)


def test_scores_of_nothing():
    empty = [(truth(person(0)), found())]
    scores = evaluate(empty)
    assert (scores.ap, scores.mr2.value, scores.ji) == (0.0, 1.0, 0.0)
    nobody = evaluate([(truth(), found((person(0), 0.9)))])
    assert math.isnan(nobody.mr2.value)
