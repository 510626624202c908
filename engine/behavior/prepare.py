"""From recordings to sessions: every stage before anything is learned."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.behavior.contexts import session_of
from engine.behavior.cropping import (
    Crops,
    Subject,
    cutter_for,
    numbers_of,
    read_crops,
    subjects_of,
)
from engine.behavior.embed_figures import Sessions, session_label
from engine.behavior.pairs import Pair
from engine.behavior.pose_targets import targets_of
from engine.behavior.split import split_of
from engine.behavior.training import Session
from engine.context import Context
from engine.errors import BadInput, BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.files.poses.pairing import concerns

#: Pixels of the longer side where none is asked for, by preset.
_SIZES = {"cpu": 96, "sketch": 96, "paper": 128}
_SHOWN_EVERY = 100


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Everything that is learned from and scored on, session by session.

    Attributes
    ----------
    crops, sessions, targets
        Of each animal and recording: its small frames, the same with contexts, and what poses
        tell of them (see `pose_targets.targets_of`).
    words
        What was taken, and what not.
    """

    crops: tuple[Crops, ...]
    sessions: tuple[Session, ...]
    targets: tuple[dict[str, Array], ...]
    words: str

    @property
    def frame_count(self) -> int:
        """Frames of all sessions."""
        return sum(len(session.frames) for session in self.sessions)

    def shown(self, stride: int = 1) -> Sessions:
        """Whose the frames of all sessions are, every `stride`-th of each."""
        subjects = [crops.subject for crops in self.crops]
        labels = tuple(session_label(one.recording.name, one.animal) for one in subjects)
        return Sessions(labels, tuple(len(crops.times_s[::stride]) for crops in self.crops))


def prepare(
    pairs: Sequence[Pair], ctx: Context, params: Any, size: int, ahead: int
) -> Generator[Shown, None, Prepared]:
    """Cut the frames of every animal meant, and pair them with contexts and targets.

    Parameters
    ----------
    pairs
        Recordings and their poses.
    params
        How frames are cut, split and paired with contexts.
    size
        Pixels of the longer side of a small frame.
    ahead
        Frames that will be passed afterwards, for the progress.
    """
    told = _told_of_poses(pairs)
    if told:
        yield Snapshot(0, texts=told)
    subjects = [one for pair in pairs for one in subjects_of(*pair, params.track)]
    numbers = [numbers_of(subject, params.stride, params.crop) for subject in subjects]
    total = sum(map(len, numbers)) + ahead
    cut: list[Crops] = []
    for subject, wanted in zip(subjects, numbers, strict=True):
        crops = yield from _cut(subject, wanted, ctx, params, size, len(cut), total)
        cut.append(crops)
    _refuse_uneven(cut)
    _refuse_still(cut)
    sessions = []
    for crops in cut:
        split = split_of(crops.numbers, params.split)
        kind, frame = params.context, params.context_frame
        sessions.append(session_of(crops, split, kind, frame, params.seed, ctx.check))
    targets = tuple(targets_of(crops.subject, crops.numbers) for crops in cut)
    held = split_of(cut[0].numbers, params.split).words
    words = (
        f"{sum(map(len, numbers))} frames of {len(cut)} sessions"
        if len(cut) > 1
        else (f"{len(numbers[0])} of {subjects[0].recording.frame_count} frames")
    )
    return Prepared(tuple(cut), tuple(sessions), targets, f"{words}, {cut[0].words}; {held}")


def analysis_size(params: Any) -> int:
    """Pixels of the longer side of a small frame; `BadParams` where the network takes another."""
    wanted = int(params.size_px) or _SIZES[params.preset]
    if params.preset == "paper" and wanted != _SIZES["paper"]:
        raise BadParams("The published network takes frames of 128 px; set size_px=128 or 0.")
    if wanted % 16:
        raise BadParams(f"size_px={wanted} is no multiple of 16, which a network needs.")
    return wanted


def _cut(
    subject: Subject,
    numbers: Array,
    ctx: Context,
    params: Any,
    size: int,
    place: int,
    total: int,
) -> Generator[Shown, None, Crops]:
    note = f"cutting frames of {subject.name}"
    yield Snapshot(0, total, note=note)
    cutter = cutter_for(subject, params, size, ctx.check)
    path = ctx.scratch / f"crops-{place}.u1"
    reading = read_crops(subject, cutter, numbers, path, ctx.check)
    _, crops = next(reading)
    for done, _ in reading:
        if done % _SHOWN_EVERY == 0:
            yield Snapshot(done, total, note=note)
    return crops


def _told_of_poses(pairs: Sequence[Pair]) -> dict[str, str]:
    """What the poses are, and what speaks against them."""
    known = [(recording, poses) for recording, poses in pairs if poses is not None]
    if not known:
        return {}
    against = [item.sentence for recording, poses in known for item in concerns(poses, recording)]
    return {
        "poses": " ".join(poses.summary for _, poses in known),
        "poses_concerns": " ".join(against) or "none",
    }


def _refuse_uneven(cut: Sequence[Crops]) -> None:
    first = cut[0]
    for other in cut:
        if other.frames.shape[1:] != first.frames.shape[1:]:
            raise BadParams(
                f"{other.subject.name} gives frames of another shape than {first.subject.name}; "
                "take a crop that moves with the animal, or embed them apart."
            )


def _refuse_still(cut: Sequence[Crops]) -> None:
    for crops in cut:
        some = crops.frames[:: max(1, len(crops.frames) // 64)].astype("f4")
        if float(np.ptp(some, axis=0).max()) < 1:
            raise BadInput(
                f"Every frame of {crops.subject.recording.name} is the same, so there is "
                "nothing to embed; choose another recording or crop."
            )
