"""Every frame of every kind of clip is the one that decoding in order gives."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from conftest import ENCODED, UNEVEN
from video_clips import decoded_in_order, number_in

from engine.files.video.index import read_index
from engine.files.video.source import VideoSource

#: Copies without decoding, and the number shown by their first frame.
COPIES = {
    "trimmed": 50,
    "trimmed_mid_gop": 50,
    "trimmed_mid_gop_mkv": 50,
    "trimmed_open_gop": 20,
    "trimmed_open_gop_mkv": 20,
    "edit_list": 60,
}


@pytest.mark.parametrize("name", [*ENCODED, *COPIES])
def test_random_seeks_equal_decoding_in_order(clip, name):
    path = clip(name)
    reference = decoded_in_order(path)
    source = VideoSource(path, cache_bytes=1)
    assert source.frame_count == source.readable_frames == len(reference)
    for number in np.random.default_rng(1).integers(0, len(reference), 60).tolist():
        pixels = source.frame(number)
        assert pixels.tobytes() == reference[number][1].tobytes()
        assert number_in(pixels) == number + COPIES.get(name, 0)
    source.close()


@pytest.mark.parametrize("name", [*ENCODED, *COPIES])
def test_luma_in_one_pass_shows_every_number(clip, name):
    source = VideoSource(clip(name))
    first = COPIES.get(name, 0)
    shown = [number_in(gray) for gray in source.gray_frames()]
    assert shown == [first + i for i in range(source.frame_count)]
    stop = source.frame_count - 2
    strided = [number_in(gray) for gray in source.gray_frames(3, stop, 17)]
    assert strided == [first + i for i in range(3, stop, 17)]
    source.close()


@pytest.mark.parametrize("name", [n for n in [*ENCODED, *COPIES] if n != "h264_avi"])
def test_times_are_those_of_the_decoded_frames(clip, name):
    index = read_index(clip(name))
    assert index.pts.tolist() == [pts for pts, _ in decoded_in_order(clip(name))]
    assert np.all(np.diff(index.pts) >= 0)


def test_times_without_presentation_times_follow_the_order(clip):
    index = read_index(clip("h264_avi"))
    assert index.counted
    assert index.times_s == pytest.approx(np.arange(120) / 25)


def test_equal_times_are_told_apart_by_counting(clip):
    index = read_index(clip("same_times"))
    assert len(np.unique(index.pts)) < len(index)
    assert index.counted


def test_key_frames_are_those_the_decoder_reports(clip):
    index = read_index(clip("b_frames"))
    with av.open(str(clip("b_frames"))) as container:
        keys = [frame.key_frame for frame in container.decode(video=0)]
    assert index.key.tolist() == keys
    assert index.key_frames.tolist() == np.flatnonzero(keys).tolist() == [0, 50, 100]


def test_a_place_cut_off_by_an_edit_list_still_starts_decoding(clip):
    index = read_index(clip("edit_list"))
    assert index.pts[0] == 0
    assert index.key_pts[0] < 0
    assert index.key_frames[0] == 0
    assert not index.key[0]


def test_rate_and_regularity(clip):
    constant = read_index(clip("b_frames"))
    assert constant.average_rate == Fraction(25)
    assert constant.is_constant
    assert constant.duration_s == pytest.approx(120 / 25)
    # Milliseconds cannot hold 1/30 s, yet the rate is 30 exactly.
    rounded = read_index(clip("mkv"))
    assert rounded.average_rate == Fraction(30)
    assert rounded.is_constant
    uneven = read_index(clip("variable_rate"))
    assert uneven.average_rate == Fraction(119 * 100, UNEVEN[-1] - UNEVEN[0])
    assert not uneven.is_constant


def test_start_offset_stays_in_the_times(clip):
    index = read_index(clip("start_offset"))
    assert index.times_s[0] == 40.0
    assert index.header_frames == 120


def test_frame_on_show_at_a_time(clip):
    index = read_index(clip("variable_rate"))
    times = index.times_s
    for number in (0, 7, 118, 119):
        assert index.index_at_time(times[number]) == number
        assert index.index_at_time(times[number] + 1e-6) == number
    assert index.index_at_time(times[7] - 1e-6) == 6
    assert index.index_at_time(-1e9) == 0
    assert index.index_at_time(1e9) == 119


def test_times_cannot_be_written(clip):
    index = read_index(clip("b_frames"))
    for array in (index.times_s, index.pts, index.key, index.key_pts):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
