"""What teachers do, recorded: the Ant's perceptron, and two players of Pong.

The paper's teachers are not released (its Ant teacher scores 2700; the released perceptron about
1840), and neither player of Pong is the paper's: one follows the ball by a rule, the other is a
PPO trained here. Results say which was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.agents.attack import Attack
from engine.agents.layout import ANT_MLP
from engine.agents.players import make_player
from engine.agents.rollouts import world_seed
from engine.agents.worlds import PongWorld, make_world
from engine.figures.arrays import Array

NOTHING, UP, DOWN = 0, 2, 3
_BALL_X, _BALL_Y, _PADDLE_Y = 49, 54, 51
#: Where the paddle stands, the ball's highest and lowest line, and where the paddle waits.
_PADDLE_X, _TOP, _BOTTOM, _MIDDLE = 188, 44, 207, 120.0
#: How far the paddle goes on by itself after a press, and a decision later; slower is at rest.
_COAST, _TAIL, _SLOW = 13, 3, 4
#: Struck near the paddle's top, the ball comes back steeper than the console follows.
_ABOVE, _NEAR_ENOUGH = 2, 5
_JUMP, _BOUNCES = 40, 4
_SURE = 4.0


@dataclass(frozen=True, slots=True)
class LessonTask:
    """One episode of a teacher to record; survives pickling."""

    params: Array
    seed: int
    episode: int
    steps: int
    wobble: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A recorded episode.

    Attributes
    ----------
    before, seen, answer
        (T, A) previous action; (T, N) sensors float32 or (T, 84, 84) frames uint8; (T, A) action
        or logits.
    score
        Of the episode as far as it was played.
    """

    before: Array
    seen: Array
    answer: Array
    score: float


def record_ant(task: LessonTask) -> Lesson:
    """One episode of the Ant's perceptron."""
    world = make_world("ant")
    player = make_player(ANT_MLP, task.params, Attack())
    player.reset(np.random.default_rng(0))
    seen, over, score = world.reset(world_seed(task.seed, task.episode)), False, 0.0
    inputs: list[Array] = []
    actions: list[Array] = []
    try:
        while not over and len(inputs) < task.steps:
            inputs.append(np.array(seen))
            actions.append(np.array(player.act(seen)))
            seen, reward, over = world.step(actions[-1])
            score += reward
    finally:
        world.close()
    answer = np.stack(actions)
    before = np.concatenate((np.zeros_like(answer[:1]), answer[:-1]))
    return Lesson(before, np.stack(inputs), answer, score)


def record_pong(task: LessonTask) -> Lesson:
    """One episode of the scripted player; with `wobble` some of its moves are random."""
    world = PongWorld()
    random = np.random.default_rng([task.seed, task.episode])
    frame, over, score = world.reset(world_seed(task.seed, task.episode)), False, 0.0
    frames: list[Array] = []
    answers: list[Array] = []
    taken = [3]
    player = ScriptedPlayer()
    try:
        while not over and len(frames) < task.steps:
            choice = player.move(world.memory, taken[-1])
            frames.append(frame)
            answers.append(_SURE * np.eye(6, dtype="f4")[choice])
            played = int(random.integers(6)) if random.random() < task.wobble else choice
            frame, reward, over = world.step(np.eye(6, dtype="f4")[played])
            taken.append(played)
            score += reward
    finally:
        world.close()
    before = np.eye(6, dtype="f4")[taken[:-1]]
    return Lesson(before, np.stack(frames), np.stack(answers), score)


class ScriptedPlayer:
    """A player that reads the console's memory and goes where the ball will arrive.

    One press moves the paddle by some 22 of the console's lines, of which 13 are still to come
    when the next decision falls due; a press is worth it when the paddle would come to rest more
    than five lines from its place. Numbers are those of the console's screen.
    """

    def __init__(self) -> None:
        self._before: Array | None = None

    def move(self, memory: Array, last: int) -> int:
        """What to press, for the console's memory (128,) uint8 and what was pressed before."""
        before, self._before = self._before, memory.astype("i8")
        if before is None:
            return NOTHING
        goal = _arrival(before, self._before)
        gap = 0.0 if goal is None else goal - _resting(before, self._before, last)
        if abs(gap) <= _NEAR_ENOUGH:
            return NOTHING
        return DOWN if gap > 0 else UP


