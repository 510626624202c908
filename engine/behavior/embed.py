"""The experiment ``behavior.embed`` with ``method=pca``.

Frames stream in, are cropped and area-averaged, and move the streamed basis batch by batch;
then the exact basis is found and every frame is coded with it. Scores are in-sample:
fve = 1 - sum of squared residuals / sum of squared distances to the mean frame.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from engine.behavior import embed_figures, tables
from engine.behavior.frames import Box, FrameStore, reduce, reduced_size
from engine.behavior.pca import (
    Basis,
    StreamedPCA,
    codes_of,
    exact_basis,
    mean_frame,
    residual,
    total_variation,
)
from engine.context import Context
from engine.errors import BadInput, BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.files.poses.model import Poses
from engine.files.poses.pairing import concerns
from engine.files.video.recording import Recording

#: Codes of at most this many frames are drawn while the basis still moves.
SHOWN_WHILE_STREAMING = 4096
#: The longer side of a frame, where nothing else is asked for.
_SIZE_PX = 64


@dataclass(slots=True)
class _Job:
    """What the stages of one embedding share."""

    recording: Recording
    ctx: Context
    box: Box
    frames: Array  # (n,) int64 numbers of the frames that are embedded
    times_s: Array  # (n,) float64
    store: FrameStore
    began: float


def embed(
    recording: Recording, ctx: Context, poses: Poses | None = None
) -> Generator[Shown, None, None]:
    """Embed a recording; yields once a batch, and once at the end with everything.

    A linear code of whole frames or a fixed box uses no poses; those given are checked against
    the recording, and what speaks against them is told in the texts.
    """
    job = _prepared(recording, ctx)
    if poses is not None:
        told = " ".join(item.sentence for item in concerns(poses, recording))
        yield Snapshot(0, texts={"poses": poses.summary, "poses_concerns": told or "none"})
    streamed = yield from _stream(job)
    total = len(job.frames)
    # How long the exact basis takes is not known beforehand.
    yield Snapshot(total, None, note="finding the exact basis")
    yield _finished(job, streamed)


def _prepared(recording: Recording, ctx: Context) -> _Job:
    params = ctx.params
    whole = Box(0, 0, recording.width, recording.height)
    box = whole if params.crop == "whole" else Box(*params.crop_box)
    box = box.inside(recording.width, recording.height)
    frames = np.arange(0, recording.readable_frames, params.stride)
    if len(frames) <= params.latent:
        raise BadParams(
            f"A code of {params.latent} numbers needs more than {params.latent} frames, but "
            f"{recording.name} gives {len(frames)}; take a smaller code or stride."
        )
    size = reduced_size(box, params.size_px or _SIZE_PX)
    if size[0] * size[1] <= params.latent:
        raise BadParams(f"A frame of {size[1]} x {size[0]} pixels is smaller than its code.")
    store = FrameStore(ctx.scratch / "frames.u1", len(frames), size)
    times_s = recording.times_s[frames]
    return _Job(recording, ctx, box, frames, times_s, store, time.perf_counter())


def _stream(job: _Job) -> Generator[Shown, None, Basis]:
    """Decode every frame once; the basis learns from each full batch."""
    model = StreamedPCA(job.ctx.params.latent)
    learned = 0
    for filled in _fill(job):
        left = len(job.frames) - filled
        # A last batch smaller than the code cannot be learned from: it joins the one before.
        if filled - learned >= _batch(job) and left not in range(1, _least_batch(job)):
            basis = model.learn(job.store.rows(learned, filled))
            learned = filled
            yield _snapshot(job, basis)
    if learned < job.store.filled:
        model.learn(job.store.rows(learned, job.store.filled))
    assert model.basis is not None
    return model.basis


def _fill(job: _Job) -> Iterator[int]:
    """Store the reduced frames in order; yields how many are stored."""
    stride = job.ctx.params.stride
    for gray in job.recording.gray_frames(0, int(job.frames[-1]) + 1, stride, check=job.ctx.check):
        job.ctx.check()
        job.store.append(reduce(gray, job.box, job.store.size))
        yield job.store.filled


def _batch(job: _Job) -> int:
    return max(int(job.ctx.params.batch), _least_batch(job))


def _least_batch(job: _Job) -> int:
    return int(job.ctx.params.latent) + 1


def _snapshot(job: _Job, basis: Basis) -> Snapshot:
    filled = job.store.filled
    step = -(-filled // SHOWN_WHILE_STREAMING)
    rows = job.store.rows(0, filled, step)
    codes = basis.project(rows)
    shown = np.arange(0, filled, step)
    centred = rows - basis.mean
    explained = float(np.sum(codes**2, dtype="f8") / max(np.sum(centred**2, dtype="f8"), 1e-12))
    caption = f"streaming: {len(shown)} of {len(job.frames)} frames so far"
    return Snapshot(
        step=filled,
        total=len(job.frames),
        metrics={"streamed_fve": explained, "frames": filled, "frames_per_s": _rate(job)},
        figures={
            "embedding": embed_figures.plane(codes, job.times_s[shown], caption),
            "embedding_3d": embed_figures.space(codes, job.times_s[shown], caption),
        },
        note="streaming frames",
    )


def _finished(job: _Job, streamed: Basis) -> Snapshot:
    ctx, store, rate = job.ctx, job.store, _rate(job)
    mean = mean_frame(store, ctx.check)
    variation = total_variation(store, mean, ctx.check)
    if variation < 1e-9 * store.filled * store.pixels:
        raise BadInput(
            f"Every frame of {job.recording.name} is the same, so there is nothing to "
            "embed; choose another recording or crop."
        )
    start = ctx.random().standard_normal(store.pixels)
    basis, shares = exact_basis(store, mean, ctx.params.latent, start, ctx.check)
    basis = basis.with_signs_of(streamed)
    codes = codes_of(store, basis, ctx.check)
    # One yardstick for both bases: distances to the exact mean frame.
    fve = 1 - residual(store, basis, ctx.check) / variation
    streamed_fve = 1 - residual(store, Basis(mean, streamed.components), ctx.check) / variation
    tables.write_codes(ctx, job.frames, job.times_s, codes)
    tables.write_basis(ctx, basis)
    return Snapshot(
        step=len(job.frames),
        total=len(job.frames),
        metrics={
            "fve": fve,
            "streamed_fve": streamed_fve,
            "streamed_gap": fve - streamed_fve,
            "frames": len(job.frames),
            "frames_per_s": rate,
        },
        figures=embed_figures.final(
            codes, job.times_s, basis, shares / variation, store.size, _caption(job)
        ),
        texts={"frames_embedded": _caption(job)},
    )


def _rate(job: _Job) -> float:
    return job.store.filled / max(time.perf_counter() - job.began, 1e-9)


def _caption(job: _Job) -> str:
    """What is shown, and what is not."""
    taken, there = len(job.frames), job.recording.frame_count
    words = f"{taken} of {there} frames"
    if job.ctx.params.stride > 1:
        words += f", one in {job.ctx.params.stride}"
    if job.recording.readable_frames < there:
        words += f", {there - job.recording.readable_frames} cannot be read"
    return words
