"""The table of systems: which methods this copy of Peerscope has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from engine.claims import Claim
from engine.errors import BadParams
from engine.experiment import Experiment, Query
from engine.files.kinds import Kind

if TYPE_CHECKING:
    from engine.run import RunRequest

#: Systems that come with the product. Others register under the entry point group below.
BUILT_IN = ("engine.agents", "engine.behavior", "engine.compression", "engine.detection")
ENTRY_POINTS = "peerscope.systems"


@dataclass(frozen=True, slots=True)
class System:
    """One method: what it runs, asks, claims and opens, and the tab that shows it.

    Attributes
    ----------
    name, title, summary
        Short name ("behavior"), the word on its tab, and the line on its card.
    drops
        What a person would drop for it ("a behaviour video"), for the drop zone on Home.
    experiments, queries, claims, kinds
        What it brings. `kinds` are files that it alone uses.
    tab
        ``"module:Class"`` of its tab, imported by the window only.
    example
        Makes its example input in the folder given and returns its path; None without one.
    demo
        Makes what the demo session runs besides the first experiment on the example, its inputs
        in the folder given; None adds nothing.
    """

    name: str
    title: str
    summary: str
    experiments: tuple[Experiment, ...]
    drops: str = ""
    queries: tuple[Query, ...] = ()
    claims: tuple[Claim, ...] = ()
    kinds: tuple[Kind, ...] = ()
    tab: str = ""
    example: Callable[[Path], Path] | None = None
    demo: Callable[[Path], Sequence[RunRequest]] | None = None


@cache
def systems() -> tuple[System, ...]:
    """Every registered system: the built-in ones, then those of installed packages."""
    built_in = [import_module(module).SYSTEM for module in BUILT_IN]
    added = [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
    return tuple(built_in + added)


def experiments() -> tuple[Experiment, ...]:
    """Every experiment, in the order of the systems."""
    return tuple(experiment for system in systems() for experiment in system.experiments)


def experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises
    ------
    BadParams
        There is none; the sentence lists what there is.
    """
    found = next((item for item in experiments() if item.name == name), None)
    if found is None:
        known = ", ".join(item.name for item in experiments())
        raise BadParams(f"There is no experiment named {name!r}; there are: {known}.")
    return found


def claims(system: str | None = None) -> tuple[Claim, ...]:
    """The registered claims of one system, or of all.

    Raises
    ------
    BadParams
        There is no system of that name.
    """
    chosen = [item for item in systems() if system in (None, item.name)]
    if not chosen:
        known = ", ".join(item.name for item in systems())
        raise BadParams(f"There is no system named {system!r}; there are: {known}.")
    return tuple(claim for item in chosen for claim in item.claims)
