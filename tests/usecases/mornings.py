"""What the tests of the morning list share: mails that left, what came back for them, on a record in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model.campaign import Kind
from bot.model.delivery import Delivery, Letter
from bot.model.knowledge import Knowledge
from bot.model.message import Outcome, Refused, Sent, Unknown
from bot.model.slot import Meeting
from bot.storage.campaign_schema import tracks
from bot.storage.return_schema import invitations, returns
from bot.storage.store import Store
from bot.usecases.morning import Books, Morning, morning
from tests.storage.letters import WORKER, begin, mail, sends

CALL = "ideas-2026"
NOW = datetime(2026, 3, 12, 6, tzinfo=UTC)
"""Seven in the morning at the call's place."""
OUTCOMES: dict[str, Outcome] = {
    "sent": Sent("250 queued"),
    "refused": Refused("550 5.1.1 no such user"),
    "unknown": Unknown("the connection was lost after the text"),
}


@dataclass
class Days:
    """The days after campaigns; `now` moves on."""

    store: Store
    knowledge: Knowledge
    now: datetime = NOW - timedelta(days=2)
    rows: dict[str, Delivery] = field(default_factory=dict)

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)

    def tell(self, kind: Kind, *people: str, outcome: str = "sent", call: str = CALL, **fields: str) -> int:
        """A campaign that left to these people, with these fields; its number."""
        highest = self.store.campaigns.revisions(call)
        told = self.store.campaigns.told(call)
        letters = [self._letter(one, fields, 1 + highest.get((one, kind), 0), told) for one in people]
        campaign = sends(self.store, letters, kind, call)
        numbers = begin(self.store, campaign, now=self.now)
        self.store.ledger.settle(WORKER, [(number, OUTCOMES[outcome], self.now) for number in numbers])
        self.pass_by(minutes=10)
        return campaign

    def plan(self, kind: Kind, *people: str) -> int:
        """A campaign that has not begun."""
        told = self.store.campaigns.told(CALL)
        highest = self.store.campaigns.revisions(CALL)
        letters = [self._letter(one, {}, 1 + highest.get((one, kind), 0), told) for one in people]
        return sends(self.store, letters, kind, CALL)

    def delivery(self, campaign: int, person: str) -> Delivery:
        return next(one for one in self.store.campaigns.deliveries(campaign) if one.person == person)

    def comes(self, kind: str, mail: Delivery | None = None, **more: Any) -> int:
        """Something came back, for a mail if one is given; the return's number."""
        known = {"kind": kind, "at": self.now, "proven": mail is not None, "delivery": mail.id if mail else None}
        known |= {"address": mail.address if mail else "", "detail": f"{kind}: its words"}
        with self.store.engine.begin() as connection:
            made = connection.execute(returns.insert().values(**known | more))
        self.pass_by(minutes=1)
        return int(made.inserted_primary_key[0])

    def bounces(self, mail: Delivery, words: str = "5.1.1 no such user") -> int:
        """The mail came back."""
        number = self.comes("failed", detail=words, address=mail.address)
        assert self.store.returns.match(number, mail.id, "Ada", self.now)
        return number

    def books_slot(self, mail: Delivery) -> None:
        """Its reader booked a time."""
        entry = {"call": CALL, "person": mail.person, "at": self.now}
        meeting = Meeting(self.now + timedelta(days=9), 30)
        with self.store.engine.begin() as connection:
            connection.execute(
                invitations.insert().values(
                    **entry, uid="u@x", sequence=0, method="REQUEST", starts=meeting.starts, minutes=30, invited=mail.id
                )
            )
            connection.execute(
                tracks.insert().values(**entry, what="booked", address=mail.address, name=mail.name, by="Callboard")
            )

    def has_entry(self, mail: Delivery) -> None:
        """The mail brought another time for the calendar, after the one that was booked."""
        entry = {"call": CALL, "person": mail.person, "at": self.now, "uid": "u@x", "sequence": 1, "method": "REQUEST"}
        with self.store.engine.begin() as connection:
            starts = self.now + timedelta(days=10)
            connection.execute(invitations.insert().values(**entry, starts=starts, minutes=30, delivery=mail.id))

    def books(self) -> Books:
        return Books(self.store.campaigns, self.store.returns, self.store.slots, self.store.own_mails)

    def look(self, call: str | None = None) -> Morning:
        return morning(self.books(), self.knowledge, self.now, call)

    def found(self) -> list[tuple[str, str]]:
        """(section, person) of every line."""
        return [(one.section, one.delivery.person if one.delivery else "") for one in self.look().cases]

    @staticmethod
    def _letter(person: str, fields: dict[str, str], revision: int, told: Any) -> Letter:
        after = max((one.number for one in told if one.person == person), default=0)
        return mail(person, fields=fields, after=after, revision=revision)
