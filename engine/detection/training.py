"""Training, step by step: images in, losses out, with nothing that knows who watches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.detection.heads import Truths
from engine.detection.network import BetaRCNN, Design
from engine.detection.scenes import scene
from engine.errors import PeerscopeError
from engine.figures.arrays import Array

#: Streams of seeds: no scene is both learnt from and tested on.
LEARNT, HELD_BACK = 1, 2
#: Images whose loss is computed at once; the rest of a batch is accumulated.
MICRO = 2


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One annotated image: pixels (h, w, 3) uint8, boxes (n, 4), and which have a visible one."""

    pixels: Array
    full: Array
    visible: Array
    has_visible: Array


Source = Callable[[int], Example]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Rates: AdamW with a short warm-up, then a cosine to zero."""

    iterations: int
    batch: int = 4
    rate: float = 1e-3
    weight_decay: float = 1e-4
    warm_up: int = 100
    clip: float = 5.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one iteration came to: losses by name, their sum, and the rate in force."""

    number: int
    losses: dict[str, float]
    total: float
    rate: float


def drawn(seed: int, stream: int, occlusion: str = "default") -> Source:
    """Scenes of the renderer as examples; `stream` keeps learnt and held-back ones apart."""

    def example(index: int) -> Example:
        made = scene((seed, stream, index), occlusion)
        return Example(made.pixels, made.full, made.visible, np.ones(len(made.full), "?"))

    return example


def new_network(design: Design, seed: int) -> BetaRCNN:
    """A network with weights drawn from a seed, and the process's generator left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return BetaRCNN(design)


def train(
    network: BetaRCNN, source: Source, recipe: Recipe, check: Callable[[], None] = lambda: None
) -> Iterator[Step]:
    """Train in place, one `Step` an iteration.

    Parameters
    ----------
    network
        Put into training mode.
    source
        Gives the example of a number; all of one size.
    check
        Called several times an iteration; may raise to end.

    Raises
    ------
    PeerscopeError
        The loss is not finite; the sentence prints its parts.
    """
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe.rate, weight_decay=recipe.weight_decay
    )
    generator = torch.Generator().manual_seed(recipe.seed)
    flips = np.random.default_rng([recipe.seed, 3])
    network.train()
    for number in range(recipe.iterations):
        rate = rate_at(recipe, number)
        for group in optimizer.param_groups:
            group["lr"] = rate
        first = number * recipe.batch
        batch = []
        for index in range(first, first + recipe.batch):
            batch.append(_maybe_flipped(source(index), flips))
            check()
        losses = _accumulate(network, batch, generator, check)
        torch.nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
        optimizer.step()
        optimizer.zero_grad()
        yield Step(number + 1, losses, sum(losses.values()), rate)


def rate_at(recipe: Recipe, number: int) -> float:
    """Learning rate of an iteration, counted from 0."""
    if number < recipe.warm_up:
        return recipe.rate * (number + 1) / recipe.warm_up
    done = (number - recipe.warm_up) / max(1, recipe.iterations - recipe.warm_up)
    return recipe.rate * 0.5 * (1 + math.cos(math.pi * done))


def flipped(example: Example) -> Example:
    """An example mirrored from left to right, the visible boxes with it."""
    width = example.pixels.shape[1]
    pixels = np.ascontiguousarray(example.pixels[:, ::-1])
    return Example(
        pixels, _mirrored(example.full, width), _mirrored(example.visible, width),
        example.has_visible,
    )  # fmt: skip


def as_images(pixels: list[Array]) -> Tensor:
    """Images (h, w, 3) uint8 of one size as a tensor (B, 3, h, w) float32 in 0..1."""
    stacked = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2)
    return stacked.to(torch.float32) / 255


def as_truths(example: Example) -> Truths:
    """The people of an example as tensors."""
    return Truths(
        torch.from_numpy(example.full.astype("f4").reshape(-1, 4)),
        torch.from_numpy(example.visible.astype("f4").reshape(-1, 4)),
        torch.from_numpy(np.asarray(example.has_visible, "?")),
    )


def _accumulate(
    network: BetaRCNN,
    batch: list[Example],
    generator: torch.Generator,
    check: Callable[[], None],
) -> dict[str, float]:
    """Gradients of a batch, a few images at a time; the mean of each part of the loss."""
    sums: dict[str, float] = {}
    for start in range(0, len(batch), MICRO):
        part = batch[start : start + MICRO]
        images = as_images([example.pixels for example in part])
        losses = network.losses(images, [as_truths(example) for example in part], generator)
        share = len(part) / len(batch)
        check()
        total = torch.stack(list(losses.values())).sum()
        _refuse_nonfinite(total, losses)
        (total * share).backward()
        check()
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach()) * share
    return sums


def _refuse_nonfinite(total: Tensor, losses: dict[str, Tensor]) -> None:
    if not torch.isfinite(total):
        parts = ", ".join(f"{name} {float(value.detach()):.3g}" for name, value in losses.items())
        raise PeerscopeError(f"The loss is not finite ({parts}); take a lower learning rate.")


def _maybe_flipped(example: Example, random: np.random.Generator) -> Example:
    return flipped(example) if random.random() < 0.5 else example


def _mirrored(boxes: Array, width: int) -> Array:
    mirrored: Array = boxes.copy()
    mirrored[:, 0], mirrored[:, 2] = width - boxes[:, 2], width - boxes[:, 0]
    return mirrored
