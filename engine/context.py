"""What an experiment is given besides its inputs: current parameters, gate, folder, device."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from engine.control import Control
from engine.errors import BadInput, BadParams
from engine.experiment import Params
from engine.journal import Action, Entry
from engine.param_spec import checked

T = TypeVar("T")


class Context:
    """One per run. The experiment reads it; the driver moves it on between yields.

    Attributes
    ----------
    folder
        The results folder, for artifacts.
    scratch
        A folder for temporary data, there while the run goes and removed when it ends.
    batch_used
        Batch size in force, set by an experiment that has one.
    """

    def __init__(
        self,
        params: Params,
        folder: Path,
        control: Control | None = None,
        on_change: Callable[[Entry], None] = lambda entry: None,
        replayed: Iterable[Entry] = (),
        while_paused: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = folder
        self.scratch = folder
        self.batch_used: int | None = None
        self._params = params
        self._control = control or Control()
        self._on_change = on_change
        self._while_paused = while_paused
        self._replayed = list(replayed)
        self._lock = threading.Lock()
        self._waiting: list[Mapping[str, Any] | Action] = []
        self._actions: list[Action] = []
        self._artifacts: list[str] = []
        self._foreign: frozenset[str] = frozenset()
        self._device: str | None = None
        self._clock = 0
        self._own_clock = False

    @property
    def params(self) -> Any:
        """The parameters in force; a new frozen value after each live change."""
        return self._params

    @property
    def artifacts(self) -> tuple[str, ...]:
        """Names of the files announced by `artifact`, in order."""
        return tuple(self._artifacts)

    @property
    def device(self) -> str:
        """Where torch computes: "cuda", "mps" or "cpu". Asking for it loads torch."""
        if self._device is None:
            from engine.device import best_device

            self._device = best_device()
        return self._device

    @property
    def device_used(self) -> str:
        """The device, without loading torch for a run that never asked."""
        return self._device or "cpu"

    def check(self) -> None:
        """Call at least every 200 ms: waits while paused, raises `Cancelled` when asked to end."""
        self._control.check(self._while_paused)

    def random(self) -> np.random.Generator:
        """A generator seeded by the parameters."""
        return np.random.default_rng(self._params.seed)

    def artifact(self, name: str) -> Path:
        """Path of a file the run leaves behind; the name enters ``result.json``.

        Raises
        ------
        BadInput
            Somebody else's file has that name.
        """
        if Path(name).parts[0] in self._foreign:
            path = self.folder / name
            raise BadInput(f"{path} is not of this run and stays; choose another results folder.")
        if name not in self._artifacts:
            self._artifacts.append(name)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def protect(self, names: frozenset[str]) -> None:
        """Names in the folder that are somebody else's and may not be written to."""
        self._foreign = names

    def in_process(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a slow module-level function in a process that cancel can end."""
        from engine.workers import call

        return call(function, *arguments, check=self.check)

    def actions(self) -> tuple[Action, ...]:
        """What a person did since the last yield."""
        taken, self._actions = self._actions, []
        return tuple(taken)

    def advance(self, step: int) -> None:
        """Begin a step of the experiment's own clock, and apply what waits.

        For experiments that show more or fewer things as the machine is faster or slower. Once
        called, changes are applied here alone and are written down with `step`, so that a
        replay applies them at the very step; otherwise they are applied between yields, and
        counted by the things shown.
        """
        self._own_clock = True
        self._clock = step
        self.apply_waiting()

    def steer(self, **changes: Any) -> None:
        """Change live parameters at the next yield or step. Callable from any thread.

        Raises
        ------
        BadParams
            A name is unknown or not live, or a value is not allowed beside those in force and
            those that wait.
        """
        with self._lock:
            ahead = self._params
            for waiting in self._waiting:
                if not isinstance(waiting, Action):
                    ahead = changed_params(ahead, waiting)
            changed_params(ahead, changes, live_only=True)
            self._waiting.append(dict(changes))

    def act(self, name: str, **arguments: Any) -> None:
        """Queue an action for the next yield or step. Callable from any thread."""
        with self._lock:
            self._waiting.append(Action(name, arguments))

    def between_yields(self) -> None:
        """Apply what is waiting, write it down, and count one more thing shown."""
        if not self._own_clock:
            self._clock += 1
            self.apply_waiting()

    def apply_waiting(self) -> None:
        """Apply queued changes, and those of a replayed journal that are due."""
        while self._replayed and self._replayed[0].step <= self._clock:
            self._apply(self._replayed.pop(0).change)
        with self._lock:
            due, self._waiting = self._waiting, []
            for change in due:
                self._apply(change)

    def _apply(self, change: Mapping[str, Any] | Action) -> None:
        if isinstance(change, Action):
            self._actions.append(change)
        else:
            self._params = changed_params(self._params, change, live_only=True)
        self._on_change(Entry(self._clock, change))


def changed_params(params: Params, changes: Mapping[str, Any], *, live_only: bool = False) -> Any:
    """A new, checked params value with `changes` applied.

    Raises
    ------
    BadParams
        A name is unknown, may not change while running (with `live_only`), or a value is not
        allowed.
    """
    fields = type(params).model_fields
    for name in changes:
        extra = fields[name].json_schema_extra if name in fields else None
        live = isinstance(extra, dict) and bool(extra.get("live"))
        if live_only and not live:
            raise BadParams(f"{name} cannot change while the experiment runs.")
    return checked(type(params), {**params.model_dump(), **changes})
