"""A claim that cannot be tested says so in the table, as the command line does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import PeerscopeError
from engine.registry import claims
from gui.claim_checks import ClaimChecks


class _AtOnce:
    """Does background work in the caller's thread."""

    def run(self, work: Callable[[], Any], done: Callable[..., Any], failed: Any) -> None:
        try:
            done(work())
        except PeerscopeError as error:
            failed(error.sentence)


class _Desk:
    def __init__(self) -> None:
        self.background = _AtOnce()
        self.notes: list[str] = []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)


def test_missing_weights_are_not_comparable_and_no_check_stays_running(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PEERSCOPE_REFERENCE", str(tmp_path))
    claim = next(claim for claim in claims("agents") if claim.needs)
    desk, judged, running = _Desk(), [], []
    checks = ClaimChecks(desk)  # type: ignore[arg-type]
    checks.judged.connect(lambda claim, verdict: judged.append(verdict))
    checks.running_changed.connect(running.append)
    checks.run(claim)
    (verdict,) = judged
    assert verdict.word == "not comparable"
    assert claim.needs[0] in verdict.reason
    assert desk.notes == [verdict.reason]
    assert running[-1] == ()
