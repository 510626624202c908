"""Training an embedder, step by step: small frames in, losses out, nothing of who watches.

The loss is the squared error averaged over batch and pixels and summed over views (Shi et al.,
NeurIPS 2021: no term but reconstruction). Every batch is drawn from the seed and the number of its
step alone, so that a training that was interrupted goes on exactly as it would have.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.behavior.networks import Embedder, norms_of
from engine.behavior.relighting import Light, in_many_lights
from engine.errors import PeerscopeError
from engine.figures.arrays import Array
from engine.layers import checked_between_layers
from engine.memory import is_out_of_memory

Check = Callable[[], None]

#: No-gradient batches that settle the statistics of batch normalisation after training.
SETTLING = 30
#: A batch is halved down to this when memory runs out.
_LEAST_BATCH = 4
_MOST_GROUPS = 16
#: Frames larger than this many pixels go through a CPU so many at a time.
_LARGE_PX, _FEW = 96 * 96, 4
#: Share of the steps at the highest rate.
_STEADY = 0.7
#: Share of the steps in which frames are relit, where that is asked for.
_RELIT = 0.8


class Pool(Protocol):
    """Frames (V, H, W) uint8 by position."""

    def __len__(self) -> int:
        """How many."""
        ...

    def __getitem__(self, at: int) -> Array:
        """One of them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Frames that share one context: a recording, an animal in it, or a scene.

    Attributes
    ----------
    name
        For figures and tables.
    frames
        (n, V, H, W) uint8; may lie on disk.
    train, test
        (k,) int64 positions.
    contexts, context
        (c, V, H, W) uint8 to draw from in training, and (V, H, W) uint8 to embed with.
    """

    name: str
    frames: Array
    train: Array
    test: Array
    contexts: Pool
    context: Array


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    steps, batch
        Steps of Adam, frames in each.
    rate
        Learning rate at its highest; see `rate_at`.
    moves
        "none", "mirror" (left to right) or "square" (every flip and quarter turn), of frame and
        context together.
    noise
        Standard deviation of noise added to the code while the rate is at its highest, in
        standard deviations of the code over the batch: near codes then mean near pictures.
    relight
        Strength of the light in which frames are encoded and, another one, drawn in the first
        80 % of the steps; see `engine.behavior.relighting`.
    groups
        Context frames in a batch at least (more for more sessions, so that each is in every
        batch); each is shared by an equal part of it.
    """

    steps: int
    batch: int = 64
    rate: float = 2e-3
    moves: str = "square"
    noise: float = 0.0
    seed: int = 0
    groups: int = 4
    relight: float = 0.0


class Batch(NamedTuple):
    """Frames as they are encoded and as they are to be drawn, and the contexts they share.

    (B, V, H, W) and (groups, V, H, W) float32 in 0..1. Without relighting `seen` is `wanted`.
    """

    seen: Tensor
    wanted: Tensor
    contexts: Tensor


def rate_at(recipe: Recipe, step: int) -> float:
    """Learning rate of a step, counted from 0: x 0.3 after 70 %, x 0.1 after 90 %."""
    done = step / recipe.steps
    return recipe.rate * (1.0 if done < _STEADY else 0.3 if done < 0.9 else 0.1)


