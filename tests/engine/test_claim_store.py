from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import claim_store
from engine.claim_store import keep_verdict, kept_verdicts
from engine.claims import NOT_RUN, AtLeast, Claim, Reported, Verdict
from engine.errors import PeerscopeError

CLAIM = Claim("gap", "landscape", "PC", "A gap", "Fig. 1", Reported(1.0), AtLeast("gap", 0.0))
GOOD = Verdict("reproduced", 1.25, "at least 0 is asked")


def test_a_verdict_is_kept_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "claims.json"
    other = replace(CLAIM, key="other")
    keep_verdict(CLAIM, GOOD, path)
    keep_verdict(other, Verdict("differs", -1.0, "x"), path)
    assert kept_verdicts([CLAIM, other], path) == [GOOD, Verdict("differs", -1.0, "x")]
    keep_verdict(CLAIM, Verdict("differs", -2.0, "y"), path)
    assert kept_verdicts([CLAIM], path) == [Verdict("differs", -2.0, "y")]


def test_verdicts_kept_at_once_are_all_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "claims.json"
    several = [replace(CLAIM, key=f"claim{number}") for number in range(4)]
    together = threading.Barrier(len(several))
    read = claim_store._read

    def read_slowly(path: Path) -> Mapping[str, Any]:
        found = read(path)
        # Every writer without a lock has read before any of them writes.
        with suppress(threading.BrokenBarrierError):
            together.wait(0.2)
        return found

    monkeypatch.setattr(claim_store, "_read", read_slowly)
    with ThreadPoolExecutor(len(several)) as pool:
        list(pool.map(lambda claim: keep_verdict(claim, GOOD, path), several))
    monkeypatch.undo()
    assert kept_verdicts(several, path) == [GOOD] * len(several)


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(PeerscopeError, match="Cannot write"):
        keep_verdict(CLAIM, GOOD, tmp_path / "taken" / "claims.json")


def test_another_rule_or_version_has_to_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "claims.json"
    keep_verdict(CLAIM, GOOD, path)
    assert kept_verdicts([replace(CLAIM, rule=AtLeast("gap", 2.0))], path) == [NOT_RUN]
    monkeypatch.setattr("engine.claim_store.versions", lambda: {"peerscope": "99"})
    assert kept_verdicts([CLAIM], path) == [NOT_RUN]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"landscape.gap": 3}'])
def test_a_damaged_file_counts_as_empty(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "claims.json"
    path.write_bytes(content)
    assert kept_verdicts([CLAIM], path) == [NOT_RUN]
    keep_verdict(CLAIM, GOOD, path)
    assert kept_verdicts([CLAIM], path) == [GOOD]
