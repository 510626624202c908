"""200 slider moves in one second over a recording with long GOPs, and the memory it takes.

The peer decodes every request in turn, as a reader without a mailbox would.
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from _clips import rolling_noise, write_clip
from _harness import row
from seeking import Alone

from engine.files.video.server import FrameServer, ServedFrame
from engine.files.video.source import VideoSource

MOVES = 200


def main() -> None:
    """Storm, then the peer on a fifth of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long gop.mp4"
        write_clip(path, rolling_noise(750))
        places = (np.linspace(0, 1, MOVES) ** 2 * 740).astype(int).tolist()
        before = psutil.Process().memory_info().rss
        preview, exact, decoded = storm(path, places)
        grown = (psutil.Process().memory_info().rss - before) / 2**20
        peer = in_turn(path, places[:: MOVES // 40]) * 5
        row("storm of 200 moves: first picture after the last", preview, "every request", peer)
        row("storm of 200 moves: exact frame after the last", exact, "every request", peer)
        print(f"frames handed over {decoded} of {MOVES} asked; memory grown {grown:.0f} MB")


def storm(path: Path, places: list[int]) -> tuple[float, float, int]:
    """Milliseconds from the last move to the first and to the exact picture of it."""
    arrived: list[tuple[float, ServedFrame]] = []
    done = threading.Event()

    def take(frame: ServedFrame) -> None:
        arrived.append((time.perf_counter(), frame))
        if frame.exact and frame.index == places[-1]:
            done.set()

    server = FrameServer(lambda: VideoSource(path), take, print)
    server.request(0)
    time.sleep(0.3)
    began = time.perf_counter()
    for k, place in enumerate(places):
        server.request(place)
        time.sleep(max(0.0, began + (k + 1) / MOVES - time.perf_counter()))
    last = time.perf_counter()
    done.wait(20)
    server.close()
    wanted = [moment for moment, frame in arrived if frame.wanted == places[-1]]
    first, exact = (max(0.0, moment - last) * 1e3 for moment in (min(wanted), max(wanted)))
    return first, exact, server.delivered


def in_turn(path: Path, places: list[int]) -> float:
    """Milliseconds to decode every request, one after the other."""
    alone = Alone(path)
    began = time.perf_counter()
    for place in places:
        alone.frame(place * 512)
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main()
