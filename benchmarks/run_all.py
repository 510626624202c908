"""Run every benchmark, each in a process of its own. A slow number fails nothing."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

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


if __name__ == "__main__":
    main()
