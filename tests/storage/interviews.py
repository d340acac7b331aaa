"""What the tests of interviews and returns share: mails that left, slots, bookings, and letters that come back."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.model.campaign import Kind
from bot.model.message import Incoming, Outcome, Sent, Settled
from bot.model.own_mail import Booking
from bot.model.returned import Returned, ReturnKind
from bot.model.slot import Interviewer, Invitation, Meeting, Slot
from bot.storage.store import Store
from tests.storage.letters import CALL, WORKER, begin, last, mail, sends
from tests.storage.record import NOW, letter, says, take

AHEAD = NOW + timedelta(days=7)
VEGA = Interviewer("Prof. Vega", "vega@school.example")


def meetings(count: int = 3, **more: Any) -> list[Meeting]:
    """So many times that lie ahead, an hour each."""
    known: dict[str, Any] = {"minutes": 30, "place": "online", "link": "https://meet.example/1", "panel": (VEGA,)}
    return [Meeting(AHEAD + timedelta(hours=number), **known | more) for number in range(count)]


def offered(store: Store, count: int = 3, call: str = CALL) -> list[Slot]:
    """Slots that are offered."""
    return store.slots.add(call, meetings(count), "cora", NOW)


def told(
    store: Store, person: str = "17", kind: Kind = "interview-booking", outcome: Outcome | None = None, **more: Any
) -> int:
    """A mail that left for somebody, or ended as `outcome` says; its number."""
    call = more.pop("call", CALL)
    more = {"after": last(store.campaigns.told(call), person), "token": token_of(person, kind)} | more
    campaign = sends(store, [mail(person, **more)], kind, call)
    (number,) = begin(store, campaign)
    store.ledger.settle(WORKER, [(number, outcome or Sent("250 ok"), NOW)])
    return number


def token_of(person: str, kind: str = "interview-booking") -> str:
    """The token of somebody's mail."""
    return hashlib.sha256(f"{kind} {person}".encode()).hexdigest()[:32]


def back(kind: ReturnKind = "failed", sender: str = "17@example.org", token: str = "", **more: Any) -> Incoming:
    """A letter that came back; `stop` unless it is a person's reply."""
    about = {name: more.pop(name) for name in ("uid", "addresses", "status", "says", "detail") if name in more}
    about = {"addresses": (sender,)} | about
    stop = {} if kind == "reply" else {"stop": kind}
    return letter(sender=sender, returned=Returned(kind, token, **about), **stop | more)


def entry(uid: str, sequence: int = 0, method: Any = "REQUEST", **more: Any) -> Invitation:
    """A calendar entry that a mail brings."""
    slot = more.pop("slot", None)
    return Invitation(uid, sequence, method, Meeting(AHEAD + timedelta(days=2), **more), slot)


def booking(store: Store, delivery: int, slot: Slot) -> Booking:
    """A slot as somebody picks it who has this mail."""
    own = store.own_mails.mail(delivery)
    assert own is not None
    uid, sequence = store.slots.entry(own.call, own.person)
    return Booking(own, slot, uid or f"{secrets.token_hex(8)}@school.example", sequence)


def books(store: Store, wanted: Booking, sender: str | None = None, now: datetime = NOW) -> int:
    """A message that picks a slot settled; its number. Raises SlotTakenError."""
    received = take(store, letter("3", sender or wanted.mail.address))
    store.inbox.settle(received, Settled("answered", "", "3", "en", (says("booked"),), "v1", booking=wanted), now)
    return received.id


def holders(slots: Sequence[Slot]) -> list[str]:
    """Who holds each."""
    return [one.holder for one in slots]
