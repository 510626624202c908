"""Beta R-CNN (re-implementation) on torchvision's parts, and the plain head it is compared with.

    image -> backbone -> RPN: box B0
    B0 -> pooled -> head 1: class C1, beta Be1 (8 numbers)
    Be1's box -> pooled -> times BetaMask(Be1) -> head 2: class C2, beta Be2 (8 numbers)

The topology is the paper's; sizes, targets and losses are ours, as the paper's are not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead
from torchvision.ops import MultiScaleRoIAlign, clip_boxes_to_image

from engine.detection import coding, heads
from engine.detection.backbone import SmallBackbone
from engine.detection.beta import LAMBDA
from engine.detection.heads import RegionHead, SeededSampler, Truths

Head = Literal["beta", "plain"]
Preset = Literal["small", "resnet50"]

#: Height over width of people, used for anchors.
ASPECT = 2.44
MEAN, STD = (0.45, 0.45, 0.45), (0.25, 0.25, 0.25)


@dataclass(frozen=True, slots=True)
class Design:
    """Everything that decides the shape of a network; kept with its weights.

    Attributes
    ----------
    preset
        "small" for a processor, "resnet50" for a graphics card.
    head
        "beta" for two heads of 8 numbers with a BetaMask between, "plain" for one of 4.
    spread
        Lambda: standard deviation over visible extent.
    mix
        Share of the identity in the BetaMask.
    kl_weight
        Weight of the divergence in the loss.
    regions
        Regions of an image that a head learns from.
    """

    preset: Preset = "small"
    head: Head = "beta"
    spread: float = LAMBDA
    mix: float = 0.0
    kl_weight: float = 0.0
    regions: int = 96


@dataclass(frozen=True, slots=True)
class Raw:
    """What a network says of one image before any suppression. Boxes (n, 4) float32 pixels.

    `score` is the mean of the two heads' class probabilities `first` and `second`, (n,) each.
    """

    full: Tensor
    visible: Tensor
    score: Tensor
    first: Tensor
    second: Tensor


class BetaRCNN(nn.Module):
    """The whole network. Images are (B, 3, H, W) float32 in 0..1, of one size."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        parts = _small() if design.preset == "small" else _resnet50()
        self.backbone, self.rpn, self.pool = parts.backbone, parts.rpn, parts.pool
        self._levels = parts.rpn_levels
        numbers = 8 if design.head == "beta" else 4
        inputs = parts.channels * parts.pool.output_size[0] ** 2
        stages = 2 if design.head == "beta" else 1
        self.heads = nn.ModuleList(
            RegionHead(inputs, parts.hidden, numbers) for _ in range(stages)
        )
        self._ious = (0.5, 0.6)
        self.sampler = SeededSampler(256, 0.5)
        self.rpn.fg_bg_sampler = self.sampler

    def losses(
        self, images: Tensor, truths: list[Truths], random: torch.Generator
    ) -> dict[str, Tensor]:
        """Every part of the loss by name, averaged over the images."""
        self.sampler.random = random
        features = self.backbone(normalised(images))
        proposals, found = self._propose(images, features, truths)
        per_image = [
            self._image_losses(features, image, images.shape[-2:], proposals[image], truth, random)
            for image, truth in enumerate(truths)
        ]
        names = per_image[0]
        found.update({n: torch.stack([part[n] for part in per_image]).mean() for n in names})
        return found

    @torch.no_grad()
    def detect(
        self,
        images: Tensor,
        least_score: float = 0.01,
        check: Callable[[], None] = lambda: None,
    ) -> list[Raw]:
        """Everything found in each image with at least that score, before suppression.

        `check` is called between the stages and may raise to end.
        """
        features = self.backbone(normalised(images))
        check()
        proposals, _ = self._propose(images, features, None)
        check()
        size = images.shape[-2:]
        return [
            self._image_raw(features, image, size, boxes, least_score)
            for image, boxes in enumerate(proposals)
        ]

    def _propose(
        self, images: Tensor, features: dict[str, Tensor], truths: list[Truths] | None
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        size = (int(images.shape[-2]), int(images.shape[-1]))
        listed = ImageList(images, [size] * len(images))
        targets = None if truths is None else [{"boxes": truth.full} for truth in truths]
        chosen = {name: features[name] for name in self._levels}
        boxes, found = self.rpn(listed, chosen, targets)
        return boxes, {name.replace("loss_", ""): value for name, value in found.items()}

    def _pooled(
        self, features: dict[str, Tensor], image: int, size: torch.Size, boxes: Tensor
    ) -> Tensor:
        own = {name: values[image : image + 1] for name, values in features.items()}
        pooled: Tensor = self.pool(own, [boxes], [(int(size[0]), int(size[1]))])
        return pooled

    def _image_losses(
        self,
        features: dict[str, Tensor],
        image: int,
        size: torch.Size,
        proposals: Tensor,
        truths: Truths,
        random: torch.Generator,
    ) -> dict[str, Tensor]:
        design = self.design
        boxes, owner = heads.sample(
            proposals.detach(), truths, self._ious[0], design.regions, random
        )
        pooled = self._pooled(features, image, size, boxes)
        found: dict[str, Tensor] = {}
        for stage, head in enumerate(self.heads, start=1):
            logits, deltas = head(pooled)
            own = heads.head_losses(
                logits, deltas, boxes, owner, truths, design.kl_weight, design.spread
            )
            found.update({f"head{stage}_{name}": value for name, value in own.items()})
            if stage < len(self.heads):
                boxes, visible = self._refined(boxes, deltas.detach(), size)
                owner = heads.match(boxes, truths, self._ious[1])
                pooled = self._pooled(features, image, size, boxes)
                pooled = heads.masked(pooled, boxes, visible, design.spread, design.mix)
        return found

    def _image_raw(
        self,
        features: dict[str, Tensor],
        image: int,
        size: torch.Size,
        boxes: Tensor,
        least: float,
    ) -> Raw:
        pooled = self._pooled(features, image, size, boxes)
        scores, visible = [], boxes
        for stage, head in enumerate(self.heads, start=1):
            logits, deltas = head(pooled)
            scores.append(logits.softmax(dim=1)[:, 1])
            boxes, visible = self._refined(boxes, deltas, size)
            if stage < len(self.heads):
                pooled = self._pooled(features, image, size, boxes)
                pooled = heads.masked(pooled, boxes, visible, self.design.spread, self.design.mix)
        score = torch.stack(scores).mean(dim=0)
        kept = (score >= least).nonzero()[:, 0]
        kept = kept[score[kept].argsort(descending=True, stable=True)]
        first, second = scores[0][kept], scores[-1][kept]
        return Raw(boxes[kept], visible[kept], score[kept], first, second)

    @staticmethod
    def _refined(boxes: Tensor, deltas: Tensor, size: torch.Size) -> tuple[Tensor, Tensor]:
        """Decoded full and visible boxes, both cut to the image."""
        full, visible = coding.decode(boxes, deltas)
        full = clip_boxes_to_image(full, (int(size[0]), int(size[1])))
        sides = (full[:, 2:] - full[:, :2]).amin(dim=1, keepdim=True)
        full = torch.where(sides < coding.COLLAPSED_PX, boxes, full)
        return full, coding.cut_to(visible, full)


def normalised(images: Tensor) -> Tensor:
    """Images (B, 3, H, W) in 0..1 made to have about zero mean and unit deviation."""
    shape = (1, 3, 1, 1)
    return (images - images.new_tensor(MEAN).view(shape)) / images.new_tensor(STD).view(shape)


@dataclass(frozen=True, slots=True)
class _Parts:
    backbone: nn.Module
    rpn: RegionProposalNetwork
    pool: MultiScaleRoIAlign
    rpn_levels: tuple[str, ...]
    channels: int
    hidden: int


def _rpn(
    sizes: tuple[tuple[int, ...], ...],
    ratios: tuple[float, ...],
    channels: int,
    top: tuple[int, int],
) -> RegionProposalNetwork:
    anchors = AnchorGenerator(sizes, (ratios,) * len(sizes))
    head = RPNHead(channels, anchors.num_anchors_per_location()[0])
    before = {"training": 4 * top[0], "testing": 3 * top[1]}
    after = {"training": top[0], "testing": top[1]}
    return RegionProposalNetwork(anchors, head, 0.7, 0.3, 256, 0.5, before, after, 0.8)


def _small() -> _Parts:
    # An anchor's size is the root of its area: heights of about 50, 81 and 131 px.
    sizes = ((32, 52, 84),)
    rpn = _rpn(sizes, (ASPECT,), 96, (300, 200))
    pool = MultiScaleRoIAlign(["4"], 7, 2)
    return _Parts(SmallBackbone(), rpn, pool, ("8",), 64, 256)


def _resnet50() -> _Parts:
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone

    backbone = resnet_fpn_backbone(backbone_name="resnet50", weights=None, trainable_layers=5)
    sizes = ((32,), (64,), (128,), (256,), (512,))
    rpn = _rpn(sizes, (1.0, 2.0, 3.0), 256, (2000, 1000))
    pool = MultiScaleRoIAlign(["0", "1", "2", "3"], 7, 2)
    return _Parts(backbone, rpn, pool, ("0", "1", "2", "3", "pool"), 256, 1024)
