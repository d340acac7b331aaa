"""The book of replies: their order, their claims and what became of them."""

from datetime import timedelta

import pytest

from bot.model.message import CRASHES, DOUBTS, File, Outcome, Refused, Sent, TryLater, Unknown
from bot.storage.outbox import AFTER_DOUBT
from bot.storage.store import Store
from tests.storage.record import ANN, BOB, EVER, LATER, NOW, answer, chat, due, letter, rows, says, send, settle, take

SOON = NOW + timedelta(seconds=10)


def only(store: Store) -> tuple[str, int, str]:
    """State, doubts and outcome of the only reply."""
    (row,) = rows(store, "replies")
    return row.state, row.doubts, row.outcome


def test_of_each_conversation_the_first_is_due(store: Store) -> None:
    answer(store, letter(), says("Ann 1"), says("Ann 2"))
    answer(store, letter(sender=BOB), says("Bob 1"))
    answer(store, letter(), says("Ann 3"))
    answer(store, chat(), says("a chat's"))
    assert [reply.body.text for reply in due(store)] == ["Ann 1", "Bob 1"]
    assert [reply.body.text for reply in store.outbox.due("email", NOW, 1)] == ["Ann 1"]
    assert [reply.body.text for reply in due(store, "telegram")] == ["a chat's"]
    store.outbox.begin(due(store)[0])
    assert [reply.body.text for reply in due(store)] == ["Bob 1"], "while one is under way the next one waits"
    assert send(store) == ["Bob 1"]


def test_a_reply_is_claimed_once(store: Store) -> None:
    answer(store, letter())
    (reply,) = due(store)
    assert store.outbox.begin(reply)
    assert not store.outbox.begin(reply)
    assert due(store) == []
    store.outbox.finish(reply, Sent("receipt"), LATER)
    assert not store.outbox.begin(reply)
    assert only(store) == ("sent", 0, "receipt")


def test_a_reply_that_was_erased_is_not_claimed(store: Store) -> None:
    answer(store, letter())
    (reply,) = due(store)
    store.people.expire(EVER)
    assert not store.outbox.begin(reply)


@pytest.mark.parametrize("outcome", [Sent("r"), TryLater(1, "r"), Refused("r", gone=True), Unknown("r")])
def test_a_sending_that_ends_after_its_erasure_changes_nothing(store: Store, outcome: Outcome) -> None:
    answer(store, letter(), says(file=File("mydata.json", "{}")))
    (reply,) = due(store)
    store.outbox.begin(reply)
    store.people.expire(EVER)
    store.outbox.finish(reply, outcome, EVER)
    assert only(store) == ("erased", 0, "")
    assert rows(store, "replies", "body") == [None]
    assert due(store) == []


def test_what_may_be_taken_later_is_tried_later(store: Store) -> None:
    answer(store, letter(), says("first"), says("second"))
    (reply,) = due(store)
    store.outbox.begin(reply)
    store.outbox.finish(reply, TryLater(60, "greylisted"), NOW)
    assert due(store, now=LATER - timedelta(seconds=1)) == [], "the second does not overtake"
    assert store.outbox.next_due("email", NOW) == LATER
    assert store.outbox.next_due("email", LATER) is None
    assert store.outbox.next_due("telegram", NOW) is None
    (again,) = due(store, now=LATER)
    assert (again.id, again.tries) == (reply.id, 1)
    assert send(store, now=LATER) == ["first", "second"]
    assert store.outbox.next_due("email", NOW) is None


def test_what_failed_before_it_began_is_tried_later(store: Store) -> None:
    answer(store, letter())
    store.outbox.finish(due(store)[0], TryLater(60, "no connection"), NOW)
    assert due(store, now=SOON) == []
    assert due(store, now=LATER)[0].tries == 0


def test_what_is_refused_is_over(store: Store) -> None:
    answer(store, letter(), says("first"), says("second"))
    (reply,) = due(store)
    store.outbox.begin(reply)
    store.outbox.finish(reply, Refused("554 no"), NOW)
    assert rows(store, "replies", "outcome")[0] == "554 no"
    assert send(store) == ["second"]


def test_an_address_that_is_gone_is_not_written_to_until_it_writes(store: Store) -> None:
    asked_before = take(store, letter("asked before"))
    answer(store, letter(), says("first"), says("second"))
    answer(store, letter(sender=BOB), says("Bob's"))
    reply = due(store)[0]
    store.outbox.begin(reply)
    store.outbox.finish(reply, Refused("550 no such user", gone=True), NOW)
    settle(store, asked_before, says("answered late"))
    assert send(store) == ["Bob's"]
    assert rows(store, "replies", "state") == ["refused", "refused", "sent", "refused"]
    answer(store, letter(), says("hello again"))
    assert send(store) == ["hello again"]


def test_an_unknown_reply_is_sent_once_more(store: Store) -> None:
    answer(store, letter())
    now = NOW
    for doubt in range(1, DOUBTS + 1):
        (reply,) = due(store, now=now)
        assert store.outbox.begin(reply)
        store.outbox.finish(reply, Unknown("lost"), now)
        assert only(store)[1:] == (doubt, "lost")
        assert due(store, now=now) == []
        now += AFTER_DOUBT
    assert only(store)[0] == "unknown"
    assert due(store) == []
    assert reply.tries == DOUBTS - 1


