"""The shared recordings: what their index says, and exact seeks."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.files.video.index import read_index
from engine.files.video.source import VideoSource

ROOT = Path(
    os.environ.get("PEERSCOPE_REFERENCE")
    or Path(__file__).parents[2].resolve().parent / "shared" / "data"
)
#: Name, frames, rate, key frames, time base, units between two frames.
FACTS = [
    ("20190128_113421.120s.mp4", 3000, 25, 12, Fraction(1, 12800), 512),
    ("centered_pair_low_quality.mp4", 1100, 15, 8, Fraction(1, 90000), 6000),
]


def recording(name: str) -> Path:
    path = ROOT / "behavior" / name
    if not path.is_file():
        pytest.skip(f"no {name} in {ROOT}; set PEERSCOPE_REFERENCE to the reference data")
    return path


@pytest.mark.parametrize(("name", "frames", "rate", "keys", "time_base", "step"), FACTS)
def test_index(name, frames, rate, keys, time_base, step):
    index = read_index(recording(name))
    assert len(index) == index.readable == index.header_frames == frames
    assert index.time_base == time_base
    assert np.array_equal(index.pts, np.arange(frames) * step)
    assert int(index.key.sum()) == len(index.key_frames) == keys
    assert index.average_rate == Fraction(rate)
    assert index.is_constant
    assert index.duration_s == pytest.approx(frames / rate)


@pytest.mark.parametrize("name", [facts[0] for facts in FACTS])
def test_exact_seeks(name):
    """60 frames in random order equal, byte for byte, those of decoding in order."""
    path = recording(name)
    source = VideoSource(path)
    wanted = np.random.default_rng(4).permutation(source.frame_count)[:60].tolist()
    reference = {}
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            assert frame.pts == source.index.pts[number]
            if number in wanted:
                reference[number] = hash(frame.to_ndarray(format="rgb24").tobytes())
    assert number == source.frame_count - 1
    for number in wanted:
        assert hash(source.frame(number).tobytes()) == reference[number]
    source.close()


def test_luma_in_one_pass_equals_luma_by_seeking():
    source = VideoSource(recording("centered_pair_low_quality.mp4"))
    grays = dict(zip(range(0, 1100, 55), source.gray_frames(0, 1100, 55), strict=True))
    other = VideoSource(source.path, index=source.index)
    for number in reversed(grays):
        assert np.array_equal(other.gray(number), grays[number])
    for opened in (source, other):
        opened.close()
