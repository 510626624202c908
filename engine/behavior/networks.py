"""What every network of behaviour embeddings offers: encode a frame, look at a context, redraw.

Shapes: B frames, V views of H x W pixels, D numbers of code, C channels of context on a grid of
G_h x G_w. Pixels are float32 in 0..1. The split into pose and context is that of Shi et al.,
"Learning Disentangled Behavior Embeddings", NeurIPS 2021.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Embedder(nn.Module):
    """A network that splits a frame into a pose code and a context map.

    Attributes
    ----------
    views, latent, size
        V, D and (H, W).
    has_context
        False for a plain autoencoder, which redraws from the code alone.
    """

    views: int
    latent: int
    size: tuple[int, int]
    has_context: bool = True

    def encode(self, frames: Tensor) -> Tensor:
        """Pose codes (B, D) of frames (B, V, H, W)."""
        raise NotImplementedError

    def look(self, context: Tensor) -> Tensor:
        """Context maps (B, C, G_h, G_w) of context frames (B, V, H, W)."""
        raise NotImplementedError

    def decode(self, codes: Tensor, context: Tensor | None) -> Tensor:
        """Logits of frames (B, V, H, W) from codes (B, D) and maps (B, C, G_h, G_w) or None."""
        raise NotImplementedError

    def begin_at(self, mean: float) -> None:
        """Let the untrained network draw the mean grey `mean` in 0..1."""
        raise NotImplementedError

    def redraw(self, codes: Tensor, context: Tensor | None) -> Tensor:
        """Frames (B, V, H, W) in (0, 1)."""
        return torch.sigmoid(self.decode(codes, context).float())

    def forward(self, context: Tensor, clip: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Redraw clips of L frames, each with the map of one context frame.

        Parameters
        ----------
        context
            (B, V, H, W), one frame a clip.
        clip
            (B, L, V, H, W).

        Returns
        -------
        frames, codes, context
            (B, L, V, H, W) in (0, 1), (B, L, D), and (B, C, G_h, G_w) or None.
        """
        count, length = clip.shape[:2]
        codes = self.encode(clip.flatten(0, 1))
        seen = self.look(context) if self.has_context else None
        tiled = None if seen is None else seen.repeat_interleave(length, 0)
        drawn = self.redraw(codes, tiled)
        return drawn.unflatten(0, (count, length)), codes.unflatten(0, (count, length)), seen


def logit_of(mean: float) -> float:
    """The logit of a mean grey, kept away from black and white."""
    return float(torch.logit(torch.tensor(mean, dtype=torch.float64), eps=1e-3))


def parameter_count(network: nn.Module) -> int:
    """Trainable numbers of a network."""
    return sum(value.numel() for value in network.parameters())


def norms_of(network: nn.Module) -> list[nn.BatchNorm2d]:
    """Every batch normalisation of a network."""
    return [part for part in network.modules() if isinstance(part, nn.BatchNorm2d)]
