"""Identities along a video, and boxes written in every format and read again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.detection.annotated import image_boxes
from engine.detection.detector import RawFrame
from engine.detection.nms import Suppression
from engine.detection.raw_stream import RawReader, RawWriter, load_archive, save_archive
from engine.detection.tracking import Tracker
from engine.detection.writing import FORMATS, write_boxes
from engine.errors import BadInput
from engine.files.identify import identify, open_file
from tests.engine.detection.test_beta import random_people


@pytest.mark.parametrize("cost", ["iou", "beta"])
def test_people_keep_their_identity_while_they_pass(cost):
    """Two people cross at different depths; boxes come in random order."""
    tracker, random = Tracker(cost), np.random.default_rng(0)
    who = {}
    for frame in range(40):
        x = 4.0 * frame
        boxes = np.array([[x, 0, x + 40, 100], [160 - x, 60, 210 - x, 190]])
        order = random.permutation(2)
        found = tracker.update(boxes[order], boxes[order])
        for person, identity in zip(order.tolist(), found.tolist(), strict=True):
            who.setdefault(person, set()).add(identity)
    assert who == {0: {min(who[0])}, 1: {min(who[1])}}
    assert who[0] != who[1]


def test_a_short_absence_is_bridged_and_a_long_one_is_not():
    box = np.array([[0.0, 0, 40, 100]])
    nobody = np.zeros((0, 4))
    tracker = Tracker(patience=3)
    first = tracker.update(box, box)
    for _ in range(3):
        tracker.update(nobody, nobody)
    assert tracker.update(box, box).tolist() == first.tolist()
    for _ in range(5):
        tracker.update(nobody, nobody)
    assert tracker.update(box, box).tolist() != first.tolist()


def test_far_apart_boxes_never_share_an_identity():
    tracker = Tracker()
    near, far = np.array([[0.0, 0, 40, 100]]), np.array([[500.0, 0, 540, 100]])
    assert tracker.update(near, near).tolist() == [1]
    assert tracker.update(far, far).tolist() == [2]


def images():
    random = np.random.default_rng(1)
    made = []
    for number in (1, 2):
        full, visible = random_people(5, number)
        full, visible = (np.abs(boxes).round(2) for boxes in (full, visible))
        full[:, 2:], visible[:, 2:] = full[:, :2] + 50, visible[:, :2] + 20
        made.append(
            image_boxes(
                str(number),
                np.clip(full, 0, 800),
                size=(800, 800),
                visible=np.clip(visible, 0, 800),
                score=random.uniform(0, 1, 5).round(4),
                track=np.arange(5),
            )
        )
    return made


@pytest.mark.parametrize("name", ["odgt", "coco", "mot", "yolo"])
def test_what_is_written_is_read_again(tmp_path, name):
    path = write_boxes(images(), tmp_path / f"out{FORMATS[name][0]}", name, Suppression())
    read = open_file(identify(path))
    assert read.role == "detections"
    for one, again in zip(images(), read.images, strict=True):
        again = again.scaled(800, 800) if read.normalised else again
        assert again.full == pytest.approx(one.full, abs=2e-3)
        assert again.score == pytest.approx(one.score, abs=1e-4)
        assert again.track.tolist() == one.track.tolist()
        if name in ("odgt", "coco"):
            assert again.visible == pytest.approx(one.visible, abs=2e-3)


def test_settings_stand_beside_every_file(tmp_path):
    how = Suppression("beta", 1.5, 0.4)
    path = write_boxes(images(), tmp_path / "out.csv", "csv", how)
    told = json.loads((tmp_path / "out.csv.settings.json").read_text())
    assert (told["rule"], told["threshold"], told["score_min"]) == ("beta", 1.5, 0.4)
    assert told["spread"] == 0.25
    header = path.read_text().splitlines()[0].split(",")
    assert header[7:11] == ["ax", "bx", "ay", "by"]


def raw_frame(count, seed=0):
    full, visible = random_people(count, seed)
    score = np.linspace(0.9, 0.1, count)
    return RawFrame(full, visible, score, score, score)


def test_a_growing_file_gives_each_complete_record_once(tmp_path):
    path = tmp_path / "raw.bin"
    reader = RawReader(path)
    assert reader.news() == {}
    writer = RawWriter(path)
    writer.add(0, raw_frame(3))
    assert list(reader.news()) == [0]
    writer.add(4, raw_frame(0))
    writer.add(5, raw_frame(2, 1))
    writer.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    assert list(reader.news()) == [4]
    path.write_bytes(whole)
    assert list(reader.news()) == [5]
    assert reader.news() == {}


def test_the_archive_holds_every_frame(tmp_path):
    frames = {0: raw_frame(3), 2: raw_frame(0), 7: raw_frame(4, 1)}
    path = tmp_path / "raw.npz"
    save_archive(path, frames, (640, 480))
    again = load_archive(path)
    assert {number: len(frame) for number, frame in again.items()} == {0: 3, 2: 0, 7: 4}
    assert again[7].full == pytest.approx(frames[7].full, abs=1e-3)
    assert open_file(identify(path)).summary == "7 raw boxes in 2 scenes"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(BadInput):
        load_archive(path)
