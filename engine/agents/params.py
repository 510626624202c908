"""Parameters of the experiments on agents."""

from __future__ import annotations

from typing import Literal

from engine.agents.attack import Attack, Background
from engine.agents.layout import AgentSpec
from engine.experiment import Params, param

_SHUFFLE = r"^(never|once|every:[1-9][0-9]*)$"
WORK = "Work"
_SENSES = "Senses"


class AttackParams(Params):
    """What is done to the senses."""

    shuffle: str = param(
        "never",
        title="Shuffle",
        text="When the sensors are wired anew: never, once (an episode) or every:N steps. "
        "The neurons' memory is kept.",
        group=_SENSES,
        paper="once",
        pattern=_SHUFFLE,
    )
    noise_channels: int = param(
        0,
        title="Noise channels",
        text="Extra sensors of Gaussian noise, appended after the real ones.",
        group=_SENSES,
        ge=0,
        le=64,
    )
    noise_sd: float = param(
        0.1,
        title="Noise sd",
        text="Standard deviation of the noise channels.",
        group=_SENSES,
        symbol="σ",
        paper=0.1,
        ge=0,
        le=10,
    )
    duplicate: int = param(
        1,
        title="Copies of each sensor",
        text="2 gives ten inputs in the place of CartPole's five.",
        group=_SENSES,
        paper=1,
        ge=1,
        le=8,
    )
    pre_tanh_scale: float = param(
        1.0,
        title="Pre-tanh scale",
        text="Factor within the layer's outer tanh, m = tanh(scale · W x); 0.5 makes two copies "
        "of each sensor equal to one.",
        group=_SENSES,
        symbol="m = tanh(s W x)",
        gt=0,
        le=10,
    )
    occlusion: float = param(
        0.0,
        title="Occlusion",
        text="Share of the patches that is left out of keys and values.",
        group=_SENSES,
        ge=0,
        lt=1,
    )
    background: Background = param(
        "none",
        title="Background",
        text="Picture in the place of CarRacing's grass, drawn by this project.",
        group=_SENSES,
        paper="none",
    )

    @property
    def attack(self) -> Attack:
        """The same as the agents' code takes it."""
        return Attack(
            shuffle=self.shuffle,
            noise_channels=self.noise_channels,
            noise_sd=self.noise_sd,
            duplicate=self.duplicate,
            pre_tanh_scale=self.pre_tanh_scale,
            occlusion=self.occlusion,
            background=self.background,
        )


class WorkParams(Params):
    """Where independent work is done."""

    scheduler: str = param(
        "",
        title="Dask scheduler",
        text="Address of a scheduler (tcp://host:8786); empty for processes of this machine.",
        group=WORK,
    )
    workers: int = param(
        0,
        title="Processes",
        text="Local worker processes; 0 for as many as are free.",
        group=WORK,
        ge=0,
        le=256,
    )


class RolloutParams(AttackParams, WorkParams):
    """Parameters of ``agents.rollout``."""

    episodes: int = param(
        100, title="Episodes", text="Episodes played.", group="Run", paper=100, ge=1, le=100_000
    )
    initial_states: str = param(
        "",
        title="Initial states",
        text="An npz with `state` (n, 4) of CartPole; its first rows start the episodes.",
        group="Run",
        file_kinds=("array",),
    )


class ReplayParams(Params):
    """Parameters of ``agents.replay``."""

    permutations: int = param(
        8,
        title="Permutations",
        text="Random orders of the sensors in which the recording is played again, to see by how "
        "much the actions change; vectors alone.",
        group="Run",
        ge=0,
        le=1000,
    )


class SweepParams(AttackParams, WorkParams):
    """Parameters of ``agents.sweep``."""

    over: Literal["shuffle interval", "noise channels", "occlusion", "pre-tanh scale"] = param(
        "shuffle interval",
        title="Sweep over",
        text="What is varied; everything else stays as set above.",
        group="Sweep",
    )
    values: tuple[float, ...] = param(
        (25.0, 50.0, 100.0, 200.0, 500.0, 0.0),
        title="Values",
        text="Values it takes; a shuffle interval of 0 means never.",
        group="Sweep",
        paper=(25.0, 50.0, 100.0, 200.0, 500.0, 0.0),
        min_length=1,
        max_length=64,
    )
    episodes: int = param(
        100, title="Episodes", text="Episodes a value.", group="Sweep", paper=100, ge=2, le=10_000
    )
    initial_states: str = param(
        "",
        title="Initial states",
        text="As in agents.rollout.",
        group="Sweep",
        file_kinds=("array",),
    )


