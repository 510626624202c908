"""Whatever the container: the frame shown is the one whose number is burned in."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from video_clips import ClipSpec, copy_clip, number_in, write_clip

from engine.errors import BadInput
from engine.files.poses.model import Skeleton, from_dense
from engine.files.poses.pairing import PoseMap, concerns
from engine.files.video.source import VideoSource

RATES = (Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(50), Fraction(7, 2))

CLIPS = st.fixed_dictionaries(
    {
        "rate": st.sampled_from(RATES),
        "gop": st.integers(1, 60),
        "b_frames": st.integers(0, 4),
        "open_gop": st.booleans(),
        "start": st.integers(0, 5000),
        "uneven": st.booleans(),
        "suffix": st.sampled_from([".mp4", ".mkv", ".mov"]),
        "count": st.integers(30, 90),
        "seed": st.integers(0, 2**16),
    }
)


def write(folder: Path, kind: dict) -> Path:
    random = np.random.default_rng(kind["seed"])
    gaps = random.integers(1, 7, kind["count"]) if kind["uneven"] else np.ones(kind["count"], int)
    spec = ClipSpec(
        suffix=kind["suffix"],
        count=kind["count"],
        rate=kind["rate"],
        # Matroska keeps milliseconds: closer frames would share a time.
        time_base=1 / kind["rate"],
        pts=(kind["start"] + np.cumsum(gaps)).tolist(),
        options={
            "g": str(kind["gop"]),
            "bf": str(kind["b_frames"]),
            "preset": "ultrafast" if kind["b_frames"] == 0 else "veryfast",
            "x264-params": f"open-gop={int(kind['open_gop'])}",
        },
    )
    return write_clip(folder / f"clip{kind['suffix']}", spec)


def poses_of(path: Path, count: int):
    xy = np.full((count, 1, 1, 2), 9.0)
    return from_dense(path, "truth", ["a"], Skeleton(("n",)), xy, video=path.name)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(kind=CLIPS)
def test_every_random_seek_shows_the_burned_in_number(kind) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = VideoSource(write(Path(folder), kind), cache_bytes=40_000)
        assert source.frame_count == kind["count"]
        order = np.random.default_rng(kind["seed"]).integers(0, kind["count"], 25)
        for number in order.tolist():
            assert number_in(source.frame(number)) == number
        assert concerns(poses_of(source.path, kind["count"]), source) == []
        source.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(kind=CLIPS, share=st.floats(0.05, 0.9))
def test_a_trimmed_copy_shows_its_frames_and_flags_the_old_poses(kind, share) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), kind)
        whole = VideoSource(path)
        poses = poses_of(path, kind["count"])
        first = int(share * kind["count"])
        start = int(whole.index.pts[first])
        trimmed = copy_clip(
            path, path.with_name(f"cut{path.suffix}"), lambda packet: packet.pts >= start
        )
        if int(whole.index.key_frames[-1]) < first:
            # A cut after the last key frame leaves nothing to decode.
            whole.close()
            with pytest.raises(BadInput, match="no frames"):
                VideoSource(trimmed)
            return
        whole.close()
        source = VideoSource(trimmed)
        shown = [number_in(gray) for gray in source.gray_frames()]
        lost = kind["count"] - len(shown)
        assert shown == list(range(kind["count"]))[lost:]
        for number in np.random.default_rng(kind["seed"]).integers(0, len(shown), 10).tolist():
            assert number_in(source.frame(number)) == shown[number]
        told = concerns(poses, source)
        if lost:
            assert any(item.grave and "has frames 0 to" in item.sentence for item in told)
            shifted = concerns(poses, source, PoseMap(-lost))
            # What stays is the name of the copy, which is not that of the video.
            assert [item.sentence for item in shifted if item.grave] == [
                f"{path.name} was made on {path.name}, not on {trimmed.name}."
            ]
        source.close()
