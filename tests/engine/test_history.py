import pytest

from engine.history import Change, History


def make() -> tuple[dict[str, int], History]:
    values = {"latent": 8, "stride": 1}
    return values, History()


def test_undo_and_redo_walk_the_same_path() -> None:
    values, history = make()
    history.do(Change("latent", 8, 16, values.__setitem__))
    history.do(Change("stride", 1, 2, values.__setitem__))
    assert values == {"latent": 16, "stride": 2}
    assert history.undo()
    assert values == {"latent": 16, "stride": 1}
    assert history.undo()
    assert values == {"latent": 8, "stride": 1}
    assert not history.undo()
    assert history.redo()
    assert history.redo()
    assert values == {"latent": 16, "stride": 2}


def test_successive_changes_of_one_name_are_undone_at_once() -> None:
    values, history = make()
    apply = values.__setitem__
    for before, after in ((8, 9), (9, 10), (10, 11)):
        history.do(Change("latent", before, after, apply))
    history.undo()
    assert values["latent"] == 8


def test_a_sealed_history_keeps_changes_apart() -> None:
    values, history = make()
    apply = values.__setitem__
    history.do(Change("latent", 8, 9, apply))
    history.seal()
    history.do(Change("latent", 9, 10, apply))
    history.undo()
    assert values["latent"] == 9


def test_a_new_change_forgets_what_was_undone() -> None:
    values, history = make()
    history.do(Change("latent", 8, 9, values.__setitem__))
    history.undo()
    history.do(Change("stride", 1, 3, values.__setitem__))
    assert not history.redo()
    assert history.undo_title == "change of stride"


def test_the_oldest_are_forgotten() -> None:
    values = {"a": 0, "b": 0}
    history = History(limit=3)
    for i in range(10):
        history.do(Change("ab"[i % 2], i, i + 1, values.__setitem__))
    assert [history.undo() for _ in range(4)] == [True, True, True, False]


def test_changes_merge_only_in_quick_succession(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("engine.history.time.monotonic", lambda: clock[0])
    values: dict[str, object] = {}
    history = History(merge_s=0.4)
    for moment, before, after in ((0.0, 1, 2), (0.1, 2, 3), (1.0, 3, 4)):
        clock[0] = moment
        history.do(Change("latent", before, after, values.__setitem__))
    history.undo()
    assert values == {"latent": 3}
    history.undo()
    assert values == {"latent": 1}
