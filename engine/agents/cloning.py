"""``agents.clone``: a permutation-invariant student that imitates a teacher.

Ant: the student is told the teacher's recorded action plus noise as the one before (teacher
forcing), so nothing feeds back, and a whole trajectory is one fused LSTM call. Pong: mean squared
error on the teacher's logits over stacks drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.agents.attack import Attack
from engine.agents.attention import fixed_queries, split
from engine.agents.executors import completed, executor, mapped
from engine.agents.layout import ANT_MLP, ANT_PI, PUZZLE_PONG, AgentSpec
from engine.agents.teachers import Lesson, LessonTask, PpoTask, record_ant, record_pong, record_ppo
from engine.agents.weights import AgentFile, write_agent
from engine.agents.worlds import require
from engine.errors import BadInput, BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Line

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

#: Trajectories of one fused call, so that a cancel is heard within 200 ms.
_FUSED = 2
_STACKS = 16
_SHOWN = 5
_WOBBLE = 0.1


def clone(inputs: Inputs, ctx: Context) -> Generator[Shown, None, None]:
    """Record the teacher, fit the student, let it play; weights go to ``student.safetensors``.

    Raises
    ------
    BadInput, BadParams
        The teacher is missing or is no ant_mlp.
    """
    params = ctx.params
    spec = ANT_PI if params.task == "ant" else PUZZLE_PONG
    require(spec.environment)
    teacher: AgentFile | None = inputs.get("model")
    if params.task == "ant" and (teacher is None or teacher.spec is not ANT_MLP):
        raise BadInput("Cloning for Ant needs its teacher: give an ant_mlp model (2248 numbers).")
    start = _start(inputs, spec, ctx)
    with executor() as pool:
        lessons: list[Lesson] = []
        for note, found in _recorded(teacher, pool, ctx):
            lessons = found
            yield Snapshot(0, params.steps, note=note)
        if len(lessons) < 2:
            raise BadParams("Fewer than two whole trajectories were recorded: ask for more.")
        metrics = {"teacher_score": float(np.mean([lesson.score for lesson in lessons]))}
        fit = _AntFit(start, lessons, ctx) if spec is ANT_PI else _PongFit(start, lessons, ctx)
        history: list[tuple[int, float, float]] = []
        for step in range(1, params.steps + 1):
            metrics["loss"] = fit.step()
            if step % _SHOWN and step != params.steps:
                yield Snapshot(step, params.steps, metrics)
                continue
            metrics |= fit.held_out()
            history.append((step, metrics["loss"], metrics["held_out_loss"]))
            yield Snapshot(step, params.steps, metrics, {"loss": _figure(history)})
        flat = fit.params.detach().numpy()
        write_agent(ctx.artifact("student.safetensors"), spec, flat)
        if params.evaluation:
            yield Snapshot(params.steps, params.steps, metrics, note="the student plays")
            metrics["student_score"] = _evaluated(spec, flat, pool, ctx)
    texts = {"teacher": _teacher_words(params)}
    yield Snapshot(params.steps, params.steps, metrics, texts=texts)


def _start(inputs: Inputs, spec: AgentSpec, ctx: Context) -> Array:
    student: AgentFile | None = inputs.get("student")
    if student is not None:
        if student.spec is not spec:
            raise BadInput(f"The student is a {student.spec.name}; {spec.name} is needed.")
        return student.params
    random, parts = ctx.random(), []
    for name, shape in spec.tensors:
        if name.endswith("norm.weight"):
            parts.append(np.ones(shape))
            continue
        inputs_of = int(np.prod(shape[1:])) if len(shape) > 1 else 8
        bound = 0.0 if len(shape) == 1 and "norm" in name else 1 / np.sqrt(inputs_of)
        parts.append(random.uniform(-bound, bound, int(np.prod(shape))))
    return np.concatenate(parts).astype("f4")


def _recorded(
    teacher: AgentFile | None, pool: Any, ctx: Context
) -> Generator[tuple[str, list[Lesson]], None, None]:
    params = ctx.params
    if params.task == "pong" and params.teacher == "ppo":
        yield "training the PPO teacher", []
        task = PpoTask(params.seed, params.teacher_steps, params.trajectories, params.length)
        yield "recorded the PPO teacher", ctx.in_process(record_ppo, task)
        return
    flat = np.zeros(0, "f4") if teacher is None else teacher.params
    record: Callable[[LessonTask], Lesson] = record_ant if teacher is not None else record_pong
    if params.task == "pong":
        record = record_pong
    wobble = _WOBBLE if params.task == "pong" else 0.0
    tasks = [
        LessonTask(flat, params.seed, k, params.length, wobble) for k in range(params.trajectories)
    ]
    found: dict[int, Lesson] = {}
    for i, lesson in completed(pool, record, tasks, ctx.check):
        # The paper leaves out episodes that ended early.
        if len(lesson.seen) == params.length:
            found[i] = lesson
        yield f"recording the teacher, {i + 1} of {len(tasks)}", [found[k] for k in sorted(found)]


@dataclass(slots=True)
class _Split:
    """Lessons to learn from, and those kept aside."""

    learn: list[Lesson]
    aside: list[Lesson]

    @classmethod
    def of(cls, lessons: list[Lesson]) -> _Split:
        kept = max(1, len(lessons) // 10)
        return cls(lessons[:-kept], lessons[-kept:])


class _AntFit:
    """Fits the Ant's student."""

    def __init__(self, start: Array, lessons: list[Lesson], ctx: Context) -> None:
        import torch

        self._ctx, self._parts = ctx, _Split.of(lessons)
        self._random = np.random.default_rng([ctx.params.seed, 3])
        self.params = torch.tensor(start).requires_grad_(True)
        self._optimizer = torch.optim.Adam([self.params], ctx.params.rate)
        self._lstm = torch.nn.LSTM(9, 8, batch_first=True)

    def step(self) -> float:
        """One optimiser step over a batch of trajectories, in pieces; returns its loss."""
        import torch

        params = self._ctx.params
        picks = self._random.integers(0, len(self._parts.learn), params.batch)
        self._optimizer.zero_grad()
        total = 0.0
        for at in range(0, len(picks), _FUSED):
            self._ctx.check()
            part = [self._parts.learn[i] for i in picks[at : at + _FUSED]]
            loss = self._loss(part, params.noise_sd) * len(part) / len(picks)
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_([self.params], params.clip)
        self._optimizer.step()
        return total

    def held_out(self) -> dict[str, float]:
        """The loss on what was kept aside, without noise."""
        import torch

        with torch.no_grad():
            losses = [float(self._loss([lesson], 0.0)) for lesson in self._parts.aside[:4]]
        return {"held_out_loss": float(np.mean(losses))}

    def _loss(self, lessons: list[Lesson], noise_sd: float) -> Any:
        import torch

        seen = torch.from_numpy(np.stack([lesson.seen for lesson in lessons]))
        before = np.stack([lesson.before for lesson in lessons])
        before = before + self._random.normal(0, noise_sd, before.shape).astype("f4")
        answer = torch.from_numpy(np.stack([lesson.answer for lesson in lessons]))
        guess = ant_student(self.params, self._lstm, seen, torch.from_numpy(before))
        return ((guess - answer) ** 2).mean()


