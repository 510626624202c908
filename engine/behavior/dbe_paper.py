"""The published DBE: the deterministic autoencoder of Shi et al., NeurIPS 2021.

The official release calls this class "DisAE" and the temporal model "DBE"; here the paper's names
are used. Layers the release allocates and never calls are left out. With two views of 128 x 128
and a code of 8 it has exactly 7,254,670 parameters.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.behavior.networks import Embedder, logit_of

WIDTHS = (32, 64, 128, 256)
CONTEXT = 512
#: Pixels a side, and the grid that four halvings leave of them.
SIDE, GRID = 128, 8


class PaperDBE(Embedder):
    """DBE at its published size, for one or more views of 128 x 128 pixels."""

    def __init__(self, latent: int = 8, views: int = 2, has_context: bool = True) -> None:
        super().__init__()
        self.latent, self.views, self.size = latent, views, (SIDE, SIDE)
        self.has_context = has_context
        top = WIDTHS[-1]
        self.pose = nn.ModuleList(_pose_encoder() for _ in range(views))
        self.fuse_pose = nn.Conv2d(views * top, latent, GRID)
        if has_context:
            self.context = nn.ModuleList(_context_encoder() for _ in range(views))
            self.fuse_context = nn.Conv2d(views * top, CONTEXT, 1)
        self.combine = nn.Conv2d(latent + (CONTEXT if has_context else 0), views * top, 1)
        self.decoders = nn.ModuleList(_decoder() for _ in range(views))

    def encode(self, frames: Tensor) -> Tensor:
        """Pose codes (B, D), after the leaky ReLU: negative numbers are compressed five times."""
        maps = [encoder(view) for encoder, view in zip(self.pose, _views(frames), strict=True)]
        fused: Tensor = self.fuse_pose(torch.cat(maps, 1))
        return functional.leaky_relu(fused, 0.2).flatten(1)

    def look(self, context: Tensor) -> Tensor:
        """Context maps (B, 512, 8, 8); the layout of the frame is kept."""
        maps = [encoder(view) for encoder, view in zip(self.context, _views(context), strict=True)]
        return functional.leaky_relu(self.fuse_context(torch.cat(maps, 1)), 0.2)

    def decode(self, codes: Tensor, context: Tensor | None) -> Tensor:
        """Logits (B, V, 128, 128): the code tiled beside the map, halved between the views."""
        tiled = codes[:, :, None, None].expand(-1, -1, GRID, GRID)
        joined = tiled if context is None else torch.cat([tiled, context], 1)
        mixed = functional.leaky_relu(self.combine(joined), 0.2)
        parts = mixed.chunk(self.views, 1)
        return torch.cat([draw(part) for draw, part in zip(self.decoders, parts, strict=True)], 1)

    def begin_at(self, mean: float) -> None:
        """Every view draws the mean grey at first: the shift of its last normalisation."""
        for decoder in self.decoders:
            last = decoder[-1]
            nn.init.constant_(last.bias, logit_of(mean))


def _views(frames: Tensor) -> tuple[Tensor, ...]:
    """(B, V, S, S) as V times (B, 1, S, S)."""
    parts: tuple[Tensor, ...] = frames.split(1, 1)
    return parts


def _pose_encoder() -> nn.Sequential:
    """Conv 5 x 5, max-pool 2, batch norm, leaky ReLU; four times."""
    layers: list[nn.Module] = []
    for before, after in zip((1, *WIDTHS), WIDTHS, strict=False):
        layers += [nn.Conv2d(before, after, 5, 1, 2), nn.MaxPool2d(2)]
        layers += [nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def _context_encoder() -> nn.Sequential:
    """The same widths by strides of two instead of pooling."""
    layers: list[nn.Module] = []
    for before, after in zip((1, *WIDTHS), WIDTHS, strict=False):
        layers += [nn.Conv2d(before, after, 5, 2, 2), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def _decoder() -> nn.Sequential:
    """Bilinear doubling, transposed conv 5 x 5, batch norm; leaky ReLU(0.5) between blocks."""
    layers: list[nn.Module] = []
    falling = (*WIDTHS[::-1], 1)
    for before, after in itertools.pairwise(falling):
        layers += [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)]
        layers += [nn.ConvTranspose2d(before, after, 5, 1, 2), nn.BatchNorm2d(after)]
        layers += [nn.LeakyReLU(0.5)] if after > 1 else []
    return nn.Sequential(*layers)
