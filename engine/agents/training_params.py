"""Parameters of the experiments that train agents."""

from __future__ import annotations

from typing import Literal

from engine.agents.params import WorkParams
from engine.experiment import Params, param


class TrainParams(WorkParams):
    """Parameters of ``agents.train``."""

    agent: Literal["cartpole_pi", "ant_pi", "ant_mlp", "carracing", "carracing_pi"] = param(
        "cartpole_pi",
        title="Agent",
        text="Which agent learns; a model given as input decides instead, and is the start.",
        group="Training",
    )
    method: Literal["cma", "gradient"] = param(
        "cma",
        title="Method",
        text="Evolution (CMA-ES), or gradients through the batched simulator (CartPole alone).",
        group="Training",
        paper="cma",
    )
    steps: int = param(
        100,
        title="Steps",
        text="Generations of evolution, or updates by gradient.",
        group="Training",
        paper=14_000,
        ge=1,
        le=1_000_000,
    )
    population: int = param(
        64,
        title="Population",
        text="Candidates a generation.",
        group="Evolution",
        symbol="λ",
        paper=256,
        ge=4,
        le=4096,
    )
    rollouts: int = param(
        16,
        title="Rollouts",
        text="Episodes averaged for one candidate, the same for all of a generation.",
        group="Evolution",
        paper=16,
        ge=1,
        le=256,
    )
    sigma: float = param(
        0.1,
        title="Step size",
        text="Standard deviation of the first generation.",
        group="Evolution",
        symbol="σ₀",
        paper=0.1,
        gt=0,
        le=10,
    )
    covariance: Literal["auto", "full", "diagonal"] = param(
        "auto",
        title="Covariance",
        text="Of the search distribution; auto takes the diagonal above 3000 parameters.",
        group="Evolution",
    )
    episode_steps: int = param(
        0,
        title="Steps an episode",
        text="Ends the episodes of training early; 0 plays them out.",
        group="Evolution",
        paper=0,
        ge=0,
        le=1000,
    )
    episodes: int = param(
        256,
        title="Episodes side by side",
        text="Batch of the gradient's windows.",
        group="Gradient",
        ge=1,
        le=65_536,
    )
    horizon: int = param(
        32,
        title="Window",
        text="Steps through which the gradient flows.",
        group="Gradient",
        unit="steps",
        ge=1,
        le=1000,
    )
    rate: float = param(
        2e-3,
        title="Learning rate",
        text="Of Adam at the start; it falls along a half cosine to a tenth.",
        group="Gradient",
        gt=0,
        le=1,
    )
    check_every: int = param(
        20,
        title="Check every",
        text="Steps between two evaluations on the starting states of evaluation, shuffled.",
        group="Training",
        ge=1,
        le=100_000,
    )
    check_episodes: int = param(
        256, title="Check episodes", text="Episodes of an evaluation.", group="Training", ge=1
    )


class CloneParams(Params):
    """Parameters of ``agents.clone``; the defaults are the paper's, the script's beside them."""

    task: Literal["ant", "pong"] = param(
        "ant", title="Task", text="Which teacher is imitated.", group="Cloning", paper="ant"
    )
    teacher: Literal["scripted", "ppo"] = param(
        "scripted",
        title="Pong's teacher",
        text="A scripted player that reads the console's memory, or a PPO of stable-baselines3 "
        "trained here for a given number of steps. Neither is the paper's teacher.",
        group="Cloning",
        paper="ppo",
    )
    teacher_steps: int = param(
        0,
        title="PPO steps",
        text="Steps for which the PPO teacher is trained.",
        group="Cloning",
        ge=0,
    )
    trajectories: int = param(
        64,
        title="Trajectories",
        text="Episodes of the teacher that are recorded.",
        group="Data",
        paper=1000,
        ge=1,
        le=10_000,
    )
    length: int = param(
        500,
        title="Length",
        text="Steps of a trajectory; shorter ones are left out.",
        group="Data",
        paper=500,
        ge=8,
        le=1000,
    )
    steps: int = param(
        300, title="Steps", text="Optimiser steps.", group="Cloning", ge=1, le=1_000_000
    )
    batch: int = param(
        64,
        title="Batch",
        text="Trajectories a step (Ant; the released script has 8), or stacks (Pong; 256).",
        group="Cloning",
        paper=64,
        ge=1,
        le=4096,
    )
    rate: float = param(
        1e-3,
        title="Learning rate",
        text="Of Adam; the released script has 0.0003.",
        group="Cloning",
        paper=1e-3,
        gt=0,
        le=1,
    )
    noise_sd: float = param(
        0.03,
        title="Action noise",
        text="Noise on the teacher's action that the student is told; the script has 0.1.",
        group="Cloning",
        paper=0.03,
        ge=0,
        le=1,
    )
    clip: float = param(
        0.5,
        title="Gradient clip",
        text="Largest norm of the gradient; the script has 0.1.",
        group="Cloning",
        paper=0.5,
        gt=0,
        le=100,
    )
    occlusion: float = param(
        0.0,
        title="Occlusion",
        text="Share of patches dropped in training, the same across a batch; Pong alone.",
        group="Cloning",
        ge=0,
        lt=1,
    )
    evaluation: int = param(
        2,
        title="Evaluation episodes",
        text="Episodes the student plays at the end, shuffled.",
        group="Run",
        ge=0,
        le=1000,
    )