def ant_student(params: Any, lstm: Any, seen: Any, before: Any) -> Any:
    """Actions (B, T, 8) of ant_pi for whole trajectories, from a zero state.

    Parameters
    ----------
    params
        (2504,) flat parameters.
    lstm
        An ``nn.LSTM(9, 8, batch_first=True)``, whose own weights are not used.
    seen, before
        (B, T, 28) sensors and (B, T, 8) the action before, as the student is told.
    """
    import torch
    from torch.func import functional_call
    from torch.nn.functional import linear

    tensors = split(ANT_PI, params)
    b, t, n = seen.shape
    spread = before.unsqueeze(1).expand(b, n, t, before.shape[-1])
    inputs = torch.cat((seen.transpose(1, 2).unsqueeze(-1), spread), dim=-1).reshape(b * n, t, -1)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = {f"{name}_l0": tensors[f"lstm.{name}"] for name in names}
    h, _ = functional_call(lstm, weights, (inputs,))
    bank = torch.from_numpy(fixed_queries(32).copy())
    query = linear(bank, tensors["query.weight"], tensors["query.bias"])
    key = linear(h, tensors["key.weight"], tensors["key.bias"])
    weight = torch.tanh(key @ query.T / query.shape[-1] ** 0.5).reshape(b, n, t, -1)
    code = torch.tanh((weight * seen.transpose(1, 2).unsqueeze(-1)).sum(dim=1))
    for name in ("hidden", "out"):
        code = torch.tanh(linear(code, tensors[f"{name}.weight"], tensors[f"{name}.bias"]))
    return code


