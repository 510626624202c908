"""The journal of a run: every change made while it ran, so that a steered run replays too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import BadInput


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person did to a live experiment ("shuffle"), with its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: after the `step`-th thing the experiment showed (0: before the first)."""

    step: int
    change: Mapping[str, Any] | Action

    def to_json(self) -> str:
        """One line of ``journal.jsonl``."""
        if isinstance(self.change, Action):
            change = {"action": self.change.name, "arguments": dict(self.change.arguments)}
        else:
            change = {"params": dict(self.change)}
        return json.dumps({"step": self.step, **change})

    @classmethod
    def from_json(cls, line: str) -> Entry:
        """Read a line back.

        Raises
        ------
        ValueError, KeyError
            The line is not one of ours.
        """
        data = json.loads(line)
        step = int(data["step"])
        if "params" in data:
            return cls(step, dict(data["params"]))
        return cls(step, Action(str(data["action"]), dict(data["arguments"])))


def read_journal(path: Path) -> tuple[Entry, ...]:
    """The entries of a journal; none when the file does not exist.

    Raises
    ------
    BadInput
        A line cannot be read.
    """
    if not path.exists():
        return ()
    try:
        # A process that was killed amid a line leaves it without its end; nothing came of it.
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        return tuple(Entry.from_json(line) for line in lines if line)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"The journal {path.name} is damaged; the run cannot be replayed."
        ) from error
