"""Whoever does not prove to be a mail's recipient cannot tell a world in which decisions were sent from one in which none was.

The same letters and chat messages go to two programs: one has told people their results, the other nobody anything. Unless token and
address belong together (or the link is used first), both must answer with the same words, after the same number of statements.
"""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.email.receiving import as_incoming
from bot.model.message import Incoming, Outgoing
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from tests.own_mails import BOT, CALL, TALK_NOW, Recipient, own_office, tell
from tests.storage.record import empty
from tests.usecases.office import Office

PEOPLE = ("ann", "bob", "cem", "dana", "eve", "finn")
MOVED = "finn"
"""Somebody whose mail went to a wrong address, as is known by now."""
STRANGER = "mallory@example.net"
TEXTS = (
    "What does my mail mean?",
    "Was heißt die Mail, die ich bekommen habe?",
    "When is my interview?",
    "Can I move my interview slot?",
    "I accept the offer.",
    "Leider muss ich absagen.",
    "3",
    "slot 2 please",
    "Thank you!",
    "Have I been rejected?",
    "When is the deadline?",
    "What do I have to send you now?",
)
NOTHING = secrets.token_hex(16)


@dataclass
class World:
    """A program with its record; `people` got mails, or nobody did."""

    brain: AnswerQuestion
    told: bool
    people: dict[str, Recipient] = field(default_factory=dict)
    statements: int = 0

    def __post_init__(self) -> None:
        self.store: Store = open_store("sqlite://")
        sa.event.listen(self.store.engine, "before_cursor_execute", self._count)
        self.begin()

    def begin(self) -> "World":
        """Nobody has written yet."""
        empty(self.store)
        self.office: Office = own_office(self.store, self.brain)
        self.people = tell(self.store, PEOPLE) if self.told else {}
        if self.told:
            known = next(one for one in self.store.campaigns.told(CALL) if one.name == MOVED.title())
            self.store.campaigns.relocate(CALL, known, "finn@right.example", "Cora", TALK_NOW)
        return self

    def _count(self, *_: Any) -> None:
        self.statements += 1

    def say(self, incoming: Incoming) -> tuple[list[Any], int]:
        before = self.statements
        assert self.store.inbox.receive(incoming)
        received = self.store.inbox.unanswered(100)[-1:]
        if not received:
            return [], self.statements - before
        settled = self.office.respond(received[0], self.store.inbox.earlier(received[0]), TALK_NOW)
        self.store.inbox.settle(received[0], settled, TALK_NOW)
        count = self.statements - before
        return [seen(one) for one in settled.replies if not one.to], count


def seen(reply: Outgoing) -> tuple[Any, ...]:
    """What its reader sees of a reply."""
    return reply.text, reply.choices, reply.notice, reply.file, reply.subject, reply.kind, reply.language


@pytest.fixture(scope="module")
def worlds(brain: AnswerQuestion) -> Iterator[tuple[World, World]]:
    made = World(brain, told=True), World(brain, told=False)
    yield made
    for one in made:
        one.store.close()


_numbers = itertools.count(1)


def letter(sender: str, token: str, text: str, answer_to: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, BOT, "Re: Your application"
    message["Message-ID"] = f"<{next(_numbers)}.{secrets.token_hex(4)}@example.net>"
    message["References"] = message["In-Reply-To"] = f"<{token}.mail@{BOT.partition('@')[2]}>"
    if answer_to:
        message["Reply-To"] = answer_to
    message.set_content(f"{text}\n")
    return message.as_bytes()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    whose=st.sampled_from((*PEOPLE, "")),
    by=st.sampled_from((*PEOPLE, STRANGER)),
    text=st.sampled_from(TEXTS),
    answer_to=st.sampled_from(("", STRANGER)),
)
def test_a_letter_that_proves_nothing_is_answered_as_where_nobody_was_told(
    worlds: tuple[World, World], whose: str, by: str, text: str, answer_to: str
) -> None:
    told, silent = (one.begin() for one in worlds)
    token = told.people[whose].token if whose else NOTHING
    sender = told.people[by].address if by in told.people else STRANGER
    data = letter(sender, token, f"{text} ({next(_numbers)})" if len(text) > 5 else text, answer_to)
    incoming = as_incoming(data, frozenset({BOT}), "", TALK_NOW)
    before, after = told.say(incoming), silent.say(incoming)
    if whose and whose == by != MOVED:
        return
    assert before[0] == after[0]
    assert before[1] == after[1], "how long it takes tells it"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whose=st.sampled_from((*PEOPLE, "")), text=st.sampled_from(TEXTS))
def test_a_link_that_another_chat_has_used_is_no_link(worlds: tuple[World, World], whose: str, text: str) -> None:
    told, silent = (one.begin() for one in worlds)
    owner, thief = f"9{PEOPLE.index(whose) if whose else 9}", str(100_000 + next(_numbers))
    word = told.people[whose].link if whose else "m-nothing"
    told.say(chat(owner, f"/start m-{word}"))
    for said in (f"/start m-{word}", text):
        before, after = told.say(chat(thief, said)), silent.say(chat(thief, said))
        assert before[0] == after[0]
        assert before[1] == after[1]


@pytest.mark.parametrize("text", TEXTS)
def test_the_link_of_a_mail_that_went_to_a_wrong_address_is_no_link(worlds: tuple[World, World], text: str) -> None:
    told, silent = (one.begin() for one in worlds)
    for said in (f"/start m-{told.people[MOVED].link}", text):
        assert told.say(chat("95", said)) == silent.say(chat("95", said))


def test_a_letter_of_the_recipient_that_asks_for_answers_elsewhere_is_answered_at_their_own_address(
    worlds: tuple[World, World],
) -> None:
    told = worlds[0].begin()
    ann = told.people["ann"]
    incoming = as_incoming(letter(ann.address, ann.token, TEXTS[0], STRANGER), frozenset({BOT}), "", TALK_NOW)
    assert incoming.address == ann.address
    assert told.store.inbox.receive(incoming)
    assert told.store.inbox.unanswered(1)[0].about == ann.delivery


def test_the_recipient_is_told(worlds: tuple[World, World]) -> None:
    told = worlds[0].begin()
    for name, one in told.people.items():
        if name == MOVED:
            continue
        replies, _ = told.say(as_incoming(letter(one.address, one.token, TEXTS[0], ""), frozenset({BOT}), "", TALK_NOW))
        assert one.subject in replies[0][0], name
        others = [other for key, other in told.people.items() if key != name]
        assert not any(other.name in replies[0][0] or other.address in replies[0][0] for other in others)


def chat(number: str, text: str) -> Incoming:
    key = f"c{next(_numbers)}"
    return Incoming("telegram", key, number, text, TALK_NOW, context={"chat": number, "message": key})
