"""The book of messages received."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model.message import Settled
from bot.storage.inbox import TURNS
from bot.storage.store import Store
from tests.storage.record import ANN, BOB, NOW, answer, chat, due, letter, rows, says, send, settle, take

ODD = {
    "NUL": ("a\0b", "ab"),
    "half a pair": ("a\ud83d b", "a? b"),
    "both halves, not joined": ("\ud83d\ude00", "??"),
    "emoji": ("👩‍👩‍👧 🏳️‍🌈", "👩‍👩‍👧 🏳️‍🌈"),
    "right to left": ("متى الموعد النهائي؟ \u202eabc\u202c", "متى الموعد النهائي؟ \u202eabc\u202c"),
    "long": ("x" * 100_000, "x" * 100_000),
    "quotes": ("'; DROP TABLE messages; -- \" \\ %s :x {}", "'; DROP TABLE messages; -- \" \\ %s :x {}"),
    "line ends": ("a\r\nb\u2028c\x85d", "a\r\nb\u2028c\x85d"),
}


def test_a_message_is_received_once(store: Store) -> None:
    first = letter("one", key="same")
    assert store.inbox.receive(first)
    assert not store.inbox.receive(replace(first, text="another text, another sender", address=BOB))
    assert store.inbox.receive(chat("one", key="same")), "keys are a channel's own"
    assert rows(store, "messages", "channel") == ["email", "telegram"]


def test_an_answered_message_is_not_received_again(store: Store) -> None:
    incoming = letter()
    answer(store, incoming)
    send(store)
    assert not store.inbox.receive(incoming)
    assert store.inbox.unanswered(10) == []


def test_a_message_comes_back_as_it_was_received(store: Store) -> None:
    incoming = letter(
        form="file",
        context={"message_id": "<1@x>", "subject": "Größe"},
        reacts_to=7,
        private=False,
        language="de",
        attachments=("Größe.pdf",),
        place="9:17",
        received=NOW.replace(microsecond=123456),
    )
    got = take(store, incoming).incoming
    assert len(got.thread) == 32
    assert replace(got, key=incoming.key, thread="") == incoming


def test_of_an_automatic_message_only_the_reason_is_kept(store: Store) -> None:
    stopped = letter("out of office", stop="automatic " * 20, thread="f" * 32, context={"subject": "s"}, place="9:17")
    assert store.inbox.receive(stopped)
    assert not store.inbox.receive(stopped)
    (row,) = rows(store, "messages")
    assert (row.state, row.reason, row.place) == ("ignored", ("automatic " * 20)[:80], "9:17")
    assert (row.conversation, row.text, row.turn, row.context, row.thread) == (None, None, None, None, "")
    assert rows(store, "conversations") == []
    assert store.inbox.unanswered(10) == []


def test_keys_are_digests_with_a_secret_of_the_store(store: Store) -> None:
    store.inbox.receive(letter(key="<id@example.org>"))
    (key,) = rows(store, "messages", "key")
    (secret,) = rows(store, "settings", "value")
    assert len(key) == 64
    assert key == store.inbox.digest("<id@example.org>")
    assert len(secret) == 64
    assert store.inbox.digest("a", "b") != store.inbox.digest("ab")


def test_the_oldest_are_answered_first(store: Store) -> None:
    for number in range(5):
        store.inbox.receive(letter(str(number), received=NOW - timedelta(hours=number)))
    assert [received.incoming.text for received in store.inbox.unanswered(3)] == ["0", "1", "2"]
    settle(store, store.inbox.unanswered(1)[0], state="ignored")
    assert [received.incoming.text for received in store.inbox.unanswered(3)] == ["1", "2", "3"]


def test_beginning_counts(store: Store) -> None:
    received, other = take(store, letter()), take(store, letter())
    assert [store.inbox.begin(received) for _ in range(3)] == [1, 2, 3]
    assert store.inbox.begin(other) == 1


def test_who_is_new_and_what_language_was_spoken(store: Store) -> None:
    first = take(store, letter())
    assert (first.first, first.language) == (True, "")
    settle(store, first, state="ignored")
    second = take(store, letter())
    assert (second.first, second.language) == (True, "en"), "nothing was sent yet"
    settle(store, second, says())
    assert not take(store, letter()).first
    assert take(store, letter(sender=BOB)).first


def test_settling_plans_replies_in_order(store: Store) -> None:
    received = answer(store, letter(context={"message_id": "<1@x>"}), says("one", buttons=["yes"]), says("two"))
    (reply,) = due(store)
    assert (reply.address, reply.channel, reply.planned, reply.tries) == (ANN, "email", NOW, 0)
    assert (reply.context, reply.thread) == ({"message_id": "<1@x>"}, received.incoming.thread)
    assert reply.body == says("one", buttons=["yes"])
    assert send(store) == ["one", "two"]
    assert rows(store, "replies", "knowledge") == ["v1", "v1"]


def test_settling_twice_counts_once(store: Store) -> None:
    received = take(store, letter())
    for _ in range(2):
        settle(store, received, says())
    assert len(rows(store, "replies")) == 1


def test_an_erased_message_cannot_be_settled(store: Store) -> None:
    received = take(store, letter("my secret"))
    store.people.expire(NOW + timedelta(days=1))
    store.inbox.settle(received, Settled("answered", "", "my secret", "en", (says(),), "v1"), NOW)
    (row,) = rows(store, "messages")
    assert (row.state, row.text, row.turn, row.conversation) == ("erased", None, None, None)
    assert rows(store, "replies") == rows(store, "conversations") == []


def test_a_reply_to_somebody_else_goes_to_their_address_by_mail(store: Store) -> None:
    answer(store, chat(), says("a question", kind="to-coordinator", to=BOB, reply_to=ANN))
    (reply,) = due(store)
    assert (reply.address, reply.channel, reply.body.reply_to) == (BOB, "email", ANN)
    assert due(store, "telegram") == []


def test_texts_and_reasons_of_a_conversation(store: Store) -> None:
    for hours, state in ((3, "answered"), (2, "answered"), (1, "ignored")):
        received = take(store, letter(f"{hours} hours ago", received=NOW - timedelta(hours=hours)))
        store.inbox.settle(received, Settled(state, "cap" if state == "ignored" else ""), NOW)
    answer(store, letter("another's", sender=BOB))
    now = take(store, letter("now"))
    assert store.inbox.recent(now, NOW - timedelta(hours=2)) == ["2 hours ago"]
    assert store.inbox.reasons(now, NOW - timedelta(hours=2)) == ["cap"]
    assert store.inbox.reasons(now, NOW) == []


def test_a_chat_is_read_again_for_a_day(store: Store) -> None:
    for hours in (30, 24, 5):
        answer(store, chat(f"{hours} hours ago", received=NOW - timedelta(hours=hours)))
    settle(store, take(store, chat("left alone")), state="ignored")
    answer(store, chat("another's", sender="200"))
    assert store.inbox.earlier(take(store, chat("now"))) == ("24 hours ago", "5 hours ago")


def test_only_the_last_turns_are_read_again(store: Store) -> None:
    for number in range(TURNS + 5):
        answer(store, chat(str(number)))
    earlier = store.inbox.earlier(take(store, chat("now")))
    assert earlier == tuple(str(number) for number in range(5, TURNS + 5))


def test_letters_are_read_again_by_their_thread(store: Store) -> None:
    first = answer(store, letter("first", received=NOW - timedelta(days=20)))
    answer(store, letter("of another thread"))
    answer(store, letter("second", thread=first.incoming.thread))
    third = take(store, letter("third", thread=first.incoming.thread))
    assert third.incoming.thread == first.incoming.thread
    assert store.inbox.earlier(third) == ("first", "second")


def test_a_forged_thread_is_a_new_one(store: Store) -> None:
    ann = answer(store, letter("Ann's words"))
    forged = take(store, letter("tell me more", sender=BOB, thread=ann.incoming.thread))
    assert forged.incoming.thread not in ("", ann.incoming.thread)
    assert store.inbox.earlier(forged) == ()
    unknown = take(store, letter(thread="0" * 32))
    assert unknown.incoming.thread not in ("", "0" * 32)


def test_addresses_that_differ_in_case_are_apart(store: Store) -> None:
    upper, lower = take(store, letter(sender="Ann@example.org")), take(store, letter(sender=ANN))
    assert upper.conversation != lower.conversation
    assert upper.incoming.address == "Ann@example.org", "a server may tell them apart (RFC 5321, 2.4)"


@pytest.mark.parametrize("name", ODD)
def test_odd_texts(store: Store, name: str) -> None:
    text, kept = ODD[name]
    received = take(store, letter(text))
    assert received.incoming.text == kept
    store.inbox.settle(received, Settled("answered", "", text, "en", (says(text),)), NOW)
    assert due(store)[0].body.text == kept
    assert store.inbox.earlier(take(store, letter(thread=received.incoming.thread))) == (kept,)
    exported = store.people.export(received.conversation)[0]
    assert (exported["text"], exported["replies"][0]["text"]) == (kept, kept)


@pytest.mark.parametrize("odd", ["\0", "\ud800", "'", "x" * 300])
def test_odd_words_beside_the_text(store: Store, odd: str) -> None:
    incoming = letter(
        key=f"key {odd}",
        sender=f"a{odd}@example.org",
        context={"subject": odd},
        attachments=(odd,),
        thread=odd,
        language="en",
    )
    received = take(store, incoming)
    assert not store.inbox.receive(incoming)
    assert store.inbox.receive(letter(stop=odd, thread=odd, context={"subject": odd}))
    settle(store, received, says())
    assert len(send(store)) == 1


def test_an_address_that_nobody_has_is_not_answered(store: Store) -> None:
    endless = letter(sender=f"a@{'b.' * 300}org")
    assert store.inbox.receive(endless)
    assert not store.inbox.receive(endless)
    assert rows(store, "messages", "reason") == ["address too long"]
    assert rows(store, "conversations") == []
