"""The walls of the house as functions of a source tree; each returns what crosses it.

Files are read as text, never imported. A name is followed through ``import``, ``from ... import``
(relative ones too), aliases, attributes, ``getattr`` and ``import_module`` with a literal.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

QT = ("PySide6", "shiboken6", "pyqtgraph", "vispy", "superqt", "gui")
#: Folders of the engine that are no system; what is in them belongs to all.
SHARED_ROOMS = ("cli", "figures", "files")
#: The only modules that may import what is not written in them.
DYNAMIC = ("engine/registry.py", "engine/warm.py", "gui/window.py")

PICKLES = ("pickle", "cPickle", "_pickle", "shelve", "dill", "joblib", "cloudpickle", "marshal")
#: Writing a pickle runs nothing; pickletools and multiprocessing are other modules.
PICKLE_WRITERS = ("pickle.dumps",)
READERS = ("read_pickle", "read_hdf", "Unpickler")
TORCH_LOAD = ("torch.load", "torch.serialization.load")
#: Readers whose argument of that position says allow_pickle.
PICKLE_POSITIONS = {"numpy.load": 2, "numpy.lib.format.read_array": 1}

THREADS = ("threading", "concurrent", "multiprocessing", "queue", "_thread", "asyncio")
QT_THREADS = (
    *("QThread", "QThreadPool", "QRunnable", "QtConcurrent", "QFutureWatcher", "moveToThread"),
    *("QMutex", "QMutexLocker", "QSemaphore", "QWaitCondition", "QReadWriteLock"),
)
BRIDGE = "gui/bridge.py"
#: Settings and session are saved by writers of their own. What these do stands in functions
#: that no class holds, and names nothing of Qt: see `qt_in_writers`.
_WRITER = ("concurrent.futures.Future", "concurrent.futures.ThreadPoolExecutor")
OWN_WRITERS = {"gui/settings.py": _WRITER, "gui/session_keeper.py": _WRITER}
#: What starts threads through others; what calls one of `STARTERS` itself is found by reading.
THREAD_OWNERS = ("engine.jobs.Jobs", "engine.workers")
STARTERS = (
    *("threading.Thread", "threading.Timer", "_thread.start_new_thread"),
    *("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"),
    *("multiprocessing.Process", "multiprocessing.Pool", "multiprocessing.pool.ThreadPool"),
)


@dataclass(frozen=True)
class Source:
    """One file: where it is below the root, and its tree."""

    place: str
    tree: ast.Module

    @property
    def package(self) -> list[str]:
        return self.place.split("/")[:-1]

    @property
    def module(self) -> str:
        return self.place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def aliases(self) -> dict[str, str]:
        """What each name that an import binds stands for."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for item in node.names:
                    top = item.name.split(".")[0]
                    found[item.asname or top] = item.name if item.asname else top
            elif isinstance(node, ast.ImportFrom):
                base = self.base(node)
                found |= {item.asname or item.name: base + item.name for item in node.names}
        return found

    def base(self, node: ast.ImportFrom) -> str:
        """The module that a ``from`` names, with a dot after it; relative ones from the root."""
        own = self.package[: len(self.package) - node.level + 1] if node.level else []
        return "".join(f"{part}." for part in (*own, node.module) if part)

    def dotted(self, node: ast.expr) -> str:
        """The full name of an expression; "?" where it is none."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.dotted(node.value)}.{node.attr}"
        return "?"

    @cached_property
    def names(self) -> list[tuple[int, str]]:
        """Every imported or dotted name, with its line."""
        return [found for node in ast.walk(self.tree) for found in self.names_of(node)]

    @cached_property
    def calls(self) -> list[tuple[str, ast.Call]]:
        """Every call, with the full name of what is called."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return [(self.dotted(node.func), node) for node in nodes]

    def names_of(self, node: ast.AST) -> Iterator[tuple[int, str]]:
        """The names of one node, without those of the nodes in it."""
        if isinstance(node, ast.Import):
            yield from ((node.lineno, item.name) for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = self.base(node)
            yield from ((node.lineno, base + item.name) for item in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.lineno, self.dotted(node)
        elif isinstance(node, ast.Call):
            yield from self._asked(node)

    def _asked(self, node: ast.Call) -> Iterator[tuple[int, str]]:
        """Names that are given as texts: to `getattr` and to the import functions."""
        called = self.dotted(node.func)
        texts = [item.value if isinstance(item, ast.Constant) else None for item in node.args]
        if called == "getattr" and len(texts) > 1 and isinstance(texts[1], str):
            yield node.lineno, f"{self.dotted(node.args[0])}.{texts[1]}"
        if called.split(".")[-1] in ("import_module", "__import__"):
            text = texts[0] if texts else None
            yield node.lineno, self._absolute(text) if isinstance(text, str) else "dynamic import"

    def _absolute(self, name: str) -> str:
        level = len(name) - len(name.lstrip("."))
        own = self.package[: len(self.package) - level + 1] if level else []
        return ".".join([*own, name.lstrip(".")])


def sources(root: Path, *places: str) -> list[Source]:
    """The Python files of some folders, or single files, below a root."""
    found = []
    for place in places:
        start = root / place
        for path in sorted(start.rglob("*.py")) if start.is_dir() else [start]:
            text = path.read_text(encoding="utf-8")
            found.append(Source(path.relative_to(root).as_posix(), ast.parse(text)))
    return found


def qt_in_engine(root: Path) -> list[str]:
    """The engine knows nothing of Qt."""
    return [
        _told(source, line, name)
        for source in sources(root, "engine")
        for line, name in source.names
        if _top(name) in QT
    ]


def systems(root: Path) -> list[str]:
    """Every folder of the engine that is no shared room, registered or not."""
    folders = {path.relative_to(root / "engine").parts for path in (root / "engine").rglob("*.py")}
    return sorted({parts[0] for parts in folders if len(parts) > 1} - set(SHARED_ROOMS))


def systems_crossed(root: Path) -> list[str]:
    """No system imports another; what is shared imports none."""
    known = systems(root)
    found = []
    for source in sources(root, "engine"):
        own = source.package[1] if len(source.package) > 1 else ""
        for line, name in source.names:
            parts = name.split(".")
            if parts[0] == "engine" and len(parts) > 1 and parts[1] in known and parts[1] != own:
                found.append(_told(source, line, name))
    return found


def hidden_imports(root: Path) -> list[str]:
    """Imports whose name is not written down, where the other walls could not see them."""
    return [
        _told(source, line, name)
        for source in sources(root, "engine", "gui", "main.py")
        for line, name in source.names
        if name == "dynamic import" and source.place not in DYNAMIC
    ]


def unpickled(root: Path) -> list[str]:
    """Nothing from outside is unpickled."""
    found = []
    for source in sources(root, "engine", "gui", "main.py"):
        bad = [item for item in source.names if _unpickles(item[1])]
        bad += [*_pickle_allowed(source), *_torch_loads(source)]
        found += [_told(source, line, name) for line, name in bad]
    return found


def threads_in_gui(root: Path) -> list[str]:
    """Only the bridge joins threads and Qt."""
    owners = (*THREAD_OWNERS, *_starters(root))
    found = []
    for source in sources(root, "gui"):
        if source.place == BRIDGE:
            continue
        allowed = OWN_WRITERS.get(source.place, ())
        for line, name in source.names:
            threaded = _top(name) in THREADS or name.split(".")[-1] in QT_THREADS
            if (threaded and name not in allowed) or _owned(name, owners):
                found.append(_told(source, line, name))
    return found


def qt_in_writers(root: Path) -> list[str]:
    """The functions that the writers' own threads run name nothing of Qt or of the window."""
    found = []
    for source in sources(root, "gui"):
        functions = [item for item in source.tree.body if isinstance(item, ast.FunctionDef)]
        for node in functions if source.place in OWN_WRITERS else []:
            named = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name))
            bad = ((item.lineno, source.aliases.get(item.id, "")) for item in named)
            found += [_told(source, line, name) for line, name in bad if _top(name) in QT]
    return found


