"""Verdicts measured earlier on this machine, kept until Peerscope itself changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.claims import NOT_RUN, Claim, Verdict
from engine.errors import PeerscopeError, cannot_write
from engine.locked_file import locked
from engine.places import data_dir
from engine.results import versions, write_json

_FILE = "claims.json"


def keep_verdict(claim: Claim, verdict: Verdict, path: Path | None = None) -> None:
    """Remember what came of a claim, in place of an earlier verdict on it.

    Raises
    ------
    PeerscopeError
        The file cannot be written.
    """
    path = path or data_dir() / _FILE
    entry = {
        **asdict(verdict),
        "claim": claim.describe(),
        "versions": dict(versions()),
        "when": datetime.now().astimezone().isoformat(timespec="minutes"),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Another window or the command line may keep one just now.
        with locked(path.with_name(f"{path.name}.lock")):
            write_json(path, {**_read(path), _name(claim): entry})
    except OSError as error:
        raise PeerscopeError(cannot_write(path, error)) from error


def kept_verdicts(claims: Iterable[Claim], path: Path | None = None) -> list[Verdict]:
    """The verdict of each claim, "not run" where none is kept.

    One of another version, or of a claim whose rule or parameters have changed, does not count.
    """
    kept = _read(path or data_dir() / _FILE)
    return [_verdict(claim, kept.get(_name(claim))) for claim in claims]


def _verdict(claim: Claim, entry: Any) -> Verdict:
    if not isinstance(entry, dict) or entry.get("versions") != dict(versions()):
        return NOT_RUN
    if entry.get("claim") != json.loads(json.dumps(claim.describe())):
        return NOT_RUN
    return Verdict(entry["word"], entry["measured"], entry["reason"])


def _read(path: Path) -> Mapping[str, Any]:
    """What is kept; a damaged file counts as empty, since everything in it can be run again."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _name(claim: Claim) -> str:
    return f"{claim.system}.{claim.key}"
