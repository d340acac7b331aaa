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
from bot.usecases.manners import Manners
from bot.usecases.requests import Requests
from bot.usecases.respond import Respond
from bot.wiring.answering import Folders

OURS, THEIRS, CARLA = "bot@callboard.example", "office@example.org", "carla@callboard.example"
START = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
ROUNDS, CAP = 1000, 10

Robot = Callable[[EmailMessage, int], EmailMessage]


class Callboard:
    """The use cases, one letter at a time."""

    def __init__(self, store: Store, brain: AnswerQuestion, layout: Layout) -> None:
        self.now = START
        self._store = store
        self._layout = layout
        requests = Requests(brain.knowledge, brain.templates, store.people)
        manners = Manners(store.inbox, store.outbox, CAP)
        self._respond = Respond(brain, brain.templates, store.outbox, manners, requests, coordinator=CARLA)

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


def changing(number: int) -> str:
    word = "".join(_WORDS.choices("abcdefghijklmnoprstuvw", k=9))
    return _WORDS.choice(_TEXTS).format(n=number, word=word)


ROBOTS: dict[str, Robot] = {
    "with proper headers": lambda to, n: letter("I am away.", n, to, Auto_Submitted="auto-replied"),
    "with changing texts": lambda to, n: letter(changing(n), n, to),
    "with changing texts and no thread": lambda to, n: letter(changing(n), n, Subject=f"Ticket {n}"),
    "with the same text": lambda to, n: letter(f"Your ticket has the number {n}.", n, to),
    "echoing our text": lambda to, n: letter(body(to), n, to),
    "echoing our text below its own": lambda to, n: letter(f"{changing(n)}\n\n{body(to)}", n, to),
    "echoing our text and no thread": lambda to, n: letter(body(to), n, Subject=str(to["Subject"])),
    "quoting our text": lambda to, n: letter(f"{changing(n)}\n\n> " + "\n> ".join(body(to).splitlines()), n, to),
}


UNSEEN = {"with changing texts and no thread", "echoing our text and no thread"}
"""What shows them as machines at once is that they answer within seconds, which only a thread can tell."""
LONG = {"with proper headers", "with changing texts", "echoing our text"}


def asked(callboard: Callboard) -> EmailMessage:
    """The reply to the question with which it begins: a robot in whose mailbox a person asked, say."""
    (reply,) = callboard.takes(letter("When is the deadline for the IDEAS PhD positions?", 0))
    return reply


@pytest.mark.parametrize("robot", sorted(set(ROBOTS) - UNSEEN))
def test_a_robot_that_answers_at_once_gets_one_reply(callboard: Callboard, robot: str) -> None:
    said, replies = [asked(callboard)], 1
    for number in range(1, ROUNDS):
        callboard.now += timedelta(seconds=2)
        said = callboard.takes(ROBOTS[robot](said[0], number))
        replies += len(said)
        if not said:
            break
    assert replies == 1


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
