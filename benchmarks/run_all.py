"""Run every benchmark, each in a process of its own. A slow number fails nothing.

With ``--write`` the table goes to ``docs/performance.md`` too.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run them in turn."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    (HERE.parent / "out" / "bench.jsonl").unlink(missing_ok=True)
    scripts = sorted(path for path in HERE.glob("*.py") if path.name[0] != "_")
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    for script in scripts:
        if script != Path(__file__).resolve():
            subprocess.run([sys.executable, str(script)], check=False, env=environment)
    if "--write" in sys.argv:
        write_table()


def write_table() -> None:
    """Make the page of the documentation from what was just measured."""
    lines = (HERE.parent / "out" / "bench.jsonl").read_text(encoding="utf-8").splitlines()
    head = (
        "# Performance\n\nMeasured by `python benchmarks/run_all.py --write` under Xvfb on a "
        f"machine with {os.cpu_count()} shared cores, no GPU and Mesa's llvmpipe. Each figure "
        "stands beside a named peer measured in the same run; other machines differ.\n\n"
        "| what | Peerscope | peer | the peer's | ratio | budget |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
    )
    rows = "".join(_row(json.loads(line)) for line in lines)
    (HERE.parent / "docs" / "performance.md").write_text(head + rows, encoding="utf-8")


def _row(record: dict[str, Any]) -> str:
    ours, budget, unit = record["ours"], record["budget"], record["unit"]
    told = "" if budget is None else f"{budget:g} {unit}"
    if budget is not None and ours > budget:
        told += " (over)"
    mine, theirs = f"{ours:.1f} {unit}", f"{record['theirs']:.1f} {unit}"
    return (
        f"| {record['what']} | {mine} | {record['peer']} | {theirs} | "
        f"{record['ratio']:.2f} | {told} |\n"
    )


if __name__ == "__main__":
    main()
