"""Callboard face to face with machines that answer every letter: it must be the one that falls silent.

No servers: letters go to and fro as bytes, by a clock of the test. The reading, the manners and the record are the real ones.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest

from bot.channels.email.receiving import as_incoming
from bot.correspondence.composing import Layout, Letterhead, compose
from bot.files.template_files import load_layout
from bot.model.message import Sent
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.desk import Desk
from bot.usecases.manners import Manners
from bot.usecases.relay import Relay
from bot.usecases.requests import Requests
from bot.usecases.respond import Respond
from bot.wiring.folders import Folders

OURS, THEIRS, CARLA = "bot@callboard.example", "office@example.org", "carla@callboard.example"
START = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
ROUNDS, CAP = 1000, 10
FEW = 3
"""The reply to a person and two more: what was measured of each over 30 runs with other words."""

Robot = Callable[[EmailMessage, int], EmailMessage]


class Callboard:
    """The use cases, one letter at a time."""

    def __init__(self, store: Store, brain: AnswerQuestion, layout: Layout) -> None:
        self.now = START
        self._store = store
        self._layout = layout
        requests = Requests(brain.knowledge, brain.templates, store.people)
        manners = Manners(store.inbox, store.outbox, CAP)
        relay = Relay(Desk(store.hand_overs, brain.templates, brain.knowledge))
        self._respond = Respond(brain, brain.templates, store.outbox, manners, requests, relay, coordinator=CARLA)

    def takes(self, letter: EmailMessage) -> list[EmailMessage]:
        """The letters that leave when this one has come."""
        data = letter.as_bytes(policy=default.clone(linesep="\r\n"))
        self._store.inbox.receive(as_incoming(data, frozenset({OURS}), "", self.now))
        for received in self._store.inbox.unanswered(10):
            settled = self._respond(received, self._store.inbox.earlier(received), self.now)
            self._store.inbox.settle(received, settled, self.now)
        return list(self._sent())

    def _sent(self) -> Iterator[EmailMessage]:
        for reply in self._store.outbox.due("email", self.now, 10):
            assert self._store.outbox.begin(reply)
            self._store.outbox.finish(reply, Sent(), self.now)
            yield BytesParser(policy=default).parsebytes(compose(reply, Letterhead(OURS), self._layout))


@pytest.fixture
def callboard(brain: AnswerQuestion, folders: Folders) -> Iterator[Callboard]:
    store = open_store("sqlite://")
    yield Callboard(store, brain, load_layout(folders.templates))
    store.close()


def letter(text: str, number: int, to: EmailMessage | None = None, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = THEIRS, OURS, f"<{number}.robot@example.org>"
    made["Subject"] = headers.pop("Subject", f"Re: {to['Subject']}" if to else "Question")
    if to:
        made["In-Reply-To"], made["References"] = to["Message-ID"], to["Message-ID"]
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def body(to: EmailMessage) -> str:
    return str(to.get_body(("plain",)).get_content())


_WORDS = random.Random(7)
_TEXTS = [
    "Your request was received and has the number {n}. We answer within two days.",
    "Thank you for contacting the office ({n}). Our opening hours are 9 to 12.",
    "Ticket {n} was opened. A colleague will look at it: {word}.",
    "We have moved! Please note our new address, {n} {word} Street.",
    "Dear sender, your message {n} about {word} is important to us.",
]


_ASKING = [
    "Did we help you with {word}? Rate us ({n}).",
    "Is {word} urgent? Then call {n}.",
    "Have you read our page about {word}? See number {n}.",
    "Were you looking for {word}? Our office ({n}) is open.",
]


def changing(number: int, texts: list[str] = _TEXTS) -> str:
    word = "".join(_WORDS.choices("abcdefghijklmnoprstuvw", k=9))
    return _WORDS.choice(texts).format(n=number, word=word)


def quoted(text: str) -> str:
    return "> " + "\n> ".join(text.splitlines())


Says = Callable[[EmailMessage, int], str]

SAYS: dict[str, Says] = {
    "changing texts": lambda to, n: changing(n),
    "the same text": lambda to, n: f"Your ticket has the number {n}.",
    "an echo": lambda to, n: body(to),
    "an echo below its own": lambda to, n: f"{changing(n)}\n\n{body(to)}",
    "a quotation": lambda to, n: f"{changing(n)}\n\n{quoted(body(to))}",
    "changing questions": lambda to, n: changing(n, _ASKING),
}
"""What machines say that do not say that they are machines."""


def robot(says: Says, *, thread: bool) -> Robot:
    return lambda to, n: letter(says(to, n), n, to) if thread else letter(says(to, n), n, Subject=f"Ticket {n}")


ROBOTS: dict[str, Robot] = {
    "with proper headers": lambda to, n: letter("I am away.", n, to, Auto_Submitted="auto-replied"),
    **{f"{says} in the thread": robot(SAYS[says], thread=True) for says in SAYS},
    **{f"{says} outside it": robot(SAYS[says], thread=False) for says in SAYS},
}
PERSISTENT = {"changing questions in the thread", "changing questions outside it"}
"""Who asks something else in other words every time cannot be told from a person, but by haste within the thread: see the cap."""
LONG = {"with proper headers", "an echo in the thread", "changing questions outside it"}


def asked(callboard: Callboard) -> EmailMessage:
    """The reply to the question with which it begins: a robot in whose mailbox a person asked, say."""
    (reply,) = callboard.takes(letter("When is the deadline for the IDEAS PhD positions?", 0))
    return reply


def replies_to(callboard: Callboard, robot: str, pause: timedelta) -> int:
    """How many replies it gets if it answers each after a pause, and each once."""
    _WORDS.seed(7)
    said, replies = [asked(callboard)], 1
    for number in range(1, ROUNDS):
        callboard.now += pause
        said = [one for one in callboard.takes(ROBOTS[robot](said[0], number)) if one["To"] == THEIRS]
        replies += len(said)
        if not said:
            break
    return replies


@pytest.mark.parametrize("robot", sorted(set(ROBOTS) - {"changing questions outside it"}))
def test_a_robot_that_answers_at_once_gets_one_reply(callboard: Callboard, robot: str) -> None:
    assert replies_to(callboard, robot, timedelta(seconds=2)) == 1


@pytest.mark.parametrize("robot", sorted(set(ROBOTS) - PERSISTENT))
def test_a_robot_that_takes_its_time_gets_few_replies(callboard: Callboard, robot: str) -> None:
    assert replies_to(callboard, robot, timedelta(minutes=1)) <= FEW


@pytest.mark.parametrize("robot", sorted(PERSISTENT))
def test_a_robot_that_asks_ever_new_questions_is_stopped_by_the_cap(callboard: Callboard, robot: str) -> None:
    assert replies_to(callboard, robot, timedelta(minutes=1)) <= CAP


PERSON = [
    "When is the deadline for the IDEAS PhD positions?",
    "Thank you! And how much is the salary?",
    "One more question. Do I have to speak German?",
    "I hope it is fine that I write again. Who are the supervisors of the IDEAS projects?",
    "Sorry, me once more: how long do the positions last?",
]


@pytest.mark.parametrize("below", ["", "quoted", "unmarked"])
def test_a_person_who_asks_five_times_a_day_is_answered_five_times(callboard: Callboard, below: str) -> None:
    """Also if the program they write with puts the reply below, marked as a quotation or not."""
    last: EmailMessage | None = None
    for number, question in enumerate(PERSON):
        told = body(last) if last else ""
        text = f"{question}\n\n{quoted(told) if below == 'quoted' else told if below else ''}".strip()
        (last,) = callboard.takes(letter(text, number, last))
        callboard.now += timedelta(minutes=2)


@pytest.mark.parametrize("robot", ROBOTS)
@pytest.mark.parametrize(
    ("pause", "rounds"),
    [(timedelta(seconds=5), 50), (timedelta(minutes=5), 50), (timedelta(minutes=5), ROUNDS)],
    ids=["hastily", "steadily", "for days"],
)
def test_a_robot_that_never_stops_is_left_to_a_person(
    callboard: Callboard, robot: str, pause: timedelta, rounds: int
) -> None:
    """It goes on whether it is answered or not. What nothing else shows, the cap shows."""
    if rounds == ROUNDS and robot not in LONG:
        return
    last = asked(callboard)
    sent: list[tuple[datetime, EmailMessage]] = [(START, last)]
    for number in range(1, rounds):
        callboard.now += pause
        came = callboard.takes(ROBOTS[robot](last, number))
        sent += [(callboard.now, one) for one in came]
        last = next((one for one in came if one["To"] == THEIRS), last)
    days = (callboard.now - START) // timedelta(days=1) + 1
    assert len([one for _, one in sent if one["To"] == CARLA]) <= days
    for began, _ in sent:
        within = [one for when, one in sent if began <= when < began + timedelta(days=1) and one["To"] == THEIRS]
        assert len(within) <= CAP
    if robot == "with proper headers":
        assert len(sent) == 1


def test_two_callboards_fall_silent(brain: AnswerQuestion, folders: Folders, callboard: Callboard) -> None:
    """Each knows the other by its headers alone: their addresses are not each other's."""
    reply = asked(callboard)
    assert as_incoming(reply.as_bytes(), frozenset({THEIRS}), "", START).stop == "auto-submitted"
