"""Recordings: scrub storms with a proxy, exact seeks beside OpenCV, an hour of video, a folder.

An hour of 1280 x 720 is the same second of two animals again and again, which costs the decoder
as much as any other hour and the encoder nothing.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import psutil
from _clips import rolling_noise, write_clip
from _harness import count_row, memory_row, row, seconds
from scrubbing import in_turn

from engine.behavior.data import write_pair
from engine.behavior.project import Project, in_folder
from engine.files.video.proxy import build_proxy, plan_proxy
from engine.files.video.server import FrameServer, ServedFrame
from engine.files.video.source import VideoSource

MOVES = 200


def main() -> None:
    """Everything in turn."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        path = place / "long gop.mp4"
        write_clip(path, rolling_noise(750))
        beside_opencv(path)
        storms(path, place)
        an_hour(place)
        a_folder(place / "fifty")


def beside_opencv(path: Path) -> None:
    """60 random exact seeks, ours and OpenCV's in turn, compared pixel by pixel."""
    import cv2

    source, capture = VideoSource(path, cache_bytes=1), cv2.VideoCapture(str(path))
    ours, peer, wrong = [], [], 0
    for index in np.random.default_rng(1).integers(0, 750, 60).tolist():
        frames: list[np.ndarray] = []

        def theirs(i: int = index, into: list[np.ndarray] = frames) -> None:
            capture.set(cv2.CAP_PROP_POS_FRAMES, i)
            into.append(capture.read()[1])

        ours.append(seconds(lambda i=index: source.frame(i)))
        peer.append(seconds(theirs))
        difference = frames[0][..., ::-1].astype(int) - source.frame(index)
        wrong += int(np.abs(difference).mean() > 4)
    mine, others = statistics.median(ours) * 1e3, statistics.median(peer) * 1e3
    row("exact seek on the original, median of 60", mine, "OpenCV", others)
    print(f"frames of OpenCV that differ from ours: {wrong} of 60")
    source.close()
    capture.release()


