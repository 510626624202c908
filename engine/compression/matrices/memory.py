"""How much memory there is to work in."""

from __future__ import annotations

#: Left to the window and the system.
_RESERVE = 256 * 2**20


def available_bytes() -> int:
    """Bytes that can be taken without swapping, with a reserve left."""
    import psutil

    return max(0, int(psutil.virtual_memory().available) - _RESERVE)
