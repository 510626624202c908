"""Clips shared by the tests of files and video."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from video_clips import ClipSpec, copy_clip, write_clip

LONG_GOP = {"g": "50", "bf": "3"}
SHORT_GOP = {"g": "20", "bf": "3"}
OPEN_GOP = {"g": "20", "bf": "3", "x264-params": "open-gop=1"}
INTRA_REFRESH = {"g": "20", "bf": "0", "x264-params": "intra-refresh=1"}
UNEVEN = tuple(np.cumsum(np.random.default_rng(0).integers(1, 9, 120)).tolist())

#: One unit of a 25 fps MP4 is 1/12800 s, so a frame lasts this many.
FRAME = 512

ENCODED = {
    "b_frames": ClipSpec(options=LONG_GOP),
    "variable_rate": ClipSpec(options=SHORT_GOP, pts=UNEVEN, time_base=Fraction(1, 100)),
    "start_offset": ClipSpec(options=SHORT_GOP, pts=range(1000, 1120)),
    "yuv444p": ClipSpec(options=LONG_GOP, pixels="yuv444p"),
    "gray": ClipSpec(options=LONG_GOP, pixels="gray"),
    "ten_bits": ClipSpec("libx265", pixels="yuv420p10le", options={"x265-params": "log-level=0"}),
    "odd_size": ClipSpec(options=LONG_GOP, pixels="yuv444p", size=(75, 41)),
    "tiny_gop": ClipSpec(options={"g": "2", "bf": "3"}),
    "open_gop": ClipSpec(options=OPEN_GOP),
    "open_gop_hevc": ClipSpec(
        "libx265", options={"x265-params": "open-gop=1:keyint=20:log-level=0"}
    ),
    "intra_refresh": ClipSpec(options=INTRA_REFRESH),
    "mkv": ClipSpec(options=OPEN_GOP, suffix=".mkv", rate=30),
    "same_times": ClipSpec(options=SHORT_GOP, suffix=".mkv", rate=3000),
    "webm": ClipSpec("libvpx", ".webm", options={"auto-alt-ref": "1", "lag-in-frames": "16"}),
    "mjpeg_avi": ClipSpec("mjpeg", ".avi", "yuvj420p"),
    "mpeg4_avi": ClipSpec("mpeg4", ".avi", options={"g": "20", "bf": "2", "q": "2"}),
    "h264_avi": ClipSpec(suffix=".avi", options=SHORT_GOP),
    "rgb": ClipSpec("libx264rgb", pixels="rgb24", options=LONG_GOP),
}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Path of a clip by name, made when first asked for."""
    folder = tmp_path_factory.mktemp("clips ü")
    made: dict[str, Path] = {}

    def encoded(name: str) -> Path:
        spec = ENCODED[name]
        return write_clip(folder / f"{name}{spec.suffix}", spec)

    def copied(name: str) -> Path:
        source, suffix, first, shift = {
            "trimmed": ("b_frames", ".mp4", 50 * FRAME, 0),
            "trimmed_mid_gop": ("b_frames", ".mp4", 30 * FRAME, 0),
            "trimmed_mid_gop_mkv": ("b_frames", ".mkv", 30 * FRAME, 0),
            "trimmed_open_gop": ("open_gop", ".mp4", 15 * FRAME, 0),
            "trimmed_open_gop_mkv": ("open_gop", ".mkv", 15 * FRAME, 0),
            "edit_list": ("b_frames", ".mp4", 50 * FRAME, 60 * FRAME),
        }[name]
        target = folder / f"{name}{suffix}"
        return copy_clip(get(source), target, lambda p: p.dts >= first - 2 * FRAME, shift=shift)

    def get(name: str) -> Path:
        if name not in made:
            made[name] = encoded(name) if name in ENCODED else copied(name)
        return made[name]

    return get
