"""Detection against the reference values of its method."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Rule, threshold, then recall and extra boxes an image on the easy and on the hard crowd.
TABLE = [
    ("iou", 0.5, (0.8875, 2.925), (0.5469, 3.350)),
    ("iou", 0.6, (0.9734, 3.000), (0.7422, 3.375)),
    ("iou", 0.7, (0.9969, 3.800), (0.9313, 4.325)),
    ("visible_iou", 0.4, (0.9891, 3.225), (0.9906, 6.250)),
    ("beta", 1, (0.9922, 3.750), (0.9906, 8.650)),
    ("beta", 2, (0.9563, 2.800), (0.9672, 5.100)),
    ("beta", 3, (0.9359, 2.375), (0.9547, 4.000)),
    ("beta", 5, (0.8781, 2.050), (0.9109, 3.075)),
    ("beta", 7, (0.8297, 1.875), (0.8953, 2.625)),
]
SCORES = {
    "ap": 0.642146,
    "mr2": 0.679437,
    "ji": 0.575228,
    "mr2_reasonable": 0.336724,
    "mr2_bare": 0.328588,
    "mr2_partial": 0.329840,
    "mr2_heavy": 0.338008,
    "mr2_all": 0.652479,
}
CUTS = [0.3999, 0.4282, 0.4594, 0.4826, 0.5126, 0.5493, 0.5671, 0.5752, 0.5285, 0.4235]
PEOPLE = {"reasonable": 303, "bare": 173, "partial": 130, "heavy": 297, "all": 553}


@pytest.fixture
def detection(reference_dir: Path) -> Path:
    folder = reference_dir / "detection"
    if not folder.is_dir():
        pytest.skip(f"no reference detections in {folder}")
    return folder


def test_evaluation_fixture_by_command_line(detection, tmp_path):
    files = [str(detection / "eval_gt.odgt"), str(detection / "eval_det.odgt")]
    command = [sys.executable, "main.py", "run", "detection.evaluate", *files]
    subprocess.run([*command, "--out", str(tmp_path)], cwd=ROOT, check=True)
    metrics = json.loads((tmp_path / "result.json").read_text())["metrics"]
    for name, value in SCORES.items():
        assert metrics[name] == pytest.approx(value, abs=1e-6 if "_" not in name else 1e-5)
    assert metrics["n_images"] == 40


def test_evaluation_details(detection):
    from engine.detection.annotated import paired
    from engine.detection.evaluate import evaluate
    from engine.detection.kinds import open_boxes

    pairs = paired(open_boxes(detection / "eval_gt.odgt"), open_boxes(detection / "eval_det.odgt"))
    scores = evaluate(pairs)
    assert list(scores.ji_cuts) == pytest.approx(CUTS, abs=5e-5)
    assert {n: scores.subsets[n].curve.people for n in PEOPLE} == PEOPLE


@pytest.mark.parametrize(("rule", "threshold", "easy", "hard"), TABLE)
def test_suppression_table(detection, rule, threshold, easy, hard):
    from engine.detection.nms import Suppression
    from engine.detection.raw import outcomes, read_raw

    for crowd, (recall, extra) in (("easy", easy), ("hard", hard)):
        raw = read_raw(detection / f"crowd_{crowd}.npz")
        scenes = list(outcomes(raw, Suppression(rule, threshold)))
        found = sum(scene.found for scene in scenes) / sum(scene.people for scene in scenes)
        assert found == pytest.approx(recall, abs=0.005)
        assert sum(s.extra for s in scenes) / len(scenes) == pytest.approx(extra, abs=0.1)


def test_suppression_by_command_line(detection, tmp_path):
    command = [
        sys.executable,
        "main.py",
        "run",
        "detection.nms",
        str(detection / "crowd_hard.npz"),
    ]
    settings = ["--set", "rule=beta", "--set", "threshold=2"]
    subprocess.run([*command, *settings, "--out", str(tmp_path)], cwd=ROOT, check=True)
    metrics = json.loads((tmp_path / "result.json").read_text())["metrics"]
    assert metrics["recall"] == pytest.approx(0.9672, abs=1e-4)
    assert metrics["extra_per_image"] == pytest.approx(5.1, abs=1e-6)
