"""Decisions are kept to the end of their call and a while longer, and no longer."""

from datetime import UTC, date, datetime, timedelta

from bot.model.campaign import Plan
from bot.model.knowledge import Knowledge
from bot.storage.store import open_store
from bot.usecases.retention import forget_decisions, last_day

THEN = datetime(2026, 3, 1, tzinfo=UTC)


def plan(call: str) -> Plan:
    return Plan(call=call, kind="rejection", by="Ada", template="", source="", shared={}, knowledge="", places=None)


def test_the_last_date_that_a_call_states(knowledge: Knowledge) -> None:
    assert last_day(knowledge.calls["ideas-2026"]) == date(2026, 6, 1)


def test_what_is_old_enough_is_forgotten(knowledge: Knowledge) -> None:
    store = open_store("sqlite://")
    asked: list[tuple[list[str], datetime]] = []
    try:
        book = store.campaigns
        for call in ("ideas-2026", "gone-call"):
            number = book.open(plan(call), THEN)
            book.complete(number, 0, "Ada", THEN)
        expire = book.expire
        book.expire = lambda calls, now: asked.append((sorted(calls), now)) or expire(calls, now)  # type: ignore[method-assign]
        forget_decisions(book, knowledge, 100, THEN + timedelta(days=99))
        assert asked == []
        forget_decisions(book, knowledge, 100, THEN + timedelta(days=101))
        assert [calls for calls, _ in asked] == [["gone-call"]]  # the other call goes on until June
        forget_decisions(book, knowledge, 100, datetime(2026, 9, 10, tzinfo=UTC))
        assert [calls for calls, _ in asked[1:]] == [["gone-call", "ideas-2026"]]
    finally:
        store.close()
