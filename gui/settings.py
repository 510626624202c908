"""What the window remembers between starts: preferences, recent files, shortcuts, its place.

Kept as JSON in the folder of `engine.places.config_dir`. Nothing is read when this module is
imported; the window makes one `SettingsStore` and hands it on.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from PySide6.QtCore import QObject, QTimer, Signal

from engine import places
from engine.errors import PeerscopeError
from engine.experiment import param
from engine.results import write_json
from gui.theme import Mode

FILE_NAME = "settings.json"
RECENT = 20
_SAVE_AFTER_MS = 400


class Preferences(BaseModel):
    """The settings a person chooses in the dialog."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: Mode = param("system", title="Theme", group="Look", text="System follows the desktop.")
    font_scale: float = param(
        1.0,
        title="Font scale",
        text="Factor on every letter and length of the window.",
        group="Look",
        ge=0.75,
        le=2.0,
    )
    cloud: Literal["auto", "numpy", "vispy"] = param(
        "auto",
        title="Cloud drawing",
        text="vispy wants a graphics card; numpy draws anywhere; auto finds out. For views "
        "made from now on.",
        group="Drawing",
    )
    cache_quota_mb: int = param(
        4096,
        title="Cache quota",
        text="Disk space for proxies and whatever else can be made again.",
        group="Disk",
        unit="MB",
        ge=128,
        le=10_000_000,
    )
    make_proxies: bool = param(
        True,
        title="Make proxies",
        text="A small copy of recordings that are slow to scrub, made beside the work.",
        group="Disk",
    )
    results_folder: str = param(
        "",
        title="Results folder",
        text="Where new sessions keep their results; empty for the usual place.",
        group="Disk",
    )


class Settings(Preferences):
    """Everything the window remembers."""

    schema_version: Literal[1] = 1
    recent_files: tuple[str, ...] = Field(default=(), max_length=RECENT)
    recent_sessions: tuple[str, ...] = Field(default=(), max_length=RECENT)
    recent_commands: tuple[str, ...] = Field(default=(), max_length=RECENT)
    shortcuts: dict[str, str] = Field(default_factory=dict)
    window_geometry: str = ""
    #: Of side columns that were dragged, in pixels of the design, by tab and side.
    column_widths: dict[str, int] = Field(default_factory=dict)


def load_settings(path: Path) -> tuple[Settings, str]:
    """Settings of a file, and a sentence to show when the file was damaged.

    A missing file gives the defaults. A damaged one gives the defaults too and is kept beside
    under another name.
    """
    try:
        return Settings.model_validate_json(path.read_bytes()), ""
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings cannot be read ({error.strerror}); defaults are used."
    except ValidationError:
        return Settings(), _set_aside(path)


def _set_aside(path: Path) -> str:
    kept = path.with_name(f"{path.stem}-damaged-{datetime.now():%Y%m%d-%H%M%S}{path.suffix}")
    try:
        path.replace(kept)
    except OSError:
        kept = path
    return f"The settings file was damaged; defaults are used and the old file is kept as {kept}."


class SettingsStore(QObject):
    """The settings in force; saves them soon after each change, beside the window's thread.

    Parameters
    ----------
    path
        The JSON file; None for the usual place.

    Signals
    -------
    changed(object)
        Settings were changed; carries the set of their names.
    failed(str)
        They could not be saved; carries a sentence.
    """

    changed = Signal(object)
    failed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path or places.config_dir() / FILE_NAME
        self._settings, self.note = load_settings(self.path)
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None
        self._unsaved = False
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def update(self, **changes: Any) -> None:
        """Change settings by name.

        Raises
        ------
        KeyError
            There is no setting of that name.
        ValidationError
            A value is not allowed.
        """
        before = self._settings
        unknown = changes.keys() - Settings.model_fields.keys()
        if unknown:
            raise KeyError(f"there are no settings {sorted(unknown)}")
        after = Settings.model_validate({**before.model_dump(), **changes})
        names = {name for name in changes if getattr(before, name) != getattr(after, name)}
        if not names:
            return
        self._settings = after
        self._unsaved = True
        self._timer.start()
        self.changed.emit(names)

    def add_recent(
        self, field: Literal["recent_files", "recent_sessions", "recent_commands"], entry: str
    ) -> None:
        """Put an entry first in a list of recent things; the oldest beyond twenty is dropped."""
        rest = [item for item in getattr(self._settings, field) if item != entry]
        self.update(**{field: (entry, *rest)[:RECENT]})

    def close(self) -> None:
        """Write what is unsaved and wait for it; call it once, when the window closes."""
        self._timer.stop()
        if self._unsaved:
            self._write()
        if self._writer is not None:
            self._writer.shutdown(wait=True)
        self._report()

    def _on_timeout(self) -> None:
        if self._writing is not None and not self._writing.done():
            self._timer.start()
            return
        self._report()
        if self._unsaved:
            self._write()
            # Comes back to tell how it went.
            self._timer.start()

    def _write(self) -> None:
        self._unsaved = False
        if self._writer is None:
            self._writer = ThreadPoolExecutor(1, thread_name_prefix="peerscope-settings")
        self._writing = self._writer.submit(save_settings, self._settings, self.path)

    def _report(self) -> None:
        writing, self._writing = self._writing, None
        error = None if writing is None else writing.exception()
        if isinstance(error, PeerscopeError):
            self.failed.emit(error.sentence)
        elif error is not None:
            raise error


def save_settings(settings: Settings, path: Path) -> None:
    """Write settings under a temporary name, then rename.

    Raises
    ------
    PeerscopeError
        The folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PeerscopeError(
            f"The settings cannot be saved in {path.parent} ({error.strerror}); "
            f"make room there, or allow it to be written."
        ) from error
    write_json(path, settings.model_dump(mode="json"))
