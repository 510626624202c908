"""What is this file? Its kind by content, or one sentence that says why it has none."""

from __future__ import annotations

import stat
from pathlib import Path

from engine.errors import BadInput
from engine.files import sniff
from engine.files.kinds import Identified, Kind, Opened


def identify(path: str | Path) -> Identified:
    """The kind of a file or folder, told by content; reads its first bytes only.

    Raises
    ------
    BadInput
        It is missing, empty, unreadable, a pickle, or of no kind that is known here.
    """
    path = Path(path)
    head = _head(path)
    for kind in kinds():
        if _is(kind, path, head):
            return Identified(path, kind)
    raise BadInput(_why_unknown(path, head))


def open_file(identified: Identified) -> Opened:
    """Open an identified file; the caller closes it.

    Raises
    ------
    BadInput
        Its content is damaged.
    """
    return identified.kind.open(identified.path)


def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order in which they are tried.

    Ours come first, then those of the registered systems, then the general ones, which would
    claim a pose file as HDF5 or its CSV as a table.
    """
    from engine import registry

    of_systems = (kind for system in registry.systems() for kind in system.kinds)
    return (*_OURS, *of_systems, *_GENERAL)


def _open_video(path: Path) -> Opened:
    from engine.files.video.source import VideoSource

    return VideoSource(path)


def _open_images(path: Path) -> Opened:
    from engine.files.video.images import ImageSource

    return ImageSource(path)


def _is_poses(path: Path, head: bytes) -> bool:
    from engine.files.poses.sniff import is_poses

    return is_poses(path, head)


def _open_poses(path: Path) -> Opened:
    from engine.files.poses.read import open_poses

    return open_poses(path)


def _open_array(path: Path) -> Opened:
    from engine.files.readers import ArrayFile

    return ArrayFile(path)


def _open_table(path: Path) -> Opened:
    from engine.files.readers import TableFile

    return TableFile(path)


def _open_safetensors(path: Path) -> Opened:
    from engine.files.readers import open_safetensors

    return open_safetensors(path)


def _open_hdf5(path: Path) -> Opened:
    from engine.files.readers import open_hdf5

    return open_hdf5(path)


def _open_session(path: Path) -> Opened:
    from engine.files.readers import open_session

    return open_session(path)


def _is_archive(path: Path, head: bytes) -> bool:
    from engine.archive import is_archive

    return is_archive(path, head)


def _open_archive(path: Path) -> Opened:
    from engine.files.readers import open_archive

    return open_archive(path)


def _open_results(path: Path) -> Opened:
    from engine.files.readers import open_results

    return open_results(path)


def _open_figure(path: Path) -> Opened:
    from engine.files.readers import open_figure

    return open_figure(path)


SAFETENSORS = Kind(
    "safetensors", "safetensors file", (".safetensors",), sniff.is_safetensors, _open_safetensors
)
_OURS = (
    Kind("session", "session", (".json",), sniff.is_session, _open_session),
    Kind("archive", "session in one file", (".peerscope",), _is_archive, _open_archive),
    Kind("results", "results folder", (), sniff.is_results, _open_results),
    Kind("figure", "Peerscope figure", (".svg", ".pdf", ".png"), sniff.is_figure, _open_figure),
)
_GENERAL = (
    Kind("video", "video", sniff.VIDEO_SUFFIXES, sniff.is_video, _open_video),
    Kind("poses", "pose file", (".slp", ".nwb"), _is_poses, _open_poses),
    Kind("image", "image", sniff.IMAGE_SUFFIXES, sniff.is_image, _open_images),
    Kind("images", "folder of images", (), sniff.is_images, _open_images),
    SAFETENSORS,
    Kind("hdf5", "HDF5 file", (".h5", ".hdf5"), sniff.is_hdf5, _open_hdf5),
    Kind("array", "NumPy array", (".npy", ".npz"), sniff.is_array, _open_array),
    Kind("table", "table", sniff.TABLE_SUFFIXES, sniff.is_table, _open_table),
)


def _head(path: Path) -> bytes:
    """The first bytes of a file; none of a folder."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            # Listing tells whether the folder may be read.
            next(path.iterdir(), None)
            return b""
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(f"{path} is no file; choose a file or folder.")
        with path.open("rb") as file:
            head = file.read(sniff.HEAD)
    except (OSError, ValueError) as error:
        raise BadInput(_why_unreadable(path, error)) from error
    if not head:
        raise BadInput(f"{path.name} is empty (0 bytes); copy or record it again.")
    return head


def _is(kind: Kind, path: Path, head: bytes) -> bool:
    try:
        return kind.sniff(path, head)
    except OSError as error:
        raise BadInput(_why_unreadable(path, error)) from error


def _why_unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"{path} does not exist; check the path."
    if isinstance(error, PermissionError):
        return f"{path.name} may not be read; change its permissions or choose another."
    reason = getattr(error, "strerror", None) or str(error)
    return f"{path.name} cannot be read ({reason}); choose another."


def _why_unknown(path: Path, head: bytes) -> str:
    name = path.name
    if path.is_dir():
        return (
            f"{name} is a folder without recordings, images or results; choose one that has some."
        )
    if sniff.is_pickle(path, head):
        return (
            f"{name} is a pickle, which can run code when opened; "
            f"save weights as safetensors and numbers as .npy or .csv instead."
        )
    text = sniff.is_text(head)
    suffix = path.suffix.lower()
    if text and suffix in sniff.TABLE_SUFFIXES:
        return f"{name} is a table with no rows, or with rows of unequal length; add or mend them."
    # A drawing that did not come from us is no broken promise of its name; and a suffix that
    # several share promises the general kind.
    promised = (*_GENERAL, *kinds()[len(_OURS) :])
    named = next((kind for kind in promised if suffix in kind.suffixes), None)
    content = "text" if text else "other data"
    if named is not None:
        return f"The name {name} says {named.title}, but it holds {content}; choose another file."
    return f"{name} holds {content} of a kind that is not known here; choose another file."
