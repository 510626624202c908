"""Timing beside a peer: both in one run, in turn, and the ratio pair by pair."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "out" / "bench.jsonl"


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def paired(
    ours: Callable[[], object], peer: Callable[[], object], repeat: int = 15, warm: int = 2
) -> tuple[float, float, float]:
    """Median seconds of both, called in turn, and the median of the ratios."""
    for _ in range(warm):
        ours()
        peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(repeat)]
    mine, theirs = zip(*pairs, strict=True)
    ratio = statistics.median(a / b for a, b in pairs)
    return statistics.median(mine), statistics.median(theirs), ratio


def row(
    what: str,
    ours_ms: float,
    peer: str,
    peer_ms: float,
    ratio: float | None = None,
    budget_ms: float | None = None,
) -> None:
    """Print one line of milliseconds, and keep it as JSON."""
    _keep(what, ours_ms, peer, peer_ms, ratio, budget_ms, "ms")


def count_row(what: str, ours: float, peer: str, theirs: float, budget: float) -> None:
    """Print one line of frames, and keep it as JSON."""
    _keep(what, ours, peer, theirs, None, budget, "frames")


def memory_row(what: str, ours_mb: float, peer_mb: float, budget_mb: float) -> None:
    """Print one line of megabytes, and keep it as JSON."""
    _keep(what, ours_mb, "every frame decoded", peer_mb, None, budget_mb, "MB")


def training_row(what: str, ours: float, theirs: float, ratio: float) -> None:
    """Print one line of frames a CPU-second, where more is better, and keep it as JSON."""
    _keep(what, ours, "the sketch (float32)", theirs, ratio, None, "frames/CPU-s")


def _keep(
    what: str,
    ours: float,
    peer: str,
    theirs: float,
    ratio: float | None,
    budget: float | None,
    unit: str,
) -> None:
    ratio = ours / theirs if ratio is None else ratio
    verdict = "" if budget is None else ("within" if ours <= budget else "OVER BUDGET")
    asked = "" if budget is None else f"budget {budget:g} {unit}"
    print(
        f"{what:<52} {ours:9.2f} {unit} | {peer:<34} {theirs:9.2f} {unit} | "
        f"ratio {ratio:6.2f} | {asked:<16} {verdict}",
        flush=True,
    )
    OUT.parent.mkdir(exist_ok=True)
    record = {"what": what, "ours": ours, "peer": peer, "theirs": theirs, "ratio": ratio}
    with OUT.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**record, "budget": budget, "unit": unit}) + "\n")
