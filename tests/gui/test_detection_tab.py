"""The Detection tab used as a person would: drop, move sliders, inspect, find errors, export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from engine.detection.detector import OWN_WEIGHTS, RawFrame
from engine.detection.example import example_clip, truth_of
from engine.detection.json_formats import read_odgt
from engine.detection.raw_stream import save_archive
from engine.files.identify import identify
from gui.tabs.detection import DetectionTab
from gui.window import Window

WAIT_MS = 60_000


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example clip, its truth, and raw boxes made from the truth by a seeded hand."""
    folder = tmp_path_factory.mktemp("street ü")
    clip = example_clip(folder)
    random = np.random.default_rng(0)
    frames = {}
    for number, image in enumerate(read_odgt(truth_of(clip)).images):
        full = np.repeat(image.full, 4, axis=0)
        full = full + random.normal(0, 1.5, full.shape)
        full[:, 2:] = np.maximum(full[:, 2:], full[:, :2] + 4)
        visible = np.repeat(image.visible, 4, axis=0)
        # The first person of every frame is never found; one box is made up.
        full, visible = full[4:], visible[4:]
        full = np.concatenate([full, [[300, 5, 330, 70]]])
        visible = np.concatenate([visible, [[300, 5, 330, 70]]])
        score = np.append(random.uniform(0.5, 1, len(full) - 1), 0.45)
        order = np.argsort(-score)
        frames[number] = RawFrame(*(a[order] for a in (full, visible, score, score, score)))
    save_archive(folder / "raw.npz", frames, (384, 288))
    return clip


@pytest.fixture
def tab(qtbot: QtBot, window: Window, street: Path) -> DetectionTab:
    window.show_tab("detection")
    qtbot.waitUntil(lambda: "detection" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["detection"]
    assert isinstance(tab, DetectionTab)
    window.open_paths([street, truth_of(street), street.parent / "raw.npz"])
    qtbot.waitUntil(lambda: reviewed(tab), timeout=WAIT_MS)
    return tab


def reviewed(tab: DetectionTab) -> bool:
    review = tab.desk.first.review
    return review is not None and review.curve is not None


def test_sliders_refilter_what_is_stored(qtbot: QtBot, tab: DetectionTab) -> None:
    qtbot.waitUntil(lambda: len(tab.picture.first.people.full) > 0, timeout=WAIT_MS)
    few = len(tab.picture.first.people.full)
    tab.controls.first.set_rule("none")
    tab.controls.first.changed.emit()
    raw = tab.desk.boxes.raw[0]
    assert len(tab.picture.first.people.full) == len(raw) > few
    tab.controls.set_score(0.99)
    assert len(tab.picture.first.people.full) == int((raw.score >= 0.99).sum())


def test_scores_follow_the_slider_while_ap_stays(qtbot: QtBot, tab: DetectionTab) -> None:
    words = tab.results._scores.text()
    ap = tab.desk.first.review.ap
    tab.controls.set_score(0.9)
    moved = tab.results._scores.text()
    assert moved != words
    assert f"{ap:.3f}" in moved
    qtbot.waitUntil(lambda: reviewed(tab), timeout=WAIT_MS)
    assert tab.desk.first.review.ap == ap


def test_identities_follow_people(qtbot: QtBot, tab: DetectionTab) -> None:
    people = tab.picture.first.people
    assert (people.ids > 0).all()
    assert len(set(people.ids.tolist())) == len(people.ids)


def test_a_click_tells_who_was_suppressed_and_why(qtbot: QtBot, tab: DetectionTab) -> None:
    people, view = tab.picture.first.people, tab.picture.first
    box = people.full[0]
    middle = view.from_frame(_rect(box)).center()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPointF(middle).toPoint())
    inspector = tab.results.inspector
    assert "ax bx" in inspector._words.text()
    chosen = tab._chosen[0]
    kept = tab.desk.first.kept(tab._shown)
    gone = np.flatnonzero(kept.by == chosen)
    assert sorted(inspector._rows.tolist()) == sorted(gone.tolist())
    assert len(gone) > 0
    tab._on_partner(int(gone[0]))
    assert inspector.density.figure is not None
    tab.picture.chosen.emit(int(gone[0]), False)
    assert f"Suppressed by box {chosen}" in inspector._relation.text()
    assert f"{kept.value[gone[0]]:.2f}" in inspector._relation.text()


def _rect(box):
    from PySide6.QtCore import QRectF

    return QRectF(box[0], box[1], box[2] - box[0], box[3] - box[1])


def test_the_error_browser_jumps_to_the_frame(qtbot: QtBot, tab: DetectionTab) -> None:
    errors = tab.desk.first.review.errors
    kinds = {error.kind for error in errors}
    assert {"missed", "false"} <= kinds
    assert [error.score for error in errors] == sorted((e.score for e in errors), reverse=True)
    false = next(error for error in errors if error.kind == "false" and error.frame > 10)
    tab.results.error_chosen.emit(false)
    assert tab.selection.index == false.frame
    qtbot.waitUntil(lambda: tab._shown == false.frame, timeout=WAIT_MS)
    assert tab._chosen[0] >= 0


def test_two_rules_side_by_side_and_with_a_wipe(qtbot: QtBot, tab: DetectionTab) -> None:
    tab.controls.second.set_rule("none")
    tab.controls.set_view("split")
    assert tab.picture.second.isVisible()
    left, right = tab.picture.first.people, tab.picture.second.people
    assert len(right.full) > len(left.full)
    tab.picture.first._zoom = 3.0
    tab.picture.first.moved.emit()
    assert tab.picture.second._zoom == 3.0
    tab.controls.set_view("wipe")
    assert not tab.picture.second.isVisible()
    assert tab.picture.first._other is not None
    qtbot.waitUntil(lambda: len(tab.results._frames) > 0, timeout=WAIT_MS)