def storms(path: Path, place: Path) -> None:
    """200 moves in one second with and without a proxy."""
    source = VideoSource(path)
    plan = plan_proxy(source, place)
    took = seconds(
        lambda: build_proxy(path, source.index, plan, lambda: None, lambda done, total: None)
    )
    print(f"proxy of {source.frame_count} frames: {source.frame_count / took:.0f} frames/s")
    places = (np.linspace(0, 1, MOVES) ** 2 * 740).astype(int).tolist()
    peer = in_turn(path, places[:: MOVES // 40]) * 5
    for name, proxy in (("without a proxy", None), ("with a proxy", plan.target)):
        first, exact, decoded = storm(path, places, proxy)
        budget = 100 if proxy else None
        words = f"storm of {MOVES} moves {name}"
        row(f"{words}: first picture", first, "every request", peer, None, budget)
        row(f"{words}: exact frame", exact, "every request", peer)
        if proxy:
            count_row(f"{words}: fetched in that second", decoded, "every request", MOVES, 20)
        else:
            print(f"frames fetched {decoded} of {MOVES} asked")
    source.close()


def storm(path: Path, places: list[int], proxy: Path | None) -> tuple[float, float, int]:
    """Milliseconds from the last move to its first and to its exact picture; frames fetched."""
    arrived: list[tuple[float, ServedFrame]] = []
    done = threading.Event()

    def take(frame: ServedFrame) -> None:
        arrived.append((time.perf_counter(), frame))
        if frame.exact and frame.index == places[-1]:
            done.set()

    server = FrameServer(lambda: VideoSource(path), take, print)
    if proxy is not None:
        server.use_proxy(proxy)
    server.request(0)
    time.sleep(0.3)
    before, began = server.decoded, time.perf_counter()
    for k, place in enumerate(places):
        server.request(place)
        time.sleep(max(0.0, began + (k + 1) / MOVES - time.perf_counter()))
    last, fetched = time.perf_counter(), server.decoded - before
    done.wait(20)
    server.close()
    wanted = [moment for moment, frame in arrived if frame.wanted == places[-1]]
    first, exact = (max(0.0, moment - last) * 1e3 for moment in (min(wanted), max(wanted)))
    return first, exact, fetched


def an_hour(place: Path) -> None:
    """An hour of 1280 x 720 opened, sought in and partly played: memory above the start."""
    path = place / "hour.mp4"
    write_hour(path)
    process = psutil.Process()
    before = process.memory_info().rss
    opening = seconds(lambda: VideoSource(path).close())
    source = VideoSource(path)
    for index in np.random.default_rng(0).integers(0, source.frame_count, 40).tolist():
        source.frame(index)
    for _ in source.gray_frames(0, 3000):
        pass
    grown = (process.memory_info().rss - before) / 2**20
    whole = source.frame_count * 1280 * 720 / 2**20
    print(f"one hour at 1280 x 720: {source.frame_count} frames, {path.stat().st_size >> 20} MB")
    row("opening one hour of video", opening * 1e3, "reading the whole file", read_all(path))
    memory_row("memory for one hour at 1280 x 720", grown, whole, 500)
    source.close()


def write_hour(path: Path) -> None:
    """A second of video, its packets written 3600 times over."""
    random = np.random.default_rng(0)
    second = path.with_name("second.mp4")
    with av.open(str(second), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"g": "25", "bf": "2", "preset": "veryfast"}
        base = np.kron(random.integers(0, 255, (45, 80)).astype("u1"), np.ones((16, 16), "u1"))
        for i in range(25):
            frame = av.VideoFrame.from_ndarray(np.roll(base, 4 * i, axis=1), format="gray")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    with av.open(str(second)) as read, av.open(str(path), "w") as out:
        stream = read.streams.video[0]
        copied = out.add_stream_from_template(stream)
        kept = [(bytes(p), p.pts, p.dts, p.is_keyframe) for p in read.demux(stream) if p.size]
        length = round(1 / float(stream.time_base))
        for turn in range(3600):
            for data, pts, dts, key in kept:
                packet = av.Packet(data)
                packet.pts, packet.dts = pts + turn * length, dts + turn * length
                packet.time_base, packet.is_keyframe = stream.time_base, key
                packet.stream = copied
                out.mux(packet)


def read_all(path: Path) -> float:
    """Milliseconds to read the bytes of a file."""
    return seconds(path.read_bytes) * 1e3


def a_folder(folder: Path) -> None:
    """A folder of 50 recordings with poses, until it is listed; OpenCV opens each."""
    import cv2

    write_pair(folder, "m00", seconds=2, seed=0, twins=("slp",))
    for k in range(1, 50):
        for name in ("m00.mp4", "m00.slp"):
            copy = folder / name.replace("00", f"{k:02d}")
            copy.write_bytes((folder / name).read_bytes())

    def listed() -> None:
        project = Project().with_paths(in_folder(folder), folder)
        assert len(project.entries) == 50
        assert all(entry.poses for entry in project.entries)

    def opened() -> None:
        for path in sorted(folder.glob("*.mp4")):
            capture = cv2.VideoCapture(str(path))
            capture.get(cv2.CAP_PROP_FRAME_COUNT)
            capture.release()

    mine, theirs = seconds(listed), seconds(opened)
    row(
        "a folder of 50 recordings listed",
        mine * 1e3,
        "OpenCV opens each",
        theirs * 1e3,
        None,
        1000,
    )
    in_window(folder)


def in_window(folder: Path) -> None:
    """The same in the window, from the drop to the painted list."""
    import os

    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("no display: the list in the window is not measured")
        return
    with tempfile.TemporaryDirectory() as base:
        for name in ("CONFIG", "DATA", "CACHE"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = f"{base}/{name}"
        took = until_painted(folder)
    row("the same from the drop to the painted list", took, "the budget itself", 1000, None, 1000)


def until_painted(folder: Path) -> float:
    """Milliseconds from the drop until the list shows 50 rows."""
    from PySide6.QtWidgets import QApplication

    from gui.app import make_window

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    window = make_window(application)
    window.show()

    def wait(there: Callable[[], bool]) -> None:
        end = time.perf_counter() + 60
        while not there() and time.perf_counter() < end:
            application.processEvents()
            time.sleep(0.001)

    wait(lambda: window.warm.warm_up.done)
    window.show_tab("behavior")
    wait(lambda: "behavior" in window.tabs)
    tab = window.tabs["behavior"]
    tree = tab.recordings.column.list.tree  # type: ignore[attr-defined]
    began = time.perf_counter()
    window.open_paths([folder])
    wait(lambda: tree.topLevelItemCount() == 50)
    tree.repaint()
    took = (time.perf_counter() - began) * 1e3
    wait(lambda: tab._recording is not None)  # type: ignore[attr-defined]
    window.close()
    window.deleteLater()
    return took


if __name__ == "__main__":
    main()
