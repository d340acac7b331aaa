"""What is done every day or week: when it is due, and that the same finding is told once."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from bot.model.hand_over import Coordinator
from bot.storage.store import Store, open_store
from bot.usecases.routine import DoRoutines, Finding, Routine
from bot.usecases.runtime import Runtime

MONDAY = datetime.fromisoformat("2026-02-02T08:00:00+01:00")
CARLA = Coordinator(name="Carla", email="carla@example.org")


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("sqlite://")
    yield opened
    opened.close()


def letters(store: Store) -> list[str]:
    return [reply.body.text for reply in store.outbox.due("email", MONDAY + timedelta(days=99), 50)]


def do(store: Store, routine: Routine, now: datetime, *people: Coordinator) -> None:
    with ThreadPoolExecutor(1) as executor:
        runtime = Runtime(lambda: now, logging.getLogger("bot"), executor)
        doing = DoRoutines([routine], store.routines, people or (CARLA,), runtime, lambda: None)
        asyncio.run(doing.look(now))


def finds(*keys: str) -> Routine:
    left = list(keys)

    def find(language: str, now: datetime, calls: Sequence[str]) -> Finding:
        key = left.pop(0) if len(left) > 1 else left[0]
        return Finding("subject", f"found {key}", key)

    return Routine("pages", find)


@pytest.mark.parametrize(
    ("weekday", "last", "now", "due"),
    [
        ("", None, "2026-02-02T08:00", True),
        ("", "2026-02-02T07:30", "2026-02-02T23:00", False),
        ("", "2026-02-01T23:00", "2026-02-02T06:59", False),
        ("", "2026-02-01T23:00", "2026-02-02T07:00", True),
        ("monday", "2026-01-26T08:00", "2026-02-01T23:00", False),
        ("monday", "2026-01-26T08:00", "2026-02-02T07:00", True),
        ("monday", "2026-01-26T08:00", "2026-02-05T12:00", True),  # the machine was off on Monday
        ("monday", "2026-02-05T12:00", "2026-02-08T12:00", False),
    ],
)
def test_when_it_is_due(weekday, last, now, due):
    routine = Routine("x", lambda language, now, calls: Finding("", "", ""), weekday)
    moment = datetime.fromisoformat(f"{last}+01:00") if last else None
    assert routine.due(moment, datetime.fromisoformat(f"{now}+01:00")) is due


def test_the_same_finding_is_told_once_and_one_that_comes_and_goes_too(store):
    routine = finds("a", "a", "a b", "a", "a b", "c")
    for days in range(6):
        do(store, routine, MONDAY + timedelta(days=days))
    assert letters(store)[:1] == ["found a"]
    with store.engine.connect() as connection:
        told = connection.exec_driver_sql("select body from replies order by id").scalars().all()
    assert [key for body in told for key in ("found a b", "found a", "found c") if f'"{key}"' in body] == [
        "found a",
        "found a b",
        "found c",
    ]


def test_nothing_found_is_not_told(store):
    do(store, finds(""), MONDAY)
    assert letters(store) == []
    assert store.routines.last("pages") is not None


def test_everybody_is_told_in_their_language(store):
    routine = Routine("x", lambda language, now, calls: Finding("s", language, "k"))
    do(store, routine, MONDAY, CARLA, Coordinator(name="Bert", email="bert@example.org", language="de"))
    assert sorted(letters(store)) == ["de", "en"]


def test_a_look_that_fails_is_tried_again_and_tells_nothing(store, caplog):
    def fails(language: str, now: datetime, calls: Sequence[str]) -> Finding:
        raise OSError("carla@example.org cannot be reached")

    do(store, Routine("x", fails), MONDAY)
    assert store.routines.last("x") is None
    assert "carla" not in caplog.text
    assert "OSError" in caplog.text


def test_everybody_is_told_of_their_own_calls_only(store):
    def find(language: str, now: datetime, calls: Sequence[str]) -> Finding:
        return Finding("subject", f"of {', '.join(calls)}", f"key {calls}" if "empty" not in calls else "")

    people = [Coordinator(name=call, email=f"{call}@example.org", calls=(call,)) for call in ("one", "two", "empty")]
    do(store, Routine("x", find), MONDAY, *people)
    assert [(one.address, one.body.text) for one in store.outbox.due("email", MONDAY, 9)] == [
        ("one@example.org", "of one"),
        ("two@example.org", "of two"),
    ]
