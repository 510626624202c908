"""Latents as files: one tidy table per animal and recording, or several in one.

- Parquet and CSV: a row per frame with ``frame, time_s, recording, animal, code_1 ... code_D``
  and any further columns;
- HDF5: a group per animal and recording with ``values``, ``frame``, ``time_s`` and ``extra``;
- NWB: time series in the processing module ``behavior``, on the recording's clock, the frame
  numbers as a series beside the codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.behavior.latents import Latents, one_size
from engine.errors import BadInput, BadParams
from engine.figures.arrays import Array

if TYPE_CHECKING:
    from engine.context import Context

SUFFIXES = (".parquet", ".csv", ".h5", ".nwb")
#: Marks of ours at the root of an HDF5 file, and of each group in it.
MARK, GROUP = "peerscope_latents", "latents"
CODE = re.compile(r"code_(\d+)")
_NAMED = ("frame", "time_s", "recording", "animal")
#: A damaged header may promise more numbers than any recording has.
_MOST_NUMBERS = 2**30


def write_latents(parts: Latents | Sequence[Latents], path: Path) -> Path:
    """Write latents in the format that the ending of `path` names.

    Raises
    ------
    BadParams
        Another ending, no latents, or codes of different sizes.
    """
    several = (parts,) if isinstance(parts, Latents) else tuple(parts)
    try:
        one_size(several)
    except ValueError as error:
        raise BadParams(f"Latents cannot be written: {error}.") from error
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise BadParams(f"Latents are written as {', '.join(SUFFIXES)}, not {path.suffix!r}.")
    writer(several, path)
    return path


def read_latents(path: Path) -> tuple[Latents, ...]:
    """Latents of every animal and recording in a file, told by its content.

    Columns of words other than the two names are left out.

    Raises
    ------
    BadInput
        It holds none, or is damaged.
    """
    reader = _reader(path)
    try:
        parts = tuple(reader(path))
        one_size(parts)
    except BadInput:
        raise
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, MemoryError) as error:
        reason = " ".join(str(error).split())[:160].rstrip(".")
        told = f"{path.name} cannot be read as latents ({reason}); write it again."
        raise BadInput(told) from error
    return parts


def write_tables(
    ctx: Context,
    parts: Sequence[Latents],
    stem: str = "codes",
    suffixes: Sequence[str] = SUFFIXES,
) -> None:
    """Leave latents behind as artifacts of a run: one table for each animal and recording.

    A single part is ``STEM.parquet`` and so on; several are ``STEM/RECORDING ANIMAL.parquet``.
    NWB is written in a process of its own: its library takes seconds to load.
    """
    slow = []
    for path, part in zip(_places(parts, stem), parts, strict=True):
        for suffix in suffixes:
            ctx.check()
            target = ctx.artifact(f"{path}{suffix}")
            if suffix == ".nwb":
                slow.append((part, target))
            else:
                write_latents(part, target)
    if slow:
        ctx.in_process(write_each, slow)


def write_each(items: Sequence[tuple[Latents, Path]]) -> None:
    """Write several files; a function of the module, so that a process can be given it."""
    for part, path in items:
        write_latents(part, path)


def _places(parts: Sequence[Latents], stem: str) -> list[str]:
    if len(parts) == 1:
        return [stem]
    names: list[str] = []
    for part in parts:
        words = " ".join(name for name in (Path(part.recording).stem, part.animal) if name)
        name = re.sub(r"[^\w .-]+", "_", words).strip(" .") or "recording"
        same = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({same + 1})" if same else name)
    return [f"{stem}/{name}" for name in names]


def _reader(path: Path) -> Callable[[Path], Sequence[Latents]]:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise BadInput(
            f"{path.name} cannot be read ({error.strerror or error}); choose another."
        ) from error
    if head[:4] == b"PAR1":
        return _read_parquet
    return _read_hdf5 if head.startswith(b"\x89HDF") else _read_csv


def _table(parts: Sequence[Latents]) -> Any:
    import pyarrow as pa

    return pa.concat_tables([_one_table(part) for part in parts], promote_options="default")


def _one_table(part: Latents) -> Any:
    import pyarrow as pa

    words = {name: _repeated(getattr(part, name), len(part)) for name in ("recording", "animal")}
    codes = {f"code_{k + 1}": part.values[:, k] for k in range(part.size)}
    return pa.table(
        {"frame": part.frame, "time_s": part.time_s, **words, **codes, **dict(part.extra)}
    )


def _repeated(word: str, count: int) -> Any:
    """A column of one word, stored once."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, "i4")), pa.array([word]))


