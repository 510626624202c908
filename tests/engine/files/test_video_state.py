"""A source that goes away, shrinks or comes back; its clock; its fingerprint; its views."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

import numpy as np
import pytest
from video_clips import ClipSpec, copy_clip, number_in, write_clip

from engine.errors import BadInput
from engine.files.video.clock import read_frame_times
from engine.files.video.fingerprint import Fingerprint, fingerprint
from engine.files.video.images import ImageSource
from engine.files.video.server import FrameServer
from engine.files.video.source import VideoSource
from engine.files.video.views import ViewClock


@pytest.fixture
def path(clip, tmp_path):
    return shutil.copy(clip("b_frames"), tmp_path / "video.mp4")


@pytest.fixture
def source(path):
    opened = VideoSource(path, cache_bytes=1)
    yield opened
    opened.close()


def test_a_file_that_vanishes_gives_one_sentence_and_comes_back(source, path, tmp_path):
    assert number_in(source.frame(10)) == 10
    path.rename(tmp_path / "away.mp4")
    for _ in range(2):
        with pytest.raises(BadInput, match="no longer there; reconnect"):
            source.frame(90)
    (tmp_path / "away.mp4").rename(path)
    assert number_in(source.frame(90)) == 90
    assert number_in(source.frame(3)) == 3


def test_a_file_that_shrinks_gives_one_sentence_and_comes_back(source, path):
    whole = path.read_bytes()
    with path.open("r+b") as file:
        file.truncate(len(whole) // 3)
    with pytest.raises(BadInput, match="has become shorter"):
        source.frame(110)
    path.write_bytes(whole)
    for number in (110, 4, 60):
        assert number_in(source.frame(number)) == number


def test_the_window_hears_of_it_once_and_goes_on(path, tmp_path):
    import threading

    frames, errors, told = [], [], threading.Event()

    def take(into, value):
        into.append(value)
        told.set()

    server = FrameServer(
        lambda: VideoSource(path, cache_bytes=1),
        lambda f: take(frames, f),
        lambda s: take(errors, s),
    )
    try:
        for name, target, wanted in [("", 5, frames), ("away", 80, errors), ("back", 80, frames)]:
            if name == "away":
                path.rename(tmp_path / "away.mp4")
            if name == "back":
                (tmp_path / "away.mp4").rename(path)
            before = len(wanted)
            server.request(target)
            while len(wanted) == before:
                assert told.wait(10)
                told.clear()
    finally:
        server.close()
    assert len(errors) == 1
    assert "no longer there" in errors[0]
    assert number_in(frames[-1].pixels) == 80


def write_csv(path, lines):
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


TIMES = np.cumsum(np.random.default_rng(0).uniform(0.036, 0.044, 120))


@pytest.mark.parametrize(
    ("header", "scale", "told"),
    [
        ("frame,timestamp", 1, "s (by the rate"),
        ("frame,time_ms", 1e3, "in ms"),
        ("frame,time [us]", 1e6, "in us"),
        ("frame;CameraTimeStamp", 1e9, "ns (by the rate"),
        ("", 1e3, "ms (by the rate"),
    ],
)
def test_tables_of_frame_times(header, scale, told, tmp_path, source):
    separator = ";" if ";" in header else ","
    rows = [f"{k}{separator}{t * scale:.6f}" for k, t in enumerate(TIMES + 1000)]
    table = write_csv(tmp_path / "times.csv", [header, *rows] if header else rows)
    times = read_frame_times(table, 120, 25)
    assert told in times.told
    assert times.times_s == pytest.approx(TIMES - TIMES[0], abs=1e-6)
    source.use_clock(times.times_s)
    assert np.array_equal(source.times_s, times.times_s)
    source.use_clock(None)
    assert source.times_s[1] == 0.04


def test_dates_and_pulses(tmp_path):
    start = datetime(2024, 3, 1, 12)
    dates = [(start + timedelta(seconds=float(t))).isoformat() for t in TIMES]
    times = read_frame_times(write_csv(tmp_path / "d.csv", ["Timestamp", *dates]), 120)
    assert times.times_s == pytest.approx(TIMES - TIMES[0], abs=2e-6)
    clock = np.arange(0, 5, 0.001)
    level = (np.interp(clock, TIMES, np.arange(120), left=-1, right=-1) % 1 < 0.5) & (
        clock >= TIMES[0]
    )
    rows = [f"{t:.3f},{int(v)}" for t, v in zip(clock, level, strict=True)]
    pulses = read_frame_times(write_csv(tmp_path / "ttl.csv", ["time_s,ttl", *rows]), 110)
    assert "rising edges of ttl" in pulses.told
    assert pulses.times_s == pytest.approx(TIMES[:110] - TIMES[0], abs=0.0021)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["t", "0", "1"], "holds 2 times, but the recording has 3"),
        (["t", "0", "1", "1"], "no column of rising times"),
        (["t", "0", "x", "2"], "no column of rising times"),
        (["t"], "no rows"),
        ([], "empty"),
        (["a,b", "1"], "unequal"),
    ],
)
def test_tables_that_are_no_clock_are_refused(lines, words, tmp_path):
    with pytest.raises(BadInput, match=words):
        read_frame_times(write_csv(tmp_path / "times.csv", lines), 3)


def test_more_times_than_frames_are_told(tmp_path):
    times = read_frame_times(write_csv(tmp_path / "t.csv", ["t_s", "0", "1", "3", "9"]), 3)
    assert times.times_s.tolist() == [0, 1, 3]
    assert "the last 1 of 4 times belong to no frame" in times.told


def test_a_clock_must_fit(source):
    with pytest.raises(BadInput, match="119 times for 120 frames"):
        source.use_clock(np.arange(119))
    with pytest.raises(BadInput, match="do not rise at frame 7"):
        source.use_clock(np.where(np.arange(120) == 7, 0, np.arange(120)))


def test_images_take_a_clock(tmp_path):
    import tifffile

    tifffile.imwrite(tmp_path / "s.tif", np.zeros((4, 8, 8), "u1"), photometric="minisblack")
    source = ImageSource(tmp_path / "s.tif")
    source.use_clock(np.array([0.0, 0.5, 0.7, 2.0]))
    assert source.times_known
    assert source.times_s[2] == 0.7
    source.close()


def test_fingerprints_know_a_recording_again(clip, source, path, tmp_path):
    mine = fingerprint(source)
    assert Fingerprint.model_validate_json(mine.model_dump_json()) == mine
    moved = VideoSource(shutil.copy(path, tmp_path / "other name.mp4"))
    assert mine.differences(fingerprint(moved)) == ()
    moved.close()
    rewrapped = VideoSource(copy_clip(path, tmp_path / "wrapped.mkv"))
    assert mine.differences(fingerprint(rewrapped)) == ()
    rewrapped.close()
    again = VideoSource(write_clip(tmp_path / "again.mp4", ClipSpec(options={"crf": "40"})))
    assert mine.differences(fingerprint(again)) == ("other pictures (encoded again?)",)
    again.close()
    trimmed = VideoSource(clip("trimmed"))
    assert mine.differences(fingerprint(trimmed))[0] == "70 frames instead of 120"
    trimmed.close()


def test_views_on_one_clock():
    slow, fast = np.arange(10) / 10, np.arange(40) / 40
    view = ViewClock(fast)
    assert [view.frame_at(float(t)) for t in slow] == [4 * k for k in range(10)]
    late = ViewClock(fast, offset_s=-0.2)
    assert late.frame_at(0.1) is None
    assert late.frame_at(0.3) == 4
    assert ViewClock(fast, 0.5).frame_at(0.6) is None
    drifting = ViewClock(fast * 1.01)
    assert drifting.frame_at(0.5) == 19
