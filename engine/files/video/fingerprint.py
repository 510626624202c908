"""A fingerprint by which a recording is known again, even under another name."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.files.video.recording import Check, Recording


class Fingerprint(BaseModel):
    """What stays the same while a recording is the same.

    Attributes
    ----------
    bytes
        Size of the file, 0 for a folder.
    frames, first_s, last_s
        Number of frames, and the times of the first and the last.
    pixels
        SHA-256 of the luma of the first, the middle and the last readable frame.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    bytes: int
    frames: int
    first_s: float
    last_s: float
    pixels: str

    def differences(self, other: Fingerprint) -> tuple[str, ...]:
        """In what another recording differs, in a person's words; nothing when it is the same.

        A copy without re-encoding into another container differs in size alone: no difference.
        """
        told = []
        if self.frames != other.frames:
            told.append(f"{other.frames} frames instead of {self.frames}")
        if abs(self.last_s - self.first_s - other.last_s + other.first_s) > 1e-3:
            told.append("another length")
        if self.pixels != other.pixels:
            told.append("other pictures" if told else "other pictures (encoded again?)")
        return tuple(told)


def fingerprint(recording: Recording, check: Check | None = None) -> Fingerprint:
    """The fingerprint of a recording; decodes three frames of it."""
    last = recording.readable_frames - 1
    digest = hashlib.sha256(f"{recording.width}x{recording.height}".encode())
    for number in dict.fromkeys((0, last // 2, last)):
        digest.update(recording.gray(number, check=check).tobytes())
    times = recording.times_s
    return Fingerprint(
        bytes=_size(recording.path),
        frames=recording.frame_count,
        first_s=float(times[0]),
        last_s=float(times[-1]),
        pixels=digest.hexdigest(),
    )


def read_fingerprint(data: Any) -> Fingerprint | None:
    """A fingerprint kept as plain data; None when there is none."""
    return Fingerprint.model_validate(data) if isinstance(data, dict) else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
