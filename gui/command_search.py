"""Which commands a typed text means, best first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gui.commands import Command

#: Scores (0 to 100) under this are no match.
_ENOUGH = 55.0
#: The same for a word typed and a word meant.
_NEAR = 70.0
#: What having been used lately is worth, less the longer ago.
_RECENT_BONUS = 8.0


def search(query: str, commands: Iterable[Command], recent: Sequence[str] = ()) -> list[Command]:
    """Commands that match a query.

    Parameters
    ----------
    query
        What was typed, of any case; blank gives every command.
    commands
        Those to search.
    recent
        Ids of commands used lately, newest first; they come first where the match is as good.
    """
    order = {command_id: place for place, command_id in enumerate(recent)}
    query = query.strip().casefold()
    if not query:
        return sorted(commands, key=lambda command: order.get(command.id, len(order)))
    scored = [(_score(query, command), command) for command in commands]
    found = [(score + _bonus(order, command), command) for score, command in scored if score]
    return [command for _, command in sorted(found, key=lambda pair: -pair[0])]


def _bonus(order: dict[str, int], command: Command) -> float:
    place = order.get(command.id)
    return 0.0 if place is None else _RECENT_BONUS * (1 - place / len(order))


def _score(query: str, command: Command) -> float:
    """How well a query matches, 0 for not at all."""
    from rapidfuzz import fuzz

    title = command.title.casefold()
    texts = (title, f"{command.menu} {title}".casefold(), *map(str.casefold, command.keywords))
    if title.startswith(query):
        return 100.0
    if any(query in text for text in texts):
        return 95.0
    if _initials(query, title):
        return 90.0
    near = [text for text in texts if _each_word_near(query, text)]
    return 0.85 * max((fuzz.WRatio(query, text, score_cutoff=_ENOUGH) for text in near), default=0)


def _each_word_near(query: str, text: str) -> bool:
    """True where every word typed is one of the text but for a slip or two."""
    from rapidfuzz import fuzz

    words = text.split()
    return all(max(fuzz.ratio(typed, word) for word in words) >= _NEAR for typed in query.split())


def _initials(query: str, title: str) -> bool:
    words = "".join(word[0] for word in title.split())
    return len(query) > 1 and words.startswith(query)
