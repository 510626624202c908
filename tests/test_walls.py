"""The walls of the house: who may import whom, and what is never done."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.registry import BUILT_IN

ROOT = Path(__file__).parents[1]
QT = ("PySide6", "pyqtgraph", "vispy", "superqt", "gui")
THREADS = ("threading", "concurrent", "multiprocessing", "queue", "_thread")
HEAVY = ("torch", "vispy", "cv2", "scipy", "pandas")


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def is_of(module: str, packages: tuple[str, ...]) -> bool:
    return module.split(".")[0] in packages


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


@pytest.mark.parametrize("path", sources("engine"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_knows_nothing_of_qt(path: Path) -> None:
    assert not [module for module in imports(path) if is_of(module, QT)]


def test_the_engine_works_where_qt_cannot_be_imported() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sources("engine")
    ]
    program = (
        "import sys, importlib, importlib.abc\n"
        f"BLOCKED = {QT!r}\n"
        "class Wall(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in BLOCKED:\n"
        "            raise ImportError(f'{name} is behind the wall')\n"
        "sys.meta_path.insert(0, Wall())\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(len(sys.argv) - 1)\n"
    )
    assert int(run(program, *modules)) == len(modules)


def test_no_system_imports_another() -> None:
    systems = [module.removeprefix("engine.") for module in BUILT_IN]
    for system in systems:
        others = tuple(f"engine.{name}" for name in systems if name != system)
        for path in sources(f"engine/{system}"):
            assert not [module for module in imports(path) if module.startswith(others)]


def test_only_the_bridge_joins_threads_and_qt() -> None:
    joined = {
        path.relative_to(ROOT).as_posix()
        for path in sources("gui")
        if any(is_of(module, THREADS) for module in imports(path))
    }
    # The settings are saved by a writer of their own; it is handed plain data and touches no Qt.
    assert joined <= {"gui/bridge.py", "gui/settings.py"}


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


def test_nothing_from_outside_is_unpickled() -> None:
    banned = ("pickle.load", "pickle.loads", "joblib.load", "dill.load", "dill.loads")
    readers = ("read_pickle", "read_hdf")
    for path in (*sources("engine", "gui"), ROOT / "main.py"):
        for name, call in calls(path):
            keywords = {word.arg: ast.unparse(word.value) for word in call.keywords}
            assert name not in banned, path
            assert name.split(".")[-1] not in readers, path
            assert keywords.get("allow_pickle") != "True", path
            if name == "torch.load":
                assert keywords.get("weights_only") == "True", path


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
