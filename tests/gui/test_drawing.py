from pytestqt.qtbot import QtBot

from engine import courtesy
from gui.bridge import Mailbox
from gui.paced import Paced


def idle() -> bool:
    return courtesy._idle.is_set()


def test_work_waits_from_the_news_until_they_are_painted(qtbot: QtBot) -> None:
    mailbox, seen = Mailbox(), []
    mailbox.arrived.connect(lambda values: seen.append(idle()))
    mailbox.put("key", 1)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [False]
    qtbot.waitUntil(idle)


def test_work_waits_while_something_paced_is_drawn(qtbot: QtBot) -> None:
    paced, seen = Paced(), []
    paced.put("key", lambda: seen.append(idle()))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [False]
    qtbot.waitUntil(idle)
