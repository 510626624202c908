"""Memory of a session with one hour of 1280x720 video: opened, embedded, scrubbed.

Counted above what the process holds once torch is loaded and an empty window is shown. The
peer is the file itself held as decoded luma, which a tool without bounded caches ends up with.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
from _clips import arena, write_clip
from _harness import memory_row
from _window import embed, open_recording, open_window, places, rest, turn

WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 25, 3600
BUDGET_MB = 500.0


def main() -> None:
    """Write the hour, open it, embed every tenth frame, jump about in it."""
    with places() as folder:
        path = folder / "an hour.mp4"
        write_hour(path)
        window = open_window()
        turn(lambda: window.warm.warm_up.done)
        rest(1)
        empty = held()
        open_recording(window, path)
        tab = window.tabs["behavior"]
        tab.form.form.set_values({"stride": 50, "size_px": 32})
        job, most = embed(window), [held()]
        turn(lambda: most.append(held()) or job.ended, 900)
        count = tab._recording.frame_count
        for index in np.random.default_rng(0).integers(0, count, 100).tolist():
            tab.seek(index)
            rest(0.05)
            most.append(held())
        decoded = WIDTH * HEIGHT * count / 2**20
        memory_row("an hour of 1280x720: most above torch", max(most) - empty, decoded, BUDGET_MB)
        window.close()


def write_hour(path: Path) -> None:
    """Ten seconds of an arena, repeated as packets: an hour without an hour of encoding."""
    import av

    piece = path.with_name("piece.mp4")
    write_clip(piece, arena(RATE * 10, WIDTH, HEIGHT), RATE, gop=RATE * 10)
    with av.open(str(piece)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        packets = [packet for packet in source.demux(stream) if packet.dts is not None]
        length = sum(packet.duration for packet in packets)
        for turn_number in range(SECONDS // 10):
            for packet in packets:
                again = av.Packet(bytes(packet))
                again.pts = packet.pts + turn_number * length
                again.dts = packet.dts + turn_number * length
                again.duration, again.time_base = packet.duration, packet.time_base
                again.is_keyframe, again.stream = packet.is_keyframe, copy
                target.mux(again)


def held() -> float:
    """Resident memory of this process in MB."""
    return psutil.Process().memory_info().rss / 2**20


if __name__ == "__main__":
    main()
