"""The renderer: exact boxes, seeds, levels of occlusion; the example's truth."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detection.boxes import area
from engine.detection.example import FRAMES, example_clip, street, truth_of
from engine.detection.people import any_person, painted
from engine.detection.scenes import LEAST_VISIBLE_PX, SHIFTS, Placed, compose, scene


def test_a_seed_is_a_scene():
    first, again, other = scene((3, 1)), scene((3, 1)), scene((3, 2))
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.full, again.full)
    assert not np.array_equal(first.pixels, other.pixels)


@pytest.mark.parametrize("level", sorted(SHIFTS))
def test_visible_boxes_bound_the_pixels_that_can_be_seen(level):
    for number in range(12):
        made = scene((5, number), level)
        for row in range(len(made.full)):
            rows, columns = np.nonzero(made.ids == row)
            assert len(rows) >= LEAST_VISIBLE_PX
            bounds = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            assert made.visible[row].tolist() == bounds
            inside = (made.visible[row, :2] >= made.full[row, :2]).all()
            assert inside
            assert (made.visible[row, 2:] <= made.full[row, 2:]).all()


def test_a_person_alone_is_wholly_visible():
    random = np.random.default_rng(0)
    person = any_person(80.0, random)
    background = np.full((192, 256, 3), 100, "f4")
    made = compose(background, [Placed(person, 128.0, 150.0)], random)
    assert made.full.tolist() == made.visible.tolist()
    _, mask = painted(person)
    assert (made.ids == 0).sum() == mask.sum()


def test_who_stands_in_front_hides_who_stands_behind():
    random = np.random.default_rng(1)
    front, behind = any_person(90.0, random), any_person(90.0, random)
    background = np.full((192, 256, 3), 100, "f4")
    made = compose(background, [Placed(front, 128, 160), Placed(behind, 140, 150)], random)
    hidden, seen = made.who.tolist().index(0), made.who.tolist().index(1)
    assert area(made.visible)[seen] == area(made.full)[seen]
    assert (made.ids == seen).sum() > (made.ids == hidden).sum()


def test_levels_differ_in_how_much_is_hidden():
    shares = {}
    for level in SHIFTS:
        made = [scene((9, number), level) for number in range(60)]
        covered = [
            (one.ids == row).sum() / max(1.0, area(one.full)[row])
            for one in made
            for row in range(len(one.full))
        ]
        shares[level] = np.mean(covered)
    assert shares["light"] > shares["default"] > shares["heavy"]


def test_the_example_is_a_street_with_identities(tmp_path):
    frames = list(street())
    assert len(frames) == FRAMES
    names = {name for _, who in frames for name in who}
    assert len(names) >= 8
    clip = example_clip(tmp_path)
    from engine.files.identify import identify, open_file

    truth = open_file(identify(truth_of(clip)))
    recording = open_file(identify(clip))
    assert recording.frame_count == len(truth.images) == FRAMES
    assert {int(t) for image in truth.images for t in image.track} == names
    recording.close()
