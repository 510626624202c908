"""Luma, cache, cost and turning of a video source."""

from __future__ import annotations

import av
import numpy as np
import pytest
from video_clips import BLACK, SQUARE, WHITE, ClipSpec, number_in, numbered, write_clip

from engine.errors import BadInput, Cancelled
from engine.files.kinds import Opened
from engine.files.video.planes import gray, luma_of_rgb
from engine.files.video.recording import Recording
from engine.files.video.source import VideoSource


@pytest.fixture
def source(clip):
    opened = VideoSource(clip("b_frames"))
    yield opened
    opened.close()


def test_it_is_a_recording_and_an_opened_input(source):
    assert isinstance(source, Recording)
    assert isinstance(source, Opened)
    assert source.summary == "72 x 40 px, 120 frames, 25 fps, 4.8 s, h264"
    assert (source.width, source.height) == (72, 40)


def test_limited_range_is_expanded(clip):
    path = clip("b_frames")
    source = VideoSource(path)
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        plane = frame.planes[0]
        stored = np.frombuffer(memoryview(plane), "u1").reshape(-1, plane.line_size)[:40, :72]
    exact = np.clip((stored.astype(float) - 16) * 255 / 219, 0, 255)
    assert np.abs(source.gray(0).astype(float) - exact).max() <= 0.5
    source.close()


@pytest.mark.parametrize("name", ["b_frames", "yuv444p", "ten_bits", "rgb", "mjpeg_avi"])
def test_luma_agrees_with_that_of_the_rgb_frame(clip, name):
    source = VideoSource(clip(name))
    difference = source.gray(5).astype(int) - luma_of_rgb(source.frame(5)).astype(int)
    assert np.abs(difference).max() <= 3
    source.close()


@pytest.mark.parametrize("pixels", ["gray", "yuvj420p", "yuv420p", "yuv420p10le", "gray10le"])
def test_luma_of_known_samples(pixels):
    bits = 10 if pixels.endswith("10le") else 8
    frame = av.VideoFrame(64, 16, pixels)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    stored = (np.arange(frame.planes[0].buffer_size // (bits // 8 or 1)) % 64) * (1 << bits) // 64
    sample = "<u2" if bits == 10 else "u1"
    count = frame.planes[0].buffer_size // np.dtype(sample).itemsize
    frame.planes[0].update(stored[:count].astype(sample).tobytes())
    row = stored[:64] / ((1 << bits) - 1) * 255
    if pixels.startswith("yuv4"):
        row = np.clip((stored[:64] / (1 << (bits - 8)) - 16) * 255 / 219, 0, 255)
    assert np.abs(gray(frame)[0].astype(float) - row).max() <= 0.51


def test_luma_weights_sum_to_one():
    levels = np.arange(256, dtype="u1")
    neutral = np.repeat(levels[None, :, None], 3, axis=2)
    assert np.array_equal(luma_of_rgb(neutral)[0], levels)
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], "u1")
    assert luma_of_rgb(colours).tolist() == [[76, 150, 29]]


