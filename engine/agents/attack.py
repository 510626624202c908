"""What is done to an agent's senses: shuffling, noise, duplicates, occlusion, backgrounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.agents.attention import PATCH
from engine.errors import BadParams
from engine.figures.arrays import Array

Background = Literal["none", "dunes", "ridge", "blossom", "checks"]
_SHUFFLE = re.compile(r"never|once|every:([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Attack:
    """One way of disturbing an agent.

    Attributes
    ----------
    shuffle
        "never", "once" an episode, or "every:N" steps.
    noise_channels, noise_sd
        Extra sensors of Gaussian noise, drawn anew each step.
    mix_noise
        True wires them among the real sensors; False appends them, as the release does.
    duplicate
        Copies of each real sensor, 1 for none.
    pre_tanh_scale
        Factor within the layer's outer tanh.
    occlusion
        Share of the patches that is left out.
    background
        Picture in the place of the grass.
    silenced
        Real sensors set to zero, which an attention of tanh weights cannot tell from absence.
    """

    shuffle: str = "never"
    noise_channels: int = 0
    noise_sd: float = 0.1
    mix_noise: bool = False
    duplicate: int = 1
    pre_tanh_scale: float = 1.0
    occlusion: float = 0.0
    background: Background = "none"
    silenced: tuple[int, ...] = ()

    @property
    def interval(self) -> int | None:
        """Steps between two shuffles; 0 for once an episode, None for never."""
        return shuffle_interval(self.shuffle)

    def due(self, step: int) -> bool:
        """Whether the wiring changes before `step` (0 is the first of an episode)."""
        interval = self.interval
        if interval is None:
            return False
        return step == 0 or (interval > 0 and step % interval == 0)


def shuffle_interval(word: str) -> int | None:
    """Steps between shuffles of "never" (None), "once" (0) or "every:N" (N).

    Raises
    ------
    BadParams
        It is none of these.
    """
    matched = _SHUFFLE.fullmatch(word)
    if matched is None:
        raise BadParams(f"shuffle cannot be {word!r}; use never, once or every:N.")
    return {"never": None, "once": 0}.get(word, int(matched[1] or 0))


class VectorSenses:
    """Which sensor is wired to which input, for B episodes at once.

    Parameters
    ----------
    attack
        What is done.
    real
        Sensors of the environment.
    episodes
        B.
    random
        Stream of wirings and noise.

    Attributes
    ----------
    wiring
        (N, B) int64: which source each input takes; sources are the real sensors, copy after
        copy, then the noise channels.
    """

    def __init__(
        self, attack: Attack, real: int, episodes: int, random: np.random.Generator
    ) -> None:
        self.attack = attack
        self._real = real
        self._episodes = episodes
        self._random = random
        count = real * attack.duplicate + attack.noise_channels
        self.wiring = np.repeat(np.arange(count)[:, None], episodes, axis=1)
        self._shuffled = False
        self._torch_wiring: Any = None

    @property
    def inputs(self) -> int:
        """N, how many inputs the agent gets."""
        return len(self.wiring)

    def shuffle(self) -> None:
        """Wire every episode anew."""
        mixed = len(self.wiring) if self.attack.mix_noise else self._real * self.attack.duplicate
        for episode in range(self._episodes):
            self.wiring[:mixed, episode] = self._random.permutation(mixed)
        self._shuffled, self._torch_wiring = True, None

    def rewire(self, wiring: Array) -> None:
        """Take a wiring (N, B) over from other senses."""
        self.wiring = wiring.copy()
        self._shuffled, self._torch_wiring = True, None

    def sense(self, seen: Any, index: Any | None = None) -> Any:
        """Inputs (P, N, B') float32 for observations seen (P, real, B').

        Parameters
        ----------
        index
            (P, B') int64, which of the B episodes are still under way; None for all.
        """
        import torch

        attack, p = self.attack, seen.shape[0]
        if attack.silenced:
            seen = seen.clone()
            seen[:, list(attack.silenced)] = 0.0
        sources = seen if attack.duplicate == 1 else seen.repeat(1, attack.duplicate, 1)
        if attack.noise_channels:
            sources = torch.cat((sources, self._noise(p, index)), dim=1)
        if not self._shuffled:
            return sources
        if self._torch_wiring is None:
            self._torch_wiring = torch.from_numpy(self.wiring.copy())
        return sources.gather(1, _of(self._torch_wiring, p, index))

    def _noise(self, p: int, index: Any | None) -> Any:
        import torch

        shape = (self.attack.noise_channels, self._episodes)
        drawn = self._random.normal(0.0, self.attack.noise_sd, shape).astype("f4")
        return _of(torch.from_numpy(drawn), p, index)


def _of(values: Any, p: int, index: Any | None) -> Any:
    """Values (n, B) for every parameter set, (P, n, B'), of the episodes under way."""
    expanded = values.unsqueeze(0).expand(p, *values.shape)
    if index is None:
        return expanded
    return expanded.gather(2, index.unsqueeze(1).expand(-1, values.shape[0], -1))


def permute_patches(frame: Array, order: Array) -> Array:
    """A frame (H, W) or (H, W, 3) uint8 whose patch i shows what was patch ``order[i]``."""
    height, width = frame.shape[:2]
    rows, columns = height // PATCH, width // PATCH
    grid = frame.reshape(rows, PATCH, columns, PATCH, -1).swapaxes(1, 2)
    flat = grid.reshape(rows * columns, PATCH, PATCH, -1)[order]
    back = flat.reshape(rows, columns, PATCH, PATCH, -1).swapaxes(1, 2)
    return np.ascontiguousarray(back).reshape(frame.shape)


class PatchSenses:
    """The order in which an agent gets the patches of a frame, and which of them it gets.

    Attributes
    ----------
    order
        (N,) int64: place i shows patch ``order[i]`` of the frame.
    kept
        (N',) int64 places that are not occluded.
    """

    def __init__(self, attack: Attack, patches: int, random: np.random.Generator) -> None:
        self.attack = attack
        self._random = random
        self.order = np.arange(patches)
        self.kept = self._drawn(patches)

    @property
    def occluded(self) -> bool:
        """Whether anything is left out."""
        return len(self.kept) < len(self.order)

    def shuffle(self) -> None:
        """Draw another order."""
        self.order = self._random.permutation(len(self.order))

    def set_occlusion(self, attack: Attack) -> None:
        """Draw other places to leave out."""
        self.attack = attack
        self.kept = self._drawn(len(self.order))

    def _drawn(self, patches: int) -> Array:
        dropped = int(patches * self.attack.occlusion)
        return np.sort(self._random.permutation(patches)[dropped:])
