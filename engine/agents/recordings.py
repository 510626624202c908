"""Arrays that come from outside: starting states and open-loop recordings, checked by shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.agents.layout import CARRACING, AgentSpec
from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.readers import ArrayFile

_SIDES = {"carracing": 96, "pong": 84}


@dataclass(frozen=True, slots=True, eq=False)
class OpenLoop:
    """A recording that an agent is fed in order.

    Attributes
    ----------
    form
        "obs" (T, N) float32; "frames" (T, 96, 96, 3) RGB uint8; "grey" (T, H, H) uint8 that is
        already greyed and permuted.
    action, topk
        What is expected, or None.
    """

    form: Literal["obs", "frames", "grey"]
    values: Array
    action: Array | None
    topk: Array | None


def starting_states(file: ArrayFile, count: int) -> Array:
    """The first `count` rows of ``state`` (n, 4) as float64.

    Raises
    ------
    BadInput
        There is no such array, it has another shape, too few rows, or is not finite.
    """
    name = file.path.name
    if "state" not in file.names:
        raise BadInput(f"{name} has no array named state; it has: {', '.join(file.names)}.")
    state = _numbers(file, "state")
    if state.ndim != 2 or state.shape[1] != 4:
        raise BadInput(f"state of {name} is {state.shape}; (n, 4) is needed: x, v, theta, w.")
    if len(state) < count:
        raise BadInput(f"{name} has {len(state)} starting states; ask for so many episodes.")
    if not np.isfinite(state[:count]).all():
        raise BadInput(f"state of {name} has values that are not finite; mend them.")
    return np.array(state[:count], "f8")


def open_loop(file: ArrayFile, spec: AgentSpec) -> OpenLoop:
    """The recording in a file, checked against the agent that is to be fed with it.

    Raises
    ------
    BadInput
        It holds none that the agent takes.
    """
    form, values = (_frames if spec.vision else _sensors)(file, spec)
    if not len(values):
        raise BadInput(f"{file.path.name} holds a recording of no steps; record it again.")
    action = _expected(file, _action_names(file, spec), (len(values), spec.actions))
    topk = (
        _expected(file, ("topk",), (len(values), 10)) if spec.environment == "carracing" else None
    )
    return OpenLoop(form, values, action, topk)


def _sensors(file: ArrayFile, spec: AgentSpec) -> tuple[Literal["obs"], Array]:
    if "obs" not in file.names:
        raise _lacking(file, spec, "obs (steps, sensors)")
    values = _numbers(file, "obs")
    fits = values.ndim == 2 and (spec.invariant or values.shape[1] == spec.sensors)
    if not fits or not values.shape[1]:
        needed = "any number of" if spec.invariant else str(spec.sensors)
        raise BadInput(
            f"obs of {file.path.name} is {values.shape}; {spec.name} needs (steps, sensors) "
            f"with {needed} sensors."
        )
    if not np.isfinite(values).all():
        raise BadInput(f"obs of {file.path.name} has values that are not finite; mend them.")
    return "obs", values.astype("f4")


def _frames(file: ArrayFile, spec: AgentSpec) -> tuple[Literal["frames", "grey"], Array]:
    side = _SIDES[spec.environment]
    if "frames" in file.names and spec.environment == "carracing":
        return "frames", _pixels(file, "frames", (side, side, 3))
    if "gray_shuffled" in file.names and spec is not CARRACING:
        return "grey", _pixels(file, "gray_shuffled", (side, side))
    needed = (
        "frames (steps, 96, 96, 3)"
        if spec is CARRACING
        else f"gray_shuffled (steps, {side}, {side})"
    )
    raise _lacking(file, spec, needed)


def _pixels(file: ArrayFile, name: str, shape: tuple[int, ...]) -> Array:
    values = file.array(name)
    if values.dtype != np.uint8 or values.shape[1:] != shape:
        raise BadInput(
            f"{name} of {file.path.name} is {values.dtype} {values.shape}; uint8 "
            f"(steps, {', '.join(map(str, shape))}) is needed."
        )
    return np.asarray(values)


def _action_names(file: ArrayFile, spec: AgentSpec) -> tuple[str, ...]:
    return ("action", "action_pi" if spec.invariant else "action_mlp")


def _expected(file: ArrayFile, names: tuple[str, ...], shape: tuple[int, int]) -> Array | None:
    name = next((item for item in names if item in file.names), None)
    if name is None:
        return None
    values = _numbers(file, name)
    if values.shape != shape:
        raise BadInput(f"{name} of {file.path.name} is {values.shape}; {shape} is needed.")
    return values


def _numbers(file: ArrayFile, name: str) -> Array:
    values = file.array(name)
    if values.dtype.kind not in "fiu":
        raise BadInput(f"{name} of {file.path.name} holds {values.dtype}; numbers are needed.")
    return np.asarray(values)


def _lacking(file: ArrayFile, spec: AgentSpec, needed: str) -> BadInput:
    return BadInput(
        f"{file.path.name} holds no recording for {spec.name}: {needed} is needed; "
        f"it has: {', '.join(file.names)}."
    )
