"""What labs record in: containers, pixel formats, depth, interlacing, headers that are wrong."""

from __future__ import annotations

import av
import numpy as np
import pytest
from video_clips import ClipSpec, number_in, numbered, write_clip

from engine.errors import BadInput
from engine.files.identify import identify
from engine.files.video.source import VideoSource

#: Container and codec as cameras and lab software write them.
FORMATS = {
    "transport": ClipSpec(suffix=".ts", options={"g": "20", "bf": "2"}),
    "avchd": ClipSpec(suffix=".m2ts", options={"g": "20", "bf": "2"}),
    "program": ClipSpec("mpeg2video", ".mpg", options={"g": "12", "bf": "2", "q": "2"}),
    "windows": ClipSpec("wmv2", ".wmv", options={"q": "2"}),
    "flash": ClipSpec("flv1", ".flv", options={"q": "2"}),
    "raw_bgr": ClipSpec("rawvideo", ".avi", "bgr24"),
    "raw_gray": ClipSpec("rawvideo", ".avi", "gray"),
    "raw_nv12": ClipSpec("rawvideo", ".mkv", "nv12"),
    "raw_uyvy": ClipSpec("rawvideo", ".mov", "uyvy422"),
    "raw_410": ClipSpec("rawvideo", ".mkv", "yuv410p"),
    "gray10": ClipSpec("ffv1", ".mkv", "gray10le"),
    "gray12": ClipSpec("ffv1", ".mkv", "gray12le"),
    "gray16": ClipSpec("ffv1", ".mkv", "gray16le"),
    "gray16be": ClipSpec("png", ".mov", "gray16be"),
    "huffyuv": ClipSpec("huffyuv", ".avi", "yuv422p"),
    "prores": ClipSpec("prores_ks", ".mov", "yuv422p10le"),
    "mjpeg422": ClipSpec("mjpeg", ".mov", "yuvj422p", options={"q": "2"}),
    "vp9": ClipSpec("libvpx-vp9", ".webm", options={"cpu-used": "8"}),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_opens_and_seeks_exactly(name, tmp_path):
    spec = FORMATS[name]
    path = write_clip(tmp_path / f"clip{spec.suffix}", spec)
    identified = identify(path)
    assert identified.kind.name == "video"
    source = identified.kind.open(path)
    assert source.frame_count == source.readable_frames == spec.count
    for number in [*np.random.default_rng(2).integers(0, 120, 12).tolist(), 119, 0]:
        assert number_in(source.frame(number)) == number
        assert number_in(source.gray(number)) == number
    source.close()


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_deep_grey_keeps_its_upper_eight_bits(bits, tmp_path):
    spec = ClipSpec("ffv1", ".mkv", f"gray{bits}le", count=2)
    source = VideoSource(write_clip(tmp_path / "deep.mkv", spec))
    assert np.abs(source.gray(1).astype(int) - numbered(1, spec.size)).max() <= 1
    source.close()


def test_a_turned_recording_says_so(tmp_path):
    spec = ClipSpec("ffv1", ".mp4", "yuv444p", count=2, rotation=90)
    source = VideoSource(write_clip(tmp_path / "turned.mp4", spec))
    assert "turned by 90°" in source.summary
    source.close()


def test_an_interlaced_recording_says_so(tmp_path):
    spec = ClipSpec(
        "mpeg2video", ".mkv", count=4, options={"flags": "+ildct+ilme", "field_order": "tt"}
    )
    source = VideoSource(write_clip(tmp_path / "fields.mkv", spec))
    assert "interlaced: each frame holds two moments" in source.summary
    source.close()


def test_a_header_that_counts_wrongly_is_told(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", ClipSpec(count=40))
    data = path.read_bytes()
    at = data.index(b"stsz") + 12
    assert int.from_bytes(data[at : at + 4], "big") == 40
    source = VideoSource(path)
    assert "header" not in source.summary
    object.__setattr__(source.index, "header_frames", 41)
    assert "its header announces 41 frames" in source.summary
    source.close()


def test_a_bare_stream_is_told_what_to_do(tmp_path):
    path = tmp_path / "pi.h264"
    with av.open(str(path), "w", format="h264") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 72, 40, "yuv420p"
        for i in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(i, (72, 40)), "gray")))
        out.mux(stream.encode())
    assert identify(path).kind.name == "video"
    with pytest.raises(BadInput, match="keeps no times; wrap it"):
        VideoSource(path)