class Trainer:
    """A network in training, with its optimizer and all that a checkpoint must hold.

    Attributes
    ----------
    network, optimizer, device
        In place; the device changes when memory runs out on it.
    losses
        One number for each step done.
    batch
        Frames a step, halved when memory ran out.
    notes
        What had to be changed on the way, a sentence each.
    """

    def __init__(
        self, network: Embedder, sessions: Sequence[Session], recipe: Recipe, device: str = "cpu"
    ) -> None:
        self.network = network
        self.sessions = tuple(sessions)
        self.recipe = recipe
        self.device = device
        self.losses: list[float] = []
        self.batch = recipe.batch
        self.notes: list[str] = []
        network.begin_at(_mean_grey(self.sessions))
        network.to(device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(network.parameters(), recipe.rate, fused=device != "mps")

    @property
    def step_number(self) -> int:
        """Steps done."""
        return len(self.losses)

    def step(self, check: Check) -> float:
        """One step; the loss before it.

        Raises
        ------
        PeerscopeError
            The loss is not finite, or memory is out even for the smallest batch.
        """
        while True:
            try:
                loss = self._try_step(check)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._make_room()
            else:
                self.losses.append(loss)
                return loss

    def settle(self, check: Check) -> None:
        """Set the statistics of batch normalisation to averages over fresh batches."""
        norms = norms_of(self.network)
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None
        self.network.train()
        with torch.no_grad():
            for number in range(SETTLING):
                step = self.recipe.steps + number
                for part in self._parts(self._batch(step)):
                    check()
                    self._drawn(part, step)
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        self.network.eval()

    def _try_step(self, check: Check) -> float:
        self.network.train()
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.recipe, self.step_number)
        batch = self._batch(self.step_number)
        self.optimizer.zero_grad()
        value = 0.0
        slow = self._is_slow
        with checked_between_layers(self.network, check) if slow else nullcontext():
            for part in self._parts(batch):
                value += self._accumulate(part, len(part.seen) / len(batch.seen), check)
        if not math.isfinite(value):
            raise PeerscopeError("The loss is not finite; take a lower learning rate.")
        self.optimizer.step()
        return value

    def _accumulate(self, batch: Batch, share: float, check: Check) -> float:
        """Gradients of a part of the batch; its share of the loss."""
        check()
        with mixed_precision(self.device):
            drawn = self._drawn(batch, self.step_number)
        loss = functional.mse_loss(drawn, batch.wanted) * self.network.views * share
        check()
        loss.backward()
        check()
        return float(loss.item())

    @property
    def _is_slow(self) -> bool:
        """True where a layer on a whole batch takes seconds: the published size on a CPU."""
        height, width = self.network.size
        return self.device == "cpu" and height * width > _LARGE_PX

    def _parts(self, batch: Batch) -> Iterator[Batch]:
        """The whole batch, or where that is slow, a few frames of one context at a time."""
        if not self._is_slow:
            yield batch
            return
        groups = len(batch.contexts)
        chunks = batch.seen.chunk(groups), batch.wanted.chunk(groups), batch.contexts.split(1)
        for seen, wanted, context in zip(*chunks, strict=True):
            for some, truth in zip(seen.split(_FEW), wanted.split(_FEW), strict=True):
                yield Batch(some, truth, context)

    def _drawn(self, batch: Batch, step: int) -> Tensor:
        network, contexts = self.network, batch.contexts
        codes = self._noisy(network.encode(batch.seen), step)
        if not network.has_context:
            return network.redraw(codes, None)
        shared = network.look(contexts).repeat_interleave(len(codes) // len(contexts), 0)
        return network.redraw(codes, shared)

    def _noisy(self, codes: Tensor, step: int) -> Tensor:
        """Codes (B, D) with the noise of the recipe, while it lasts."""
        if not self.recipe.noise or step >= _STEADY * self.recipe.steps:
            return codes
        random = np.random.default_rng([self.recipe.seed, 12, step])
        drawn = random.standard_normal(codes.shape, "f4") * self.recipe.noise
        return codes + torch.from_numpy(drawn).to(codes.device) * codes.detach().std(0)

    def _batch(self, step: int) -> Batch:
        """What a step learns from, on the device."""
        random = np.random.default_rng([self.recipe.seed, 11, step])
        # Every session is in every batch, unless there are very many.
        groups = min(max(self.recipe.groups, len(self.sessions)), _MOST_GROUPS, self.batch)
        frames, contexts = [], []
        for group in range(groups):
            session = self.sessions[(step * groups + group) % len(self.sessions)]
            chosen = session.train[random.integers(len(session.train), size=self.batch // groups)]
            context = session.contexts[int(random.integers(len(session.contexts)))]
            move = int(random.integers(8))
            frames.append(moved(session.frames[chosen], self.recipe.moves, move))
            contexts.append(moved(context[None], self.recipe.moves, move))
        return self._lit(frames, contexts, step)

    def _lit(self, frames: list[Array], contexts: list[Array], step: int) -> Batch:
        """Groups of frames and their contexts, relit where the recipe asks for it."""
        seen, strength = frames, self.recipe.relight
        if strength and step < _RELIT * self.recipe.steps:
            random = np.random.default_rng([self.recipe.seed, 13, step])
            seen = [in_many_lights(group, random, strength) for group in frames]
            lights = [Light.drawn(random, strength) for _ in frames]
            frames = [light.on(group) for light, group in zip(lights, frames, strict=True)]
            contexts = [light.on(one) for light, one in zip(lights, contexts, strict=True)]
        wanted = as_grey(np.concatenate(frames), self.device)
        shown = wanted if seen is frames else as_grey(np.concatenate(seen), self.device)
        return Batch(shown, wanted, as_grey(np.concatenate(contexts), self.device))

    def _make_room(self) -> None:
        """Halve the batch; below the least, go on on the CPU."""
        self.optimizer.zero_grad()
        if self.batch // 2 >= _LEAST_BATCH:
            self.batch //= 2
            self.notes.append(f"memory ran out on {self.device}: batch halved to {self.batch}")
        elif self.device != "cpu":
            self._move_to_cpu()
        else:
            raise PeerscopeError(
                f"Memory is out even for a batch of {self.batch} frames; close other programs or "
                "take a smaller analysis size."
            )

    def _move_to_cpu(self) -> None:
        self.notes.append(f"memory ran out on {self.device}: going on on the CPU")
        self.device, self.batch = "cpu", self.recipe.batch
        state = self.optimizer.state_dict()
        self.network.to("cpu")
        self.optimizer = torch.optim.Adam(self.network.parameters(), self.recipe.rate, fused=True)
        self.optimizer.load_state_dict(state)
        for group in self.optimizer.param_groups:
            group["fused"] = True


def moved(frames: Array, moves: str, number: int) -> Array:
    """Frames (B, V, H, W) flipped and turned; `number` in 0..7 says how, 0 not at all."""
    if moves == "none":
        return frames
    if number % 2:
        frames = frames[..., ::-1]
    if moves == "mirror":
        return frames
    return np.rot90(frames, number // 2, axes=(-2, -1))


def as_grey(frames: Array, device: str) -> Tensor:
    """Frames (B, V, H, W) uint8 as float32 in 0..1, channels last."""
    whole = torch.from_numpy(np.ascontiguousarray(frames)).to(device)
    return (whole.to(torch.float32) / 255).contiguous(memory_format=torch.channels_last)


def mixed_precision(device: str) -> AbstractContextManager[None]:
    """bfloat16 where the device computes it faster than float32; else nothing."""
    kind = device.partition(":")[0]
    mixed: AbstractContextManager[None] = torch.autocast(kind, torch.bfloat16, helps(device))
    return mixed


def helps(device: str) -> bool:
    """True where bfloat16 is native: newer GPUs of NVIDIA, and CPUs with AVX512-BF16 or AMX."""
    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported())
    if device != "cpu":
        return False
    tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name, bool)()) for name in tests)


def _mean_grey(sessions: Sequence[Session]) -> float:
    """Mean of the training frames in 0..1, from at most 256 of each session."""
    means = []
    for session in sessions:
        chosen = session.train[:: max(1, len(session.train) // 256)]
        means.append(float(session.frames[chosen].mean()) / 255)
    return float(np.mean(means))
