"""Proxies: the same frames, small and quick; cancelled without a trace; served first."""

from __future__ import annotations

import shutil
import threading
import time

import numpy as np
import pytest
from video_clips import ClipSpec, number_in, write_clip

from engine.errors import BadInput, Cancelled
from engine.files.video.proxy import Proxy, build_proxy, drop_proxies, plan_proxy, wants_proxy
from engine.files.video.server import FrameServer
from engine.files.video.source import VideoSource


def built(source, folder):
    plan = plan_proxy(source, folder)
    decoded = build_proxy(source.path, source.index, plan, lambda: None, lambda done, total: None)
    return plan, decoded


@pytest.fixture
def long_gop(tmp_path):
    spec = ClipSpec(size=(1280, 720), count=90, options={"g": "90", "preset": "ultrafast"})
    source = VideoSource(write_clip(tmp_path / "long.mp4", spec))
    yield source
    source.close()


def test_long_groups_want_a_proxy_and_short_ones_do_not(long_gop, clip):
    assert wants_proxy(long_gop)
    short = VideoSource(clip("b_frames"))
    assert not wants_proxy(short)
    short.close()


@pytest.mark.parametrize("name", ["b_frames", "variable_rate", "start_offset", "trimmed_open_gop"])
def test_every_frame_has_its_twin(name, clip, tmp_path):
    source = VideoSource(clip(name))
    plan, decoded = built(source, tmp_path)
    assert decoded == source.frame_count
    assert plan.made
    proxy = Proxy(plan.target)
    for number in np.random.default_rng(0).permutation(source.frame_count)[:40].tolist():
        assert number_in(proxy.frame(number)) == number_in(source.frame(number))
    assert proxy.frame(source.frame_count) is None
    proxy.close()
    source.close()


def test_size_rotation_and_estimate(tmp_path):
    spec = ClipSpec(size=(1024, 768), count=30, rotation=90, options={"g": "30"})
    source = VideoSource(write_clip(tmp_path / "turned.mp4", spec))
    plan, _ = built(source, tmp_path)
    proxy = Proxy(plan.target)
    assert proxy.frame(0).shape == (512, 384, 3)
    small = proxy.frame(7)[::, ::].mean(axis=2)
    big = source.gray(7)[1::2, 1::2]
    assert np.abs(small - big).mean() < 12
    assert plan.target.stat().st_size < plan.bytes_needed
    proxy.close()
    source.close()


def test_cancelled_or_without_room_nothing_is_left(clip, tmp_path, monkeypatch):
    source = VideoSource(clip("b_frames"))
    plan = plan_proxy(source, tmp_path)
    calls = iter(range(1000))

    def check():
        if next(calls) == 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        build_proxy(source.path, source.index, plan, check, lambda done, total: None)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 10))
    with pytest.raises(BadInput, match="make room or go without"):
        build_proxy(source.path, source.index, plan, lambda: None, lambda done, total: None)
    assert list(tmp_path.iterdir()) == []
    source.close()


def test_the_quota_drops_what_was_used_longest_ago(tmp_path):
    import os

    for k in range(4):
        (tmp_path / f"{k}.mp4").write_bytes(bytes(100))
        os.utime(tmp_path / f"{k}.mp4", (k, k))
    drop_proxies(tmp_path, 250)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.mp4", "3.mp4"]


class Sink:
    def __init__(self):
        self.frames, self.moments = [], []
        self.changed = threading.Condition()

    def take(self, frame):
        with self.changed:
            self.frames.append(frame)
            self.moments.append(time.perf_counter())
            self.changed.notify_all()

    def wait(self, predicate):
        with self.changed:
            assert self.changed.wait_for(predicate, 20)


def test_a_storm_shows_few_proxies_and_ends_on_the_exact_frame(long_gop, tmp_path):
    plan, _ = built(long_gop, tmp_path)
    sink = Sink()
    server = FrameServer(
        lambda: VideoSource(long_gop.path, index=long_gop.index), sink.take, pytest.fail
    )
    server.use_proxy(plan.target)
    server.request(0)
    sink.wait(lambda: sink.frames)
    before = server.decoded
    places = [*np.linspace(40, 85, 100).astype(int).tolist(), *range(85, 40, -1), 77]
    began = time.perf_counter()
    for place in places:
        server.request(place)
        time.sleep(0.004)
    elapsed = time.perf_counter() - began
    sink.wait(lambda: sink.frames[-1].exact and sink.frames[-1].index == 77)
    server.close()
    assert sink.frames[-2].proxied
    assert sink.frames[-2].index == 77
    assert number_in(sink.frames[-1].pixels) == 77
    assert server.decoded - before <= elapsed / 0.05 + 3


def test_a_storm_over_quick_frames_is_paced_and_single_steps_are_not(long_gop, tmp_path):
    plan, _ = built(long_gop, tmp_path)
    sink = Sink()
    server = FrameServer(
        lambda: VideoSource(long_gop.path, index=long_gop.index), sink.take, pytest.fail
    )
    server.use_proxy(plan.target)
    server.request(0)
    sink.wait(lambda: sink.frames)
    before, began = server.decoded, time.perf_counter()
    # Frames beside the first are had at once, so that each of these could be shown.
    for place in (*range(6), *range(6, 0, -1)) * 10:
        server.request(place)
        time.sleep(0.002)
    elapsed = time.perf_counter() - began
    sink.wait(lambda: sink.frames[-1].exact and sink.frames[-1].index == 1)
    assert server.decoded - before <= elapsed / 0.05 + 3
    for place in (2, 3, 4):
        time.sleep(0.03)
        asked = time.perf_counter()
        server.request(place)
        sink.wait(lambda: sink.frames[-1].index == place)  # noqa: B023
        assert sink.moments[-1] >= asked
    assert [frame.index for frame in sink.frames[-3:]] == [2, 3, 4]
    server.close()


def test_playing_finishes_what_it_began_and_drops_the_rest(long_gop):
    """Frames take longer than they last: some are dropped, and never all of them."""
    sink = Sink()

    class Slow(VideoSource):
        def frame(self, number, *, check=None):
            for _ in range(6):
                time.sleep(0.005)
                if check is not None:
                    check()
            return super().frame(number, check=check)

    server = FrameServer(lambda: Slow(long_gop.path, index=long_gop.index), sink.take, pytest.fail)
    for place in range(60):
        server.request(place, playing=True)
        time.sleep(0.01)
    sink.wait(lambda: sink.frames[-1].index >= 55)
    server.close()
    shown = [frame.index for frame in sink.frames if frame.exact]
    assert 6 <= len(shown) < 50
    assert shown == sorted(shown)
    assert all(number_in(frame.pixels) == frame.index for frame in sink.frames)
