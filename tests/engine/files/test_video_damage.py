"""Videos that are cut off, empty, silent or no videos at all: one sentence each, no noise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from video_clips import ClipSpec, copy_clip, decoded_in_order, number_in, write_clip

from engine.errors import BadInput
from engine.files.video.source import VideoSource

ROOT = Path(__file__).parents[3]


@pytest.fixture
def cut(clip, tmp_path):
    """A clip whose index comes first and whose last third of data is missing."""
    whole = copy_clip(
        clip("b_frames"), tmp_path / "whole.mp4", options={"movflags": "faststart"}
    ).read_bytes()
    data = whole.find(b"mdat")
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: data + (len(whole) - data) * 2 // 3])
    return path


def test_missing_data_leaves_the_readable_frames(cut):
    source = VideoSource(cut)
    readable = source.readable_frames
    assert 10 < readable < source.frame_count == 120
    assert source.times_s == pytest.approx(np.arange(120) / 25)
    assert f"cut off: {readable} of 120 frames can be read" in source.summary
    reference = decoded_in_order(cut)
    assert [number_in(pixels) for _, pixels in reference[:readable]] == list(range(readable))
    for number in np.random.default_rng(2).integers(0, readable, 20).tolist():
        assert np.array_equal(source.frame(number), reference[number][1])
    assert [number_in(gray) for gray in source.gray_frames()] == list(range(readable))
    source.close()


def test_a_missing_frame_is_refused_in_one_sentence(cut):
    source = VideoSource(cut)
    readable = source.readable_frames
    with pytest.raises(BadInput, match=f"cut off after {readable} of 120 frames") as caught:
        source.frame(readable)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadInput, match="cut off"):
        list(source.gray_frames(0, 120, 40))
    source.close()


def test_without_its_first_frame_it_does_not_open(clip, tmp_path):
    whole = copy_clip(
        clip("b_frames"), tmp_path / "whole.mp4", options={"movflags": "faststart"}
    ).read_bytes()
    path = tmp_path / "head only.mp4"
    path.write_bytes(whole[: whole.find(b"mdat") + 20])
    with pytest.raises(BadInput, match="before its first frame"):
        VideoSource(path)


@pytest.mark.parametrize("share", [0.3, 0.97])
def test_without_its_index_it_does_not_open(clip, tmp_path, share):
    whole = clip("b_frames").read_bytes()
    path = tmp_path / "unfinished.mp4"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadInput, match="has no index") as caught:
        VideoSource(path)
    assert "\n" not in str(caught.value)


def test_a_damaged_frame_is_named_and_the_others_are_read(tmp_path):
    whole = write_clip(tmp_path / "whole.mp4", ClipSpec(options={"g": "1"}))
    with av.open(str(whole)) as container:
        packet = next(packet for packet in container.demux(video=0) if packet.pts == 30 * 512)
    data = bytearray(whole.read_bytes())
    data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    source = VideoSource(path)
    assert source.frame_count == 120
    with pytest.raises(BadInput, match=r"Frame 30 of damaged.mp4 cannot be decoded"):
        source.frame(30)
    assert number_in(source.frame(31)) == 31
    assert number_in(source.frame(29)) == 29
    source.close()


def test_a_cut_off_avi_gives_what_is_there(clip, tmp_path):
    whole = clip("mjpeg_avi").read_bytes()
    path = tmp_path / "cut.avi"
    path.write_bytes(whole[: len(whole) // 2])
    source = VideoSource(path)
    assert 40 < source.readable_frames < 80
    last = source.readable_frames - 1
    assert number_in(source.frame(last)) == last
    assert "header announces 120 frames" in source.summary
    source.close()


def test_sound_alone_is_refused(tmp_path):
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        silence = np.zeros((1, 1024), "f4")
        for i in range(4):
            frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 8000, i * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(BadInput, match="holds sound but no pictures"):
        VideoSource(path)


def test_a_video_without_frames_is_refused(tmp_path):
    path = write_clip(tmp_path / "none.avi", ClipSpec("mjpeg", ".avi", "yuvj420p", count=0))
    with pytest.raises(BadInput, match=r"none\.avi"):
        VideoSource(path)


@pytest.mark.parametrize("content", [b"", b"no video at all", b"\0" * 5000])
def test_what_is_no_video_is_refused(tmp_path, content):
    path = tmp_path / "fake.mp4"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"fake\.mp4"):
        VideoSource(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="does not exist"):
        VideoSource(tmp_path / "gone.mp4")


def test_the_decoder_writes_nothing_to_the_terminal(cut):
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.files.video.source import VideoSource\n"
        "source = VideoSource(Path(sys.argv[1]))\n"
        "print(sum(1 for _ in source.gray_frames()), source.readable_frames)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(cut)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    shown, readable = done.stdout.split()
    assert shown == readable


def test_long_groups_are_really_long(clip):
    """The clips above test what they claim to: groups of 50 with frames out of order."""
    with av.open(str(clip("b_frames"))) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    assert [i for i, packet in enumerate(packets) if packet.is_keyframe] == [0, 50, 100]
    times = [packet.pts for packet in packets]
    assert times != sorted(times)
