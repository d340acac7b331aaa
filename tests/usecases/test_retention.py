"""Decisions are kept to the end of their call and a while longer, and no longer."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model.campaign import CampaignState, Plan, Recipient
from bot.model.knowledge import Knowledge
from bot.model.message import Sent
from bot.storage.store import open_store
from bot.usecases.retention import forget_decisions, last_day
from tests.storage.letters import WORKER, begin, planned, sends
from tests.storage.record import NOW

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


def test_who_was_only_recorded_is_forgotten_and_late_answers_count(knowledge: Knowledge) -> None:
    store = open_store("sqlite://")
    try:
        book = store.campaigns
        book.record("gone-call", "offer", [Recipient(2, "a@example.org", "Ann")], "Ada", THEN)
        book.react("gone-call", book.told("gone-call")[0], "accepted", "Ada", THEN + timedelta(days=50))
        forget_decisions(book, knowledge, 100, THEN + timedelta(days=150))
        assert [one.name for one in book.told("gone-call")] == ["Ann", "Ann"]
        forget_decisions(book, knowledge, 100, THEN + timedelta(days=151))
        assert [one.name for one in book.told("gone-call")] == ["", ""]
    finally:
        store.close()


@pytest.mark.parametrize("steps", [(), ("approved",), ("approved", "sending", "paused")])
def test_what_never_ended_keeps_nobody(knowledge: Knowledge, steps: tuple[CampaignState, ...]) -> None:
    store = open_store("sqlite://")
    try:
        finished = sends(store, ["1"], call="gone-call")
        store.ledger.settle(WORKER, [(number, Sent(), NOW) for number in begin(store, finished)])
        store.campaigns.move(finished, ["sending"], "finished")
        resting = planned(store, ["2"], call="gone-call")
        before = resting.state
        for after in steps:
            assert store.campaigns.move(resting.id, [before], after)
            before = after
        assert forget_decisions(store.campaigns, knowledge, 100, NOW + timedelta(days=99)) == 0
        assert store.campaigns.campaign(resting.id).state == before  # type: ignore[union-attr]
        assert forget_decisions(store.campaigns, knowledge, 100, NOW + timedelta(days=101)) == 2
        assert store.campaigns.campaign(resting.id).state == "cancelled"  # type: ignore[union-attr]
        assert store.campaigns.last_told() == {}
        (action,) = store.campaigns.actions(resting.id)
        assert (action.by, action.detail) == ("Callboard", "1 mails; the retention of this call is over")
    finally:
        store.close()
