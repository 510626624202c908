"""Suppression: blocks equal the plain loop, hard IoU equals torchvision's."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detection.boxes import iou
from engine.detection.distance import Densities, distance
from engine.detection.nms import RULES, Suppression, facts, suppress
from engine.detection.raw import outcomes
from engine.detection.simulate import simulated


def crowd(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    centre = np.repeat(random.uniform(0, 900, (count // 8 + 1, 2)), 8, axis=0)[:count]
    centre = centre + random.normal(0, 6, (count, 2))
    side = random.uniform([20, 60], [60, 160], (count, 2))
    full = np.concatenate([centre - side / 2, centre + side / 2], axis=1)
    visible = full.copy()
    visible[:, 2] -= random.uniform(0, 0.6, count) * side[:, 0]
    # A few scores are equal, so that the order of equals matters.
    return full, visible, random.integers(0, 200, count) / 200


def plain_loop(full, visible, score, how):
    """The method in its simplest words."""
    left = [i for i in np.argsort(-score, kind="stable") if score[i] >= how.score_min]
    kept = []
    while left:
        head, *left = left
        kept.append(head)
        left = [i for i in left if not same(full, visible, head, i, how)]
    return np.array(kept)


def same(full, visible, i, j, how):
    if how.rule == "iou":
        return iou(full[[i]], full[[j]])[0, 0] > how.limit
    if how.rule == "visible_iou":
        return iou(visible[[i]], visible[[j]])[0, 0] > how.limit
    if iou(full[[i]], full[[j]])[0, 0] <= how.prefilter:
        return False
    people = Densities.of(full[[i, j]], visible[[i, j]], how.spread)
    one, two = people.rows(np.array([0])), people.rows(np.array([1]))
    return distance(one, two, how.measure)[0] < how.limit


@pytest.mark.parametrize("rule", ["beta", "iou", "visible_iou"])
@pytest.mark.parametrize("threshold", [None, 0.35])
def test_blocks_equal_the_plain_loop(rule, threshold):
    full, visible, score = crowd(260)
    how = Suppression(rule, threshold, 0.05)
    assert np.array_equal(
        suppress(full, visible, score, how).rows, plain_loop(full, visible, score, how)
    )


def test_hard_iou_equals_torchvision():
    torch = pytest.importorskip("torch")
    from torchvision.ops import nms

    full, visible, score = crowd(1500, 1)
    score = np.random.default_rng(0).permutation(1500) / 1500
    ours = suppress(full, visible, score, Suppression("iou", 0.5, 0.0)).rows
    theirs = nms(torch.from_numpy(full), torch.from_numpy(score), 0.5).numpy()
    assert np.array_equal(ours, theirs)


def test_the_trace_names_a_kept_box_with_a_value_beyond_the_threshold():
    full, visible, score = crowd(300, 2)
    how = Suppression("beta", 2.0, 0.0)
    kept = suppress(full, visible, score, how)
    dropped = np.flatnonzero(kept.by >= 0)
    assert len(dropped) + len(kept.rows) == 300
    assert np.isin(kept.by[dropped], kept.rows).all()
    assert (kept.value[dropped] < 2.0).all()
    row = dropped[0]
    told = facts(full, visible, int(kept.by[row]), np.array([row]), how)
    assert told.distance[0] == pytest.approx(kept.value[row])
    assert score[kept.by[dropped]].min() >= score[dropped].min()


def test_small_distance_means_duplicate():
    """The direction: a wider threshold keeps fewer, and people of one box stay apart."""
    full = np.array([[0.0, 0, 100, 200]] * 3)
    visible = np.array([[0.0, 0, 50, 200], [50, 0, 100, 200], [1, 0, 51, 200]])
    score = np.array([0.9, 0.8, 0.7])
    kept = [
        suppress(full, visible, score, Suppression("beta", limit)).rows.tolist()
        for limit in (0.001, 2.0, 7.0)
    ]
    assert kept == [[0, 1, 2], [0, 1], [0]]
    assert suppress(full, visible, score, Suppression("iou")).rows.tolist() == [0]


def test_soft_scores_fall_and_never_rise():
    full, visible, score = crowd(120, 3)
    for rule in ("soft", "soft_iou"):
        kept = suppress(full, visible, score, Suppression(rule, None, 0.1))
        assert (kept.score <= score + 1e-12).all()
        assert (kept.score[kept.rows] >= 0.1).all()
        assert len(kept.rows) < 120
        falling = kept.score[kept.rows]
        assert (np.diff(falling) <= 1e-12).all()


def test_soft_follows_its_formula():
    full = np.array([[0.0, 0, 100, 200], [5, 0, 105, 200]])
    score = np.array([0.9, 0.8])
    kept = suppress(full, full, score, Suppression("soft", 2.0, 0.0))
    assert kept.score[1] == pytest.approx(0.8 * (1 - np.exp(-0.0208187 / 2)), rel=1e-5)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_nothing_and_one(rule):
    empty = np.zeros((0, 4))
    assert not len(suppress(empty, empty, np.zeros(0), Suppression(rule)).rows)
    box = np.array([[0.0, 0, 10, 20]])
    assert suppress(box, box, np.array([0.5]), Suppression(rule)).rows.tolist() == [0]
    assert not len(suppress(box, box, np.array([0.2]), Suppression(rule)).rows)


def test_people_of_one_box_are_told_apart_by_the_density_alone():
    raw = simulated("same", 0, scenes=6)
    found = {}
    for rule in ("iou", "beta"):
        scenes = list(outcomes(raw, Suppression(rule)))
        found[rule] = sum(s.found for s in scenes) / sum(s.people for s in scenes)
    assert found["iou"] == pytest.approx(0.5, abs=0.02)
    assert found["beta"] > 0.95
