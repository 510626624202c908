"""The walls of the house: who may import whom, and what is never done."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.registry import BUILT_IN
from tests import walls

ROOT = Path(__file__).parents[1]
WALLS = (
    walls.qt_in_engine,
    walls.systems_crossed,
    walls.hidden_imports,
    walls.unpickled,
    walls.threads_in_gui,
    walls.qt_in_writers,
)
HEAVY = ("torch", "vispy", "cv2", "scipy", "pandas")


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def run(program: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_the_wall_stands(wall: Callable[[Path], list[str]]) -> None:
    assert wall(ROOT) == []


def test_every_registered_system_is_looked_at() -> None:
    assert {module.removeprefix("engine.") for module in BUILT_IN} <= set(walls.systems(ROOT))


def test_the_engine_works_where_qt_cannot_be_imported() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sources("engine")
    ]
    program = (
        "import sys, importlib, importlib.abc\n"
        f"BLOCKED = {walls.QT!r}\n"
        "class Wall(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in BLOCKED:\n"
        "            raise ImportError(f'{name} is behind the wall')\n"
        "sys.meta_path.insert(0, Wall())\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(len(sys.argv) - 1)\n"
    )
    assert int(run(program, *modules)) == len(modules)


@pytest.mark.parametrize("module", ["main", "gui.app", "gui.window"])
def test_the_door_imports_nothing_heavy(module: str) -> None:
    program = (
        "import sys, importlib; importlib.import_module(sys.argv[1]);"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    assert run(program, module) == "[]"


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_the_engine_prints_nothing() -> None:
    for path in sources("engine", "gui"):
        assert not [name for name, _ in calls(path) if name == "print"], path


def test_no_error_is_swallowed() -> None:
    for path in sources("engine", "gui"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, path
                only_pass = len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
                broad = ast.unparse(node.type) in ("Exception", "BaseException")
                assert not (only_pass and broad), path
