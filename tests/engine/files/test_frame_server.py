"""The frame server: the newest request wins, errors are told, and nothing stays behind."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from video_clips import ClipSpec, number_in, write_clip

from engine.errors import BadInput
from engine.files.video.server import FrameServer
from engine.files.video.source import VideoSource


class Receiver:
    """Collects what a server delivers, and lets a test wait for it."""

    def __init__(self):
        self.frames = []
        self.errors = []
        self._changed = threading.Condition()

    def on_frame(self, frame):
        with self._changed:
            self.frames.append(frame)
            self._changed.notify_all()

    def on_error(self, sentence):
        with self._changed:
            self.errors.append(sentence)
            self._changed.notify_all()

    def wait(self, predicate, seconds=10.0):
        with self._changed:
            assert self._changed.wait_for(predicate, seconds), (self.frames[-3:], self.errors)


class SlowRecording:
    """Stands in for a long group of frames: key frames at once, 10 ms for each one after."""

    width = height = 8
    frame_count = readable_frames = 1000

    def __init__(self):
        self.steps = 0
        self.closed = False

    def preview(self, number):
        return number // 100 * 100

    def frame(self, number, *, check=None):
        for _ in range(number % 100):
            time.sleep(0.01)
            self.steps += 1
            check()
        return np.full((8, 8, 3), number % 251, "u1")

    def close(self):
        self.closed = True


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def served(receiver):
    """Starts servers and closes them all at the end."""
    servers = []

    def start(opener):
        servers.append(FrameServer(opener, receiver.on_frame, receiver.on_error))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_newest_of_200_requests_in_a_second_is_delivered(clip, served, receiver):
    server = served(lambda: VideoSource(clip("b_frames")))
    wanted = np.random.default_rng(3).integers(0, 120, 200).tolist()
    for token, number in enumerate(wanted):
        server.request(number, token)
        time.sleep(0.005)
    receiver.wait(lambda: receiver.frames and receiver.frames[-1].token == 199)
    newest = receiver.frames[-1]
    assert newest.exact
    assert newest.index == newest.wanted == wanted[-1] == number_in(newest.pixels)
    assert server.decoded <= 2 * len(wanted)
    assert not receiver.errors


def test_a_burst_of_requests_costs_few_decodes(served, receiver):
    recording = SlowRecording()
    server = served(lambda: recording)
    for number in range(200):
        server.request(350 + number, number)
        time.sleep(0.001)
    receiver.wait(lambda: any(frame.wanted == 549 and frame.exact for frame in receiver.frames))
    # 200 requests of up to 99 steps each would be some ten thousand.
    assert recording.steps < 200
    assert server.decoded < 20
    assert server.delivered == len(receiver.frames)


def test_key_frame_first_then_the_exact_one(served, receiver):
    server = served(SlowRecording)
    server.request(220, "t")
    receiver.wait(lambda: len(receiver.frames) == 2)
    key, exact = receiver.frames
    assert (key.index, key.exact, key.wanted) == (200, False, 220)
    assert (exact.index, exact.exact, exact.token) == (220, True, "t")
    # The key frame is not shown again for a neighbour in its group unless something else was.
    server.request(200)
    receiver.wait(lambda: len(receiver.frames) == 3)
    server.request(205)
    receiver.wait(lambda: len(receiver.frames) == 4)
    assert [frame.index for frame in receiver.frames] == [200, 220, 200, 205]


def test_an_exact_decode_is_abandoned_for_a_newer_request(served, receiver):
    recording = SlowRecording()
    server = served(lambda: recording)
    server.request(99)
    receiver.wait(lambda: len(receiver.frames) == 1)
    server.request(300)
    receiver.wait(lambda: receiver.frames[-1].index == 300)
    assert recording.steps < 99
    assert all(frame.index != 99 for frame in receiver.frames)


def test_a_long_group_shows_the_key_frame_of_a_real_video(tmp_path, served, receiver):
    spec = ClipSpec(size=(1920, 1080), count=40, options={"g": "40", "preset": "ultrafast"})
    path = write_clip(tmp_path / "large.mp4", spec)
    server = served(lambda: VideoSource(path))
    server.request(39)
    receiver.wait(lambda: len(receiver.frames) == 2)
    assert [number_in(frame.pixels) for frame in receiver.frames] == [0, 39]
    assert [frame.exact for frame in receiver.frames] == [False, True]


def test_errors_are_sentences_and_the_thread_lives_on(tmp_path, clip, served, receiver):
    path = tmp_path / "later.mp4"
    server = served(lambda: VideoSource(path))
    server.request(0)
    receiver.wait(lambda: len(receiver.errors) == 1)
    assert receiver.errors == [f"{path} does not exist; check the path."]
    path.write_bytes(clip("b_frames").read_bytes())
    server.request(500)
    receiver.wait(lambda: len(receiver.errors) == 2)
    server.request(5)
    receiver.wait(lambda: len(receiver.frames) == 1)
    assert number_in(receiver.frames[0].pixels) == 5


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BadInput("The  file\nis gone."), "The file is gone."),
        (OSError(5, "Input/output error"), "The recording cannot be read any more"),
        (RuntimeError("odd"), "The frame cannot be shown (RuntimeError: odd)."),
    ],
)
def test_every_error_becomes_one_line(served, receiver, error, sentence):
    def opener():
        raise error

    served(opener).request(0)
    receiver.wait(lambda: receiver.errors)
    assert receiver.errors[0].startswith(sentence)
    assert "\n" not in receiver.errors[0]


def test_closing_in_the_midst_of_a_decode_leaves_no_thread(receiver):
    recording = SlowRecording()
    before = set(threading.enumerate())
    server = FrameServer(lambda: recording, receiver.on_frame, receiver.on_error)
    server.request(99)
    receiver.wait(lambda: receiver.frames)
    began = time.perf_counter()
    server.close()
    assert time.perf_counter() - began < 1.0
    assert set(threading.enumerate()) == before
    assert recording.closed
    server.close()


def test_closing_from_its_own_callback_does_not_wait_for_itself(receiver):
    def close_it(frame):
        receiver.on_frame(frame)
        server.close()

    server = FrameServer(SlowRecording, close_it, receiver.on_error)
    server.request(0)
    receiver.wait(lambda: receiver.frames)
    server._thread.join(1.0)
    assert not server._thread.is_alive()
    assert not receiver.errors
