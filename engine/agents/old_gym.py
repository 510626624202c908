"""The stream of random numbers of the gym that the paper's release was evaluated with (0.19)."""

from __future__ import annotations

import hashlib

import numpy as np


def seeded(seed: int) -> np.random.RandomState:
    """A stream seeded by the first two words of the SHA-512 of a seed's decimal digits."""
    digest = hashlib.sha512(str(seed).encode()).digest()[:8]
    words = [int.from_bytes(digest[i : i + 4], "little") for i in (0, 4)]
    return np.random.RandomState(words)
