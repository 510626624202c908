from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.claim_store import keep_verdict, kept_verdicts
from engine.claims import NOT_RUN, AtLeast, Claim, Reported, Verdict

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