def test_grey_formats_are_taken_as_stored(tmp_path):
    spec = ClipSpec("ffv1", ".mkv", "gray", count=3)
    source = VideoSource(write_clip(tmp_path / "gray.mkv", spec))
    for number in range(3):
        assert np.array_equal(source.gray(number), numbered(number, spec.size))
    source.close()


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_frames_are_turned_as_the_file_asks(tmp_path, degrees):
    spec = ClipSpec("ffv1", ".mp4", "yuv444p", count=2, rotation=degrees)
    source = VideoSource(write_clip(tmp_path / "turned.mp4", spec))
    expected = np.rot90(numbered(1, spec.size), degrees // 90)
    assert (source.height, source.width) == expected.shape
    assert source.frame(1).shape == (*expected.shape, 3)
    bright = expected > (BLACK + WHITE) / 2
    corner = np.rot90(np.arange(40)[:, None] < SQUARE * np.ones((1, 72)), degrees // 90)
    assert np.array_equal((source.gray(1) > 128)[corner], bright[corner])
    source.close()


def test_stepping_forward_decodes_each_frame_once(source):
    before = source.decoded
    for number in range(1, 90):
        assert number_in(source.frame(number)) == number
    assert source.decoded - before == 89


def test_steps_back_inside_a_group_are_decoded_once(source):
    source.frame(99)
    before = source.decoded
    for number in range(98, 66, -1):
        assert number_in(source.gray(number)) == number
    assert source.decoded == before
    for number in range(66, 49, -1):
        assert number_in(source.gray(number)) == number
    assert source.decoded <= before + 17


def test_what_no_frame_builds_on_is_left_out_on_the_way(source):
    before = source.decoded
    assert number_in(source.frame(99)) == 99
    assert 33 <= source.decoded - before < 50
    for number in range(67, 100):
        assert number_in(source.frame(number)) == number


def test_after_a_way_broken_off_the_frames_left_out_come_too(clip):
    for stop_after in range(1, 12):
        source = VideoSource(clip("b_frames"))
        calls = iter(range(stop_after))

        def check(calls=calls):
            if next(calls, None) is None:
                raise Cancelled

        with pytest.raises(Cancelled):
            source.frame(99, check=check)
        shown = [number_in(source.frame(number)) for number in range(50, 100)]
        assert shown == list(range(50, 100))
        source.close()


def test_cache_is_bounded_in_bytes(clip):
    frame_bytes = 72 * 40 * 3 // 2
    source = VideoSource(clip("b_frames"), cache_bytes=20 * frame_bytes)
    source.frame(119)
    assert 1 < len(source._cache) <= 20
    assert source._cache.used <= source._cache.limit
    source.close()


def test_returned_pixels_belong_to_the_caller(source):
    first = source.gray(4)
    first[:] = 0
    second = source.gray(4)
    assert second.any()
    rgb = source.frame(4)
    rgb[:] = 0
    assert source.frame(4).any()


def test_frames_may_be_asked_for_during_a_pass(source):
    shown = []
    for gray_frame in source.gray_frames(0, 20):
        shown.append(number_in(gray_frame))
        assert number_in(source.frame(110)) == 110
    assert shown == list(range(20))


def test_the_way_to_a_frame_can_be_broken_off(source):
    calls = []

    def check():
        calls.append(None)
        if len(calls) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        source.frame(49, check=check)
    assert number_in(source.frame(49)) == 49


def test_a_pass_checks_between_the_frames_it_gives(source):
    calls = []
    numbers = [
        number_in(gray) for gray in source.gray_frames(1, 41, 20, check=lambda: calls.append(None))
    ]
    assert numbers == [1, 21]
    # Called for the frames on the way that are decoded, not for those handed out.
    assert 0 < len(calls) < 19


def test_preview_is_the_key_frame_when_many_lie_between(tmp_path):
    spec = ClipSpec(size=(1920, 1080), count=40, options={"g": "40", "preset": "ultrafast"})
    source = VideoSource(write_clip(tmp_path / "large.mp4", spec))
    assert source.preview(39) == 0
    assert source.preview(3) == 3
    source.frame(30)
    assert source.preview(39) == 39
    source.close()


def test_numbers_outside_are_refused(source):
    for number in (-1, 120):
        with pytest.raises(IndexError):
            source.frame(number)


def test_an_index_can_be_shared(clip, source):
    other = VideoSource(clip("b_frames"), index=source.index)
    assert other.index is source.index
    assert np.array_equal(other.gray(77), source.gray(77))
    other.close()


def test_closing_twice_does_nothing(clip):
    source = VideoSource(clip("b_frames"))
    source.close()
    source.close()


def test_a_change_of_size_is_told(clip, source, monkeypatch):
    monkeypatch.setattr(source, "_size", (10, 10))
    with pytest.raises(BadInput, match="changes its size at frame 3"):
        source.gray(3)
