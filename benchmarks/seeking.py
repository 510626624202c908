"""Exact seeks on a recording with long GOPs, beside PyAV alone."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

import av
import numpy as np
from _clips import rolling_noise, write_clip
from _harness import row, seconds

from engine.files.video.source import VideoSource


class Alone:
    """What one would write with PyAV: seek to the key frame before, decode to the frame."""

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path))
        self._stream = self._container.streams.video[0]

    def frame(self, pts: int) -> np.ndarray:
        """The frame of a presentation time, as RGB."""
        self._container.seek(pts, stream=self._stream)
        for frame in self._container.decode(self._stream):
            if frame.pts >= pts:
                return frame.to_ndarray(format="rgb24")
        raise ValueError(pts)


def main() -> None:
    """60 random seeks with both, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long gop.mp4"
        write_clip(path, rolling_noise(750))
        source, alone = VideoSource(path, cache_bytes=1), Alone(path)
        ours, peer = [], []
        for index in np.random.default_rng(1).integers(0, 750, 60).tolist():
            pts = int(source.index.pts[index])
            ours.append(seconds(lambda i=index: source.frame(i)))
            peer.append(seconds(lambda p=pts: alone.frame(p)))
        mine, theirs = statistics.mean(ours) * 1e3, statistics.mean(peer) * 1e3
        row("exact seek on the original, mean of 60", mine, "PyAV alone", theirs, None, theirs + 5)
        source.close()


if __name__ == "__main__":
    main()
