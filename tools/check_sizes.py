"""Sizes to hold: short functions, files one can find one's way in. Prints the three worst."""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEDIAN, NINETIETH, LONGEST, FILE = 10, 40, 80, 500
Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_sizes(path: Path) -> list[tuple[int, str]]:
    """Lines of every function, its docstring left out, with its name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(ROOT).as_posix()
    return [
        (_lines(node), f"{name}:{node.lineno} {node.name}")
        for node in ast.walk(tree)
        if isinstance(node, Function)
    ]


def _lines(node: Function) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    if not body:
        return 0
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def problems() -> list[str]:
    """What breaks a rule, and on standard output the three worst functions and files."""
    paths = [*(ROOT / "engine").rglob("*.py"), *(ROOT / "gui").rglob("*.py"), ROOT / "main.py"]
    sizes = sorted((size for path in paths for size in function_sizes(path)), reverse=True)
    files = sorted(
        ((len(path.read_text(encoding="utf-8").splitlines()), path.name) for path in paths),
        reverse=True,
    )
    print("longest functions:", *sizes[:3], sep="\n  ")
    print("longest files:", *files[:3], sep="\n  ")
    lengths = [size for size, _ in sizes]
    found = [f"{name} has {size} lines" for size, name in sizes if size > LONGEST]
    found += [f"{name} has {size} lines" for size, name in files if size > FILE]
    if statistics.median(lengths) > MEDIAN:
        found.append(f"the median function has {statistics.median(lengths)} lines")
    if statistics.quantiles(lengths, n=10)[-1] > NINETIETH:
        found.append("one function in ten has more than 40 lines")
    return found


if __name__ == "__main__":
    broken = problems()
    print(*broken, sep="\n")
    sys.exit(bool(broken))
