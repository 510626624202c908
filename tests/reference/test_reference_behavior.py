"""Behaviour embeddings of the fly recording: PCA as the card measured it, and the bars of DBE."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.behavior.experiments import EMBED, EVALUATE
from engine.experiment import Experiment
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.results import Result
from engine.run import Run, RunRequest

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDER = Path(os.environ.get("PEERSCOPE_REFERENCE", BESIDE)) / "behavior"
VIDEO, POSES = FOLDER / "20190128_113421.120s.mp4", FOLDER / "predictions.analysis.h5"

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.skipif(
        not (VIDEO.is_file() and POSES.is_file()), reason=f"no reference recording in {FOLDER}"
    ),
]


def run(experiment: Experiment, out: Path, **values) -> Result:
    files = (InputFile("video", identify(VIDEO)), InputFile("poses", identify(POSES)))
    params = experiment.params(latent=8, crop="egocentric", split="blocked300", **values)
    result = Run(RunRequest(experiment, files, params), out, keep_figures=False).execute()
    assert result.status == "done", result.message
    return result


def test_pca_of_egocentric_crops_is_as_measured_before(tmp_path: Path) -> None:
    """Crops, split, base and decoding are those of the card: its PCA row comes out."""
    metrics = run(EMBED, tmp_path, method="pca").metrics
    assert metrics["fve"] == pytest.approx(0.561, abs=0.001)
    assert metrics["heading_r2"] == pytest.approx(0.697, abs=0.001)
    assert metrics["log_distance_r2"] == pytest.approx(0.055, abs=0.002)


@pytest.mark.timeout(1800)
@pytest.mark.slow
def test_dbe_reaches_the_bar(tmp_path: Path) -> None:
    """A5, means of three seeds."""
    metrics = run(EMBED, tmp_path, method="dbe", seeds=3, baselines=False).metrics
    assert metrics["fve"] >= 0.65
    assert metrics["heading_r2"] >= 0.75
    assert metrics["log_distance_r2"] >= 0.30


@pytest.mark.timeout(1800)
@pytest.mark.slow
def test_pose_and_scene_come_apart(tmp_path: Path) -> None:
    """A6: two synthetic scenes."""
    metrics = run(EVALUATE, tmp_path, scenes=2).metrics
    assert metrics["fve"] >= 0.84
    assert metrics["paired_r2"] >= 0.70
    assert metrics["swap_mse"] <= 0.005
    assert metrics["unchanged_mse"] == pytest.approx(0.0339, abs=0.0005)
    assert metrics["pca_fve"] == pytest.approx(0.813, abs=0.002)
    assert metrics["pca_paired_r2"] == pytest.approx(0.333, abs=0.005)
    assert metrics["paired_r2"] > metrics["ae_paired_r2"] + 0.3
