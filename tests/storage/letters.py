"""What the tests of campaigns share: plans and letters to put into the record."""

import itertools
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.model.campaign import Campaign, Kind, Plan, Told
from bot.model.delivery import DeliveryState, Letter
from bot.storage.store import Store
from tests.storage.record import NOW

CALL = "tidal-2027"
WORKER = "worker 1"
_rows = itertools.count(2)


def plan(kind: Kind = "shortlist", call: str = CALL, **more: Any) -> Plan:
    """What a campaign is planned with."""
    known = {"by": "maria", "template": "Dear {{ name }}", "source": "people.csv", "shared": {}, "knowledge": "v1"}
    return Plan(call=call, kind=kind, places=6, **known | more)


def mail(person: str = "17", *, body: bytes = b"", **more: Any) -> Letter:
    """A letter to somebody, each with a row of its own."""
    row = more.pop("row", next(_rows))
    known: dict[str, Any] = {
        "row": row,
        "person": person,
        "address": f"{person}@example.org",
        "name": f"Person {person}",
        "language": "en",
        "token": secrets.token_hex(16),
        "revision": 1,
        "subject": "News",
        "text": f"Dear {person}",
        "after": 0,
    }
    return Letter(**known | {"body": body or f"To: {person}\r\n\r\nDear {person}\r\n".encode()} | more)


def planned(
    store: Store, people: Sequence[str | Letter] = ("17",), kind: Kind = "shortlist", call: str = CALL, **more: Any
) -> Campaign:
    """A campaign that is planned for these people; what they were told before is heeded."""
    told = store.campaigns.told(call)
    number = store.campaigns.open(plan(kind, call, **more), NOW)
    highest = store.campaigns.revisions(call)
    letters = [
        mail(one, after=last(told, one), revision=1 + highest.get((one, kind), 0)) if isinstance(one, str) else one
        for one in people
    ]
    store.campaigns.add(number, letters)
    return store.campaigns.complete(number, told[-1].number if told else 0, "maria", NOW)


def last(told: Sequence[Told], person: str) -> int:
    """The last that somebody was told or did."""
    return max((one.number for one in told if one.person == person), default=0)


def sends(
    store: Store, people: Sequence[str | Letter] = ("17",), kind: Kind = "shortlist", call: str = CALL, **more: Any
) -> int:
    """A campaign that is being sent; its number."""
    campaign = planned(store, people, kind, call, **more).id
    assert store.campaigns.move(campaign, ["planned"], "approved")
    assert store.campaigns.move(campaign, ["approved"], "sending")
    return campaign


def states(store: Store, campaign: int) -> list[DeliveryState]:
    """The states of its deliveries, by row."""
    return [one.state for one in store.campaigns.deliveries(campaign)]


def claim(store: Store, campaign: int, worker: str = WORKER, now: datetime = NOW, limit: int = 100) -> list[int]:
    """What a worker claims."""
    return [one.id for one in store.ledger.claim(campaign, worker, now, limit)]


def begin(store: Store, campaign: int, worker: str = WORKER, now: datetime = NOW, limit: int = 100) -> list[int]:
    """What a worker claims and begins."""
    numbers = claim(store, campaign, worker, now, limit)
    assert store.ledger.mark(worker, numbers, now) == set(numbers)
    return numbers