def test_other_peoples_detections_become_the_second_set(
    qtbot: QtBot, window: Window, tab: DetectionTab, tmp_path: Path
) -> None:
    path = tmp_path / "det.txt"
    path.write_text("1,-1,10,20,30,60,0.9,-1,-1,-1\n2,-1,10,20,30,60,0.8,-1,-1,-1\n")
    window.open_paths([path])
    qtbot.waitUntil(lambda: tab.desk.other_boxes.name == "det.txt", timeout=WAIT_MS)
    assert tab.controls.view == "split"
    assert tab.desk.second.boxes is tab.desk.other_boxes
    assert tab.desk.other_boxes.suppressed


def test_a_broken_file_is_one_sentence_and_changes_nothing(
    qtbot: QtBot, window: Window, tab: DetectionTab, tmp_path: Path
) -> None:
    path = tmp_path / "bad.odgt"
    path.write_text('{"ID": "1", "gtboxes": [{"tag": "person"}]}')
    window.notes.clear()
    window.open_paths([path])
    qtbot.waitUntil(
        lambda: any(n.severity == "error" for n in window.notes.notes), timeout=WAIT_MS
    )
    (note,) = [note for note in window.notes.notes if note.severity == "error"]
    assert "lacks 'fbox'" in note.sentence
    assert reviewed(tab)


def test_boxes_are_exported_with_their_settings(
    qtbot: QtBot, tab: DetectionTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.odgt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(path), ""))
    tab.results.boxes_wanted.emit("odgt")
    beside = path.with_name("out.odgt.settings.json")
    qtbot.waitUntil(beside.exists, timeout=WAIT_MS)
    images = read_odgt(path).images
    assert len(images) == 48
    assert len(images[0]) == len(tab.picture.first.people.full)
    assert (images[0].track > 0).all()


def test_code_of_others_is_opened_only_after_a_yes(
    qtbot: QtBot, window: Window, tab: DetectionTab, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x08\x08\x12\x00")
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *a: answers.pop(0))
    file = identify(path)
    tab.open_files((file,))
    assert tab.controls.model is None
    tab.open_files((file,))
    assert tab.controls.model == file
    assert tab.controls.params().allow_code
    tab.controls.own_button.click()
    assert not tab.controls.params().allow_code


def test_tuning_takes_the_best_threshold(qtbot: QtBot, tab: DetectionTab) -> None:
    tab.controls.first.set_rule("beta", 19.0)
    tab._use_settings()
    tab.tune()
    qtbot.waitUntil(lambda: tab.controls.first.threshold < 19, timeout=WAIT_MS)


def test_a_session_stands_as_it_did(qtbot: QtBot, tab: DetectionTab, tmp_path: Path) -> None:
    tab.controls.set_score(0.77)
    tab.controls.first.set_rule("iou", 0.6)
    tab.selection.index = 12
    state = tab.state(tmp_path)
    tab.controls.set_score(0.1)
    tab.restore(state, tmp_path)
    qtbot.waitUntil(lambda: tab._shown == 12 and bool(tab.desk.truth), timeout=WAIT_MS)
    assert tab.controls.score == pytest.approx(0.77)
    assert (tab.controls.first.rule, tab.controls.first.threshold) == ("iou", 0.6)


def test_detecting_shows_people_while_it_runs(
    qtbot: QtBot, window: Window, tab: DetectionTab, tmp_path: Path
) -> None:
    if not OWN_WEIGHTS.is_file():
        pytest.skip("the product's own detector is not there")
    tab.controls.form.set_values({"stride": 24})
    tab.detect()
    qtbot.waitUntil(lambda: tab._job.ended, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: set(tab.desk.boxes.raw) == {0, 24}, timeout=WAIT_MS)
    assert tab.desk.other_boxes.name == "raw.npz"
    assert tab._job.result.status == "done"


def test_training_hands_its_weights_to_the_next_run(qtbot: QtBot, tab: DetectionTab) -> None:
    training = tab.controls.training
    tiny = {"iterations": 2, "batch": 1, "test_images": 1, "tuning_images": 1}
    training.form.set_values(tiny)
    training.button.click()
    qtbot.waitUntil(lambda: tab.controls.model is not None, timeout=WAIT_MS)
    assert tab.controls.model.kind.name == "detector"
    assert training._losses.figure is not None


def test_images_dropped_together_are_one_recording(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    import cv2

    paths = [tmp_path / f"view {number}.png" for number in (1, 2, 10, 11)]
    for number, path in enumerate(paths):
        assert cv2.imwrite(str(path), np.full((60, 80, 3), 40 * number, "u1"))
    window.show_tab("detection")
    qtbot.waitUntil(lambda: "detection" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["detection"]
    assert isinstance(tab, DetectionTab)
    for given, name in ((paths[:3], "3 images 1"), (paths, tmp_path.name)):
        window.open_paths(given)
        qtbot.waitUntil(
            lambda wanted=name: tab.recording is not None and tab.recording.path.name == wanted,
            timeout=WAIT_MS,
        )
        assert tab.recording is not None
        assert tab.recording.frame_count == len(given)
    names = sorted(path.name for path in (window.workspace.folder / "images").rglob("*.png"))
    assert names == sorted(path.name for path in paths[:3])
