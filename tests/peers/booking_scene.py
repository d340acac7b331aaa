"""People who choose the time of their interview, all at once: by letters that answer their mail, and in Telegram by the mail's link.

The record is filled as a campaign left it; then everybody reads what the journals of the peers say that they got, and goes on until
they have a time, or heard that none is left. Judges nothing: `booking_audit.py` does.
"""

import base64
import json
import random
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, localtime
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
FIRST = (
    "{n}",
    "slot {n} please",
    "Dear all,\n\nI would like number {n}.\n\nBest regards",
    "/slot {n}",
    "Nummer {n}, bitte",
)
AGAIN = ("/slot {n}", "Could I have slot {n}?", "Könnte ich Nummer {n} haben?")
"""Letters that follow a reply faster than one reads it: only what asks something is answered then."""
IN_CHAT = ("/slot {n}", "number {n}", "{n}", "button")
_LINE = re.compile(r"^(\d+): (.+)$", re.MULTILINE)
LABEL = 60
"""So much of a time's words stands on its button."""
GIVING_UP = 240.0


@dataclass
class Person:
    """Somebody who was invited; `chat` is 0 for who writes letters. `tried` are the slots they picked, `slot` the last they heard is theirs."""

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


class Tail:
    """A journal, read on and on."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._read = 0

    def new(self) -> list[dict[str, Any]]:
        """The lines that came since."""
        if not self._journal.exists():
            return []
        with self._journal.open("rb") as lines:
            lines.seek(self._read)
            whole = lines.read().rpartition(b"\n")[0]
        self._read += len(whole) + 1 if whole else 0
        return [json.loads(line) for line in whole.splitlines()]


class Crowd:
    """All of them; `sights` counts what arrived anywhere, `strange` is what nobody knew what to do with."""

    def __init__(self, scene: BookingScene, people: Sequence[Person], chance: random.Random) -> None:
        self.scene, self.people, self._chance = scene, people, chance
        self.stopped = threading.Event()
        self.sights = 0
        self.strange: list[str] = []
        self._chats, self._letters = Tail(scene.telegram.journal), Tail(scene.sink.journal)
        self._by = {one.at: one for one in people}
        self._pool = ThreadPoolExecutor(8)

    @property
    def written(self) -> int:
        """Messages that people wrote."""
        return sum(len(one.written) for one in self.people)

    def choose(self, movers: Iterable[Person] = ()) -> None:
        """Open the links; then all pick a time, at one moment, and go on until they are done; then these move, at one moment."""
        with self._pool:
            chats = [one for one in self.people if one.chat]
            self._at_once([(one, f"/start m-{one.link}") for one in chats])
            self._wait(lambda: all(one.state == "offered" for one in chats))
            count = len(self.scene.rows("SELECT id FROM slots"))
            self._at_once([(one, self._words(one, self._chance.randint(1, count), FIRST)) for one in self.people])
            self._wait(lambda: all(one.state in ("booked", "none") for one in self.people))
            moving = list(movers)
            wishes = [self._chance.choice([n for n in range(1, count + 1) if n != one.slot]) for one in moving]
            self._at_once([(one, self._words(one, n, AGAIN)) for one, n in zip(moving, wishes, strict=True)])
            self._wait(lambda: all(one.state == "booked" for one in moving))

    def book(self, one: Person, slot: int) -> None:
        """Somebody alone picks a time."""
        self._at_once([(one, self._words(one, slot, AGAIN if one.heard else FIRST))])

    def open(self, one: Person) -> None:
        """Somebody alone opens the link of their mail."""
        self._at_once([(one, f"/start m-{one.link}")])

    def wait_for(self, one: Person, *states: str) -> None:
        """Wait until somebody is so far."""
        self._wait(lambda: one.state in states)

    def _wait(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + GIVING_UP
        self._hear()
        while not done():
            if self.stopped.is_set() or time.monotonic() > until:
                states = {one.at: (one.state, one.tried) for one in self.people if one.state not in ("booked", "none")}
                raise AssertionError(f"not all got so far; strange: {self.strange}; left: {states}")
            time.sleep(0.03)
            self._hear()

    def _at_once(self, acts: Sequence[tuple[Person, str]]) -> None:
        """Everybody writes at the same moment."""
        letters = [self._letter(one, text) for one, text in acts if not one.chat]
        sending = [self._pool.submit(self.scene.dovecot.deliver, *letter) for letter in letters]
        chats = [self._say(one, text) for one, text in acts if one.chat]
        if chats:
            self.scene.telegram.many(chats)
        for one in sending:
            one.result()

    def _words(self, one: Person, slot: int, by_letter: Sequence[str]) -> str:
        one.tried.append(slot)
        return self._chance.choice(IN_CHAT if one.chat else by_letter).format(n=slot)

    def _letter(self, one: Person, text: str) -> tuple[str, EmailMessage, str]:
        letter, ours = EmailMessage(), f"<{one.token}.mail@{self.scene.mailbox.address.partition('@')[2]}>"
        identity = f"<{len(one.written)}.{secrets.token_hex(8)}@applicants.invalid>"
        letter["From"], letter["To"] = one.address, self.scene.mailbox.address
        letter["Subject"], letter["Message-ID"] = "Re: News", identity
        letter["In-Reply-To"] = letter["References"] = ours
        letter["Date"] = format_datetime(localtime())
        letter.set_content(f"{text}\n")
        one.written.append(identity)
        one.state = "waiting"
        return self.scene.mailbox.address, letter, one.address

    def _say(self, one: Person, text: str) -> tuple[str, dict[str, Any]]:
        slot = one.tried[-1] if one.tried else 0
        data = one.buttons.get(one.offered.get(slot, "")[:LABEL], "")
        one.written.append(text)
        one.state = "waiting"
        under, one.offered, one.buttons = one.under, {}, {}
        if text == "button" and data:
            return "press", {"message": {name: under[name] for name in ("chat_id", "message_id")}, "data": data}
        return "say", {"chat": one.chat, "text": f"/slot {slot}" if text == "button" else text}

    def _hear(self) -> None:
        """Read what arrived, and answer it."""
        heard = [effect for effect in self._chats.new() if effect["method"].startswith("send") and effect["message_id"]]
        letters = self._letters.new()
        self.sights += len(heard) + len(letters)
        for effect in heard:
            if one := self._by.get(str(effect["chat_id"])):
                self._hear_chat(one, effect)
        for letter in letters:
            if one := self._by.get(letter["recipients"][0]):
                self._hear_letter(one, letter)

    def _hear_chat(self, one: Person, effect: dict[str, Any]) -> None:
        rows = effect["params"].get("reply_markup", {}).get("inline_keyboard", [])
        if _again(one, f"{effect['text']}\0{rows}"):
            return
        one.offered |= {int(number): words for number, words in _LINE.findall(effect["text"] or "")}
        if rows:
            one.buttons, one.under = {row[0]["text"]: row[0]["callback_data"] for row in rows}, effect
        self._go_on(one, effect["text"] or "", booked="document" in effect["params"], offers=bool(rows))

    def _hear_letter(self, one: Person, letter: dict[str, Any]) -> None:
        if _again(one, letter["message_id"]):
            return
        read = message_from_bytes(base64.b64decode(letter["text"]), policy=default)
        text = read.get_body(("plain",)).get_content()
        one.offered = {int(number): words for number, words in _LINE.findall(text.replace("\r\n", "\n"))}
        booked = any(part.get_content_type() == "text/calendar" for part in read.walk())
        self._go_on(one, text, booked=booked, offers=bool(one.offered))

    def _go_on(self, one: Person, text: str, *, booked: bool, offers: bool) -> None:
        if booked:
            one.state, one.slot = "booked", one.tried[-1]
        elif any(words in " ".join(text.split()) for words in NONE_LEFT):
            one.state = "none"
        elif offers and not one.tried:
            one.state = "offered"
        elif offers:
            fresh = [number for number in one.offered if number not in one.tried] or list(one.offered)
            self._at_once([(one, self._words(one, self._chance.choice(fresh), AGAIN))])
        elif not one.chat:
            self.strange.append(f"{one.at}: {text}")


def _again(one: Person, what: str) -> bool:
    """Whether somebody has read this already: a copy."""
    known = what in one.heard
    one.heard.add(what)
    return known
