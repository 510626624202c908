"""Downloads of public example files: checked by hash, cancelled at once, told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput

Check = Callable[[], None]
Progress = Callable[[int, int], None]

_TIMEOUT_S = 15


@dataclass(frozen=True, slots=True)
class Download:
    """A file on the net.

    Attributes
    ----------
    url, sha256
        Where it is, and the 64 digits it must have.
    name
        What it is called here; empty for the last part of the address.
    """

    url: str
    sha256: str
    name: str = ""

    @property
    def file_name(self) -> str:
        """What it is called here."""
        return self.name or self.url.rpartition("/")[2]


def fetch(item: Download, folder: Path, check: Check, progress: Progress) -> Path:
    """A file, from `folder` when it is there and whole, else from the net.

    Parameters
    ----------
    item, folder
        What, and where to keep it.
    check
        Called for each piece that arrives; what it raises ends the download and leaves nothing.
    progress
        Called with bytes received and in all (0 while unknown).

    Raises
    ------
    BadInput
        There is no connection, the file is no longer there, it arrived damaged, or the disk is
        full.
    """
    import pooch
    import requests

    check()
    pooch.get_logger().setLevel("ERROR")
    host = item.url.split("/")[2]
    downloader = pooch.HTTPDownloader(progressbar=_Bar(check, progress), timeout=_TIMEOUT_S)
    try:
        found = pooch.retrieve(
            item.url,
            known_hash=f"sha256:{item.sha256}",
            fname=item.file_name,
            path=folder,
            downloader=downloader,
        )
    except requests.HTTPError as error:
        code = error.response.status_code if error.response is not None else "no answer"
        raise BadInput(f"{host} does not give {item.file_name} any more ({code}).") from error
    except (requests.RequestException, ConnectionError, TimeoutError) as error:
        raise BadInput(
            f"{item.file_name} cannot be downloaded: there is no connection to {host}; try again "
            f"when online."
        ) from error
    except ValueError as error:
        raise BadInput(
            f"{item.file_name} arrived damaged or changed (its SHA-256 differs); try again later."
        ) from error
    except OSError as error:
        raise BadInput(
            f"{item.file_name} cannot be kept in {folder} ({error.strerror or error})."
        ) from error
    return Path(found)


class _Bar:
    """What pooch calls a progress bar."""

    def __init__(self, check: Check, progress: Progress) -> None:
        self.total: int | float = 0
        self._check = check
        self._progress = progress
        self._done = 0

    def update(self, count: int) -> None:
        """So many bytes more."""
        self._check()
        self._done += count
        self._progress(self._done, int(self.total))

    def reset(self) -> None:
        """Called at the end; pooch then tells the whole size once more, which is not news."""
        self._done = 0
        self._check = _nothing
        self._progress = _no_progress

    def close(self) -> None:
        """Nothing to close."""


def _nothing() -> None:
    return None


def _no_progress(done: int, total: int) -> None:
    return None


def fetch_all(
    items: tuple[Download, ...], folder: Path, check: Check, progress: Progress
) -> list[Path]:
    """Several files in turn; see `fetch`. Progress counts the bytes of the present file."""
    return [fetch(item, folder, check, progress) for item in items]