class LatentParams(AttackParams):
    """Parameters of ``agents.latent``."""

    map: Literal["pca", "tsne"] = param(
        "pca",
        title="Map",
        text="How codes are laid out in the plane: principal components, or t-SNE.",
        group="Map",
        paper="tsne",
    )
    steps: int = param(
        1000, title="Steps", text="Steps of the episode.", group="Run", paper=1000, ge=10, le=5000
    )
    perplexity: float = param(
        30.0, title="Perplexity", text="Of t-SNE.", group="Map", gt=1, le=200
    )
    episodes: int = param(
        1,
        title="Episodes",
        text="Successful episodes pooled (CartPole).",
        group="Run",
        ge=1,
        le=100,
    )


class PlayParams(Params):
    """Parameters of ``agents.play``; all of the senses may change while it runs."""

    running: bool = param(
        True, title="Running", text="False holds the clock; a step may still be taken.", live=True
    )
    speed: float = param(
        0.0,
        title="Speed",
        text="Times the environment's own rate; 0 is as fast as possible.",
        group="Run",
        live=True,
        ge=0,
        le=64,
    )
    steps: int = param(
        1000, title="Steps", text="Steps in all, over as many episodes.", group="Run", ge=1
    )
    companion: Literal["none", "unshuffled", "other"] = param(
        "none",
        title="Beside it",
        text="Nothing, the same agent with its senses in order, or another agent given, under "
        "the same wiring.",
        group="Run",
    )
    initial_states: str = param(
        "",
        title="Initial states",
        text="An npz with `state` (n, 4): CartPole's episodes start from its rows in turn.",
        group="Run",
        file_kinds=("array",),
    )
    shuffle_every: int = param(
        0,
        title="Reshuffle every",
        text="Steps between two shuffles; 0 shuffles only when asked.",
        group=_SENSES,
        unit="steps",
        live=True,
        ge=0,
        le=100_000,
    )
    noise_channels: int = param(
        0,
        title="Noise channels",
        text="Extra sensors of Gaussian noise, wired among the real ones by a shuffle.",
        group=_SENSES,
        live=True,
        ge=0,
        le=64,
    )
    noise_sd: float = param(
        0.1,
        title="Noise sd",
        text="Standard deviation of the noise channels.",
        group=_SENSES,
        symbol="σ",
        live=True,
        paper=0.1,
        ge=0,
        le=10,
    )
    duplicate: int = param(
        1,
        title="Copies of each sensor",
        text="2 gives ten inputs in the place of CartPole's five.",
        group=_SENSES,
        live=True,
        ge=1,
        le=8,
    )
    pre_tanh_scale: float = param(
        1.0,
        title="Pre-tanh scale",
        text="m = tanh(scale · W x); 0.5 makes two copies of each sensor equal to one.",
        group=_SENSES,
        symbol="m = tanh(s W x)",
        live=True,
        gt=0,
        le=10,
    )
    silenced: tuple[int, ...] = param(
        (),
        title="Silenced sensors",
        text="Numbers of real sensors set to zero, counted from 0: ablation of single channels.",
        group=_SENSES,
        live=True,
        max_length=64,
    )
    occlusion: float = param(
        0.0,
        title="Occlusion",
        text="Share of the patches that is left out (CarRacing and Pong).",
        group=_SENSES,
        live=True,
        ge=0,
        lt=1,
    )
    background: Background = param(
        "none",
        title="Background",
        text="Picture in the place of CarRacing's grass, drawn by this project.",
        group=_SENSES,
        live=True,
    )

    def attack_on(self, spec: AgentSpec) -> Attack:
        """What is done to the senses of an agent; what it cannot take is left out."""
        vector = spec.invariant and not spec.vision
        return Attack(
            shuffle=f"every:{self.shuffle_every}" if self.shuffle_every else "never",
            noise_channels=self.noise_channels if vector else 0,
            noise_sd=self.noise_sd,
            mix_noise=True,
            duplicate=self.duplicate if vector else 1,
            pre_tanh_scale=self.pre_tanh_scale,
            occlusion=self.occlusion if spec.vision else 0.0,
            background=self.background if spec.environment == "carracing" else "none",
            silenced=tuple(sorted({i for i in self.silenced if 0 <= i < spec.sensors}))
            if not spec.vision
            else (),
        )
