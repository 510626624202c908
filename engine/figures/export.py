"""Write a figure as SVG with real text, PDF, PNG, and its numbers as CSV, with provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from engine.errors import PeerscopeError
from engine.figures.columns import write_csv
from engine.figures.metadata import encoded
from engine.figures.model import Figure
from engine.figures.tokens import LIGHT, Palette
from engine.whole_file import written_whole

FORMATS = ("svg", "png", "csv")
_DPI = 200
#: The metadata field of each format that carries the provenance; a date would change the bytes.
_FIELDS: dict[str, tuple[str, dict[str, None]]] = {
    "svg": ("Description", {"Date": None}),
    "pdf": ("Keywords", {"CreationDate": None, "ModDate": None}),
    "png": ("Description", {}),
}


def export(
    figure: Figure,
    folder: Path,
    name: str,
    formats: Sequence[str] = FORMATS,
    provenance: Mapping[str, Any] | None = None,
    palette: Palette = LIGHT,
) -> list[Path]:
    """Write a figure in every format asked for; returns the files.

    Parameters
    ----------
    formats
        Of "svg", "pdf", "png" and "csv".
    provenance
        Plain data kept in the metadata of the pictures; see `engine.figures.metadata`.

    Raises
    ------
    PeerscopeError
        A file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pictures = [kind for kind in formats if kind != "csv"]
        canvas = _draw(figure, palette) if pictures else None
        paths = []
        for kind in formats:
            path = folder / f"{name}.{kind}"
            with written_whole(path) as file:
                if kind == "csv":
                    write_csv(figure, file)
                else:
                    _save(canvas, file, kind, provenance)
            paths.append(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PeerscopeError(f"Cannot write figures to {folder}: {reason}.") from error
    return paths


def _draw(figure: Figure, palette: Palette) -> Any:
    from engine.figures.draw import draw

    return draw(figure, palette)


def _save(canvas: Any, file: IO[bytes], kind: str, provenance: Mapping[str, Any] | None) -> None:
    import matplotlib as mpl

    from engine.figures.draw import SETTINGS

    field, metadata = _FIELDS[kind]
    words: dict[str, Any] = {**metadata}
    if provenance is not None:
        words[field] = encoded(dict(provenance))
    with mpl.rc_context(SETTINGS):
        canvas.savefig(file, format=kind, dpi=_DPI, metadata=words)
