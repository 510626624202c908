"""Names of files as other machines wrote them."""

from __future__ import annotations


def file_of(name: str) -> str:
    """The last part of a path written on any system."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def folder_of(name: str) -> str:
    """What stands before the last part."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[0]


def stem_of(name: str) -> str:
    """The last part without its ending, in lower case."""
    last = file_of(name)
    return (last.rpartition(".")[0] or last).lower()
