"""A live agent in a process of its own: a step for each command, and what it saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.agents.attack import Attack
from engine.agents.layout import SPECS
from engine.agents.players import Player, Sight, make_player
from engine.agents.rollouts import world_seed
from engine.agents.worlds import World, make_world
from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """One agent that is to play: its kind, parameters, and what is done to its senses.

    `ordered` keeps its senses as they are when the others' are shuffled.
    """

    spec: str
    params: Array
    attack: Attack
    ordered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """What one step is to do.

    Attributes
    ----------
    attacks
        New attacks, one for each seat; empty for those in force.
    shuffle, restart
        Wire the senses anew; begin the episode anew (`seed` None keeps the episode's).
    advance
        False only obeys the rest.
    look
        Whether scenes and insides are wanted.
    """

    attacks: tuple[Attack, ...] = ()
    shuffle: bool = False
    restart: bool = False
    seed: int | None = None
    advance: bool = True
    look: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one seat tells.

    Attributes
    ----------
    reward, score, step, over
        Of this step, of the episode so far, steps of the episode, whether it has ended.
    action
        (A,) float32.
    sight, scene
        Its inside and its picture, when they were asked for; a vector agent's inside always.
    """

    reward: float
    score: float
    step: int
    over: bool
    action: Array
    sight: Sight | None
    scene: Array | None


class _Table:
    """One seat's world and player."""

    def __init__(self, seat: Seat, starts: Array | None) -> None:
        spec = SPECS[seat.spec]
        self._attack, self._ordered = seat.attack, seat.ordered
        self.world: World = make_world(spec.environment, starts)
        self.player: Player = make_player(spec, seat.params, seat.attack)
        self._action = np.zeros(spec.actions, "f4")
        self._reward = self._score = 0.0
        self._step = 0
        self.over = False

    def restart(self, seed: int, episode: int) -> None:
        self.player.reset(np.random.default_rng([seed, episode]))
        self._seen = self.world.reset(world_seed(seed, episode))
        self._reward = self._score = 0.0
        self._step, self.over = 0, False

    def obey(self, command: Command, attack: Attack | None) -> None:
        if attack is not None and attack != self._attack:
            self._attack = attack
            self.player.set_attack(attack)
        if command.shuffle and not self._ordered:
            self.player.shuffle()

    def advance(self) -> None:
        if self.over:
            self._reward = 0.0
            return
        self._action = self.player.act(self._seen)
        self._seen, self._reward, self.over = self.world.step(self._action)
        self._score += self._reward
        self._step += 1

    def tell(self, *, look: bool) -> Seen:
        return Seen(
            self._reward,
            self._score,
            self._step,
            self.over,
            np.array(self._action),
            self.player.sight() if look or not self.player.spec.vision else None,
            self.world.picture() if look else None,
        )


class LiveSimulator:
    """One agent, or two side by side that start every episode alike.

    Parameters
    ----------
    seats
        Who plays.
    seed, starts
        Of the episodes; CartPole's starting states (n, 4), or None.
    """

    def __init__(self, seats: tuple[Seat, ...], seed: int, starts: Array | None) -> None:
        self._seed, self._episode = seed, 0
        self._tables = [_Table(seat, starts) for seat in seats]
        self._restart()

    def step(self, commands: list[Any]) -> tuple[list[Seen], None]:
        """Obey one `Command`; what each seat saw."""
        (command,) = commands
        if command.restart:
            if command.seed is not None:
                self._seed, self._episode = command.seed, 0
            self._restart()
        attacks: tuple[Attack | None, ...] = command.attacks or (None,) * len(self._tables)
        for table, attack in zip(self._tables, attacks, strict=True):
            table.obey(command, attack)
        if command.advance:
            if self._tables[0].over:
                self._episode += 1
                self._restart()
            for table in self._tables:
                table.advance()
        return [table.tell(look=command.look) for table in self._tables], None

    def _restart(self) -> None:
        for table in self._tables:
            table.restart(self._seed, self._episode)
