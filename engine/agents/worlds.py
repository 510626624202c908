"""The four environments behind one face, each with a picture of its scene.

CartPole is our own tensor code. The others are other people's simulators, set up as the paper's
release has them; they step in worker processes. Pictures are RGB uint8.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engine.agents.layout import Environment
from engine.errors import MissingExtra, PeerscopeError
from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True)
class WorldFacts:
    """What is known of an environment beforehand.

    Attributes
    ----------
    title, sensors
        Its name, and the name of each sensor; of an image, none.
    rate_hz
        Decisions a second at speed 1.
    steps
        Most decisions in an episode.
    picture
        Shape of its scene's picture.
    actions
        Name of each number of an action.
    """

    title: str
    sensors: tuple[str, ...]
    rate_hz: float
    steps: int
    picture: tuple[int, int, int]
    actions: tuple[str, ...]


def _ant_sensors() -> tuple[str, ...]:
    joints = [f"{word} {i + 1}" for i in range(8) for word in ("angle", "speed")]
    feet = [f"foot {i + 1}" for i in range(4)]
    body = ("height", "sin target", "cos target", "vx", "vy", "vz", "roll", "pitch")
    return (*body, *joints, *feet)


FACTS: dict[Environment, WorldFacts] = {
    "cartpole": WorldFacts(
        "CartPoleSwingUpHarder",
        ("x", "v", "cos θ", "sin θ", "ω"),
        60.0,
        1000,
        (300, 600, 3),
        ("force",),
    ),
    "ant": WorldFacts(
        "PyBullet Ant",
        _ant_sensors(),
        60.0,
        1000,
        (300, 480, 3),
        tuple(f"{place} {part}" for place in ("FL", "FR", "BL", "BR") for part in ("hip", "knee")),
    ),
    "carracing": WorldFacts("CarRacing", (), 50.0, 1000, (96, 96, 3), ("steer", "gas", "brake")),
    "pong": WorldFacts(
        "Pong",
        (),
        15.0,
        27_000,
        (210, 160, 3),
        ("no-op", "fire", "right", "left", "right fire", "left fire"),
    ),
}


class World(Protocol):
    """One environment with one episode under way."""

    def reset(self, seed: int) -> Array:
        """Begin an episode; the first observation."""
        ...

    def step(self, action: Array) -> tuple[Array, float, bool]:
        """Obey a raw action; observation, reward, and whether the episode has ended."""
        ...

    def picture(self) -> Array:
        """The scene, RGB uint8."""
        ...

    def close(self) -> None:
        """Let go of the simulator."""
        ...


def make_world(environment: Environment, starts: Array | None = None) -> World:
    """The environment of that name.

    Parameters
    ----------
    starts
        CartPole alone: starting states (n, 4) that the episodes take in turn.

    Raises
    ------
    PeerscopeError
        An optional package is missing; the sentence names the pip line.
    """
    if environment == "cartpole":
        return CartPoleWorld(starts)
    makers: dict[str, type[World]] = {
        "ant": AntWorld,
        "carracing": CarRacingWorld,
        "pong": PongWorld,
    }
    return makers[environment]()


def require(environment: Environment) -> None:
    """Raise the sentence of a missing package, if one is; imports nothing.

    Raises
    ------
    PeerscopeError
        See `make_world`.
    """
    from importlib.util import find_spec

    needed = {
        "cartpole": (),
        "ant": ("pybullet", "pybullet_envs_gymnasium"),
        "carracing": ("Box2D", "pygame"),
        "pong": ("ale_py",),
    }[environment]
    if all(find_spec(name) is not None for name in needed):
        return
    if environment == "ant":
        raise PeerscopeError(
            "Ant needs optional packages that exist for Python 3.11 alone: "
            "with Python 3.11, pip install 'peerscope[agents]'."
        )
    raise MissingExtra(FACTS[environment].title, "agents")


class CartPoleWorld:
    """CartPoleSwingUpHarder, one episode of the batched code."""

    def __init__(self, starts: Array | None = None) -> None:
        self._starts = starts
        self._episode = -1
        self._state: Any = None
        self._steps = 0

    @property
    def state(self) -> Array:
        """The true state (4,) float64."""
        values: Array = self._state[:, 0].numpy()
        return values

    def reset(self, seed: int) -> Array:
        """Take the next given start, or draw one from the seed."""
        import torch

        from engine.agents import cartpole

        self._episode += 1
        self._steps = 0
        if self._starts is not None:
            start = self._starts[self._episode % len(self._starts)]
        else:
            start = cartpole.random_states(np.random.default_rng(seed), 1)[0]
        self._state = torch.from_numpy(np.array(start, "f8"))[:, None]
        return self._seen()

    def step(self, action: Array) -> tuple[Array, float, bool]:
        """One step of 0.01 s."""
        import torch

        from engine.agents import cartpole

        push = torch.from_numpy(np.asarray(action[:1], "f4"))
        self._state, reward, left = cartpole.step(self._state, push)
        self._steps += 1
        over = bool(left[0]) or self._steps >= cartpole.STEPS
        return self._seen(), float(reward[0]), over

    def picture(self) -> Array:
        """Track, cart and pole."""
        from engine.agents.scenes import draw_cartpole

        return draw_cartpole(self.state)

    def close(self) -> None:
        """Nothing is held."""

    def _seen(self) -> Array:
        from engine.agents import cartpole

        seen: Array = cartpole.observe(self._state)[:, 0].numpy()
        return seen


class AntWorld:
    """AntBulletEnv-v0 of pybullet-envs-gymnasium."""

    def __init__(self) -> None:
        require("ant")
        import gymnasium

        with silent():
            import pybullet_envs_gymnasium  # noqa: F401 (registers the environment)

            self._env: Any = gymnasium.make("AntBulletEnv-v0")
        #: Training fitness of the newest step: every term but the bonus for being alive.
        self.fitness = 0.0

    def reset(self, seed: int) -> Array:
        """Begin an episode with joint angles drawn from the seed."""
        with silent():
            seen, _ = self._env.reset(seed=seed)
        return np.asarray(seen, "f4")

    def step(self, action: Array) -> tuple[Array, float, bool]:
        """One step of 16.5 ms; ends when the ant falls or after 1000."""
        seen, reward, fallen, over, _ = self._env.step(np.clip(action, -1, 1))
        alive = float(self._env.unwrapped.rewards[0])
        self.fitness = max(0.0, float(reward) - alive)
        return np.asarray(seen, "f4"), float(reward), bool(fallen or over)

    def picture(self) -> Array:
        """The ant, drawn from the places of its links."""
        from engine.agents.scenes import draw_ant

        return draw_ant(*self._places())

    def close(self) -> None:
        """Disconnect from the simulator."""
        self._env.close()

    def _places(self) -> tuple[Array, list[Array]]:
        """Torso (3,), and for each leg its hip, knee and tip (3, 3)."""
        robot = self._env.unwrapped.robot
        parts, client = robot.parts, self._env.unwrapped._p
        torso = np.asarray(parts["torso"].pose().xyz())
        legs = []
        for name in ("aux_1", "aux_2", "aux_3", "aux_4"):
            part = parts[name]
            body, link = part.bodies[part.bodyIndex], part.bodyPartIndex
            hip = np.asarray(client.getLinkState(body, link)[4])
            foot = client.getLinkState(body, link + 2)
            knee, middle = np.asarray(foot[4]), np.asarray(foot[0])
            legs.append(np.stack((hip, knee, 2 * middle - knee)))
        return torso, legs


class CarRacingWorld:
    """CarRacing with the pictures and rules of its first version.

    All tiles have to be visited, in 1000 steps at most. See `engine.agents.carracing`.
    """

    def __init__(self) -> None:
        require("carracing")
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        from engine.agents.carracing import first_car_racing

        self._env: Any = first_car_racing()
        self._frame = np.zeros((96, 96, 3), "u1")
        self._steps = 0

    def reset(self, seed: int) -> Array:
        """Begin an episode on the track of that seed."""
        self._steps = 0
        self._frame, _ = self._env.reset(seed=seed)
        return self._frame

    def step(self, action: Array) -> tuple[Array, float, bool]:
        """One step of 20 ms; the raw action in [-1, 1] becomes steering, gas and brake."""
        from engine.agents.vision_agents import car_controls

        self._frame, reward, done, over, _ = self._env.step(car_controls(action))
        self._steps += 1
        return self._frame, float(reward), bool(done or over or self._steps >= 1000)

    def picture(self) -> Array:
        """The frame itself."""
        return self._frame

    def close(self) -> None:
        """Let go of the window-less screen."""
        self._env.close()


class PongWorld:
    """PongNoFrameskip-v4 with the paper's wrapping: random no-ops, four frames a decision.

    Observations are (84, 84) uint8 grey: the maximum of the last two frames, resized by area,
    the ten rows of the score zeroed.
    """

    def __init__(self) -> None:
        require("pong")
        import ale_py
        import gymnasium

        with silent():
            ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
            gymnasium.register_envs(ale_py)
            self._env: Any = gymnasium.make("PongNoFrameskip-v4", obs_type="grayscale")

    def reset(self, seed: int) -> Array:
        """Begin an episode after 1 to 30 no-ops."""
        frame, _ = self._env.reset(seed=seed)
        for _ in range(int(np.random.default_rng(seed).integers(1, 31))):
            frame, *_ = self._env.step(0)
        return _puzzle_frame(frame)

    def step(self, action: Array) -> tuple[Array, float, bool]:
        """Hold the one-hot action for four frames."""
        choice, total, frames, over = int(np.argmax(action)), 0.0, [], False
        for _ in range(4):
            frame, reward, done, late, _ = self._env.step(choice)
            frames.append(frame)
            total += float(reward)
            over = bool(done or late)
            if over:
                break
        return (
            _puzzle_frame(np.maximum(frames[-1], frames[-2 if len(frames) > 1 else -1])),
            total,
            over,
        )

    def picture(self) -> Array:
        """The screen in colour."""
        screen: Array = self._env.unwrapped.ale.getScreenRGB()
        return screen

    @property
    def memory(self) -> Array:
        """The console's memory (128,) uint8, which a scripted player reads."""
        values: Array = self._env.unwrapped.ale.getRAM()
        return values

    def close(self) -> None:
        """Let go of the emulator."""
        self._env.close()


def _puzzle_frame(frame: Array) -> Array:
    import cv2

    small: Array = cv2.resize(frame, (84, 84), interpolation=cv2.INTER_AREA)
    small[:10] = 0
    return small


@contextmanager
def silent() -> Iterator[None]:
    """Simulators greet on standard output and error from C code; here they do not."""
    sys.stdout.flush()
    sys.stderr.flush()
    nothing = os.open(os.devnull, os.O_WRONLY)
    saved = {stream: os.dup(stream) for stream in (1, 2)}
    for stream in saved:
        os.dup2(nothing, stream)
    try:
        yield
    finally:
        # What Python and C have buffered must not come out later.
        sys.stdout.flush()
        if os.name == "posix":
            ctypes.CDLL(None).fflush(None)
        for stream, copy in saved.items():
            os.dup2(copy, stream)
            os.close(copy)
        os.close(nothing)
