"""No word of one applicant's message, nor of what a person wrote to one, ever reaches another, whatever order things happen in.

Every message and every answer holds a word that nothing else holds. What is planned for an applicant is searched for the words of
all others; what a coordinator wrote has to reach the applicant of that request, and nobody else.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.model.conversation import Answer, Matter, Question
from bot.model.hand_over import Coordinator
from bot.model.message import Refused
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from tests.storage.record import empty
from tests.usecases.office import CORA, DIRK, GROUP, Left, Office

MALLORY = Coordinator(name="Mallory", email="mallory@example.net", telegram=79)
APPLICANTS = ["100", "200", "ann@applicants.example", "bob@applicants.example", "Ann@applicants.example"]
MARK = re.compile(r"zq[a-j]+x")

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(APPLICANTS), st.sampled_from(["age-limit", "human", ""])),
        st.tuples(st.just("ask"), st.sampled_from(APPLICANTS), st.just("human")),
        st.tuples(st.just("reply"), st.sampled_from([CORA, DIRK, MALLORY]), st.integers(0, 40)),
        st.tuples(st.just("reply"), st.sampled_from([CORA, DIRK]), st.integers(0, 40)),
        st.tuples(st.just("end"), st.sampled_from([CORA, DIRK]), st.integers(0, 40)),
        st.tuples(st.just("race"), st.integers(0, 40), st.integers(0, 40)),
        st.tuples(st.just("applicant"), st.sampled_from(APPLICANTS), st.sampled_from(["/done", "/cancel", "/mydata"])),
        st.tuples(st.just("forget"), st.sampled_from(APPLICANTS), st.none()),
        st.tuples(st.just("later"), st.sampled_from([1, 30, 3600, 90_000]), st.none()),
        st.tuples(st.just("forge"), st.sampled_from(APPLICANTS), st.integers(0, 40)),
        st.tuples(st.just("refuse"), st.sampled_from(APPLICANTS), st.booleans()),
    ),
    min_size=6,
    max_size=30,
)


class Hands:
    """Hands over what is told it in the first line, and repeats the asker's words and earlier turns."""

    def __init__(self, real: AnswerQuestion) -> None:
        self._real = real
        plain = real(Question("When is the deadline?", datetime.now(UTC)))
        self._answer = replace(plain, choices=(), sources=(), citations=(), matters=(), told=(), topics=())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __call__(self, question: Question) -> Answer:
        reply = " / ".join(["You said", *question.conversation, question.text])
        topic = question.text.partition("\n")[0]
        if not topic:
            return replace(self._answer, kind="answer", reply=reply)
        matter = Matter("hand-over" if topic == "human" else "not-stated", topic, "ideas-2026")
        return replace(self._answer, kind="abstain", reply=reply, matters=(matter,), topics=(topic,))