def test_an_unknown_reply_keeps_its_place(store: Store) -> None:
    answer(store, letter(), says("first"), says("second"))
    (reply,) = due(store)
    store.outbox.begin(reply)
    store.outbox.finish(reply, Unknown("lost"), NOW)
    assert due(store, now=NOW) == []
    assert send(store) == ["first", "second"]


def test_a_sending_whose_process_was_killed_is_taken_back(store: Store) -> None:
    answer(store, letter(), says("first"), says("second"))
    answer(store, letter(sender=BOB), says("not begun"))
    for crash in range(1, CRASHES):
        assert store.outbox.begin(due(store)[0])
        assert store.outbox.recover(NOW) == 1
        assert (rows(store, "replies", "state")[0], rows(store, "replies", "doubts")[0]) == ("planned", crash)
        assert len(due(store, now=NOW)) == 2, "a start does not wait"
    store.outbox.begin(due(store)[0])
    assert store.outbox.recover(NOW) == 1
    assert rows(store, "replies", "state") == ["unknown", "planned", "planned"]
    assert rows(store, "replies", "outcome")[0] == "killed while sending"
    assert store.outbox.recover(NOW) == 0
    assert send(store) == ["second", "not begun"]


def test_a_file_is_kept_until_it_is_sent(store: Store) -> None:
    answer(store, letter(), says(file=File("mydata.json", '{"much": 1}')))
    for outcome in (TryLater(1, "busy"), Unknown("lost")):
        (reply,) = due(store)
        store.outbox.begin(reply)
        store.outbox.finish(reply, outcome, NOW)
    (reply,) = due(store)
    assert reply.body.file == File("mydata.json", '{"much": 1}')
    store.outbox.begin(reply)
    store.outbox.finish(reply, Sent(), NOW)
    assert "much" not in rows(store, "replies", "body")[0]
    assert "On 1 March." in rows(store, "replies", "body")[0]


def test_servers_words_of_any_kind_are_noted(store: Store) -> None:
    odd = "554 \0 \ud800 " + "x" * 1000
    for outcome in (TryLater(0, odd), Unknown(odd), Refused(odd)):
        sender = f"{type(outcome).__name__}@example.org"
        answer(store, letter(sender=sender))
        (reply,) = (reply for reply in due(store) if reply.address == sender)
        store.outbox.begin(reply)
        store.outbox.finish(reply, outcome, NOW)
    assert set(rows(store, "replies", "outcome")) == {("554  ? " + "x" * 1000)[:200]}


def test_a_bounce_that_knows_the_thread(store: Store) -> None:
    received = answer(store, letter(), says("bounces"))
    other = answer(store, letter(sender=BOB))
    (reply, _) = due(store)
    send(store)
    answer(store, letter(), says("still planned"))
    for thread, number in (
        ("", reply.id),
        ("f" * 32, reply.id),
        (other.incoming.thread, reply.id),
        (received.incoming.thread, reply.id + 1),
        (received.incoming.thread, 10**17),
        ("\0\ud800", reply.id),
    ):
        store.outbox.returned(thread, number)
    assert rows(store, "replies", "state") == ["sent", "sent", "planned"]
    store.outbox.returned(received.incoming.thread, reply.id)
    assert rows(store, "replies", "state") == ["refused", "sent", "refused"]
    assert rows(store, "conversations", "gone") == [True, False]
    answer(store, letter(), says("they write again"))
    assert send(store) == ["they write again"]


def test_a_bounce_of_what_was_not_sent_is_forged(store: Store) -> None:
    received = answer(store, letter())
    store.outbox.returned(received.incoming.thread, due(store)[0].id)
    assert only(store)[0] == "planned"


def test_buttons_are_for_the_conversation_they_went_to(store: Store) -> None:
    received = answer(store, chat(), says(buttons=["one", "two"]))
    other = answer(store, chat(sender="200"))
    (reply, _) = due(store, "telegram")
    assert store.outbox.choices(reply.id, received.conversation) == ("one", "two")
    send(store, "telegram")
    assert store.outbox.choices(reply.id, received.conversation) == ("one", "two")
    assert store.outbox.choices(reply.id, other.conversation) == ()
    assert store.outbox.choices(reply.id + 50, received.conversation) == ()
    assert store.outbox.choices(10**30, received.conversation) == ()
    store.people.expire(EVER)
    assert store.outbox.choices(reply.id, received.conversation) == ()


def test_replies_of_late(store: Store) -> None:
    received = answer(store, letter(), says("sent"), says("open"), now=NOW)
    answer(store, letter(sender=ANN), says("older"), now=NOW - timedelta(hours=3))
    answer(store, letter(sender=BOB))
    (first, *_) = due(store, now=NOW)
    store.outbox.begin(first)
    store.outbox.finish(first, Sent(), SOON)
    since = NOW - timedelta(hours=1)
    assert store.outbox.answered_since(received.conversation, since) == [(first.id, SOON), (first.id + 1, NOW)]
    assert store.outbox.answered_since(received.conversation, LATER) == []
