"""``agents.play``: an agent live, steered while it plays.

The simulator lives in a process of its own and takes one step for each command, so that what a
person did is written down with its step and replays exactly.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.agents.attack import Attack
from engine.agents.clips import ClipWriter
from engine.agents.layout import AgentSpec
from engine.agents.live import Command, LiveSimulator, Seat, Seen
from engine.agents.live_figures import Trail, map_figure, observations_figure
from engine.agents.reported import reported_score
from engine.agents.rollout import write_scores
from engine.agents.weights import AgentFile
from engine.agents.worlds import FACTS, require
from engine.errors import BadInput, PeerscopeError
from engine.experiment import Live, Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Figure
from engine.workers import SimulatorProcess

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

#: Between looks on the mean, and of them every so many brings the slower figures too.
_LOOK_S = 1 / 30
_SLOW = 12
_IDLE_S = 0.02
_BEHIND_S = 0.25
#: So many steps have no end that is worth telling.
_ENDLESS = 10**8


@dataclass(slots=True)
class _Totals:
    """Scores and lengths of the episodes that have ended."""

    scores: list[float]
    steps: list[int]

    def metrics(self, seen: Seen) -> dict[str, float]:
        found = {"score": seen.score, "reward": seen.reward, "episodes": float(len(self.scores))}
        if self.scores:
            found["mean_score"] = float(np.mean(self.scores))
        return found


def play(inputs: Inputs, ctx: Context) -> Generator[Shown, None, None]:
    """Play until ``steps`` steps are taken; scores of whole episodes go to ``scores.csv``.

    Raises
    ------
    BadInput, PeerscopeError
        The second agent plays elsewhere, or an optional package is missing.
    """
    session = _Session(inputs, ctx)
    try:
        yield from session.run()
    finally:
        session.close()


class LookClock:
    """When the next look is due, 30 a second on the mean.

    Counted from when the last was due: steps would else round every wait up to their own grid.
    """

    def __init__(self) -> None:
        self._due = 0.0

    def due(self, now: float) -> bool:
        """Whether to look at the step of this moment, in s."""
        return now > self._due

    def looked(self, now: float) -> None:
        """A look was taken; what was missed by more than one is not made up for."""
        self._due = max(self._due + _LOOK_S, now - _LOOK_S)


class _Session:
    """One live run."""

    def __init__(self, inputs: Inputs, ctx: Context) -> None:
        self._ctx = ctx
        model: AgentFile = inputs["model"]
        require(model.spec.environment)
        self._specs, seats = _seats(model, inputs.get("other"), ctx.params)
        self._attacks = tuple(seat.attack for seat in seats)
        starts = _starts(inputs, model.spec)
        self._process = SimulatorProcess(LiveSimulator, seats, ctx.params.seed, starts, pace=None)
        environment = model.spec.environment
        reported = [
            reported_score(spec.name, _as_in_paper(attack), environment)
            for spec, attack in zip(self._specs, self._attacks, strict=True)
        ]
        names = ("", "_other")
        self._trails = [
            Trail(spec, told, name)
            for spec, told, name in zip(self._specs, reported, names, strict=False)
        ]
        self._rate = FACTS[environment].rate_hz
        self._step = 0
        self._due = time.perf_counter()
        self._look_clock = LookClock()
        self._looks = 0
        self._unseen = False
        self._totals = _Totals([], [])
        self._clip: ClipWriter | None = None

    def run(self) -> Generator[Shown, None, None]:
        seen: list[Seen] = []
        yield Snapshot(0, None, note="playing")
        total = self._ctx.params.steps
        while self._step < total:
            self._ctx.check()
            self._ctx.advance(self._step)
            command, inspected = self._command()
            if inspected:
                yield Live(inspected)
            # Held: what was stepped since the last look is shown first.
            if not (command.advance or _asks(command) or (command.look and self._unseen)):
                if not self._ctx.params.running:
                    time.sleep(_IDLE_S)
                    yield Live({})
                continue
            seen = self._exchange(command)
            if command.advance:
                self._step += 1
            yield from self._shown(seen, command)
        self._finish()
        yield Snapshot(total, total, self._totals.metrics(seen[0]), self._figures(seen, slow=True))

    def close(self) -> None:
        if self._clip is not None:
            self._clip.close()
        self._process.close()

    def _command(self) -> tuple[Command, dict[str, Figure]]:
        """What the next exchange is to do, and figures that a person asked for."""
        params = self._ctx.params
        attacks = tuple(
            _ordered(params.attack_on(spec)) if ordered else params.attack_on(spec)
            for spec, ordered in zip(self._specs, self._ordered_seats(), strict=True)
        )
        changed = attacks if attacks != self._attacks else ()
        self._attacks = attacks
        shuffle = restart = stepped = False
        seed: int | None = None
        inspected: dict[str, Figure] = {}
        for action in self._ctx.actions():
            shuffle |= action.name == "shuffle"
            stepped |= action.name == "step"
            if action.name == "restart":
                restart, seed = True, action.arguments.get("seed")
            elif action.name == "inspect":
                inspected |= self._inspected(action.arguments["rows"])
            elif action.name == "record":
                self._record(on=bool(action.arguments["on"]))
        advance = stepped or (params.running and self._waited())
        look = stepped or shuffle or restart or bool(changed) or self._clip is not None
        look = look or self._look_clock.due(time.perf_counter()) or not params.running
        return Command(changed, shuffle, restart, seed, advance, look), inspected

    def _ordered_seats(self) -> list[bool]:
        return [False, self._ctx.params.companion == "unshuffled"][: len(self._specs)]

    def _waited(self) -> bool:
        """Wait until the next step is due, but never long; whether it is due now."""
        speed = self._ctx.params.speed
        if speed == 0:
            return True
        now = time.perf_counter()
        if now - self._due > _BEHIND_S:
            self._due = now
        if self._due - now > 0:
            time.sleep(min(self._due - now, _IDLE_S))
        if time.perf_counter() < self._due:
            return False
        self._due += 1 / (speed * self._rate)
        return True

    def _exchange(self, command: Command) -> list[Seen]:
        self._process.send(command)
        while not (answers := self._process.receive(0.05)):
            self._ctx.check()
        found: list[Seen] = answers[-1]
        return found

    def _shown(self, seen: list[Seen], command: Command) -> Generator[Shown, None, None]:
        if command.advance:
            self._unseen = True
            for trail, item in zip(self._trails, seen, strict=True):
                trail.add(item)
        if command.look and seen[0].scene is not None:
            self._look_clock.looked(time.perf_counter())
            self._unseen = False
            self._looks += 1
            if self._clip is not None and command.advance:
                self._clip.add(seen[0].scene)
            yield Live(self._figures(seen, slow=self._looks % _SLOW == 0))
        if command.advance and seen[0].over:
            self._totals.scores.append(seen[0].score)
            self._totals.steps.append(seen[0].step)
            metrics = self._totals.metrics(seen[0])
            total = self._ctx.params.steps
            yield Snapshot(self._step, total if total < _ENDLESS else None, metrics)

    def _figures(self, seen: list[Seen], *, slow: bool) -> dict[str, Figure]:
        found: dict[str, Figure] = {}
        for trail, item in zip(self._trails, seen, strict=True):
            found |= trail.figures(item)
        if slow:
            mapped = map_figure(list(self._trails[0].map_codes))
            if mapped is not None:
                found["map"] = mapped[0]
        return found

    def _inspected(self, rows: list[int]) -> dict[str, Figure]:
        kept = list(self._trails[0].map_inputs)
        chosen = [kept[row] for row in rows if 0 <= row < len(kept)]
        same = [item for item in chosen if item.shape == chosen[0].shape]
        if not same:
            return {}
        return {"observations": observations_figure(same, self._specs[0])}

    def _record(self, *, on: bool) -> None:
        if on and self._clip is None:
            self._clip = ClipWriter(self._ctx, self._rate)
        elif not on and self._clip is not None:
            self._clip.close()
            self._clip = None

    def _finish(self) -> None:
        if self._totals.scores:
            scores, steps = np.array(self._totals.scores), np.array(self._totals.steps)
            write_scores(self._ctx.artifact("scores.csv"), scores, steps)


def _asks(command: Command) -> bool:
    return bool(command.attacks or command.shuffle or command.restart)


def _seats(
    model: AgentFile, other: AgentFile | None, params: Any
) -> tuple[list[AgentSpec], tuple[Seat, ...]]:
    first = Seat(model.spec.name, model.params, params.attack_on(model.spec))
    if params.companion == "unshuffled":
        attack = _ordered(params.attack_on(model.spec))
        twin = Seat(model.spec.name, model.params, attack, ordered=True)
        return [model.spec, model.spec], (first, twin)
    if params.companion == "none":
        return [model.spec], (first,)
    if other is None:
        raise PeerscopeError("Drop a second agent of the same environment to play beside it.")
    if other.spec.environment != model.spec.environment:
        raise BadInput(
            f"{other.path.name} plays {FACTS[other.spec.environment].title}, not "
            f"{FACTS[model.spec.environment].title}; give one of the same environment."
        )
    second = Seat(other.spec.name, other.params, params.attack_on(other.spec))
    return [model.spec, other.spec], (first, second)


def _ordered(attack: Attack) -> Attack:
    return replace(attack, shuffle="never")


def _as_in_paper(attack: Attack) -> Attack:
    """A live agent is shuffled sooner or later: beside it stands the score when shuffled once."""
    return replace(attack, shuffle="once") if attack.interval is None else attack


def _starts(inputs: Inputs, spec: AgentSpec) -> Array | None:
    if "initial_states" not in inputs or spec.environment != "cartpole":
        return None
    from engine.agents.recordings import starting_states

    file = inputs["initial_states"]
    count = len(file.array("state")) if "state" in file.names else 1
    return starting_states(file, count)
