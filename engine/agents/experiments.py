"""What one can run on agents."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from engine.agents.params import (
    LatentParams,
    PlayParams,
    ReplayParams,
    RolloutParams,
    SweepParams,
)
from engine.agents.training_params import CloneParams, TrainParams
from engine.experiment import Experiment, InputSpec, MetricSpec, Shown

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

_MODEL = InputSpec("model", ("agent",), text="an agent's weights: npz or safetensors")
_SCORE = 1e-6


def run_rollout(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Play episodes to their end; see `engine.agents.rollout`."""
    from engine.agents.rollout import rollout

    yield from rollout(inputs, ctx)


def run_replay(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Feed a recording to an agent; see `engine.agents.open_loop`."""
    from engine.agents.open_loop import replay

    yield from replay(inputs, ctx)


def run_sweep(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Scores over a range of attacks; see `engine.agents.sweep`."""
    from engine.agents.sweep import sweep

    yield from sweep(inputs, ctx)


def run_train(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Train an agent; see `engine.agents.training`."""
    from engine.agents.training import train

    yield from train(inputs, ctx)


def run_clone(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Teach an agent by imitation; see `engine.agents.cloning`."""
    from engine.agents.cloning import clone

    yield from clone(inputs, ctx)


def run_latent(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Look at an agent's code; see `engine.agents.latent`."""
    from engine.agents.latent import latent

    yield from latent(inputs, ctx)


def run_play(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Play an agent live; see `engine.agents.play`."""
    from engine.agents.play import play

    yield from play(inputs, ctx)


ROLLOUT = Experiment(
    name="agents.rollout",
    summary="Play an agent to the end of its episodes, under attack or not",
    params=RolloutParams,
    run=run_rollout,
    inputs=(_MODEL,),
    metrics=(
        MetricSpec("mean_score", rtol=_SCORE, text="mean of the episodes' rewards"),
        MetricSpec("std_score", rtol=_SCORE, text="their standard deviation"),
        MetricSpec("median_score", rtol=_SCORE, text="their median"),
        MetricSpec("below_50", "episodes", rtol=0.0, text="episodes that score less than 50"),
        MetricSpec("episodes", "episodes", rtol=0.0, text="episodes played"),
        MetricSpec("mean_steps", "steps", rtol=_SCORE, text="mean length of an episode"),
        MetricSpec("steps_per_s", "steps/s", kind="time", text="steps of all episodes a second"),
    ),
)
REPLAY = Experiment(
    name="agents.replay",
    summary="Feed a recording to an agent open loop and compare its actions",
    params=ReplayParams,
    run=run_replay,
    inputs=(
        _MODEL,
        InputSpec("recording", ("array",), text="npz with obs, frames or gray_shuffled"),
    ),
    metrics=(
        MetricSpec(
            "max_action_error", rtol=1e-2, text="largest distance from the expected action"
        ),
        MetricSpec("topk_equal", rtol=0.0, text="1 when every step picks the expected patches"),
        MetricSpec("permutation_gap", rtol=1.0, text="largest change of an action by a shuffle"),
        MetricSpec("steps", "steps", rtol=0.0, text="steps of the recording"),
    ),
)
SWEEP = Experiment(
    name="agents.sweep",
    summary="Score against shuffle interval, noise, occlusion or scale, with intervals",
    params=SweepParams,
    run=run_sweep,
    inputs=(_MODEL,),
    metrics=(
        MetricSpec("cells", rtol=0.0, text="values tried"),
        MetricSpec("highest_mean", rtol=_SCORE, text="best mean score of a value"),
        MetricSpec("lowest_mean", rtol=_SCORE, text="worst mean score of a value"),
        MetricSpec("mean_score", rtol=_SCORE, text="mean score of the newest value"),
    ),
)
TRAIN = Experiment(
    name="agents.train",
    summary="Train an agent by evolution or by gradients through the simulator",
    params=TrainParams,
    run=run_train,
    inputs=(
        InputSpec("model", ("agent",), required=False, text="weights to go on from"),
        InputSpec("checkpoint", ("agent_checkpoint",), required=False, text="a run to resume"),
    ),
    metrics=(
        MetricSpec("fitness", rtol=1e-6, text="mean of the generation, or reward a step"),
        MetricSpec("best_fitness", rtol=1e-6, text="best of the generation"),
        MetricSpec("spread", rtol=1e-6, text="standard deviation over the population"),
        MetricSpec("check_score", rtol=1e-6, text="mean score of the mean agent, shuffled"),
        MetricSpec("best_score", rtol=1e-6, text="best check so far"),
        MetricSpec("sigma", rtol=1e-6, text="step size of the search"),
        MetricSpec("cpu_minutes", "min", kind="time", text="processor time of this process"),
    ),
)
CLONE = Experiment(
    name="agents.clone",
    summary="Teach a permutation-invariant agent by imitating a teacher",
    params=CloneParams,
    run=run_clone,
    inputs=(
        InputSpec("model", ("agent",), required=False, text="Ant's teacher (ant_mlp)"),
        InputSpec("student", ("agent",), required=False, text="student to go on from"),
    ),
    metrics=(
        MetricSpec("loss", rtol=1e-4, text="mean squared error of the batch"),
        MetricSpec("held_out_loss", rtol=1e-4, text="the same on recordings kept aside"),
        MetricSpec("teacher_score", rtol=_SCORE, text="mean score of the teacher's recordings"),
        MetricSpec("student_score", rtol=1e-3, text="mean score of the student, shuffled"),
        MetricSpec("agreement", rtol=1e-3, text="share of equal choices (Pong)"),
    ),
)
LATENT = Experiment(
    name="agents.latent",
    summary="Map an agent's code over an episode and read its sensors from it",
    params=LatentParams,
    run=run_latent,
    inputs=(_MODEL,),
    metrics=(
        MetricSpec("steps", "steps", rtol=0.0, text="steps mapped"),
        MetricSpec("explained", rtol=1e-4, text="variance that two components explain"),
        MetricSpec("permutation_gap", rtol=1.0, text="largest change of an action by a shuffle"),
        MetricSpec("mean_r2", rtol=1e-4, text="mean R² of a sensor read from the code"),
        MetricSpec("score", rtol=_SCORE, text="score of the episode"),
    ),
)
PLAY = Experiment(
    name="agents.play",
    summary="Play an agent live, with its senses steered as it goes",
    params=PlayParams,
    run=run_play,
    lane="interactive",
    inputs=(
        _MODEL,
        InputSpec("other", ("agent",), required=False, text="an agent to play beside it"),
    ),
    metrics=(
        MetricSpec("score", rtol=_SCORE, text="score of the episode so far"),
        MetricSpec("reward", rtol=_SCORE, text="reward of the newest step"),
        MetricSpec("episodes", "episodes", rtol=0.0, text="episodes that have ended"),
        MetricSpec("mean_score", rtol=_SCORE, text="mean score of those"),
    ),
)
