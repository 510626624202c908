"""Which poses belong to which recording, and what speaks against it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.behavior.data import write_pair
from engine.errors import BadParams
from engine.files.poses.model import Poses, from_dense
from engine.files.poses.pairing import PoseMap, concerns, dense_on_video, partner_of
from engine.files.poses.read import open_poses
from engine.files.video.source import VideoSource


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Poses, VideoSource]:
    folder = tmp_path_factory.mktemp("pair")
    write_pair(folder, "pair", seconds=2, seed=5, twins=("slp",))
    source = VideoSource(folder / "pair.mp4")
    yield open_poses(folder / "pair.slp"), source
    source.close()


def changed(poses: Poses, **words) -> Poses:
    base = {"path": poses.path, "video": poses.video, "xy": poses.xy, "frames": poses.frames}
    new = {**base, **words}
    return from_dense(
        new["path"], "truth", poses.tracks, poses.skeleton, new["xy"], None, new["frames"],
        video=new["video"],
    )  # fmt: skip


def test_a_pair_that_fits_raises_no_concern(pair) -> None:
    assert concerns(*pair) == []


def test_each_mismatch_is_told(pair) -> None:
    poses, source = pair
    other = concerns(changed(poses, video="C:\\data\\other.mp4"), source)
    assert [item.grave for item in other] == [True]
    assert "other.mp4" in other[0].sentence
    beyond = concerns(changed(poses, frames=poses.frames + 40), source)
    assert beyond[0].grave
    assert "frame 99" in beyond[0].sentence
    outside = concerns(changed(poses, xy=poses.xy * 3), source)
    assert "outside" in outside[0].sentence
    nameless = concerns(changed(poses, video="", path=Path("predictions.h5")), source)
    assert [item.grave for item in nameless] == [False]
    few = changed(poses, xy=poses.xy[:9], frames=poses.frames[:9])
    assert [item.grave for item in concerns(few, source)] == [False]
    assert "9 of 60" in concerns(few, source)[0].sentence


def test_an_offset_mends_what_a_trim_broke(pair) -> None:
    poses, source = pair
    late = changed(poses, frames=poses.frames + 40)
    assert concerns(late, source, PoseMap(-40)) == []
    early = concerns(poses, source, PoseMap(-40))
    assert [item.grave for item in early] == [False, False]
    assert "40 of 60 frames" in early[0].sentence
    assert any(item.grave for item in concerns(poses, source, PoseMap(900)))


def test_offset_and_stride(pair) -> None:
    mapping = PoseMap(-3, 2)
    assert mapping.to_video(np.arange(4)).tolist() == [-3, -1, 1, 3]
    assert [mapping.to_pose(n) for n in (-3, 0, 1, 2, 3)] == [0, None, 2, None, 3]
    poses, _ = pair
    xy, confidence = dense_on_video(poses, "animal 2", 20, mapping)
    assert np.array_equal(xy[1::2], poses.xy[2:12, 1], equal_nan=True)
    assert np.isnan(xy[::2]).all()
    assert not confidence[::2].any()
    with pytest.raises(BadParams, match="stride"):
        PoseMap(0, 0)


def test_partners_are_found_by_stem() -> None:
    names = [
        "m1DLC_resnet50_1000.csv", "m1DLC_resnet50_1000.h5", "m10.slp", "m1_trial2.slp",
        "m2.predictions.slp", "m2.analysis.h5",
    ]  # fmt: skip
    paths = [Path(name) for name in names]
    assert partner_of(Path("m10.mp4"), paths).name == "m10.slp"
    assert partner_of(Path("m2.avi"), paths).name == "m2.analysis.h5"
    assert partner_of(Path("m1_trial2.mp4"), paths).name == "m1_trial2.slp"
    assert partner_of(Path("m3.mp4"), paths) is None
    assert partner_of(Path("m1.mp4"), paths[:2]).name == "m1DLC_resnet50_1000.h5"
