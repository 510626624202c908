"""What a process that was killed left behind, and how to have it again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import registry
from engine.errors import BadInput, PeerscopeError
from engine.file_path import FilePath, file_paths
from engine.files.identify import identify
from engine.files.inputs import InputFile, assign_roles, file_params
from engine.journal import read_journal
from engine.moved import find_moved
from engine.param_spec import checked
from engine.run import RunRequest
from engine.session import Session, found_runs, read_newest
from engine.session_lock import holder_of
from engine.unfinished import PendingRun, of_role

#: So many folders of sessions are looked at, the newest first.
MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Left:
    """A session that was not closed in good order.

    Attributes
    ----------
    session, folder
        As it is restored.
    told
        A sentence when the newest state was damaged; else empty.
    """

    session: Session
    folder: Path
    told: str = ""

    @property
    def again(self) -> tuple[PendingRun, ...]:
        """The runs that are to be done again."""
        return batch_runs(self.session)

    @property
    def words(self) -> tuple[str, ...]:
        """What is restored, and what will be done again, in sentences."""
        when = self.session.saved[11:19]
        runs = len(self.session.runs)
        kept = f" {runs} finished run{'' if runs == 1 else 's'} are kept." if runs else ""
        kept = kept.replace("1 finished run are", "1 finished run is")
        name = self.session.title or self.folder.name
        first = f"Can be restored: {name} as it stood at {when}.{kept}"
        again = "; ".join(item.told for item in self.again)
        second = f"Will be done again: {again}." if again else "No run was interrupted."
        return tuple(word for word in (self.told, first, second) if word)


def left_behind(root: Path, recent: Iterable[str | Path] = ()) -> tuple[Left, ...]:
    """Sessions whose window was killed, the newest first, below a folder and among recent ones.

    One that cannot be read at all is left out.
    """
    found = []
    for folder in _folders(root, recent):
        holder = holder_of(folder)
        if holder is None or holder.alive:
            continue
        try:
            read = read_newest(folder)
            left = Left(read.session, folder, read.told)
        except PeerscopeError:
            left = Left(found_runs(folder), folder)
            if not (left.session.runs or left.session.pending):
                continue
        found.append(left)
    return tuple(sorted(found, key=lambda left: left.session.saved, reverse=True))


def batch_runs(session: Session) -> tuple[PendingRun, ...]:
    """The pending runs that wait to be done again; live ones begin by themselves."""
    known = {item.name: item for item in registry.experiments()}
    return tuple(
        item
        for item in session.pending
        if item.experiment in known and known[item.experiment].lane == "batch"
    )


def request_again(pending: PendingRun, folder: Path, also: Sequence[Path] = ()) -> RunRequest:
    """What to run to have an interrupted run again, with the changes made while it ran.

    Raises
    ------
    BadInput
        An input is gone.
    BadParams
        A parameter is no longer allowed.
    """
    experiment = registry.experiment(pending.experiment)
    places = {}
    for role, place in pending.files.items():
        found = find_moved(place, folder, also)
        if found is None:
            told = f"{pending.title or pending.experiment} cannot be done again: its {role}"
            raise BadInput(f"{told}, {place.absolute}, is gone; put it back and run it again.")
        places[role] = found
    named = {
        name: str(places.pop(name)) for name in file_params(experiment.params) if name in places
    }
    params = checked(experiment.params, {**pending.params, **named})
    given = of_role(places)
    journal = read_journal(folder / "runs" / pending.run / "journal.jsonl")
    files: tuple[InputFile, ...] = assign_roles(
        experiment, (), {role: [*map(identify, several)] for role, several in given.items()}
    )
    return RunRequest(experiment, files, params, journal)


def with_inputs_found(
    session: Session,
    folder: Path,
    also: Sequence[Path] = (),
    chosen: Mapping[str, Path] | None = None,
) -> tuple[Session, tuple[FilePath, ...]]:
    """A session whose paths lead to where its files are now, and those that are nowhere.

    Parameters
    ----------
    folder
        Of the session.
    also
        Other folders to look in, the likeliest first.
    chosen
        Where a person said a file is, by where it was.
    """
    data = session.model_dump(mode="json")
    missing: dict[str, FilePath] = {}
    for entry in file_paths([data["tabs"], data["pending"]]):
        place = FilePath.model_validate(entry)
        found = (chosen or {}).get(place.absolute) or find_moved(place, folder, also)
        if found is None:
            missing[place.absolute] = place
        elif found != Path(place.absolute):
            entry.update(FilePath.of(found, folder).model_dump(include={"relative", "absolute"}))
    return Session.model_validate(data), tuple(missing.values())


def _folders(root: Path, recent: Iterable[str | Path]) -> list[Path]:
    try:
        below = [Path(item.path) for item in os.scandir(root) if item.is_dir()]
    except OSError:
        below = []
    newest = sorted(below, key=lambda path: path.name, reverse=True)[:MOST_LOOKED_AT]
    every = [*newest, *map(Path, recent)]
    return list(dict.fromkeys(path.absolute() for path in every))