def _write_parquet(parts: Sequence[Latents], path: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(_table(parts).unify_dictionaries(), path)


def _write_csv(parts: Sequence[Latents], path: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv

    table = _table(parts)
    for name in ("recording", "animal"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table[name].cast(pa.string()))
    csv.write_csv(table, path)


def _read_parquet(path: Path) -> list[Latents]:
    from pyarrow import parquet

    return _parts_of(parquet.ParquetFile(path).read(), path)


def _read_csv(path: Path) -> list[Latents]:
    from pyarrow import csv

    return _parts_of(csv.read_csv(path), path)


def _parts_of(table: Any, path: Path) -> list[Latents]:
    """Rows of a table by recording and animal, in the order in which these come first."""
    names = table.column_names
    codes = sorted((name for name in names if CODE.fullmatch(name)), key=_code_number)
    missing = [name for name in ("frame", "time_s") if name not in names]
    if missing or not codes or table.num_rows == 0:
        wanted = ", ".join(missing) or ("code_1" if not codes else "rows")
        raise BadInput(f"{path.name} is no table of latents: it has no {wanted}; add what lacks.")
    values = np.stack([_numbers(table, name) for name in codes], axis=1)
    frame, time_s = _numbers(table, "frame"), _numbers(table, "time_s")
    if not np.array_equal(frame, np.round(frame)):
        raise BadInput(f"{path.name} has frames that are no whole numbers; mend its column frame.")
    extra = {
        name: _numbers(table, name)
        for name in names
        if name not in (*_NAMED, *codes) and _is_number(table, name)
    }
    labels = [_words(table, name) for name in ("recording", "animal")]
    pairs = list(zip(*labels, strict=True))
    known = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
    part_of = np.fromiter((known[pair] for pair in pairs), "i8", len(pairs))
    parts = []
    for pair, number in known.items():
        rows = part_of == number
        here = {name: column[rows] for name, column in extra.items()}
        parts.append(Latents(values[rows], frame[rows], time_s[rows], pair[0], pair[1], here))
    return parts


def _code_number(name: str) -> int:
    found = CODE.fullmatch(name)
    return int(found[1]) if found else 0


def _is_number(table: Any, name: str) -> bool:
    import pyarrow as pa

    kind = table.schema.field(name).type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind))


def _numbers(table: Any, name: str) -> Array:
    if not _is_number(table, name):
        raise ValueError(f"column {name} holds no numbers")
    numbers: Array = np.asarray(table[name].to_numpy())
    return numbers.astype("f8") if numbers.dtype == object else numbers


def _words(table: Any, name: str) -> list[str]:
    if name not in table.column_names:
        return [""] * table.num_rows
    return ["" if word is None else str(word) for word in table[name].to_pylist()]


def _write_hdf5(parts: Sequence[Latents], path: Path) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs[MARK] = 1
        for number, part in enumerate(parts):
            group = file.create_group(f"{GROUP}/{number:04d}")
            group.attrs["recording"], group.attrs["animal"] = part.recording, part.animal
            for name in ("values", "frame", "time_s"):
                group.create_dataset(name, data=getattr(part, name))
            extra = group.create_group("extra")
            for name, column in part.extra.items():
                extra.create_dataset(name.replace("/", "_"), data=column)


def _read_hdf5(path: Path) -> list[Latents]:
    import h5py

    with h5py.File(path, "r") as file:
        if "nwb_version" in file.attrs:
            return [_from_nwb(series) for series in nwb_groups(file)]
        if MARK not in file.attrs:
            raise BadInput(f"{path.name} holds no latents; choose a table of codes.")
        return [_from_group(file[GROUP][name]) for name in sorted(file[GROUP])]


def _from_group(group: Any) -> Latents:
    values, frame, time_s = (_read(group[name]) for name in ("values", "frame", "time_s"))
    extra = {name: _read(item) for name, item in group["extra"].items()}
    recording, animal = (str(group.attrs[name]) for name in ("recording", "animal"))
    return Latents(values, frame, time_s, recording, animal, extra)


def _read(item: Any) -> Array:
    if not hasattr(item, "shape") or item.size is None or item.size > _MOST_NUMBERS:
        raise ValueError("its arrays promise more than there can be")
    numbers: Array = item[()]
    if numbers.dtype.kind not in "iuf":
        raise ValueError("its arrays hold no numbers")
    return numbers


def _write_nwb(parts: Sequence[Latents], path: Path) -> None:
    from pynwb import NWBHDF5IO, NWBFile, TimeSeries
    from pynwb.behavior import BehavioralTimeSeries

    # Told from the content alone, so that the same latents write the same file.
    file = NWBFile("latents of behaviour videos", path.stem, datetime(2000, 1, 1, tzinfo=UTC))
    module = file.create_processing_module("behavior", "latents of frames")
    for number, part in enumerate(parts):
        name = GROUP if number == 0 else f"{GROUP}_{number + 1}"
        about = json.dumps({"recording": part.recording, "animal": part.animal})
        columns = {"codes": part.values, "frame": part.frame, **dict(part.extra)}
        series = [
            TimeSeries(
                name=column.replace("/", "_"),
                data=data,
                unit="n.a.",
                timestamps=part.time_s,
                description=about if column == "codes" else column,
            )
            for column, data in columns.items()
        ]
        module.add(BehavioralTimeSeries(time_series=series, name=name))
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)


def nwb_groups(file: Any) -> list[Any]:
    """Containers of latents in an NWB file, in the order in which they were written."""
    module = file.get("processing/behavior", {})
    names = [name for name in module if re.fullmatch(rf"{GROUP}(_\d+)?", name)]
    return [module[name] for name in sorted(names, key=lambda name: (len(name), name))]


def _from_nwb(container: Any) -> Latents:
    codes = container["codes"]
    columns = {name: _read(item["data"]) for name, item in container.items()}
    about = json.loads(_text(codes.attrs["description"]))
    values, frame = columns.pop("codes"), columns.pop("frame")
    recording, animal = (str(about.get(name, "")) for name in ("recording", "animal"))
    return Latents(values, frame, _read(codes["timestamps"]), recording, animal, columns)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


_WRITERS: dict[str, Callable[[Sequence[Latents], Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".h5": _write_hdf5,
    ".nwb": _write_nwb,
}
