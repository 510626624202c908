"""Warm-up, in processes of its own: it changes the collector and the modules of a process."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_loads_in_order_and_hands_the_collector_back() -> None:
    program = (
        "import gc, sys\n"
        "from engine.warm import WarmUp\n"
        "seen = []\n"
        "def first(): seen.append(('json' in sys.modules, 'torch' in sys.modules))\n"
        "warm = WarmUp(('json',), ('wave',), on_first=first)\n"
        "warm.start(); off = gc.isenabled(); warm.wait(120); warm.stop()\n"
        "print(seen, off, gc.isenabled(), gc.get_freeze_count() > 1000, warm.failures,\n"
        "      'torch' in sys.modules, 'wave' in sys.modules, 'torch._dynamo' in sys.modules)"
    )
    assert run(program) == "[(True, False)] False True True [] True True True"


def test_a_package_that_cannot_be_loaded_does_not_keep_the_others_away() -> None:
    program = (
        "import sys, engine.warm as w\n"
        "w.warm_torch = lambda: 1 / 0\n"
        "warm = w.WarmUp(('no_such_module',), ('wave',))\n"
        "warm.start(); warm.wait(120); warm.stop()\n"
        "print(len(warm.failures), 'wave' in sys.modules, warm.done)"
    )
    assert run(program) == "2 True True"


def test_stop_loads_nothing_more() -> None:
    program = (
        "import sys\n"
        "from engine.warm import WarmUp\n"
        "box = []\n"
        "warm = WarmUp(('json',), on_first=lambda: box[0]._stopped.set())\n"
        "box.append(warm); warm.start(); warm.wait(60); warm.stop()\n"
        "print('torch' in sys.modules, warm.done)"
    )
    assert run(program) == "False True"
