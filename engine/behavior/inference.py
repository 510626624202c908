"""Using a trained embedder: codes, pictures redrawn from them, and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.behavior.networks import Embedder
from engine.behavior.training import as_grey
from engine.figures.arrays import Array

Check = Callable[[], None]

#: Frames between two looks at whether someone asked to stop.
_CHUNK = 64


class Pictures(Protocol):
    """Frames (V, H, W) uint8, a slice at a time: an array, or something that reads one."""

    @property
    def size(self) -> int:
        """Pixels of all of them."""
        ...

    def __getitem__(self, part: slice) -> Array:
        """Some of them, (k, V, H, W) uint8."""
        ...


class Some:
    """Some of the frames, a slice at a time."""

    def __init__(self, frames: Array, chosen: Array) -> None:
        self._frames, self._chosen = frames, chosen
        self.size = len(chosen) * int(np.prod(frames.shape[1:]))

    def __getitem__(self, part: slice) -> Array:
        taken: Array = self._frames[self._chosen[part]]
        return taken


def device_of(network: Embedder) -> str:
    """Where the weights lie."""
    return str(next(network.parameters()).device)


def encode(network: Embedder, frames: Array, check: Check) -> Array:
    """Codes (n, D) float32 of frames (n, V, H, W) uint8, in evaluation mode and float32."""
    network.eval()
    device, chunk = device_of(network), _chunk(network)
    codes = np.empty((len(frames), network.latent), "f4")
    with torch.no_grad():
        for start in range(0, len(frames), chunk):
            check()
            part = as_grey(frames[start : start + chunk], device)
            codes[start : start + chunk] = network.encode(part).cpu().numpy()
    return codes


def context_map(network: Embedder, context: Array) -> Tensor | None:
    """The map (1, C, G_h, G_w) of a context frame (V, H, W) uint8; None without a context."""
    if not network.has_context:
        return None
    network.eval()
    with torch.no_grad():
        return network.look(as_grey(context[None], device_of(network)))


def redraw(network: Embedder, codes: Array, context: Tensor | None, check: Check) -> Array:
    """Pictures (n, V, H, W) float32 in 0..1 from codes (n, D) and one context map."""
    network.eval()
    device, chunk, drawn = device_of(network), _chunk(network), []
    with torch.no_grad():
        for start in range(0, len(codes), chunk):
            check()
            part = torch.from_numpy(np.ascontiguousarray(codes[start : start + chunk], "f4"))
            seen = None if context is None else context.expand(len(part), -1, -1, -1)
            drawn.append(network.redraw(part.to(device), seen).cpu().numpy())
    return np.concatenate(drawn)


def redraw_error(
    network: Embedder, codes: Array, context: Tensor | None, truth: Pictures, check: Check
) -> float:
    """Mean squared error of the pictures drawn from `codes` against `truth` (n, V, H, W) uint8."""
    total, chunk = 0.0, 4 * _CHUNK
    for start in range(0, len(codes), chunk):
        drawn = redraw(network, codes[start : start + chunk], context, check)
        total += float(np.sum((drawn - truth[start : start + chunk] / 255.0) ** 2, dtype="f8"))
    return total / truth.size


def _chunk(network: Embedder) -> int:
    """So many frames take well below 200 ms on one core."""
    return _CHUNK if network.size[0] * network.size[1] <= 96 * 96 else 4