def _arrival(before: Array, now: Array) -> float | None:
    """Line at which the paddle's top should be; None while the ball tells nothing."""
    x, y = int(now[_BALL_X]), int(now[_BALL_Y])
    across, down = x - int(before[_BALL_X]), y - int(before[_BALL_Y])
    if not y or not before[_BALL_Y] or x > _PADDLE_X or not across < _JUMP:
        return None
    if across <= 0:
        return _MIDDLE if across else None
    line = y + down * (_PADDLE_X - x) / across
    for _ in range(_BOUNCES):
        line = 2 * _TOP - line if line < _TOP else line
        line = 2 * _BOTTOM - line if line > _BOTTOM else line
    return line - _ABOVE


def _resting(before: Array, now: Array, last: int) -> float:
    """Line at which the paddle comes to rest if nothing more is pressed."""
    at, moved = int(now[_PADDLE_Y]), int(now[_PADDLE_Y]) - int(before[_PADDLE_Y])
    if last in (UP, DOWN):
        return at + (_COAST if last == DOWN else -_COAST)
    return at + (_TAIL * np.sign(moved) if abs(moved) > _SLOW else 0)


@dataclass(frozen=True, slots=True)
class PpoTask:
    """Train a PPO of stable-baselines3, then record it."""

    seed: int
    train_steps: int
    episodes: int
    steps: int


def record_ppo(task: PpoTask) -> list[Lesson]:
    """Lessons of a PPO trained for so many steps; its logits are the answers."""
    import torch
    from stable_baselines3 import PPO

    torch.set_num_threads(1)
    env = _pong_env()
    teacher = PPO("CnnPolicy", env, n_steps=128, batch_size=128, n_epochs=4, seed=task.seed)
    teacher.learn(task.train_steps)
    lessons = [_ppo_episode(teacher, env, task, k) for k in range(task.episodes)]
    env.close()
    return lessons


def _ppo_episode(teacher: Any, env: Any, task: PpoTask, episode: int) -> Lesson:
    import torch

    stack, _ = env.reset(seed=world_seed(task.seed, episode))
    frames: list[Array] = []
    answers: list[Array] = []
    taken, score, over = [3], 0.0, False
    while not over and len(frames) < task.steps:
        with torch.no_grad():
            seen, _ = teacher.policy.obs_to_tensor(stack)
            logits = teacher.policy.get_distribution(seen).distribution.logits[0].numpy()
        frames.append(stack[-1])
        answers.append(logits)
        taken.append(int(logits.argmax()))
        stack, reward, over, _, _ = env.step(taken[-1])
        score += reward
    before = np.eye(6, dtype="f4")[taken[:-1]]
    return Lesson(before, np.stack(frames), np.stack(answers), score)


def _pong_env() -> Any:
    """Our Pong as an environment of gymnasium, with stacks of four frames."""
    import gymnasium

    from engine.agents.vision_agents import FrameStack

    class Stacked(gymnasium.Env[Array, Any]):
        observation_space = gymnasium.spaces.Box(0, 255, (4, 84, 84), np.uint8)
        action_space: Any = gymnasium.spaces.Discrete(6)

        def __init__(self) -> None:
            self._world, self._stack = PongWorld(), FrameStack()

        def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
            super().reset(seed=seed)
            self._stack.reset()
            start = int(self.np_random.integers(2**31)) if seed is None else seed
            return self._stack.add(self._world.reset(start)), {}

        def step(self, action: int) -> Any:
            frame, reward, over = self._world.step(np.eye(6, dtype="f4")[int(action)])
            return self._stack.add(frame), reward, over, False, {}

        def close(self) -> None:
            self._world.close()

    return Stacked()
