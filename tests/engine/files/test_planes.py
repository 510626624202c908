"""Pixels of frames are the same whichever library looks them up."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from video_clips import ClipSpec, write_clip

from engine.files.video.source import VideoSource


def test_luma_is_the_same_before_opencv_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mp4"
    write_clip(path, ClipSpec(count=3))
    grays = {}
    for loaded in (True, False):
        if loaded:
            import cv2

            assert sys.modules["cv2"] is cv2
        else:
            monkeypatch.delitem(sys.modules, "cv2")
        with closing(VideoSource(path)) as source:
            grays[loaded] = source.gray(1)
    assert np.array_equal(grays[True], grays[False])
    assert np.ptp(grays[True]) > 100
