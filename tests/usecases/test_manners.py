"""Machines that answer each other stop; people are answered, and answered again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.model.conversation import Answer
from bot.model.message import Incoming, Outgoing, Received, Sent, Settled
from bot.storage.store import Store, open_store
from bot.usecases.manners import Manners, echoes, fingerprint

NOON = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
UNDERSTOOD = Answer("answer", "It is on Sunday.", "en")
CHOICE = """I am not sure what you are asking. Do you mean one of these?
- Contact details of the coordinators
- The reference number of the posting"""
LONG = """The application deadline is Sunday, 22 February 2026, 23:59 CET.
You apply in the portal, with one file that holds everything.
Source: Call, page 3"""


class Exchange:
    """Letters of one person, each answered unless manners forbid it."""

    def __init__(self, store: Store, cap: int = 10) -> None:
        self.store, self.manners = store, Manners(store.inbox, store.outbox, cap)
        self.count = 0

    def letter(
        self, text: str, at: datetime, answer: Answer = UNDERSTOOD, channel: str = "email", asks: str = "", **more
    ) -> str:
        """Why the letter is left unanswered, "" if it is answered at once."""
        self.count += 1
        incoming = Incoming(channel, f"k{self.count}", "ann@example.org", text, at, context={"asks": asks}, **more)
        assert self.store.inbox.receive(incoming)
        (received,) = self.store.inbox.unanswered(5)
        reason = self.manners.before(received) or self.manners.after(received, answer)
        reply = Outgoing(answer.reply, answer.kind, "en")
        settled = Settled("ignored", reason) if reason else Settled("answered", turn=text, replies=(reply,))
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


def test_what_comes_at_once_outside_the_thread_and_asks_nothing_is_a_machine(exchange):
    exchange.letter("When is the deadline?", NOON)
    assert exchange.letter("We opened ticket 17.", NOON + timedelta(seconds=4)) == "prompt reaction"
    assert exchange.letter("I want to know the salary, too.", NOON + timedelta(seconds=6)) == ""


def test_the_subject_of_a_new_letter_asks_as_well(exchange):
    exchange.letter("When is the deadline?", NOON)
    assert exchange.letter("Thanks, Ann", NOON + timedelta(seconds=3), asks="And the salary?") == ""


def test_a_request_is_answered_however_fast_it_comes(exchange):
    for second, request in enumerate(["/human", "/privacy", "/human", "/help", "/human"]):
        assert (
            exchange.letter(f"{request}\n\n{LONG}", NOON + timedelta(seconds=second), Answer("answer", LONG, "en"))
            == ""
        )


def test_what_gives_our_words_back_is_left(exchange):
    exchange.letter("When is the deadline?", NOON, Answer("answer", LONG, "en"))
    assert exchange.letter(f"Thank you for your mail, number 3.\n\n{LONG}", NOON + timedelta(hours=1)) == "echo"


def test_who_asks_above_our_words_is_answered(exchange):
    """Not every mail program marks what it quotes."""
    exchange.letter("When is the deadline?", NOON, Answer("answer", LONG, "en"))
    assert exchange.letter(f"And the salary?\n\n{LONG}", NOON + timedelta(hours=1)) == ""


def test_a_text_without_a_question_is_not_told_the_same_a_third_time(exchange):
    assert exchange.letter("Tell me one.", NOON) == ""
    assert exchange.letter("Tell me two.", NOON + timedelta(hours=1)) == ""
    assert exchange.letter("Tell me three.", NOON + timedelta(hours=2)) == "told already"
    assert exchange.letter("What is four?", NOON + timedelta(hours=3)) == ""


def test_after_three_replies_a_day_only_questions_are_answered(exchange):
    for hour, word in enumerate(("one", "two", "three")):
        assert exchange.letter(f"Tell me {word}.", NOON + timedelta(hours=hour), Answer("answer", word, "en")) == ""
    assert exchange.letter("Tell me four.", NOON + timedelta(hours=4)) == "asks nothing"
    assert exchange.letter("What is four?", NOON + timedelta(hours=5)) == ""
    assert exchange.letter("Tell me five.", NOON + timedelta(hours=30)) == ""


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        (LONG, True),
        (f"Ticket 17 was opened for you.\n> {LONG}", True),
        (LONG.replace("portal, with", "portal,\nwith").replace("22 February", "22\nFebruary"), True),
        (f"We opened ticket 4 for you.\n{CHOICE}", True),
        (CHOICE.replace("mean one", "mean\none"), True),
        (f"And where do I live meanwhile?\n\n{LONG}", False),
        (f"Where?\n{LONG}", False),
        (f"{LONG}\n\nMust everything be in one file?", False),
        ("Contact details of the coordinators", False),
        ("The reference number of the posting, please", False),
        ("You wrote that you apply in the portal, with one file that holds everything.", False),
        ("One\nanother line that is not yours\nand one more of my own\nSource: Call, page 3", False),
        ("", False),
        ("?", False),
    ],
)
def test_an_echo_gives_a_reply_back_and_asks_nothing_of_its_own(text, echo):
    assert echoes(text, [LONG, CHOICE]) is echo


def test_nothing_said_has_no_echo():
    assert not echoes(LONG, [])
    assert not echoes(LONG, ["", "?"])


def test_the_texts_of_replies_are_of_one_conversation_and_of_a_time(exchange):
    exchange.letter("When is the deadline?", NOON)
    exchange.letter("And the salary?", NOON + timedelta(hours=2), Answer("answer", LONG, "en"))
    texts = exchange.store.outbox.texts_since
    assert texts(1, NOON) == ["It is on Sunday.", LONG]
    assert texts(1, NOON + timedelta(hours=1)) == [LONG]
    assert texts(2, NOON) == []


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
