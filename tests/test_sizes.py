import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_functions_and_files_stay_small() -> None:
    words = [sys.executable, "tools/check_sizes.py"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
