"""What a test of bookings starts from: slots, and people who were invited to choose one, in a record on either engine.

Knows the tables of the record as far as a campaign fills them. What the people then do: `booking_crowd.py`.
"""

import random
import secrets
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
import yaml
from crash import FIRST_CHAT, Scene
from psycopg.rows import dict_row

from bot.model.message import Sent
from bot.model.slot import Interviewer, Meeting
from bot.storage.store import open_store
from tests.own_mails import CALL, ZONE
from tests.storage.letters import WORKER, mail, sends

REPOSITORY = Path(__file__).parent.parent.parent
COORDINATORS = ("cora@school.invalid", "dirk@school.invalid")
INTERVIEWERS = (Interviewer("Prof. Vega", "vega@school.invalid"), Interviewer("Dr. Chen", "chen@school.invalid"))
SETTINGS = {"coordinators": [{"name": one.partition("@")[0].title(), "email": one} for one in COORDINATORS]}
NONE_LEFT = tuple(
    yaml.safe_load((REPOSITORY / "templates" / "service" / f"{language}.yaml").read_text())["own-mail"]["free"]["none"]
    for language in ("en", "de")
)
"""What says that no time is left."""


@dataclass
class Person:
    """Somebody who was invited; `chat` is 0 for who writes letters.

    `tried` are the slots they picked, `slot` is the last that they heard is theirs; `state`: new, waiting, offered, booked or none (left).
    """

    key: str
    address: str
    token: str
    link: str
    language: str
    chat: int = 0
    written: list[str] = field(default_factory=list)
    tried: list[int] = field(default_factory=list)
    offered: dict[int, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    under: dict[str, Any] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    slot: int = 0
    state: str = "new"

    @property
    def at(self) -> str:
        """Their address in the record of conversations."""
        return str(self.chat) if self.chat else self.address


class BookingScene(Scene):
    """The program between its peers, with its record on either engine."""

    @property
    def url(self) -> str:
        """Where its record is."""
        return self.more.get("store", {}).get("url") or f"sqlite:///{self.store}"

    def rows(self, select: str) -> list[dict[str, Any]]:
        """What the record says; times are UTC."""
        if self.url.startswith("sqlite"):
            return [_read(row) for row in super().rows(select)]
        dsn = sa.make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg.connect(dsn, row_factory=dict_row)) as connection:
            return [_read(row) for row in connection.execute(select).fetchall()]

    def fill(self, count: int, slots: int, chance: random.Random) -> list[Person]:
        """Offer slots, and invite so many people by mails that left; every second writes in Telegram."""
        now = datetime.now(UTC)
        store = open_store(self.url)
        try:
            store.slots.add(CALL, _meetings(slots, now), "Cora", now)
            people = [_person(number, chance) for number in range(count)]
            fields = {"reply_by": f"{now + timedelta(days=5):%Y-%m-%d}", "zone": "Asia/Kolkata"}
            letters = [
                mail(
                    one.key,
                    address=one.address,
                    name=one.key,
                    token=one.token,
                    link=one.link,
                    language=one.language,
                    fields=fields,
                )
                for one in people
            ]
            campaign = sends(store, letters, "interview-booking", CALL)
            claimed = [one.id for one in store.ledger.claim(campaign, WORKER, now, count)]
            assert store.ledger.mark(WORKER, claimed, now) == set(claimed)
            store.ledger.settle(WORKER, [(number, Sent("250 ok"), now) for number in claimed])
            assert len(claimed) == count
        finally:
            store.close()
        return people


def _meetings(count: int, now: datetime) -> list[Meeting]:
    """So many times from a week on, in turns by one interviewer, the other, and both."""
    first = (now + timedelta(days=7)).astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    starts = [first + timedelta(days=1 + n // 10, minutes=45 * (n % 10)) for n in range(count)]
    panels = (INTERVIEWERS[:1], INTERVIEWERS[1:], INTERVIEWERS)
    return [Meeting(start, 30, "online", "https://meet.invalid/room", panels[n % 3]) for n, start in enumerate(starts)]


def _person(number: int, chance: random.Random) -> Person:
    return Person(
        f"N-{number}",
        f"person{number}@applicants.invalid",
        secrets.token_hex(16),
        secrets.token_urlsafe(18),
        "de" if chance.random() < 0.2 else "en",
        chat=FIRST_CHAT + number if number % 2 else 0,
    )


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its times as such, whatever the engine keeps."""
    starts = row.get("starts")
    if starts is not None:
        row["starts"] = (datetime.fromisoformat(starts) if isinstance(starts, str) else starts).replace(tzinfo=UTC)
    return row
