"""Where a figure is exported to, and asking before a file that is there is replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMessageBox, QWidget

from engine.errors import PeerscopeError
from gui.icons import icon
from gui.theme import theme

ALL_FORMATS = ("svg", "pdf", "png", "csv")
#: Endings of pictures that a person may well ask for, and that are not written here.
_OTHER_PICTURES = ("jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "eps", "ps")
_TOLD = 6
_ICON_PX = 24


@dataclass(frozen=True, slots=True)
class Target:
    """The files of one figure: a folder, their name without an ending, and the endings."""

    folder: Path
    name: str
    formats: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> Target:
        """What a person asked for, in the format of its ending, with the numbers beside it.

        A name without one of our endings is taken whole ("Fig. 2"), and the figure is an SVG.

        Raises
        ------
        PeerscopeError
            It has the ending of a picture of another kind.
        """
        ending = path.suffix.lstrip(".").lower()
        if ending in _OTHER_PICTURES:
            raise PeerscopeError(
                f"Figures are written as SVG, PDF, PNG or CSV, not as {ending.upper()}; "
                f"give {path.stem} one of these endings."
            )
        if ending not in ALL_FORMATS:
            return cls(path.parent, path.name, ("svg", "csv"))
        formats = (ending,) if ending == "csv" else (ending, "csv")
        return cls(path.parent, path.stem, formats)

    @property
    def files(self) -> tuple[Path, ...]:
        """What is written."""
        return tuple(self.folder / f"{self.name}.{kind}" for kind in self.formats)

    @property
    def free(self) -> Target:
        """The same under the next name of which no file is there."""
        others = (replace(self, name=f"{self.name} {number}") for number in count(2))
        return next(other for other in others if not there(other.files))


class Answer(Enum):
    """What to do about files that are there already."""

    REPLACE = "Replace"
    KEEP_BOTH = "Keep both"
    CANCEL = "Cancel"


def there(files: Iterable[Path]) -> tuple[Path, ...]:
    """Those of some files that exist."""
    return tuple(path for path in files if path.exists())


def told(files: Sequence[Path]) -> str:
    """What is asked of files that are there."""
    names = "\n".join(path.name for path in files[:_TOLD])
    more = f"\nand {len(files) - _TOLD} more" if len(files) > _TOLD else ""
    which = "This file is" if len(files) == 1 else "These files are"
    return (
        f"{which} already in {files[0].parent}. Export writes over what is there.\n\n{names}{more}"
    )


def ask(parent: QWidget, files: Sequence[Path], *, keep_both: bool = False) -> Answer:
    """Ask whether files that are there may be replaced."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Replace files?", told(files), parent=parent)
    box.setIconPixmap(icon("warning", "text", _ICON_PX).pixmap(theme().px(_ICON_PX)))
    offered = (Answer.REPLACE, Answer.KEEP_BOTH) if keep_both else (Answer.REPLACE,)
    accept = QMessageBox.ButtonRole.AcceptRole
    buttons = [(box.addButton(answer.value, accept), answer) for answer in offered]
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    cancel.setIcon(QIcon())
    box.setDefaultButton(cancel)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return next((answer for button, answer in buttons if button is clicked), Answer.CANCEL)


def may_write(parent: QWidget, files: Iterable[Path]) -> bool:
    """True when none of the files is there, or the person has them replaced."""
    taken = there(files)
    return not taken or ask(parent, taken) is Answer.REPLACE


def settled(
    parent: QWidget, targets: Sequence[Target], chosen: Path | None = None
) -> tuple[Target, ...]:
    """Where figures are written, once a person was asked about every file that is there.

    Parameters
    ----------
    chosen
        A file that the dialog of the system has asked about already.

    Returns
    -------
    tuple
        The targets, or such with free names, or none.
    """
    taken = there(path for target in targets for path in target.files if path != chosen)
    answer = ask(parent, taken, keep_both=True) if taken else Answer.REPLACE
    if answer is Answer.CANCEL:
        return ()
    if answer is Answer.REPLACE:
        return tuple(targets)
    return tuple(target.free if there(target.files) else target for target in targets)
