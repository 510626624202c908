"""DBE for a CPU: the published split into pose and context on smaller frames and fewer channels.

Two plans are kept. ``SKETCH`` halves the full frame four times by 4 x 4 convolutions.
``CPU``, the default, first folds blocks of 4 x 4 pixels into channels (space to depth), so that no
wide map is ever as large as the frame; what that buys is measured by ``benchmarks/training.py``.

Departures from the published network: kernels of 4 x 4 with strides instead of 5 x 5 with pooling
and bilinear doubling, the code is linear (no leaky ReLU after it), and it is unfolded to the grid
by a transposed convolution instead of being tiled.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.behavior.networks import Embedder, logit_of


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of a network.

    Attributes
    ----------
    widths, context_widths
        Channels of the blocks of the pose path and of the context path.
    context
        Channels of the context map, C.
    patch
        Pixels a side of the blocks that are folded into channels at the entrance; 1 folds none,
        and then the first block halves the frame too.
    """

    widths: tuple[int, ...]
    context_widths: tuple[int, ...]
    context: int = 16
    patch: int = 1

    @property
    def reduction(self) -> int:
        """Pixels of the frame for one cell of the grid."""
        return int(self.patch * 2 ** (len(self.widths) - (self.patch > 1)))


SKETCH = Plan((16, 32, 48, 64), (16, 32, 48, 64))
CPU = Plan((32, 64, 96), (16, 32, 48), patch=4)
PLANS = {"cpu": CPU, "sketch": SKETCH}


class LiteDBE(Embedder):
    """DBE for one or more views of any size that is a multiple of the plan's reduction."""

    def __init__(
        self,
        latent: int = 8,
        views: int = 1,
        size: tuple[int, int] = (96, 96),
        has_context: bool = True,
        plan: Plan = CPU,
    ) -> None:
        super().__init__()
        self.latent, self.views, self.size = latent, views, size
        self.has_context, self.plan = has_context, plan
        grid = (size[0] // plan.reduction, size[1] // plan.reduction)
        top = plan.widths[-1]
        self.pose = nn.ModuleList(_encoder(plan.widths, plan.patch) for _ in range(views))
        self.to_code = nn.Conv2d(views * top, latent, grid)
        if has_context:
            lower = plan.context_widths
            self.context = nn.ModuleList(_encoder(lower, plan.patch) for _ in range(views))
            self.to_context = nn.Conv2d(views * lower[-1], plan.context, 1)
        self.unfold = nn.ConvTranspose2d(latent, views * top, grid)
        joined = views * top + (plan.context if has_context else 0)
        self.combine = nn.Conv2d(joined, views * top, 1)
        self.decoders = nn.ModuleList(_decoder(plan.widths, plan.patch) for _ in range(views))

    def encode(self, frames: Tensor) -> Tensor:
        """Pose codes (B, D); linear, so they have either sign."""
        codes: Tensor = self.to_code(_through(self.pose, frames.split(1, 1)))
        return codes.flatten(1)

    def look(self, context: Tensor) -> Tensor:
        """Context maps (B, C, G_h, G_w); the layout of the frame is kept."""
        return functional.leaky_relu(
            self.to_context(_through(self.context, context.split(1, 1))), 0.2
        )

    def decode(self, codes: Tensor, context: Tensor | None) -> Tensor:
        """Logits (B, V, H, W); each view is drawn from its share of the channels."""
        joined = self.unfold(codes[:, :, None, None])
        if context is not None:
            joined = torch.cat([joined, context], 1)
        mixed = functional.leaky_relu(self.combine(joined), 0.2)
        return _through(self.decoders, mixed.chunk(self.views, 1))

    def begin_at(self, mean: float) -> None:
        """Every view draws the mean grey at first: the bias of its last convolution."""
        for decoder in self.decoders:
            last = [part for part in decoder.modules() if hasattr(part, "kernel_size")][-1]
            nn.init.constant_(last.bias, logit_of(mean))


def _through(parts: nn.ModuleList, given: Sequence[Tensor]) -> Tensor:
    """Each part on its own input, the outputs joined on the channels."""
    return torch.cat([part(one) for part, one in zip(parts, given, strict=True)], 1)


def _encoder(widths: tuple[int, ...], patch: int) -> nn.Sequential:
    """Blocks of convolution, batch norm and leaky ReLU, from one channel to the last width."""
    layers: list[nn.Module] = []
    channels = (1, *widths)
    if patch > 1:
        entrance = nn.Conv2d(patch * patch, widths[0], 3, 1, 1)
        layers = [nn.PixelUnshuffle(patch), entrance, *_after(widths[0])]
        channels = widths
    for before, after in itertools.pairwise(channels):
        layers += [nn.Conv2d(before, after, 4, 2, 1), *_after(after)]
    return nn.Sequential(*layers)


def _decoder(widths: tuple[int, ...], patch: int) -> nn.Sequential:
    """The way back, ending in logits of one channel."""
    layers: list[nn.Module] = []
    falling = widths[::-1]
    for before, after in itertools.pairwise(falling):
        layers += [nn.ConvTranspose2d(before, after, 4, 2, 1), *_after(after)]
    if patch > 1:
        layers += [nn.Conv2d(widths[0], patch * patch, 3, 1, 1), nn.PixelShuffle(patch)]
    else:
        layers += [nn.ConvTranspose2d(widths[0], 1, 4, 2, 1)]
    return nn.Sequential(*layers)


def _after(width: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(width), nn.LeakyReLU(0.2)]