class _PongFit:
    """Fits Pong's student."""

    def __init__(self, start: Array, lessons: list[Lesson], ctx: Context) -> None:
        import torch

        from engine.agents.vision_agents import PongAgent

        self._ctx, self._parts = ctx, _Split.of(lessons)
        self._random = np.random.default_rng([ctx.params.seed, 3])
        self.params = torch.tensor(start).requires_grad_(True)
        self._agent = PongAgent
        self._optimizer = torch.optim.Adam([self.params], ctx.params.rate)

    def step(self) -> float:
        """One optimiser step over a batch of stacks, in pieces; returns its loss."""
        import torch

        params = self._ctx.params
        order = self._random.permutation(196)
        kept = torch.from_numpy(np.sort(order[int(196 * params.occlusion) :]))
        self._optimizer.zero_grad()
        total, done = 0.0, 0
        while done < params.batch:
            self._ctx.check()
            count = min(_STACKS, params.batch - done)
            loss, _ = self._loss(self._parts.learn, count, kept)
            (loss * count / params.batch).backward()
            total += float(loss.detach()) * count / params.batch
            done += count
        torch.nn.utils.clip_grad_norm_([self.params], params.clip)
        self._optimizer.step()
        return total

    def held_out(self) -> dict[str, float]:
        """Loss and share of equal choices on what was kept aside."""
        import torch

        with torch.no_grad():
            loss, agreement = self._loss(self._parts.aside, 64, None)
        return {"held_out_loss": float(loss), "agreement": agreement}

    def _loss(self, lessons: list[Lesson], count: int, kept: Any) -> tuple[Any, float]:
        import torch

        stacks, before, answers = self._drawn(lessons, count)
        agent = self._agent(self.params)
        logits, _, _ = agent.forward(torch.from_numpy(stacks).float() / 255, before, kept)
        agreement = (logits.argmax(dim=1) == answers.argmax(dim=1)).float().mean()
        return ((logits - answers) ** 2).mean(), float(agreement)

    def _drawn(self, lessons: list[Lesson], count: int) -> tuple[Array, Any, Any]:
        import torch

        stacks, before, answers = [], [], []
        for _ in range(count):
            lesson = lessons[int(self._random.integers(len(lessons)))]
            at = int(self._random.integers(len(lesson.seen)))
            stacks.append(lesson.seen[np.maximum(np.arange(at - 3, at + 1), 0)])
            before.append(lesson.before[at])
            answers.append(lesson.answer[at])
        return np.stack(stacks), torch.tensor(np.stack(before)), torch.tensor(np.stack(answers))


def _evaluated(spec: AgentSpec, params: Array, pool: Any, ctx: Context) -> float:
    from engine.agents.rollouts import EpisodeTask, run_episode

    attack = Attack(shuffle="once", occlusion=ctx.params.occlusion)
    tasks = [
        EpisodeTask(spec.name, params, attack, ctx.params.seed + 1, k)
        for k in range(ctx.params.evaluation)
    ]
    return float(np.mean([item.score for item in mapped(pool, run_episode, tasks, ctx.check)]))


def _teacher_words(params: Any) -> str:
    if params.task == "ant":
        return "the perceptron given, not the paper's teacher of 2700"
    if params.teacher == "scripted":
        return "a scripted player that reads the console's memory, not the paper's PPO"
    return f"a PPO trained here for {params.teacher_steps} steps, not the paper's"


def _figure(history: list[tuple[int, float, float]]) -> Figure:
    step, loss, aside = np.array(history, dtype="f8").T
    lines = (
        Line(step, loss, "batch", "measured"),
        Line(step, aside, "kept aside", 0),
    )
    return Figure("Imitation", lines, Axis("step"), Axis("mean squared error"))
