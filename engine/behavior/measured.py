"""Scores of one code of all sessions, the same for networks and for PCA."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.behavior import inference, scores
from engine.behavior.networks import Embedder
from engine.behavior.pca import Basis, exact_basis
from engine.behavior.prepare import Prepared
from engine.behavior.training import Session
from engine.figures.arrays import Array

Check = Callable[[], None]

#: Targets that are decoded, and the metric each gives.
DECODED = {"heading": "heading_r2", "log_distance": "log_distance_r2"}


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A code of every session, and its scores.

    Attributes
    ----------
    codes
        (n, D) float32 for each session.
    values
        Scores by metric: ``fve``, ``heading_r2``, ``log_distance_r2`` where poses tell them.
    told
        What was decoded of each target, (n, k), sessions one after the other.
    """

    codes: tuple[Array, ...]
    values: Mapping[str, float]
    told: Mapping[str, Array]


def of_network(network: Embedder, prepared: Prepared, check: Check) -> Measured:
    """Codes and scores of a trained network."""
    codes, wrong = [], 0.0
    for session in prepared.sessions:
        found = inference.encode(network, session.frames, check)
        seen = inference.context_map(network, session.context)
        truth = inference.Some(session.frames, session.test)
        error = inference.redraw_error(network, found[session.test], seen, truth, check)
        codes.append(found)
        wrong += error * len(session.test)
    error = wrong / sum(len(session.test) for session in prepared.sessions)
    return _measured(codes, error, prepared, check)


def of_pca(prepared: Prepared, latent: int, seed: int, check: Check) -> Measured:
    """Codes and scores of the linear code of least squared error on the training frames."""
    basis = pca_of(prepared.sessions, latent, seed, check)
    codes = []
    total, count = 0.0, 0
    for session in prepared.sessions:
        codes.append(project(basis, session.frames, check))
        for part in _parts(session.test):
            truth = flat(session.frames[part])
            drawn = codes[-1][part] @ basis.components + basis.mean
            total += float(np.sum((drawn - truth) ** 2, dtype="f8"))
            count += truth.size
    return _measured(codes, total / count, prepared, check)


def pca_of(sessions: Sequence[Session], latent: int, seed: int, check: Check) -> Basis:
    """The basis of the pooled training frames."""
    rows = TrainRows(sessions)
    mean = np.zeros(rows.pixels)
    for _, part in rows.chunks(check):
        mean += part.sum(axis=0, dtype="f8")
    middle = (mean / rows.filled).astype("f4")
    start = np.random.default_rng(seed).standard_normal(rows.pixels)
    return exact_basis(rows, middle, latent, start, check)[0]


def project(basis: Basis, frames: Array, check: Check) -> Array:
    """Codes (n, D) float32 of frames (n, V, H, W) uint8."""
    codes = np.empty((len(frames), len(basis.components)), "f4")
    for part in _parts(np.arange(len(frames))):
        check()
        codes[part] = basis.project(flat(frames[part]))
    return codes


def pooled_error_of_mean(sessions: Sequence[Session], check: Check) -> float:
    """Mean squared error on test frames of drawing the one mean frame of all training frames."""
    mean = np.zeros(sessions[0].frames.shape[1:])
    for session in sessions:
        for part in _parts(session.train):
            check()
            mean += session.frames[part].sum(axis=0, dtype="f8")
    mean /= 255 * sum(len(session.train) for session in sessions)
    wrong = [
        scores.error_against(session.frames, session.test, mean) * len(session.test)
        for session in sessions
    ]
    return sum(wrong) / sum(len(session.test) for session in sessions)


class TrainRows:
    """Training frames of all sessions as rows, for `exact_basis`."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self._sessions = sessions
        self.filled = sum(len(session.train) for session in sessions)
        self.pixels = int(np.prod(sessions[0].frames.shape[1:]))

    def chunks(self, check: Check) -> Iterator[tuple[int, Array]]:
        """Pairs of first row and rows (k, pixels) float32 in 0..1."""
        first = 0
        for session in self._sessions:
            for part in _parts(session.train):
                check()
                yield first, flat(session.frames[part])
                first += len(part)


def flat(frames: Array) -> Array:
    """Frames (k, V, H, W) uint8 as rows (k, pixels) float32 in 0..1."""
    rows: Array = frames.reshape(len(frames), -1).astype("f4") / 255
    return rows


def _measured(codes: Sequence[Array], error: float, prepared: Prepared, check: Check) -> Measured:
    values = {"fve": 1 - error / pooled_error_of_mean(prepared.sessions, check)}
    joined = np.concatenate(codes)
    train, test = positions(prepared.sessions)
    told = {}
    for name, metric in DECODED.items():
        if all(name in target for target in prepared.targets):
            truth = np.concatenate([target[name] for target in prepared.targets])
            told[name], values[metric] = scores.linear(joined, truth, train, test)
    return Measured(tuple(codes), values, told)


def positions(sessions: Sequence[Session]) -> tuple[Array, Array]:
    """Train and test positions in the sessions joined one after the other."""
    starts = np.cumsum([0, *(len(session.frames) for session in sessions)])
    pairs = list(zip(starts, sessions, strict=False))
    train = np.concatenate([start + session.train for start, session in pairs])
    return train, np.concatenate([start + session.test for start, session in pairs])


def _parts(chosen: Array, size: int = 256) -> list[Array]:
    return [chosen[start : start + size] for start in range(0, len(chosen), size)]
