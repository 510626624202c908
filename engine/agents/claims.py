"""What the paper reports of its agents, as checks.

Values are those of Tang and Ha, "The Sensory Neuron as a Transformer" (NeurIPS 2021); the checks
play the weights that the authors released, where the reference folder has them. Tolerances are
three standard errors of the smaller run, unless a line says otherwise.
"""

from __future__ import annotations

from typing import Any

from engine.agents.reported import RESHUFFLE
from engine.claims import AtLeast, AtMost, Claim, NotComparable, Reported, Within

_METHOD = "AttentionNeuron"
_STARTS = "reference:agents/cartpole_eval_seed1_init.npz"
_CARTPOLE = ("agents/cartpole_pi/model.npz",)
_NO_WEIGHTS = "no weights of this agent are released"
_SCALE = "the released weights on the 1000 starting states of the released evaluation"


def _claim(
    key: str,
    text: str,
    where: str,
    reported: Reported | None,
    rule: Any,
    *,
    needs: tuple[str, ...] = (),
    experiment: str = "agents.rollout",
    params: dict[str, Any] | None = None,
    scale: str = "as in the paper",
    budget_s: float = 0.0,
    uses_example: bool = False,
) -> Claim:
    runnable = not isinstance(rule, NotComparable)
    return Claim(
        key=key,
        system="agents",
        method=_METHOD,
        text=text,
        where=where,
        reported=reported,
        rule=rule,
        experiment=experiment if runnable else "",
        params=params or {},
        uses_example=uses_example,
        needs=needs,
        scale=scale,
        budget_s=budget_s,
        gpu_budget_s=budget_s,
    )


def _cartpole(key: str, text: str, reported: Reported, **params: Any) -> Claim:
    return _claim(
        key,
        text,
        "CartPole table",
        reported,
        Within("mean_score", 40.0),
        needs=_CARTPOLE,
        params={"episodes": 1000, "initial_states": _STARTS, **params},
        scale=_SCALE,
        budget_s=20.0,
    )


def _reshuffled(interval: int) -> Claim:
    return _claim(
        f"cartpole-reshuffle-{interval}",
        f"CartPole, senses reshuffled every {interval} steps: mean score",
        "reshuffle table",
        RESHUFFLE["cartpole"][interval],
        Within("mean_score", 40.0),
        needs=_CARTPOLE,
        params={"episodes": 1000, "initial_states": _STARTS, "shuffle": f"every:{interval}"},
        scale=_SCALE,
        budget_s=20.0,
    )


def _unreleased(key: str, text: str, where: str, reported: Reported) -> Claim:
    return _claim(key, text, where, reported, NotComparable(_NO_WEIGHTS))


CLAIMS = (
    _claim(
        "invariance",
        "The order of the sensors does not matter: largest change of an action by a shuffle",
        "method section",
        Reported(0.0, source="theory"),
        AtMost("permutation_gap", 1e-5),
        experiment="agents.latent",
        params={"steps": 1000},
        scale="the CartPole agent this project trained, one episode, open loop",
        uses_example=True,
        budget_s=20.0,
    ),
    _claim(
        "invariance-released",
        "The same of the released CartPole agent",
        "method section",
        Reported(0.0, source="theory"),
        AtMost("permutation_gap", 1e-5),
        experiment="agents.latent",
        params={"steps": 1000},
        needs=_CARTPOLE,
        scale="the released weights, one episode, open loop",
        budget_s=20.0,
    ),
    _cartpole("cartpole-5", "CartPole, five sensors: mean score", Reported(472, 426)),
    _cartpole(
        "cartpole-5-shuffled",
        "CartPole, five sensors shuffled: mean score",
        Reported(471, 426),
        shuffle="once",
    ),
    _cartpole(
        "cartpole-10",
        "CartPole, ten sensors (each twice), sums halved: mean score",
        Reported(471, 425),
        duplicate=2,
        pre_tanh_scale=0.5,
    ),
    _cartpole(
        "cartpole-noise",
        "CartPole, five sensors and five of noise, shuffled: mean score",
        Reported(461, 410),
        noise_channels=5,
        shuffle="once",
    ),
    *(_reshuffled(interval) for interval in (25, 50, 100, 200, 500)),
    _unreleased(
        "cartpole-fnn",
        "CartPole, a plain network with its five sensors shuffled: mean score",
        "CartPole table",
        Reported(38, 120),
    ),
    _claim(
        "ant-shuffled",
        "Ant, shuffled: mean score of the evolved agent",
        "Ant table",
        Reported(2576, 75),
        Within("mean_score", 150.0),
        needs=("agents/ant_pi/model.npz",),
        params={"episodes": 10, "shuffle": "once"},
        scale="the released weights; reduced: 10 episodes of 100, pybullet-envs-gymnasium",
        budget_s=60.0,
    ),
    _claim(
        "ant-mlp-shuffled",
        "Ant, shuffled: a perceptron without the layer falls below a third of the agent",
        "Ant table",
        Reported(232, 112),
        AtMost("mean_score", 700.0),
        needs=("agents/ant_mlp/model.npz",),
        params={"episodes": 10, "shuffle": "once"},
        scale="the released perceptron (not the paper's teacher of 2700); reduced: 10 episodes",
        budget_s=60.0,
    ),
    _claim(
        "carracing-baseline",
        "CarRacing: mean score of the baseline with patch attention alone",
        "CarRacing table",
        Reported(901, 54),
        AtLeast("mean_score", 850.0),
        needs=("agents/carracing/model.npz",),
        params={"episodes": 3},
        scale="the released weights; reduced: 3 episodes of 100, the first version's pictures",
        budget_s=120.0,
    ),
    _unreleased(
        "carracing-pi",
        "CarRacing, shuffled patches: mean score",
        "CarRacing table",
        Reported(801, 147),
    ),
    _unreleased(
        "pong-shuffled", "Pong, shuffled patches: mean score", "Pong results", Reported(21, 0)
    ),
    _unreleased(
        "pong-reshuffle-100",
        "Pong, patches reshuffled every 100 steps: mean score",
        "reshuffle table",
        Reported(-10, 12),
    ),
)
