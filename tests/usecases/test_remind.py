"""Reminders of a deadline: agreed on, taken back, moved with the deadline, sent once."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from bot.model.conversation import Question
from bot.model.knowledge import Knowledge
from bot.model.message import Incoming, Outgoing, Sent, Unknown
from bot.model.reminder import due
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.remind import Remind, SendReminders
from bot.usecases.requests import Requests
from bot.usecases.runtime import Runtime
from bot.wiring.answering import spans
from bot.wiring.folders import Folders

NOON = datetime.fromisoformat("2026-01-15T12:00:00+01:00")


class Book:
    """An applicant and the program, without a network."""

    def __init__(self, store: Store, brain: AnswerQuestion, folders: Folders) -> None:
        self.store, self.brain = store, brain
        self.remind = Remind(store.reminders, brain.knowledge, brain.templates, spans(folders.knowledge))
        self.requests = Requests(brain.knowledge, brain.templates, store.people, remind=self.remind)
        self.count = 0

    def request(self, word: str, address: str = "5") -> Outgoing:
        self.count += 1
        incoming = Incoming("telegram", str(self.count), address, f"/remind {word}", NOON, context={"chat": address})
        assert self.store.inbox.receive(incoming)
        received = self.store.inbox.unanswered(9)[-1]
        return self.requests.handle(received, ("remind", word), "en", NOON)[0]

    def send(self, now: datetime, knowledge: Knowledge | None = None) -> int:
        runtime = Runtime(lambda: now, logging.getLogger("bot"), ThreadPoolExecutor(1))
        question = lambda language: self.requests.question("deadline", language)  # noqa: E731
        known = knowledge or self.brain.knowledge
        sender = SendReminders(
            self.store.reminders, known, self.brain.templates, self.brain, question, runtime, lambda: None
        )
        return sender.look(now)


@pytest.fixture
def book(brain: AnswerQuestion, folders: Folders) -> Iterator[Book]:
    store = open_store("sqlite://")
    yield Book(store, brain, folders)
    store.close()


def day(book: Book, days: int) -> datetime:
    found = due(book.brain.knowledge.calls["ideas-2026"], days)
    assert found is not None
    return found


def test_a_reminder_is_sent_once_when_it_is_due_and_rests_on_the_call(book):
    assert "15 February 2026" in book.request("7").text
    assert book.send(day(book, 7) - timedelta(seconds=1)) == 0
    assert book.send(day(book, 7)) == 1
    assert book.send(day(book, 6)) == 0
    (reply,) = book.store.outbox.due("telegram", day(book, 7), 9)
    assert reply.body.kind == "reminder"
    assert "22 February 2026" in reply.body.text
    assert "Source" in reply.body.text


def test_a_reminder_whose_sending_is_in_doubt_is_not_sent_again(book):
    book.request("7")
    book.send(day(book, 7))
    (reply,) = book.store.outbox.due("telegram", day(book, 7), 9)
    assert book.store.outbox.begin(reply)
    book.store.outbox.finish(reply, Unknown("timed out"), day(book, 7))
    assert book.store.outbox.due("telegram", day(book, 1), 9) == []


def test_a_reminder_under_way_when_the_process_is_killed_is_not_sent_again(book):
    book.request("7")
    book.send(day(book, 7))
    (reply,) = book.store.outbox.due("telegram", day(book, 7), 9)
    assert book.store.outbox.begin(reply)
    book.store.outbox.recover(day(book, 6))
    assert book.store.outbox.due("telegram", day(book, 1), 9) == []


def test_a_later_wish_takes_the_place_of_an_earlier_one(book):
    book.request("7")
    book.request("3")
    assert [one.days for one in book.store.reminders.waiting()] == [3]


def test_a_wish_is_taken_back(book):
    book.request("7")
    assert "not remind" in book.request("off").text
    assert book.send(day(book, 7)) == 0
    assert "no reminder" in book.request("off").text


def test_a_moved_deadline_moves_the_reminder(book):
    book.request("7")
    call = book.brain.knowledge.calls["ideas-2026"]
    facts = tuple(
        msgspec.structs.replace(fact, date="2026-03-01 23:59") if fact.topic == "deadline" else fact
        for fact in call.facts
    )
    calls = book.brain.knowledge.calls | {"ideas-2026": msgspec.structs.replace(call, facts=facts)}
    moved = msgspec.structs.replace(book.brain.knowledge, calls=calls)
    assert book.send(day(book, 7), moved) == 0
    assert book.send(day(book, 0), moved) == 1


def test_after_the_deadline_nobody_is_reminded(book):
    book.request("1")
    assert book.send(day(book, 1) + timedelta(days=3)) == 0
    assert book.store.reminders.waiting() == []


def test_a_time_that_is_over_is_not_agreed_on_but_a_later_one_is_offered(book):
    reply = book.request("90")
    assert "has passed already" in reply.text
    assert [choice.says for choice in reply.choices] == ["/remind ideas-2026:7"]
    assert book.store.reminders.waiting() == []


@pytest.mark.parametrize("word", ["soon", "7 days", "-3", "nowhere:7", "7:ideas-2026", "9999"])
def test_what_is_no_number_of_days_is_explained(book, word):
    assert "/remind 7" in book.request(word).text
    assert book.store.reminders.waiting() == []


def test_a_call_without_a_deadline_is_said_to_state_none(book):
    assert "No deadline is stated" in book.request("dkfz-2025-0184:7").text


def test_the_message_stays_until_the_reminder_is_sent_and_goes_with_its_person(book):
    book.request("7")
    received = book.store.inbox.unanswered(9)[-1]
    assert book.store.people.expire(NOON + timedelta(days=90)) == 0
    book.request("", "6")
    later = book.store.inbox.unanswered(9)[-1]
    book.store.people.erase(replace(received, id=later.id), NOON)
    assert [one.conversation for one in book.store.reminders.waiting()] == [later.conversation]


def test_it_reaches_the_person_by_their_channel(book):
    book.request("7")
    book.send(day(book, 7))
    (reply,) = book.store.outbox.due("telegram", day(book, 7), 9)
    assert (reply.channel, reply.address) == ("telegram", "5")
    assert book.store.outbox.begin(reply)
    book.store.outbox.finish(reply, Sent("1"), day(book, 7))


@pytest.mark.parametrize(
    "words",
    [
        "Please do not remind me of the IDEAS deadline any more",
        "Bitte erinnere mich nicht mehr an die Frist von IDEAS",
        "don't send me that reminder",
        "Cancel my reminder, please",
        "Je ne veux plus de rappel avant la date limite",
    ],
)
def test_a_wish_not_to_be_reminded_takes_it_back(book, words):
    book.request("7")
    assert book.remind.spans.refuses(words)
    received = book.store.inbox.unanswered(9)[-1]
    answer = book.brain(Question("remind me a week before the IDEAS deadline", NOON))
    assert "not remind" in book.remind.by_words(received, words, answer, NOON).text
    assert book.store.reminders.waiting() == []


@pytest.mark.parametrize("words", ["remind me only once, a week before", "please remind me 3 days before it closes"])
def test_a_wish_is_no_refusal(book, words):
    assert not book.remind.spans.refuses(words)
