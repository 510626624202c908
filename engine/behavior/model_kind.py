"""Weights of our own behaviour embedders as a kind of file."""

from __future__ import annotations

from pathlib import Path

from engine.behavior.models import KEY, EmbedderFile
from engine.files.identify import SAFETENSORS
from engine.files.kinds import Kind
from engine.files.sniff import is_safetensors


def _is_embedder(path: Path, head: bytes) -> bool:
    return is_safetensors(path, head) and f'"{KEY}"'.encode() in head


EMBEDDER = Kind(
    "embedder",
    "behaviour embedder",
    (".safetensors",),
    _is_embedder,
    EmbedderFile.read,
    SAFETENSORS,
)
