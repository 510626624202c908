"""Scores that the paper and its release report, mean and standard deviation."""

from __future__ import annotations

from collections.abc import Mapping

from engine.agents.attack import Attack
from engine.claims import Reported

#: Mean score against the shuffle interval; None is never.
RESHUFFLE: Mapping[str, Mapping[int | None, Reported]] = {
    "cartpole": {
        25: Reported(107, 146),
        50: Reported(163, 198),
        100: Reported(242, 254),
        200: Reported(318, 310),
        500: Reported(407, 380),
        None: Reported(472, 426),
    },
    "ant": {
        25: Reported(2053, 225),
        50: Reported(2319, 188),
        100: Reported(2406, 178),
        200: Reported(2493, 105),
        500: Reported(2548, 87),
        None: Reported(2576, 75),
    },
    "carracing": {
        25: Reported(732, 161),
        50: Reported(772, 163),
        100: Reported(768, 167),
        200: Reported(774, 182),
        500: Reported(805, 158),
        None: Reported(801, 147),
    },
    "pong": {
        25: Reported(-20, 1),
        50: Reported(-20, 2),
        100: Reported(-10, 12),
        200: Reported(-2, 17),
        500: Reported(18, 9),
        None: Reported(21, 0),
    },
}

#: Mean score of Pong, 100 episodes: a row for each share occluded in training, a column at test.
PONG_OCCLUSION: tuple[tuple[int, ...], ...] = (
    (21, -20, -20, -21, -21, -21, -21, -21, -21, -21),
    (21, 7, -5, -10, -16, -19, -21, -21, -21, -21),
    (21, 11, 5, -3, -8, -17, -20, -21, -20, -21),
    (21, 12, 4, -3, -9, -13, -20, -20, -21, -21),
    (21, 17, 8, 0, 0, -10, -16, -18, -21, -21),
    (21, 15, 17, 15, 15, 10, -4, -14, -20, -21),
    (21, 16, 11, 13, 10, 7, 2, -10, -17, -21),
    (21, 11, 6, 6, 5, -1, -4, -8, -16, -21),
    (1, -13, -15, -15, -16, -17, -18, -13, -17, -20),
    (-12, -17, -20, -20, -19, -20, -19, -21, -21, -20),
)

#: R² of a linear regression from the code to each of CartPole's sensors.
CODE_R2: Mapping[str, float] = {"x": 0.354, "v": 0.620, "cos θ": 0.626, "sin θ": 0.233, "ω": 0.550}

_ALONE: Mapping[tuple[str, bool], Reported] = {
    ("cartpole_pi", False): Reported(472, 426),
    ("cartpole_pi", True): Reported(471, 426),
    ("ant_pi", True): Reported(2576, 75),
    ("ant_mlp", False): Reported(2700, 28),
    ("ant_mlp", True): Reported(232, 112),
    ("carracing", False): Reported(901, 54),
    ("carracing_pi", True): Reported(801, 147),
    ("puzzle_pong", True): Reported(21, 0),
}


def reported_score(agent: str, attack: Attack, environment: str) -> Reported | None:
    """What the paper reports for an agent under an attack, or None where it reports nothing."""
    plain = not (attack.occlusion or attack.silenced) and attack.background == "none"
    if not plain:
        return None
    if attack.noise_channels or attack.duplicate > 1:
        return _cartpole_wide(agent, attack)
    interval = attack.interval
    if interval and agent in ("cartpole_pi", "ant_pi", "carracing_pi", "puzzle_pong"):
        return RESHUFFLE[environment].get(interval)
    return _ALONE.get((agent, interval is not None))


def _cartpole_wide(agent: str, attack: Attack) -> Reported | None:
    if agent != "cartpole_pi":
        return None
    if attack.duplicate == 2 and attack.pre_tanh_scale == 0.5 and not attack.noise_channels:
        return Reported(471, 425)
    noisy = attack.duplicate == 1 and (attack.noise_channels, attack.noise_sd) == (5, 0.1)
    return Reported(461, 410) if noisy else None
