"""Warm-up: load torch and friends after the first paint without freezing the window.

Three things freeze a window that imports torch in a thread, each for a quarter of a second or
more: loading the shared libraries under the interpreter lock, full passes of the cyclic garbage
collector over the objects that heavy imports leave, and the first optimizer, which imports
torch._dynamo. `WarmUp` opens the libraries with the lock released, keeps the collector off
until what was imported is frozen, and takes one optimizer step nobody waits for.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

#: Numerical packages every system may use; the window adds its own modules by name.
ENGINE_MODULES = (
    "numpy",
    "scipy.sparse.linalg",
    "sklearn.decomposition",
    "av",
    "cv2",
    "threadpoolctl",
)

#: A window that closes waits so long for a package being loaded.
_PATIENCE_S = 0.2


class WarmUp:
    """Imports in a thread of its own; jobs wait for `done`.

    Parameters
    ----------
    first
        Modules imported before torch, such as those the first tab needs.
    last
        Modules imported after torch.
    on_first, on_done
        Called in the thread when the modules of `first` are loaded, and when everything is.
    collects
        False when somebody else collects garbage, as a window does: the collector stays off.
    """

    def __init__(
        self,
        first: Iterable[str] = (),
        last: Iterable[str] = (),
        on_first: Callable[[], None] = lambda: None,
        on_done: Callable[[], None] = lambda: None,
        collects: bool = True,
    ) -> None:
        self._collects = collects
        self._first = tuple(first)
        self._last = tuple(last)
        self._on_first = on_first
        self._on_done = on_done
        self._first_done = threading.Event()
        self._done = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peerscope-warm", daemon=True)
        self.failures: list[str] = []

    @property
    def done(self) -> bool:
        """True when nothing is left to load."""
        return self._done.is_set()

    @property
    def first_done(self) -> bool:
        """True when the modules that come before torch are loaded."""
        return self._first_done.is_set()

    def prefer(self, module: str) -> None:
        """Load a module with the first ones; only before `start`."""
        self._first = tuple(dict.fromkeys((*self._first, module)))

    def start(self) -> None:
        """Turn the collector off and begin."""
        gc.disable()
        self._thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until everything is loaded; False when the time is over first."""
        return self._done.wait(timeout_s)

    def stop(self) -> None:
        """Load no further module; one being loaded is waited for only a moment."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE_S)

    @property
    def loading(self) -> bool:
        """True while its thread runs, also after `stop`."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._load(self._first)
            self._first_done.set()
            self._on_first()
            self._load(ENGINE_MODULES)
            if not self._stopped.is_set():
                self._attempt("torch", warm_torch)
            self._load(self._last)
        finally:
            freeze_collector(enable=self._collects)
            self._first_done.set()
            self._done.set()
            self._on_done()

    def _load(self, modules: Iterable[str]) -> None:
        for name in modules:
            if self._stopped.is_set():
                return
            self._attempt(name, lambda name=name: importlib.import_module(name))  # type: ignore[misc]

    def _attempt(self, name: str, load: Callable[[], object]) -> None:
        """A package that cannot be loaded must not keep the others from being loaded."""
        try:
            load()
        except Exception as error:
            self.failures.append(f"{name}: {error}")


def warm_torch() -> None:
    """Import torch with its libraries already open, and take one optimizer step."""
    open_torch_libraries()
    import torch

    weight = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.Adam([weight])
    weight.sum().backward()
    optimizer.step()


def open_torch_libraries() -> int:
    """Open torch's shared libraries through ctypes, which lets go of the interpreter lock.

    Returns
    -------
    int
        How many were opened; 0 on systems other than Linux, where nothing is done.
    """
    found = importlib.util.find_spec("torch")
    if not sys.platform.startswith("linux") or found is None or found.origin is None:
        return 0
    return sum(_opened(path) for path in _torch_libraries(Path(found.origin).parent / "lib"))


def _torch_libraries(folder: Path) -> list[Path]:
    """Dependencies before what needs them, as far as the names tell."""
    order = ("libc10.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so")
    names = (*order, "libtorch_python.so")
    return [folder / name for name in names if (folder / name).exists()]


def _opened(path: Path) -> bool:
    """Call the C library's ``dlopen`` as a foreign function, which lets go of the lock.

    ``ctypes.CDLL(path)`` would hold it while the library is mapped and relocated.
    """
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    return bool(dlopen(os.fsencode(path), os.RTLD_NOW))


def freeze_collector(*, enable: bool = True) -> None:
    """Set everything alive now aside from collection, and let collection go on."""
    gc.freeze()
    if enable:
        gc.enable()