def _unpickles(name: str) -> bool:
    pickle = _top(name) in PICKLES and name not in PICKLE_WRITERS
    return pickle or name.split(".")[-1] in READERS


def _pickle_allowed(source: Source) -> Iterator[tuple[int, str]]:
    """Wherever allow_pickle is given and is not a plain False."""
    for called, call in source.calls:
        position = PICKLE_POSITIONS.get(called)
        given = [word.value for word in call.keywords if word.arg == "allow_pickle"]
        if position is not None:
            given += call.args[position : position + 1]
        if any(not _is(value, False) for value in given):
            yield call.lineno, f"{called} with allow_pickle"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            if any(key and _is(key, "allow_pickle") and not _is(to, False) for key, to in pairs):
                yield node.lineno, "a dict with allow_pickle"
        elif isinstance(node, ast.Subscript) and _is(node.slice, "allow_pickle"):
            yield node.lineno, "allow_pickle by subscript"


def _torch_loads(source: Source) -> list[tuple[int, str]]:
    """Every mention of `torch.load` that is not a call with a plain ``weights_only=True``."""
    safe = {
        id(call.func)
        for _, call in source.calls
        if any(word.arg == "weights_only" and _is(word.value, True) for word in call.keywords)
    }
    others = (node for node in ast.walk(source.tree) if id(node) not in safe)
    named = (found for node in others for found in source.names_of(node))
    return [(line, name) for line, name in named if name in TORCH_LOAD]


def _starters(root: Path) -> list[str]:
    """Classes and functions of the engine that start a thread or a process."""
    return [
        f"{source.module}.{node.name}"
        for source in sources(root, "engine")
        for node in source.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and source.dotted(inner.func) in STARTERS
    ]


def _owned(name: str, owners: tuple[str, ...]) -> bool:
    """True for an owner, what is in it, and everything of a module that holds one."""
    if name.endswith(".*"):
        return any(owner.startswith(name[:-1]) for owner in owners)
    return any(name == owner or name.startswith(f"{owner}.") for owner in owners)


def _is(node: ast.expr, value: str | bool) -> bool:
    """True for that very literal; 0 is no False."""
    found = node.value if isinstance(node, ast.Constant) else None
    return type(found) is type(value) and found == value


def _top(name: str) -> str:
    return name.split(".")[0]


def _told(source: Source, line: int, name: str) -> str:
    return f"{source.place}:{line}: {name}"
