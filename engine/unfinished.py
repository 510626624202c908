"""Runs that have begun and not ended: what a killed process leaves behind tells how to go on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.file_path import FilePath
from engine.results import INTERRUPTED, UNFINISHED

Item = TypeVar("Item")


class PendingRun(BaseModel):
    """A run that is to be done again.

    Attributes
    ----------
    run
        Name of its results folder.
    experiment, params, files
        What to run: names, plain values, and files by role as `by_role` names them.
    title
        What a person calls it.
    step, total
        How far it had come; 0 when it had not begun, None where there is no total.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    run: str
    experiment: str
    title: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    files: dict[str, FilePath] = Field(default_factory=dict)
    step: int = 0
    total: int | None = None

    @property
    def told(self) -> str:
        """Title, and how far it had come."""
        name = self.title or self.experiment
        if not self.step:
            return f"{name} (not begun)"
        of = f" of {self.total}" if self.total else ""
        return f"{name} (stopped at step {self.step}{of})"


def by_role(files: Iterable[tuple[str, Item]]) -> dict[str, Item]:
    """Files by role; of several in one role the further ones are "video 2", "video 3", ..."""
    named: dict[str, Item] = {}
    count: dict[str, int] = {}
    for role, item in files:
        count[role] = count.get(role, 0) + 1
        named[role if count[role] == 1 else f"{role} {count[role]}"] = item
    return named


def of_role(named: Mapping[str, Item]) -> dict[str, list[Item]]:
    """All files of each role again, in their order."""
    found: dict[str, list[Item]] = {}
    for name, item in named.items():
        found.setdefault(name.partition(" ")[0], []).append(item)
    return found


def read_unfinished(folder: Path) -> PendingRun | None:
    """What a results folder tells of a run that never ended; None when it ended or tells not."""
    if (folder / "result.json").exists():
        return None
    try:
        data = json.loads((folder / UNFINISHED).read_text(encoding="utf-8"))
        pending = PendingRun.model_validate({**data, "run": folder.name})
    except (OSError, ValueError, TypeError, ValidationError):
        return None
    return pending.model_copy(update={"step": max(pending.step, last_step(folder))})


def set_aside(folder: Path) -> None:
    """Let an interrupted run rest: it is done again elsewhere, and is not offered any more."""
    with suppress(OSError):
        (folder / UNFINISHED).replace(folder / INTERRUPTED)


def last_step(folder: Path) -> int:
    """The step of the last whole row of ``metrics.csv``; 0 without one."""
    try:
        with (folder / "metrics.csv").open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 65536))
            rows = file.read().split(b"\n")[:-1]
        return int(rows[-1].split(b",")[0]) if rows else 0
    except (OSError, ValueError):
        return 0
