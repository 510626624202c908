"""The shared pose files: what they hold, and that sleap-io reads the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.files.identify import identify
from engine.files.poses.pairing import concerns
from engine.files.video.source import VideoSource

#: Name, frames, tracks, nodes.
FACTS = [
    ("predictions.slp", 3000, 2, 13),
    ("predictions.analysis.h5", 3000, 2, 13),
    ("centered_pair_predictions.slp", 1100, 27, 24),
]


@pytest.fixture
def opened(reference_dir: Path):
    def get(name: str):
        path = reference_dir / "behavior" / name
        if not path.is_file():
            pytest.skip(f"no {name} in {reference_dir}")
        identified = identify(path)
        assert identified.kind.name == "poses"
        return identified.kind.open(path)

    return get


@pytest.mark.parametrize(("name", "frames", "tracks", "nodes"), FACTS)
def test_sizes(name, frames, tracks, nodes, opened) -> None:
    poses = opened(name)
    assert poses.frames.tolist() == list(range(frames))
    assert poses.xy.shape == (frames, tracks, nodes, 2)


@pytest.mark.parametrize("name", ["predictions.slp", "centered_pair_predictions.slp"])
def test_points_are_those_of_sleap_io(name, opened) -> None:
    import sleap_io

    poses = opened(name)
    labels = sleap_io.load_slp(str(poses.path), open_videos=False)
    told = labels.numpy(return_confidence=True)
    assert np.array_equal(poses.xy.astype("f4"), told[..., :2], equal_nan=True)
    seen = np.isfinite(told[..., 0])
    assert np.array_equal(poses.confidence.astype("f4")[seen], told[..., 2][seen])
    assert poses.edges == tuple(labels.skeleton.edge_inds)


def test_export_and_project_agree(opened) -> None:
    project, export = opened("predictions.slp"), opened("predictions.analysis.h5")
    assert project.nodes == export.nodes
    assert np.array_equal(project.xy, export.xy, equal_nan=True)


def test_they_fit_their_recordings_and_no_other(opened, reference_dir) -> None:
    folder = reference_dir / "behavior"
    fly = VideoSource(folder / "20190128_113421.120s.mp4")
    pair = VideoSource(folder / "centered_pair_low_quality.mp4")
    assert concerns(opened("predictions.slp"), fly) == []
    assert concerns(opened("centered_pair_predictions.slp"), pair) == []
    assert [item.grave for item in concerns(opened("predictions.analysis.h5"), fly)] == [False]
    swapped = concerns(opened("predictions.slp"), pair)
    assert [item.grave for item in swapped] == [True, True, True]
    fly.close()
    pair.close()
