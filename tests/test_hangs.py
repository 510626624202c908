import subprocess
import sys
from pathlib import Path


def test_a_hang_becomes_a_stack_trace(tmp_path: Path) -> None:
    test = tmp_path / "test_hanging.py"
    test.write_text("import time\n\ndef test_hangs():\n    time.sleep(60)\n")
    words = ["-p", "no:cacheprovider", "-o", "faulthandler_timeout=1", "--timeout=3"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, str(test)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode != 0
    assert "test_hangs" in done.stdout + done.stderr
    assert "time.sleep(60)" in done.stdout + done.stderr or "line 4" in done.stdout + done.stderr
