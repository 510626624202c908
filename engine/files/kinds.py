"""Kinds of file: how one is recognised by its first bytes, and how it is opened."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class Opened(Protocol):
    """An opened input: whatever it offers, it can say what it is and be closed."""

    @property
    def path(self) -> Path:
        """Where it was opened from."""
        ...

    @property
    def summary(self) -> str:
        """One line for a person: size, rate, count."""
        ...

    def close(self) -> None:
        """Let go of files and memory. Closing twice does nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    Attributes
    ----------
    name
        Short name used by experiments ("video").
    title
        How a person would call it ("video").
    suffixes
        Usual endings with the dot, for the open dialog and for writing; never trusted.
    sniff
        Called with the path and its first 4096 bytes (empty for a folder); True when the
        content is of this kind. Must be fast, and must import nothing heavy.
    open
        Opens the file, or raises `BadInput` in one sentence; heavy imports happen inside.
    general
        The kind that such a file is, too: weights of ours are a safetensors file.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Path, bytes], bool]
    open: Callable[[Path], Opened]
    general: Kind | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """A path and what its content turned out to be."""

    path: Path
    kind: Kind

    def seen_as(self, names: Collection[str]) -> Identified | None:
        """The file as its own kind or the more general one, whichever is named; None without."""
        for kind in (self.kind, self.kind.general):
            if kind is not None and kind.name in names:
                return Identified(self.path, kind)
        return None
