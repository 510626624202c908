"""Provenance in the metadata of exported figures: SVG, PDF and PNG."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path
from typing import Any

KEY = "peerscope-provenance"
_LIMIT = 64 * 2**20
_MARKED = re.compile(KEY.encode() + rb":([A-Za-z0-9+/=]+):")


def encoded(provenance: dict[str, Any]) -> str:
    """The words kept in a figure's metadata: a marker and base64 of compressed JSON."""
    packed = zlib.compress(json.dumps(provenance).encode("utf-8"))
    return f"{KEY}:{base64.b64encode(packed).decode('ascii')}:"


def read_provenance(path: Path) -> dict[str, Any] | None:
    """The provenance of a figure we exported; None for any other or damaged file."""
    try:
        if path.stat().st_size > _LIMIT:
            return None
        found = _MARKED.search(path.read_bytes())
        if found is None:
            return None
        data = json.loads(_inflated(base64.b64decode(found.group(1), validate=True)))
    except (OSError, ValueError, zlib.error):
        return None
    return data if isinstance(data, dict) else None


def _inflated(packed: bytes) -> bytes:
    """Decompress at most `_LIMIT` bytes, so that a hostile file cannot fill the memory."""
    return zlib.decompressobj().decompress(packed, _LIMIT)
