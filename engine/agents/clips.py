"""Recorded scenes of a live agent as MP4 and as GIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.figures.arrays import Array

if TYPE_CHECKING:
    from engine.context import Context

_GIF_HZ = 15
_GIF_FRAMES = 600


class ClipWriter:
    """Writes ``clip-N.mp4`` as scenes come, and a shorter ``clip-N.gif`` at the end.

    Parameters
    ----------
    ctx
        Of the run whose folder the clips go to.
    rate_hz
        Scenes a second.
    """

    def __init__(self, ctx: Context, rate_hz: float) -> None:
        import av

        number = 1 + sum(name.endswith(".mp4") for name in ctx.artifacts)
        self._gif = ctx.artifact(f"clip-{number}.gif")
        self._container: Any = av.open(str(ctx.artifact(f"clip-{number}.mp4")), "w")
        self._rate = rate_hz
        self._stream: Any = None
        self._every = max(1, round(rate_hz / _GIF_HZ))
        self._small: list[Array] = []
        self._count = 0

    def add(self, scene: Array) -> None:
        """One more scene, RGB uint8; small ones are enlarged by whole numbers."""
        import av

        factor = max(1, 384 // scene.shape[0])
        shown = np.repeat(np.repeat(scene, factor, 0), factor, 1)
        shown = np.ascontiguousarray(shown[: shown.shape[0] // 2 * 2, : shown.shape[1] // 2 * 2])
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=round(self._rate))
            self._stream.width, self._stream.height = shown.shape[1], shown.shape[0]
            self._stream.pix_fmt = "yuv420p"
        for packet in self._stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")):
            self._container.mux(packet)
        if self._count % self._every == 0 and len(self._small) < _GIF_FRAMES:
            self._small.append(scene.copy())
        self._count += 1

    def close(self) -> None:
        """Finish both files."""
        if self._stream is not None:
            for packet in self._stream.encode():
                self._container.mux(packet)
        self._container.close()
        if self._small:
            self._write_gif()

    def _write_gif(self) -> None:
        from PIL import Image

        frames = [Image.fromarray(scene) for scene in self._small]
        duration = round(1000 * self._every / self._rate)
        frames[0].save(
            self._gif, save_all=True, append_images=frames[1:], duration=duration, loop=0
        )
