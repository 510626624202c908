"""Headers that pandas left in HDF5 as pickles, decoded without unpickling.

PyTables stores lists of column names as pickled attributes. A pickle is a program; here it is
read as data by a machine that knows only the instructions that build strings, numbers, tuples,
lists and dicts, and refuses every other one, above all those that import or call.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any

_LONGEST = 64 * 2**20
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
}
_LITERALS = frozenset(
    {
        "INT", "LONG", "LONG1", "LONG4", "BININT", "BININT1", "BININT2", "FLOAT", "BINFLOAT",
        "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
        "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    }
)  # fmt: skip
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_IGNORED = frozenset({"PROTO", "FRAME", "STOP"})
_PAIRED = frozenset({"DICT", "SETITEMS"})
_MARK = object()


def decode_header(data: bytes) -> Any:
    """The strings, numbers, tuples, lists and dicts that a pickle describes.

    Raises
    ------
    ValueError
        It holds anything else, or is damaged. Nothing is ever run.
    """
    if len(data) > _LONGEST:
        raise ValueError("a header of more than 64 MB")
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            machine.step(opcode.name, argument)
        return machine.stack[-1]
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("a damaged header") from error


class _Machine:
    """A stack and a memory; no globals, no calls."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memory: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        if name in _IGNORED:
            return
        if name in _LITERALS:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            self.stack.append(_EMPTY[name]())
        elif name == "MARK":
            self.stack.append(_MARK)
        elif name in _TUPLES:
            self._tuple(_TUPLES[name])
        else:
            self._other(name, argument)

    def _other(self, name: str, argument: Any) -> None:
        if name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self._memory[int(argument)] = self.stack[-1]
        elif name == "MEMOIZE":
            self._memory[len(self._memory)] = self.stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self._memory[int(argument)])
        elif name in ("TUPLE", "LIST", "DICT", "APPENDS", "SETITEMS"):
            self._gather(name)
        elif name == "APPEND":
            item = self.stack.pop()
            self._list().append(item)
        elif name == "SETITEM":
            value, key = self.stack.pop(), self.stack.pop()
            self._dict()[key] = value
        else:
            raise ValueError(f"a header with the instruction {name}, which is not carried out")

    def _tuple(self, size: int) -> None:
        items = self.stack[-size:]
        if len(items) < size or any(item is _MARK for item in items):
            raise ValueError("a damaged header")
        self.stack[-size:] = [tuple(items)]

    def _gather(self, name: str) -> None:
        """Take what lies above the last mark, and build with it."""
        at = max(i for i, item in enumerate(self.stack) if item is _MARK)
        items = self.stack[at + 1 :]
        del self.stack[at:]
        pairs = dict(zip(items[::2], items[1::2], strict=False)) if name in _PAIRED else {}
        if name == "TUPLE":
            self.stack.append(tuple(items))
        elif name == "LIST":
            self.stack.append(items)
        elif name == "APPENDS":
            self._list().extend(items)
        elif name == "DICT":
            self.stack.append(pairs)
        else:
            self._dict().update(pairs)

    def _list(self) -> list[Any]:
        top = self.stack[-1]
        if not isinstance(top, list):
            raise TypeError("a damaged header")
        return top

    def _dict(self) -> dict[Any, Any]:
        top = self.stack[-1]
        if not isinstance(top, dict):
            raise TypeError("a damaged header")
        return top
