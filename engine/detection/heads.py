"""The second stage: regions pooled, masked, and told apart; targets and losses of each head."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as f
from torch import Tensor, nn
from torchvision.ops import box_iou

from engine.detection import beta as beta_math
from engine.detection import coding, divergence


@dataclass(frozen=True, slots=True)
class Truths:
    """The people of one image as tensors; rows without a visible box are marked.

    Attributes
    ----------
    full, visible
        (n, 4) float32 pixels.
    has_visible
        (n,) bool.
    """

    full: Tensor
    visible: Tensor
    has_visible: Tensor


class RegionHead(nn.Module):
    """Two fully connected layers, then class scores and a regression of 4 or 8 numbers."""

    def __init__(self, inputs: int, hidden: int, numbers: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(inputs, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
        )
        self.classes = nn.Linear(hidden, 2)
        self.numbers = nn.Linear(hidden, numbers)
        nn.init.normal_(self.numbers.weight, std=0.001)
        nn.init.zeros_(self.numbers.bias)

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (R, 2) and deltas (R, numbers) of pooled regions (R, C, n, n)."""
        hidden = self.layers(pooled)
        return self.classes(hidden), self.numbers(hidden)


def masked(pooled: Tensor, full: Tensor, visible: Tensor, spread: float, mix: float) -> Tensor:
    """Pooled regions (R, C, n, n) times the BetaMask of each, which carries no gradient."""
    beta = beta_math.to_beta(full.detach().double(), visible.detach().double(), spread)
    mask = beta_math.mask(beta, pooled.shape[-1], mix)
    return pooled * mask.to(pooled.dtype).unsqueeze(1)


def sample(
    proposals: Tensor, truths: Truths, iou: float, count: int, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Choose regions to learn from: half of them people where there are enough.

    Returns
    -------
    tuple
        Boxes (r, 4) and the row of the person each belongs to (r,), -1 for none.
    """
    boxes = torch.cat([proposals, truths.full])
    owner = match(boxes, truths, iou)
    positive, negative = (owner >= 0).nonzero()[:, 0], (owner < 0).nonzero()[:, 0]
    positive = _some(positive, count // 2, random)
    negative = _some(negative, count - len(positive), random)
    chosen = torch.cat([positive, negative])
    return boxes[chosen], owner[chosen]


def match(boxes: Tensor, truths: Truths, iou: float) -> Tensor:
    """Row (n,) of the person whose full box overlaps most, -1 below `iou`."""
    if not len(truths.full):
        return torch.full((len(boxes),), -1, dtype=torch.long)
    best, row = box_iou(boxes, truths.full).max(dim=1)
    return torch.where(best >= iou, row, -1)


class SeededSampler:
    """Chooses anchors for torchvision's RPN by a generator of our own.

    The library's sampler draws from the process's one generator, which other jobs draw from too.
    """

    def __init__(self, count: int, share: float) -> None:
        self.random = torch.Generator()
        self._count, self._positive = count, int(count * share)

    def __call__(self, labels: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Masks of chosen positive and negative anchors; labels are 1, 0, or -1 for neither."""
        positive, negative = [], []
        for own in labels:
            people = _some((own >= 1).nonzero()[:, 0], self._positive, self.random)
            rest = self._count - len(people)
            others = _some((own == 0).nonzero()[:, 0], rest, self.random)
            positive.append(_marked(len(own), people))
            negative.append(_marked(len(own), others))
        return positive, negative


def _marked(count: int, rows: Tensor) -> Tensor:
    marks = torch.zeros(count, dtype=torch.uint8)
    marks[rows] = 1
    return marks


def _some(rows: Tensor, count: int, random: torch.Generator) -> Tensor:
    return rows[torch.randperm(len(rows), generator=random)[:count]]


def head_losses(
    logits: Tensor,
    deltas: Tensor,
    boxes: Tensor,
    owner: Tensor,
    truths: Truths,
    kl_weight: float = 0.0,
    spread: float = beta_math.LAMBDA,
) -> dict[str, Tensor]:
    """Losses of one head over the regions (r, 4) of one image and the people they belong to.

    Cross entropy, smooth L1 of the positive rows over the number of regions, and optionally the
    divergence from the true density to the predicted one.
    """
    positive = owner >= 0
    losses = {"class": f.cross_entropy(logits, positive.long())}
    kept, rows = deltas[positive], owner[positive]
    full, visible = truths.full[rows], truths.visible[rows]
    numbers = kept.shape[1]
    target = coding.encode(boxes[positive], full, visible if numbers == 8 else None)
    loss = f.smooth_l1_loss(kept, target, reduction="none")
    if numbers == 8:
        known = truths.has_visible[rows].to(loss.dtype).unsqueeze(1)
        loss = torch.cat([loss[:, :4], loss[:, 4:] * known], dim=1)
    losses["box"] = loss.sum() / max(1, len(owner))
    if kl_weight > 0 and numbers == 8 and len(kept):
        predicted = coding.decode(boxes[positive], kept)
        losses["kl"] = kl_weight * divergence.training_loss((full, visible), predicted, spread)
    return losses
