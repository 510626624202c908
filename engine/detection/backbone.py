"""Feature extractors: a small one for processors, and torchvision's ResNet-50 with a pyramid."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as f
from torch import Tensor, nn


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.GroupNorm(8, outputs),
        nn.ReLU(inplace=True),
    )


class SmallBackbone(nn.Module):
    """Eight convolutions with GroupNorm to stride 16, and the way back up to stride 4.

    Coarse features are added to finer ones, so that a person of 50 pixels still covers five
    columns where regions are pooled, while proposals see the whole of a person of 130 pixels.
    """

    def __init__(self, channels: Sequence[int] = (24, 48, 64, 96, 128)) -> None:
        super().__init__()
        stem, early, fine, middle, coarse = channels
        self.fine = nn.Sequential(_block(3, stem, 2), _block(stem, early, 2), _block(early, fine))
        self.middle = nn.Sequential(_block(fine, middle, 2), _block(middle, middle))
        self.coarse = nn.Sequential(_block(middle, coarse, 2), _block(coarse, coarse))
        self.coarse_to_middle = nn.Conv2d(coarse, middle, 1)
        self.middle_to_fine = nn.Conv2d(middle, fine, 1)
        self.smooth = _block(fine, fine)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Features of images (B, 3, H, W): "8" (B, 96, H/8, W/8) and "4" (B, 64, H/4, W/4)."""
        fine = self.fine(images)
        middle = self.middle(fine)
        coarse = self.coarse_to_middle(self.coarse(middle))
        middle = middle + f.interpolate(coarse, size=middle.shape[-2:], mode="nearest")
        back = f.interpolate(self.middle_to_fine(middle), size=fine.shape[-2:], mode="nearest")
        return {"8": middle, "4": self.smooth(fine + back)}
