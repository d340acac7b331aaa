"""Machines that answer each other stop; people are answered, and answered again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.model.conversation import Answer
from bot.model.message import Incoming, Outgoing, Received, Sent, Settled
from bot.storage.store import Store, open_store
from bot.usecases.manners import Manners, fingerprint

NOON = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
UNDERSTOOD = Answer("answer", "It is on Sunday.", "en")
ANSWER = Outgoing("It is on Sunday.", "answer", "en")


class Exchange:
    """Letters of one person, each answered unless manners forbid it."""

    def __init__(self, store: Store, cap: int = 10) -> None:
        self.store, self.manners = store, Manners(store.inbox, store.outbox, cap)
        self.count = 0

    def letter(self, text: str, at: datetime, answer: Answer = UNDERSTOOD, channel: str = "email", **more) -> str:
        """Why the letter is left unanswered, "" if it is answered at once."""
        self.count += 1
        incoming = Incoming(channel, f"k{self.count}", "ann@example.org", text, at, context={}, **more)
        assert self.store.inbox.receive(incoming)
        (received,) = self.store.inbox.unanswered(5)
        reason = self.manners.before(received) or self.manners.after(received, answer)
        settled = Settled("ignored", reason) if reason else Settled("answered", turn=text, replies=(ANSWER,))
        self.store.inbox.settle(received, settled, at)
        for reply in self.store.outbox.due(channel, at, 5):
            assert self.store.outbox.begin(reply)
            self.store.outbox.finish(reply, Sent(), at)
        return reason

    def last_reply(self) -> int:
        received = Received(10_000, 1, Incoming("email", "", "", "", NOON), first=False, language="")
        return max(
            reply for reply, _ in self.store.outbox.answered_since(received.conversation, NOON - timedelta(days=2))
        )


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    store = open_store("sqlite://")
    yield Exchange(store)
    store.close()


def test_a_person_who_asks_again_is_answered_again(exchange):
    assert exchange.letter("When is the deadline?", NOON) == ""
    assert exchange.letter("And who supervises TrustSeg?", NOON + timedelta(minutes=1)) == ""
    assert exchange.letter("Who is employed where?", NOON + timedelta(minutes=2), reacts_to=exchange.last_reply()) == ""


def test_what_answers_a_reply_faster_than_anybody_reads_is_a_machine(exchange):
    exchange.letter("When is the deadline?", NOON)
    reply = exchange.last_reply()
    assert exchange.letter("Is that so?", NOON + timedelta(seconds=3), reacts_to=reply) == "prompt reaction"


def test_a_second_letter_written_before_our_reply_was_read_is_answered(exchange):
    exchange.letter("When is the deadline?", NOON)
    assert exchange.letter("I forgot: who supervises TrustSeg?", NOON + timedelta(seconds=3)) == ""


def test_the_same_words_again_are_left(exchange):
    exchange.letter("Ticket 17: your mail arrived on 15.01. Is it urgent?", NOON)
    assert (
        exchange.letter("ticket 18: your mail arrived on 16.01. Is it urgent?", NOON + timedelta(hours=1)) == "repeated"
    )


def test_the_same_request_again_is_answered(exchange):
    exchange.letter("/forget", NOON)
    assert exchange.letter("/forget", NOON + timedelta(hours=1)) == ""


@pytest.mark.parametrize(
    "answer", [Answer("smalltalk", "You are welcome.", "en"), Answer("abstain", "?", "en", understood=False)]
)
def test_thanks_end_an_exchange(exchange, answer):
    exchange.letter("When is the deadline?", NOON)
    assert exchange.letter("Thank you very much.", NOON + timedelta(hours=1), answer) == "asks nothing"


def test_the_first_letter_is_answered_even_if_it_is_not_understood(exchange):
    assert exchange.letter("Hm.", NOON, Answer("abstain", "?", "en", understood=False)) == ""


def test_a_question_that_is_not_understood_is_answered(exchange):
    exchange.letter("When is the deadline?", NOON)
    later = NOON + timedelta(hours=1)
    assert exchange.letter("Wherefore art thou?", later, Answer("abstain", "?", "en", understood=False)) == ""


def test_the_cap_holds_for_a_day_and_is_told_once(exchange):
    reasons = [exchange.letter(f"Question {'abcdefghijklmno'[n]}?", NOON + timedelta(minutes=n)) for n in range(13)]
    assert reasons == [""] * 10 + ["cap", "over the cap", "over the cap"]
    assert exchange.letter("A new day?", NOON + timedelta(hours=25)) == ""


def test_chats_are_people(exchange):
    for second in range(30):
        assert exchange.letter("ok", NOON + timedelta(seconds=second), Answer("smalltalk", "", "en"), "telegram") == ""


def test_numbers_dates_and_case_do_not_make_a_text_another():
    assert fingerprint("Re: Ticket #17, 15.01.2026!") == fingerprint("re ticket 18 -- 16.01.2026")
