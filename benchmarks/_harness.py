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
    """Print one line, and keep it as JSON."""
    ratio = ours_ms / peer_ms if ratio is None else ratio
    verdict = "" if budget_ms is None else ("within" if ours_ms <= budget_ms else "OVER BUDGET")
    budget = "" if budget_ms is None else f"budget {budget_ms:g} ms"
    print(
        f"{what:<52} {ours_ms:9.2f} ms | {peer:<34} {peer_ms:9.2f} ms | "
        f"ratio {ratio:6.2f} | {budget:<16} {verdict}",
        flush=True,
    )
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("a", encoding="utf-8") as file:
        record = {
            "what": what,
            "ours_ms": ours_ms,
            "peer": peer,
            "peer_ms": peer_ms,
            "ratio": ratio,
            "budget_ms": budget_ms,
        }
        file.write(json.dumps(record) + "\n")