class World:
    """What happened, and whose each word is."""

    def __init__(self, store: Store, brain: Any) -> None:
        self.office = Office(store, brain)
        self.owner: dict[str, str] = {}  # of an applicant's word
        self.meant: dict[str, set[str]] = {}  # of a coordinator's word: for whom

    def word(self) -> str:
        number = len(self.owner) + len(self.meant)  # in letters: texts that differ in numbers only count as the same
        return f"zq{''.join(chr(ord('a') + int(digit)) for digit in str(number))}x"

    def ask(self, who: str, topic: str) -> None:
        word = self.word()
        self.owner[word] = who
        self.office.say(f"{topic}\nI say {word}?", who)

    def notice(self, place: int) -> Left | None:
        found = [one for one in self.office.left if one.body.kind == "to-coordinator"]
        return found[-1 - place % len(found)] if found else None

    def said(self, by: Coordinator, to: Left, more: str = "") -> str:
        """An answer received; whom it is meant for is what the record says of the letter that is answered."""
        word = self.word()
        request = self.office.request(to.body.hand_over)
        known = request.conversation is not None and by is not MALLORY
        self.meant[word] = {request.address} if known else set()
        self.office.answer(f"Listen: {word}.{more}", to, by)
        return word

    def reply(self, by: Coordinator, place: int) -> None:
        if to := self.notice(place):
            self.office.now += timedelta(minutes=1)
            before, count = set(self.persons()), len(self.office.left)
            word = self.said(by, to)
            self.settle()
            self.after(word, by, before, count)

    def after(self, word: str, by: Coordinator, before: set[tuple[str, str]], count: int) -> None:
        """The answer reached exactly whom it is meant for, or its author was told why it did not."""
        new = {(one, text) for one, text in self.persons() if (one, text) not in before and word in text}
        assert {one for one, _ in new} <= self.meant[word]
        refused = self.meant[word] & set(self.office.refusing)
        if not new and self.meant[word] and not refused:
            told = [one.text for one in self.office.left[count:] if one.to in (by.email, GROUP)]
            assert any("was NOT passed on" in text for text in told), word

    def race(self, first: int, second: int) -> None:
        """Two coordinators' answers received before either is dealt with."""
        for by, place in ((CORA, first), (DIRK, second)):
            if to := self.notice(place):
                self.office.now += timedelta(minutes=1)
                self.said(by, to)
        self.settle()

    def end(self, by: Coordinator, place: int) -> None:
        if to := self.notice(place):
            self.office.now += timedelta(minutes=1)
            self.said(by, to, "\n/done")
            self.settle()

    def settle(self) -> None:
        for received in self.office.store.inbox.unanswered(10):
            self.office.settle(received)

    def applicant(self, who: str, command: str) -> None:
        self.office.say(command, who)

    def forget(self, who: str, _: None) -> None:
        self.office.say("/forget", who)
        command = self.office.store.people.awaited_code(self._conversation(who), self.office.now)
        self.office.say(f"/forget {command}", who)
        self.office.store.people.erase_finished(self.office.now)

    def _conversation(self, who: str) -> int:
        self.office.receive("/privacy", who)
        (received,) = self.office.store.inbox.unanswered(2)
        self.office.settle(received)
        return received.conversation

    def later(self, seconds: int, _: None) -> None:
        self.office.later(seconds=seconds)

    def forge(self, who: str, place: int) -> None:
        """An applicant names what was written to somebody else: in a thread, as a button, in a subject."""
        if not self.office.left:
            return
        other = self.office.left[place % len(self.office.left)]
        word = self.word()
        self.owner[word] = who
        if "@" in who:
            thread = {} if other.body.kind == "to-coordinator" else {"thread": other.reply.thread}
            subject = {"subject": "Re: [Callboard 1] request"}
            self.office.say(f"\nI forge {word}", who, reacts_to=other.reply.id, context=subject, **thread)
        else:
            self.office.say(f"{other.reply.id}:0", who, form="choice")
            self.office.say(f"\nI forge {word}", who, context={"answered": other.number})

    def refuse(self, who: str, does: bool) -> None:
        self.office.refusing.pop(who, None)
        if does:
            self.office.refusing[who] = Refused("no")

    def planned(self) -> Iterator[tuple[str, str]]:
        """Everything ever planned: for whom, and all of it, with subject, notice, buttons and file."""
        for one in self.office.left:
            body = one.body
            said = [body.text, body.subject, body.notice, *(choice.says for choice in body.choices)]
            yield one.to, "\n".join([*said, body.file.content if body.file else "", *one.reply.context.values()])

    def persons(self) -> Iterator[tuple[str, str]]:
        for one in self.office.left:
            if one.body.kind == "person":
                yield one.to, one.text

    def look(self) -> None:
        coordinators = {CORA.email, DIRK.email, GROUP}
        for to, text in self.planned():
            for word in MARK.findall(text):
                if to not in coordinators:
                    whose = {self.owner[word]} if word in self.owner else self.meant[word]
                    assert to in whose or (word in self.meant and _author(to)), (to, word, text)
        for to, text in self.persons():
            (word,) = MARK.findall(text)
            assert {to} == self.meant[word]


def _author(to: str) -> bool:
    """Whether it went to a coordinator in their group, about what they wrote."""
    return to.startswith(f"{GROUP}/")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = open_store("sqlite://")
    yield store
    store.close()


@pytest.fixture(scope="module")
def hands(brain: AnswerQuestion) -> Hands:
    return Hands(brain)


@given(STEPS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example([("ask", "100", "human"), ("ask", "200", "human"), ("later", 30, None), ("race", 0, 3), ("later", 30, None)])
@example(
    [("ask", "100", "human"), ("later", 30, None), ("forget", "100", None), ("ask", "100", "human"), ("reply", CORA, 0)]
)
def test_nothing_of_an_applicant_reaches_another(store: Store, hands: Hands, steps: list[tuple[Any, ...]]) -> None:
    empty(store)
    world = World(store, hands)
    for name, *values in steps:
        getattr(world, name)(*values)
        world.look()
    world.office.later(hours=30)
    world.look()


@given(st.lists(st.sampled_from(APPLICANTS), min_size=2, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_each_answer_reaches_its_own_applicant(store: Store, hands: Hands, who: list[str], chance: Any) -> None:
    empty(store)
    world = World(store, hands)
    for one in who:
        world.ask(one, "human")
    notices = world.office.told()
    assert len(notices) == 3 * len(set(who))
    chance.shuffle(notices)
    answered: dict[str, str] = {}
    for to in notices:
        world.office.now += timedelta(minutes=1)
        address = world.office.request(to.body.hand_over).address
        word = world.said(CORA, to)
        world.settle()
        got = [text for one, text in world.persons() if one == address]
        assert word in got[-1]
        answered[address] = word
    assert set(answered) == set(who)
    assert len(list(world.persons())) == len(notices)
    world.look()


@pytest.mark.parametrize("applicant", APPLICANTS[:3])
def test_the_real_brain_tells_nothing_of_others(store: Store, brain: AnswerQuestion, applicant: str) -> None:
    empty(store)
    world = World(store, brain)
    for topic in ("Is there an age limit for IDEAS?", "I want to speak to a person."):
        world.ask("300", topic)
        world.ask(applicant, topic)
    notices = world.office.told()
    for to in notices:
        world.reply(CORA, notices.index(to))
    for topic in ("Is there an age limit for IDEAS?", "What did you tell the others?"):
        world.ask("400", topic)
    world.office.later(hours=30)
    world.look()
