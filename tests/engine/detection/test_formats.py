"""Files of boxes: what each format says, and one sentence for what is broken."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.errors import BadInput
from engine.files.identify import identify, open_file

ODGT = {
    "ID": "a",
    "width": 640,
    "height": 480,
    "gtboxes": [
        {"tag": "person", "fbox": [10, 20, 30, 40], "vbox": [10, 20, 15, 40], "extra": {}},
        {"tag": "mask", "fbox": [0, 0, 100, 100]},
        {"tag": "person", "fbox": [1, 2, 3, 4], "extra": {"ignore": 1}},
    ],
}
COCO = {
    "images": [{"id": 7, "width": 640, "height": 480, "file_name": "x.jpg"}],
    "annotations": [
        {"image_id": 7, "category_id": 1, "bbox": [10, 20, 30, 40], "vis_bbox": [10, 20, 15, 40],
         "attributes": {"track_id": 3}},
        {"image_id": 7, "category_id": 1, "bbox": [0, 0, 9, 9], "iscrowd": 1},
        {"image_id": 7, "category_id": 2, "bbox": [5, 5, 5, 5]},
    ],
    "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "dog"}],
}  # fmt: skip


def opened(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    file = identify(path)
    assert file.kind.name == "boxes"
    return open_file(file)


def test_odgt(tmp_path):
    file = opened(tmp_path, "gt.odgt", json.dumps(ODGT) + "\n")
    image = file.images[0]
    assert file.role == "truth"
    assert image.size == (640, 480)
    assert image.full[0].tolist() == [10, 20, 40, 60]
    assert image.visible[0].tolist() == [10, 20, 25, 60]
    assert image.visibility[0] == pytest.approx(0.5)
    assert image.ignore.tolist() == [False, True, True]
    assert image.has_visible.tolist() == [True, False, False]
    assert image.visible[2].tolist() == image.full[2].tolist()


def test_odgt_detections(tmp_path):
    record = {"ID": "a", "dtboxes": [{"box": [10, 20, 30, 40], "score": 0.75}]}
    file = opened(tmp_path, "dt.odgt", json.dumps(record))
    assert file.role == "detections"
    assert file.images[0].score.tolist() == [0.75]


def test_coco(tmp_path):
    file = opened(tmp_path, "coco.json", COCO)
    image = file.images[0]
    assert (file.role, image.name, image.file) == ("truth", "7", "x.jpg")
    assert image.full.tolist() == [[10, 20, 40, 60], [0, 0, 9, 9]]
    assert image.ignore.tolist() == [False, True]
    assert image.track.tolist() == [3, -1]
    assert image.has_visible.tolist() == [True, False]


def test_coco_results(tmp_path):
    rows = [{"image_id": 7, "category_id": 1, "bbox": [10, 20, 30, 40], "score": 0.5}]
    file = opened(tmp_path, "results.json", rows)
    assert file.role == "detections"
    assert file.images[0].full.tolist() == [[10, 20, 40, 60]]


def test_citypersons_rows(tmp_path):
    boxes = [[1, 10, 20, 30, 40, 24001, 10, 20, 15, 40], [0, 0, 0, 50, 50, 0, 0, 0, 0, 0]]
    rows = [{"im_name": "aachen_000001.png", "width": 2048, "height": 1024, "bbs": boxes}]
    image = opened(tmp_path, "city.json", rows).images[0]
    assert image.name == "aachen_000001"
    assert image.ignore.tolist() == [False, True]
    assert image.visible[0].tolist() == [10, 20, 25, 60]


@pytest.mark.parametrize(
    ("line", "score", "track", "role"),
    [
        ("0 0.5 0.5 0.2 0.4", 1.0, -1, "truth"),
        ("0 0.5 0.5 0.2 0.4 0.9", 0.9, -1, "detections"),
        ("0 0.5 0.5 0.2 0.4 12", 1.0, 12, "truth"),
        ("0 0.5 0.5 0.2 0.4 0.9 12", 0.9, 12, "detections"),
    ],
)
def test_yolo_columns(tmp_path, line, score, track, role):
    file = opened(tmp_path, "frame_1.txt", line + "\n")
    image = file.images[0]
    assert file.normalised
    assert (file.role, image.name) == (role, "frame_1")
    assert image.full[0] == pytest.approx([0.4, 0.3, 0.6, 0.7])
    assert (image.score[0], image.track[0]) == (score, track)
    scaled = image.scaled(200, 100)
    assert scaled.full[0] == pytest.approx([80, 30, 120, 70])


def test_yolo_folder(tmp_path):
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "a.txt").write_text("0 0.5 0.5 0.2 0.4\n1 0.1 0.1 0.1 0.1\n")
    (folder / "b.txt").write_text("")
    (folder / "classes.txt").write_text("person\n")
    file = open_file(identify(folder))
    assert [len(image) for image in file.images] == [1, 0]
    assert file.notes == ("1 boxes of other classes than 0 are left out",)


def test_mot_truth_and_detections(tmp_path):
    file = opened(tmp_path, "gt.txt", "1,4,10,20,30,40,1,1,0.5\n2,4,11,20,30,40,0,1,0.9\n")
    assert file.role == "truth"
    assert [image.name for image in file.images] == ["1", "2"]
    assert file.images[0].visibility.tolist() == [0.5]
    assert [bool(image.ignore[0]) for image in file.images] == [False, True]
    assert file.images[0].track.tolist() == [4]
    found = opened(tmp_path, "det.txt", "1,-1,10,20,30,40,0.8,-1,-1,-1\n")
    assert found.role == "detections"
    assert (found.images[0].score[0], found.images[0].track[0]) == (0.8, -1)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.odgt", '{"ID": "a", "gtboxes": [{"tag": "person"}]}', "Line 1 of a.odgt lacks 'fbox'"),
        ("b.odgt", '{"ID": "a", "gtboxes": [', "Line 1 of b.odgt cannot be read"),
        ("c.odgt", '{"ID": "a", "dtboxes": [{"box": [1, 2, 3], "score": 1}]}', "cannot be read"),
        ("d.odgt", '{"ID": "a", "dtboxes": [{"box": [1, 2, NaN, 4], "score": 1}]}', "no finite"),
        ("e.json", '{"images": [], "annotations": [{"bbox": [1', "no complete JSON"),
        ("f.json", '[{"image_id": 1, "bbox": [1, 2, -3, 4], "score": 1}]', "negative size"),
        ("g.json", '[{"image_id": 1, "bbox": "x", "score": 1}]', "cannot be read as boxes"),
        ("h.txt", "1,1,10,20,30,40,1\n1,1,10\n", "Line 2 of h.txt has 3 columns"),
        ("i.txt", "0 0.5 0.5 0.1 0.1\n0 x 0.5 0.1 0.1\n", "no number"),
    ],
)
def test_damage_is_one_sentence(tmp_path, name, text, words):
    path = tmp_path / name
    # Sniffers look at the first lines alone: good ones come first where the fault is later.
    padding = {"h.txt": "1,1,10,20,30,40,1\n" * 6, "i.txt": "0 0.5 0.5 0.1 0.1\n" * 6}
    path.write_text(padding.get(name, "") + text)
    with pytest.raises(BadInput) as caught:
        open_file(identify(path)).close()
    sentence = caught.value.sentence
    assert words.replace("Line 2", "Line 8") in sentence
    assert "\n" not in sentence


def test_other_tables_stay_tables(tmp_path):
    path = tmp_path / "traces.csv"
    path.write_text("1,2,3,4,5,6\n2,3,4,5,6,7\n")
    assert identify(path).kind.name == "table"
    prose = tmp_path / "notes.txt"
    prose.write_text("a,b\n1,2\n")
    assert identify(prose).kind.name == "table"


def test_raw_boxes_are_checked(tmp_path):
    path = tmp_path / "raw.npz"
    good = {"det_full": np.zeros((2, 4)), "det_vis": np.zeros((2, 4)), "det_score": np.ones(2)}
    np.savez(path, **good, det_scene=np.zeros(2, "i8"))
    assert open_file(identify(path)).summary == "2 raw boxes in 1 scenes"
    for name, bad, words in (
        ("det_full", np.zeros((2, 3)), "has shape"),
        ("det_vis", np.full((2, 4), np.nan), "no finite"),
        ("det_score", np.array(["a", "b"]), "no finite"),
    ):
        np.savez(path, **{**good, name: bad}, det_scene=np.zeros(2, "i8"))
        with pytest.raises(BadInput, match=words):
            open_file(identify(path))
    np.savez(path, **good)
    with pytest.raises(BadInput, match="no array det_scene"):
        open_file(identify(path))
