"""How letters that answer a decision mail are understood: counted on messages of two hands that saw neither phrasings nor code.

`pytest -s tests/test_own_mail_messages.py` prints the table of the README. What must hold for every message: no time is booked but the one
that is meant, and whoever accepts, declines, withdraws, confirms or asks for another time reaches a person or the free times.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from bot.channels.email.receiving import as_incoming
from bot.model.message import Settled
from bot.model.slot import Invitation, Meeting
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from tests.own_mails import BOT, CALL, TALK_NOW, ZONE, Recipient, own_office, tell_one
from tests.storage.record import empty

HERE = Path(__file__).parent
SETS = {"seen while building": "own_mail_messages.yaml", "held out": "own_mail_messages_held_out.yaml"}
TIMES = [datetime(2027, 3, day, hour, minute, tzinfo=ZONE) for day in (8, 9) for hour, minute in
         ((9, 0), (9, 45), (10, 30), (11, 15))]  # fmt: skip
FIRST = 11
FIXED = Invitation(
    "interview@example.org", 0, "REQUEST", Meeting(datetime(2027, 3, 10, 14, 0, tzinfo=ZONE), 30, "online")
)
FIELDS = {"interview": "2027-03-10 14:00", "where": "online", "minutes": "30"}
ACTS = {
    "accept": "accept-offer",
    "decline": "decline-offer",
    "withdraw": "withdraw-application",
    "confirm": "confirm-interview",
}


@dataclass(frozen=True)
class Outcome:
    """What a message came to. `person` are the topics under which a person gets it, "" in it without a topic."""

    entry: dict[str, Any]
    mail: Recipient
    settled: Settled

    @property
    def text(self) -> str:
        return self.settled.replies[0].text if self.settled.replies else ""

    @property
    def person(self) -> set[str]:
        return {matter.topic for matter in self.settled.step.matters} if self.settled.step else set()

    @property
    def booked(self) -> int:
        return self.settled.booking.slot.id if self.settled.booking else 0

    @property
    def own(self) -> bool:
        return bool(self.settled.replies) and "own-mail" in self.settled.replies[0].topics

    @property
    def right(self) -> bool:
        """Whether it was understood as it was meant."""
        means = self.entry["means"]
        if means in ACTS:
            return ACTS[means] in self.person
        lists = all(f"{number}: " in self.text for number in range(FIRST, FIRST + len(TIMES)))
        known = {
            "pick": self.booked == self.entry.get("slot"),
            "move": "interview-slot" in self.person or (self.own and lists),
            "when": self.own and "2027" in self.text and not self.booked,
            "meaning": self.own and self.mail.subject in self.text,
            "person": bool(self.person),
            "public": not self.own,
        }
        return known[means]

    @property
    def safe(self) -> bool:
        """Whether it was, or a person reads it, or the bot asks back."""
        return self.right or bool(self.person) or (self.entry["means"] == "pick" and not self.booked and self.own)


def answered(brain: AnswerQuestion, store: Store, number: int, entry: dict[str, Any]) -> Outcome:
    empty(store)
    with store.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM sqlite_sequence"))
        connection.execute(sa.text(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('slots', {FIRST - 1})"))
    office = own_office(store, brain)
    store.slots.add(CALL, [Meeting(start, 30, "online", "https://meet.example/r") for start in TIMES], "Cora", TALK_NOW)
    fixed = entry["mail"] in ("interview", "interview-change")
    mail = tell_one(store, "ann", entry["mail"], **({"invitation": FIXED, "fields": FIELDS} if fixed else {}))
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = mail.address, BOT, f"Re: {mail.subject}"
    letter["Message-ID"] = f"<{number}@applicants.example>"
    letter["In-Reply-To"] = letter["References"] = f"<{mail.token}.mail@{BOT.partition('@')[2]}>"
    letter.set_content(f"{entry['text']}\n\n> We wrote to you.\n")
    assert store.inbox.receive(as_incoming(letter.as_bytes(), frozenset({BOT}), "", TALK_NOW))
    (received,) = store.inbox.unanswered(5)
    return Outcome(entry, mail, office.respond(received, (), TALK_NOW))


@pytest.fixture(scope="module")
def outcomes(brain: AnswerQuestion) -> Iterator[dict[str, list[Outcome]]]:
    store = open_store("sqlite://")
    yield {
        name: [answered(brain, store, *one) for one in enumerate(yaml.safe_load((HERE / file).read_text("utf-8")))]
        for name, file in SETS.items()
    }
    store.close()


def test_no_time_is_booked_that_was_not_meant(outcomes: dict[str, list[Outcome]]) -> None:
    every = [one for found in outcomes.values() for one in found]
    assert [one.entry["text"] for one in every if one.booked and one.booked != one.entry.get("slot")] == []


def test_whoever_acts_reaches_a_person(outcomes: dict[str, list[Outcome]]) -> None:
    every = [one for found in outcomes.values() for one in found if one.entry["means"] in ACTS]
    assert [one.entry["text"] for one in every if not one.person] == []


def test_most_is_understood_and_nearly_all_else_reaches_a_person(
    outcomes: dict[str, list[Outcome]], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("\n| messages | number | understood | or a person reads it, or asked back |\n|---|---|---|---|")
        for name, found in outcomes.items():
            right, safe = sum(one.right for one in found), sum(one.safe for one in found)
            print(f"| {name} | {len(found)} | {right / len(found):.1%} | {safe / len(found):.1%} |")
    for found in outcomes.values():
        kinds = Counter(one.entry["means"] for one in found if not one.safe)
        assert sum(one.right for one in found) >= 0.65 * len(found)
        assert sum(kinds.values()) <= 0.07 * len(found), kinds
